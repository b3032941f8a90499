"""Runs codes with the Keras of their time, and tells what their models come to.

    python -m tests.read.code_truth                # holds all against totals.json
    python -m tests.read.code_truth tests/read/code/unet.py

It needs TensorFlow and tf-keras, which stands in for Keras 2, and no data: what would
be loaded is zeros of the same form, and nothing is trained. Codes of Keras 1 can't be
run so; their totals were worked out by hand.
"""

import importlib.abc
import importlib.util
import io
import json
import os
import sys
import types
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

HOMES = {
    "keras.layers.core": "keras.layers",
    "keras.layers.convolutional": "keras.layers",
    "keras.layers.pooling": "keras.layers",
    "keras.layers.normalization": "keras.layers",
    "keras.layers.recurrent": "keras.layers",
    "keras.layers.embeddings": "keras.layers",
    "keras.layers.merge": "keras.layers",
    "keras.layers.wrappers": "keras.layers",
    "keras.layers.advanced_activations": "keras.layers",
    "keras.engine": "keras.models",
    "keras.engine.topology": "keras.layers",
    "keras.utils.np_utils": "keras.utils",
}
"""Modules that Keras had once, and where their classes stand."""


FOLDER = Path(__file__).parent / "code"


class Missing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands in for packages that plot and the like, and aren't installed."""

    names = ("matplotlib", "seaborn", "cv2", "tqdm", "sklearn", "pandas", "IPython")

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name.partition(".")[0] in self.names:
            return importlib.util.spec_from_loader(name, self)
        return None

    def create_module(self, spec: Any) -> Any:
        made = MagicMock()
        made.__spec__, made.__path__ = spec, []
        return made

    def exec_module(self, module: Any) -> None:
        pass


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `keras` in tf-keras, as code of its time did."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name == "keras" or name.startswith("keras."):
            return importlib.util.spec_from_loader(name, self)
        return None

    def create_module(self, spec: Any) -> Any:
        home = HOMES.get(spec.name, spec.name)
        found = importlib.import_module(f"tf_{home}")
        made = types.ModuleType(spec.name)
        made.__dict__.update(found.__dict__)
        made.__path__ = []
        if spec.name == "keras.utils":
            made.np_utils = found
        return made

    def exec_module(self, module: Any) -> None:
        for name, home in HOMES.items():
            parent, _, last = name.rpartition(".")
            if parent == module.__name__ and not hasattr(module, last):
                setattr(module, last, importlib.import_module(f"tf_{home}"))


def prepared() -> list[Any]:
    """Keras without data and training; a list of the models that are made use of."""
    import numpy as np
    import tf_keras as keras

    sys.modules.pop("keras", None)
    sys.meta_path.insert(0, Finder())
    sys.meta_path.append(Missing())
    sizes: dict[str, Any] = {
        "mnist": ((60000, 28, 28), (10000, 28, 28), ()),
        "fashion_mnist": ((60000, 28, 28), (10000, 28, 28), ()),
        "cifar10": ((500, 32, 32, 3), (100, 32, 32, 3), (1,)),
        "cifar100": ((500, 32, 32, 3), (100, 32, 32, 3), (1,)),
        "boston_housing": ((404, 13), (102, 13), ()),
        "imdb": ((250, 5), (250, 5), ()),
        "reuters": ((250, 5), (250, 5), ()),
    }
    classes = {"cifar100": 100, "reuters": 46, "imdb": 2}
    for name, (train, test, label) in sizes.items():

        def load(
            *args: Any, train: Any = train, test: Any = test, label: Any = label,
            count: int = classes.get(name, 10), **more: Any,
        ) -> Any:  # fmt: skip
            return tuple(
                (
                    np.zeros(shape, "uint8"),
                    (np.arange(shape[0]) % count).reshape(shape[0], *label),
                )
                for shape in (train, test)
            )

        everywhere(f"datasets.{name}", "load_data", load)
    used: list[Any] = []
    untrained(keras, used)
    return used


def untrained(keras: Any, used: list[Any]) -> None:
    """Lets methods that train note the model and do no more."""

    def noting(name: str, runs: Any) -> Any:
        def method(self: Any, *args: Any, **named: Any) -> Any:
            used.append(self)
            if name == "fit" and not self.built:
                x = args[0] if args else named.get("x")
                self.build((None, *x.shape[1:]))
            return runs(self, *args, **named) if runs else History()

        return method

    class History:
        history: Any = type("Any", (dict,), {"__missing__": lambda *_: [0.0]})()
        epoch = (0,)

        def __getitem__(self, _: Any) -> float:
            return 0.0

        def __iter__(self) -> Any:
            return iter((0.0, 0.0))

    cls = keras.Model
    cls.compile = noting("compile", cls.compile)
    cls.summary = noting("summary", cls.summary)
    for name in ("fit", "fit_generator", "evaluate", "predict", "save"):
        setattr(cls, name, noting(name, None))
    keras.Sequential.predict = cls.predict
    start = cls.__init__

    def init(self: Any, *args: Any, **named: Any) -> None:
        start(self, *args, **named)
        used.append(self)

    cls.__init__ = init
    for name in dir(keras.applications):
        made = getattr(keras.applications, name)
        if callable(made) and name[:1].isupper():
            everywhere("applications", name, unweighted(made))


def everywhere(part: str, name: str, value: Any) -> None:
    """Puts something in the place of a name in all modules whose path has a part."""
    for path, module in list(sys.modules.items()):
        if path.startswith("tf_keras.") and part in path and hasattr(module, name):
            setattr(module, name, value)


def unweighted(made: Any) -> Any:
    def run(*args: Any, **named: Any) -> Any:
        positional = list(args)
        if len(positional) > 1:
            positional[1] = None
            return made(*positional, **named)
        return made(*args, **{**named, "weights": None})

    return run


def told(model: Any) -> dict[str, Any]:
    """The counts of a model."""
    import numpy as np

    def count(several: Any) -> int:
        return int(sum(np.prod(one.shape) for one in several))

    return {
        "total": count(model.weights),
        "trainable": count(model.trainable_weights),
        "output": [list(s) for s in _shapes(model)],
    }


def _shapes(model: Any) -> Any:
    try:
        shape = model.output_shape
    except (AttributeError, RuntimeError):
        return []
    return shape if isinstance(shape, list) else [shape]


def run(paths: list[str]) -> dict[str, Any]:
    """What the last model of each code comes to, by its name."""
    used = prepared()
    return {Path(path).stem: last_model(path, used) for path in paths}


def last_model(path: str, used: list[Any]) -> Any:
    used.clear()
    space: dict[str, Any] = {"__name__": "__main__", "__file__": path}
    out, sys.stdout, sys.argv = sys.stdout, io.StringIO(), [path]
    try:
        runner = exec  # what is run here is the project's own
        runner(compile(Path(path).read_text("utf-8"), path, "exec"), space)
        if not used:
            for one in [*space.values()]:
                own = isinstance(one, types.FunctionType)
                if own and one.__module__ == "__main__":
                    one()
        return told(used[-1])
    except BaseException as error:  # noqa: BLE001 - whatever a code does
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    finally:
        sys.stdout = out


def main(paths: list[str]) -> int:
    """Tells of some codes, or finds all whose totals are others; how many there are."""
    if paths:
        print(json.dumps(run(paths), indent=1))
        return 0
    wanted = json.loads((FOLDER / "totals.json").read_text("utf-8"))
    names = [name for name, one in wanted.items() if one.get("by") != "hand"]
    found = run([str(FOLDER / f"{name}.py") for name in names])
    keys = ("total", "trainable")
    other = [n for n in names if any(found[n].get(k) != wanted[n][k] for k in keys)]
    for name in other:
        print(name, found[name], wanted[name])
    print(f"{len(names) - len(other)} of {len(names)} come to their totals")
    return len(other)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
