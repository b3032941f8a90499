"""Program and Summary to a script: standalone Keras code that builds and trains."""

import sys
from collections.abc import Iterator
from math import prod
from pathlib import Path, PurePath
from textwrap import wrap
from typing import Any

from cnnspec.emit import custom
from cnnspec.emit.code import ModelCode, model_code
from cnnspec.emit.python import (
    WIDTH,
    Code,
    Group,
    decimal,
    flat,
    lay_out,
    paragraphs,
    text,
    value,
    whole,
)
from cnnspec.emit.write import seal_text
from cnnspec.errors import Diagnostic, Mark, SpecError
from cnnspec.graph import Input
from cnnspec.infer import Summary
from cnnspec.spec.program import Program
from cnnspec.training import Data, Ensemble, Train
from cnnspec.training.answers import Output, answer

_PACKAGES = {"digits": "scikit-learn", "csv": "pandas"}
"""What a source needs beside Keras, NumPy and Matplotlib."""
_DOWNLOADS = {
    "mnist": (
        "mnist.npz",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    ),
    "cifar10": (
        "cifar-10-batches-py-target_archive",
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    ),
}
"""The file that Keras downloads for a source, and where from: keras/src/datasets."""


def render_script(program: Program, summary: Summary) -> str:
    """The script of a spec, sealed for `write_file`.

    Where the spec has `train:`, the script loads the data, trains the model, evaluates
    it, plots its history and predicts; otherwise it builds the model and prints it.
    """
    values: dict[str, Any] = {
        "name": program.name,
        "summary": summary,
        "introduction": _introduction(program),
        "data": program.data,
        "train": program.train,
        "ensemble": program.ensemble,
    }
    if program.data and program.train:
        shape = summary.graph.inputs[0].shape[1:]
        values |= _training(program.data, program.train)
        values |= _answers(program.data, program.train, program.ensemble, summary)
        values |= {
            "shape": shape,
            "samples": _samples(summary.graph.inputs[0], program.data.scale),
            "is_image": len(shape) == 3 and shape[-1] in (1, 3, 4),
        }
    environment = _environment()
    constants = ""
    if program.data and program.train:
        constants = environment.get_template("constants.py.j2").render(values)
    model = model_code(program, summary, _constants(constants))
    layers = [node.layer for node in summary.graph.nodes if not node.shares]
    values |= {
        "model": model,
        "custom": custom.sources(layers, _template_folder()),
        "uses_math": _uses_math(model),
        "training_constants": constants,
    }
    script = environment.get_template("script.py.j2").render(values)
    return seal_text(script, PurePath(program.source.path).name)


def _constants(code: str) -> dict[str, Any]:
    """The constants of the training, and the values of those that are mere numbers."""
    import ast

    found: dict[str, Any] = {}
    for line in ast.parse(code).body:
        assert isinstance(line, ast.Assign)
        [target] = line.targets
        assert isinstance(target, ast.Name)
        found[target.id] = None
        if isinstance(line.value, ast.Constant):
            found[target.id] = line.value.value
    return found


def _uses_math(model: ModelCode) -> bool:
    """Whether the code takes a function from the module `math`."""
    import ast

    parts = [model.constants, *model.functions, ["def _():", *model.lines]]
    return any(
        isinstance(node, ast.Name) and node.id == "math"
        for lines in parts
        for node in ast.walk(ast.parse("\n".join(lines)))
    )


def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_template_folder()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"code": _code, "text": text, "python": _flat_value}
    environment.filters |= {"whole": whole, "prod": prod}
    return environment


def _template_folder() -> Path:
    """Inside the package where a wheel was installed, beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def _code(code: Code, before: str = "", after: str = "", indent: int = 4) -> str:
    return "\n".join(lay_out(code, before, after, indent))


def _flat_value(found: Any) -> str:
    return flat(value(found))


def _introduction(program: Program) -> str:
    """The script's docstring: what it is, and how to run it."""
    packages = ["tensorflow"]
    if program.data and program.train:
        packages += ["matplotlib"]
        packages += [_PACKAGES[s] for s in (program.data.source,) if s in _PACKAGES]
    said = program.description.strip() or f"The Keras model {program.name}."
    parts = paragraphs(said)
    lines = ["\n".join(wrap(part, WIDTH)) for part in parts]
    lines[0] = "\n".join(wrap(f'"""{parts[0]}', WIDTH))
    lines.append(f"Needs: pip install {' '.join(packages)}")
    return "\n\n".join(lines)


_IMPORTED = (
    "absl cnnspec h5py joblib keras matplotlib ml_dtypes numpy optree packaging pandas "
    "PIL rich scipy six sklearn tensorboard tensorflow typing_extensions wrapt"
)
"""Modules that a script or what it imports needs, beside those of Python itself."""


def refuse_module_name(path: str) -> None:
    """Refuses a script that Python would import in the place of a module.

    Python looks for modules in the folder of the script first.

    Raises:
        SpecError: the spec is called like one of them.
    """
    stem = PurePath(path).stem
    if stem in _IMPORTED.split() or stem in sys.stdlib_module_names:
        text = f"its script '{stem}.py' would hide Python's module '{stem}' from itself"
        hint = f"rename the spec, as in my_{stem}.yaml"
        raise SpecError([Diagnostic("error", "unwritable", Mark(path), text, hint)])


# ------------------------------------------------------------------ training


def _training(data: Data, train: Train) -> dict[str, Any]:
    """What the templates are told of the data and the training."""
    compiled: list[tuple[str, Code]] = [
        ("optimizer=", value(train.optimizer)),
        ("loss=", value(train.loss)),
    ]
    if train.metrics:
        compiled.append(("metrics=", value(list(train.metrics))))
    held_out = "valid" if data.source == "csv" else "test"
    return {
        "compile": Group("model.compile(", compiled, ")"),
        "fit": Group("model.fit(", list(_fit(data, train)), ")"),
        "held_out": held_out,
        "held_out_name": {"valid": "validation", "test": "test"}[held_out],
        "validates": bool(data.validation or train.validation_split),
        "figure": "accuracy" if "accuracy" in train.metrics else "loss",
        "scale": data.scale and decimal(data.scale).removesuffix(".0"),
        "class_names": value(list(data.classes or ())),
        "split": Group("train_test_split(", list(_split(data)), ")"),
        "download": _DOWNLOADS.get(data.source),
    }


def _answers(
    data: Data, train: Train, ensemble: Ensemble | None, summary: Summary
) -> dict[str, Any]:
    """What the templates are told of the labels and of how an answer is read."""
    [last] = [row for row in summary.rows if row.name == summary.graph.outputs[0]]
    shape = last.output_shape
    assert isinstance(shape, tuple)
    read = answer(train, Output(shape, last.layer, last.path))
    one_hot, classes = data.labels == "one_hot", read.form == "classes"
    from_csv = data.source == "csv" and read.form != "number"
    votes = classes and ensemble is not None and ensemble.voting == "hard"
    truth = "np.argmax({}, axis=1)" if one_hot else "{}"
    labels = "one-hot labels" if one_hot else "integer labels"
    if read.form == "two classes":
        labels = "labels 0 and 1"
    elif read.form == "number":
        labels = "the numbers to learn"
    return {
        "answer": read,
        "found": "probabilities" if read.probabilities else "class_scores",
        "score": "probability" if read.probabilities else "score",
        "plural": "probabilities" if read.probabilities else "scores",
        "threshold": 0.5 if read.probabilities else 0,
        "labels": labels,
        "truth": truth if classes else "{}.reshape(-1)",
        "classes": shape[-1] if classes else 2,
        "counts_classes": one_hot or from_csv or votes,
        "names_classes": data.classes and ensemble is None,
        "uses_numpy": classes or ensemble or data.source == "npz" or from_csv,
    }


def _samples(tensor: Input, scale: float | None) -> str:
    """The line that brings samples to the shape and type of the model's input."""
    shaped = f"samples.reshape({_flat_value((-1, *tensor.shape[1:]))})"
    divided = f" / {decimal(scale).removesuffix('.0')}" if scale else ""
    if "float" in tensor.dtype:
        # NumPy lacks some of these types; Keras casts to them.
        return f'    samples = {shaped}.astype("float32"){divided}'
    if divided:
        shaped = f"({shaped}{divided})"
    return f"    samples = {shaped}.astype({text(tensor.dtype)})"


def _split(data: Data) -> Iterator[tuple[str, Code]]:
    yield "", "samples"
    yield "", "labels"
    for name in ("test_size", "random_state"):
        if name in data.given:
            yield f"{name}=", value(data.given[name])


def _fit(data: Data, train: Train) -> Iterator[tuple[str, Code]]:
    yield "", "x_train"
    yield "", "y_train"
    if train.batch_size is not None:
        yield "batch_size=", "BATCH_SIZE"
    yield "epochs=", "EPOCHS"
    if data.validation:
        yield "validation_data=", "(x_valid, y_valid)"
    elif train.validation_split:
        yield "validation_split=", "VALIDATION_SPLIT"
    if not train.shuffle:
        yield "shuffle=", "False"
    if train.callbacks:
        yield "callbacks=", value(list(train.callbacks))
