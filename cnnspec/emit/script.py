"""Program and Summary to a script: standalone Keras code that builds and trains."""

import builtins
import sys
from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path, PurePath
from textwrap import wrap
from typing import Any

from cnnspec.emit import TAKES_TENSORS_APART
from cnnspec.emit.python import (
    WIDTH,
    Code,
    Group,
    call,
    decimal,
    flat,
    identifier,
    lay_out,
    text,
    value,
    whole,
)
from cnnspec.emit.write import seal_text
from cnnspec.errors import Diagnostic, Mark, SpecError
from cnnspec.graph import Input, Node
from cnnspec.infer import Row, Summary
from cnnspec.layers.base import Layer
from cnnspec.shapes import product, show
from cnnspec.spec import Program
from cnnspec.training import Data, Ensemble, Train
from cnnspec.training.answers import Output, answer

_NAMES = "Activation Average Dense Flatten Identity Maximum Minimum Multiply Subtract"
_SPEAK_FOR_THEMSELVES = frozenset(_NAMES.split())
"""Layers that no comment explains: their names do."""

_OWN_NAMES = (
    "x inputs outputs model layers keras np pd plt Path build_model load_data main "
    "plot_histories plot_history plot_images prepare read_csv"
)
"""What no layer's variable may hide: functions and modules of scripts, and their own
variables."""

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
    values = _Model(summary).values() | {
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
    script = _environment().get_template("script.py.j2").render(values)
    return seal_text(script, PurePath(program.source.path).name)


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
    # A docstring ends at three quotes, and a backslash in it would escape.
    said = said.replace("\\", "\\\\").replace('"', "'")
    paragraphs = [" ".join(part.split()) for part in said.split("\n\n")]
    lines = ["\n".join(wrap(part, WIDTH)) for part in paragraphs]
    lines[0] = "\n".join(wrap(f'"""{paragraphs[0]}', WIDTH))
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


# ------------------------------------------------------------------ build_model()


class _Model:
    """The lines of `build_model()`."""

    def __init__(self, summary: Summary) -> None:
        self._graph = summary.graph
        self._rows = {row.name: row for row in summary.rows}
        self._variables: dict[str, str] = {}  # by layer
        self._lists = {
            row.name for row in summary.rows if isinstance(row.output_shape, list)
        }

    def values(self) -> dict[str, Any]:
        """What the template is told of the model."""
        self._name_variables()
        lines = [line for tensor in self._graph.inputs for line in self._input(tensor)]
        lines += self._layers()
        inputs = [self._variables[tensor.name] for tensor in self._graph.inputs]
        model = Group(
            "keras.Model(",
            [
                ("", _one_or_list(inputs)),
                ("", self._tensors(self._graph.outputs)),
                ("name=", text(self._graph.name)),
            ],
            ")",
        )
        return {"model_lines": lines, "model": model}

    def _name_variables(self) -> None:
        """Gives every tensor a variable: `x`, unless something reads it later on."""
        taken = {*_OWN_NAMES.split(), *dir(builtins)}

        def own(name: str) -> str:
            found = identifier(name)
            while found in taken:
                found += "_"
            taken.add(found)
            return found

        graph = self._graph
        alone = len(graph.inputs) == 1 and graph.inputs[0].name == "input_layer"
        for tensor in graph.inputs:
            self._variables[tensor.name] = "inputs" if alone else own(tensor.name)
        readers: dict[str, list[int]] = {}
        for place, node in enumerate(graph.nodes):
            for name in node.inputs:
                readers.setdefault(name, []).append(place)
        for place, node in enumerate(graph.nodes):
            last = place == len(graph.nodes) - 1
            if last and graph.outputs == (node.name,):
                self._variables[node.name] = "outputs"
            elif set(readers.get(node.name, ())) == {place + 1} and (
                node.name not in graph.outputs
            ):
                self._variables[node.name] = "x"
            else:
                self._variables[node.name] = own(node.name)

    def _input(self, tensor: Input) -> list[str]:
        items: list[tuple[str, Code]] = [("", value(tensor.shape[1:]))]
        if tensor.dtype != "float32":
            items.append(("dtype=", text(tensor.dtype)))
        if tensor.name != "input_layer":
            items.append(("name=", text(tensor.name)))
        variable = self._variables[tensor.name]
        return lay_out(Group("keras.Input(", items, ")"), f"{variable} = ")

    def _layers(self) -> Iterator[str]:
        explained = set(_SPEAK_FOR_THEMSELVES)
        for node in self._graph.nodes:
            if type(node.layer).__name__ not in explained:
                explained.add(type(node.layer).__name__)
                yield from _explanation(node.layer)
            yield from self._layer(node)
            if _ends_stage(self._rows[node.name]):
                yield ""

    def _layer(self, node: Node) -> list[str]:
        before = f"{self._variables[node.name]} = "
        lines = lay_out(call(node.layer), before, f"({self._arguments(node)})")
        size = _size_comment(self._rows[node.name])
        if len(lines[-1]) + len(size) <= WIDTH:
            lines[-1] += size
        return lines

    def _arguments(self, node: Node) -> str:
        """What stands between the brackets where a layer is called."""
        if type(node.layer).__name__ not in TAKES_TENSORS_APART:
            return flat(self._tensors(node.inputs))
        return ", ".join(
            "*" * (name in self._lists) + self._variables[name] for name in node.inputs
        )

    def _tensors(self, names: Sequence[str]) -> Code:
        """One tensor, or a list of several."""
        if len(names) == 1:
            return self._variables[names[0]]
        return _one_or_list(
            ["*" * (name in self._lists) + self._variables[name] for name in names]
        )


def _one_or_list(items: list[str]) -> Code:
    return items[0] if len(items) == 1 else Group("[", [("", i) for i in items], "]")


def _explanation(layer: Layer) -> list[str]:
    """The first paragraph of a layer's docstring as a comment."""
    said = " ".join((type(layer).__doc__ or "").split("\n\n")[0].split())
    # × looks like x, which linters don't like in a comment.
    return [f"    # {line}" for line in wrap(said.replace("×", "x"), WIDTH - 6)]


def _ends_stage(row: Row) -> bool:
    """Whether the image comes out at most half as large, as after pooling."""
    [x, *_], y = row.input_shapes, row.output_shape
    if not isinstance(y, tuple) or len(y) != len(x) or len(y) < 3:
        return False
    before, after = product(x[1:-1]), product(y[1:-1])
    return before is not None and after is not None and 2 * after <= before


def _size_comment(row: Row) -> str:
    """The output's sizes, where others than that of the channels have changed."""
    x, y = row.input_shapes[0], row.output_shape
    if isinstance(y, list) or (len(x) == len(y) and x[1:-1] == y[1:-1]):
        return ""
    return f"  # {show(y[1:])}"


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
