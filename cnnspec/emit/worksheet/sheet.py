"""What exercises are made of: the layers of a model, and layers like them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from random import Random
from typing import Any, NamedTuple

from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.emit.code.model import call_text
from cnnspec.emit.code.plan.values import text
from cnnspec.emit.keras_script.lesson import sections
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.ground.errors import ArgumentError, Invalid
from cnnspec.ground.kinds import NotAllowed
from cnnspec.ground.shapes import Shape, Shapes, product
from cnnspec.judge import subjects
from cnnspec.language.naming import in_model
from cnnspec.model.graph import Input, Node
from cnnspec.model.readable import shape_text
from cnnspec.model.summary import Inference, Model, Row, Summary

_SIZES = (*range(4, 16), 17, 19)
"""Of what can be reckoned by hand."""


_TRIES = 40
_IDLE = ("_initializer", "_regularizer", "_constraint")
"""What arguments end in that tell how weights begin and grow, and not how many."""


class Shown(NamedTuple):
    """A layer with the tensors that it is given, as templates and texts see it."""

    type: str
    """The name of its class."""
    code: str
    """The call that makes it."""
    called: str
    """Code that calls `layer` with such tensors."""
    reads: str
    """The sizes of what it is given: `28x28x50`."""
    several: bool
    """Whether that is more than one tensor."""
    gives: str
    """The sizes of what it gives."""
    output: Shape
    """The same as a tuple, without the batch."""
    sums: str
    """How they come about: `(28 + 2·1 − 3) / 1 + 1 = 28`."""
    params: int
    """Numbers in its weights."""
    arithmetic: str
    """How these are counted: `3·3·50·25 + 25`."""


class Held(NamedTuple):
    """A layer of the model, or of a model inside."""

    row: Row
    """With its name as seen from outside: `left/conv`."""
    name: str
    """What Keras calls it."""
    found: str
    """Code that finds it: `model.get_layer("left").get_layer("conv")`."""


def _held(summary: Summary, before: str = "", code: str = "model") -> Iterator[Held]:
    """All layers that the spec has written.

    Args:
        summary: of a model.
        before: what stands before names in it.
        code: of the model.
    """
    for row in summary.rows:
        name = summary.graph.called(row.name)
        found = f"{code}.get_layer({text(name)})"
        inputs = tuple(f"{before}{one}" for one in row.inputs)
        yield Held(row._replace(name=f"{before}{row.name}", inputs=inputs), name, found)
        if _is_inside(row):
            inside = in_model(f"{before}{row.name}", "")
            yield from _held(row.layer.inside(*row.input_shapes), inside, found)


def _input_dtypes(summary: Summary, before: str = "") -> Iterator[tuple[str, str]]:
    """The types of the tensors that a model is given, and those inside."""
    for tensor in summary.graph.inputs:
        yield f"{before}{tensor.name}", tensor.dtype
    for row in filter(_is_inside, summary.rows):
        inside = in_model(f"{before}{row.name}", "")
        yield from _input_dtypes(row.layer.inside(*row.input_shapes), inside)


def _is_inside(row: Row) -> bool:
    """Whether a row is of a model that the spec has written."""
    layer = row.layer
    return layer.holds_model and not row.shares and not layer.application


class Sheet:
    """The model that a worksheet is about, and what it has asked so far.

    Attributes:
        summary: what the model comes to.
        random: seeded by the model, so that a spec has one worksheet.
        held: its layers by their names, with those of models inside.
        asked: the names of layers that an exercise was about.
        code: what builds the model, one statement a line.
        seen: shapes of the model, and of what was asked.
        fit: the model with what it is trained on; None where that isn't known.
    """

    def __init__(self, model: Model, writer: Writer) -> None:
        """Prepares it.

        Args:
            model: that exercises are about.
            writer: of a lesson about it, in the functional form.
        """
        summary = model.summary
        self.summary, self._language = summary, writer.language
        self.random = Random(
            f"{len(summary.rows)} layers, {summary.total_params} params"
        )
        self.asked: set[str] = set()
        self.code = _model_code(writer)
        fit = subjects.sections(model).fit()
        self.fit = None if fit is None else fit.only
        self.held = {one.row.name: one for one in _held(summary)}
        self.seen: list[Shapes] = [one.row.output_shape for one in self.held.values()]
        self.seen += [tensor.shape for tensor in summary.graph.inputs]
        self._dtypes = {name: one.row.dtype for name, one in self.held.items()}
        self._dtypes |= _input_dtypes(summary)

    def rows(self) -> Iterator[Row]:
        """Layers that an exercise can be about: of Keras, with one tensor out.

        Those in models inside are among them.
        """
        for row, _, _ in self.held.values():
            one = isinstance(row.output_shape, tuple)
            if one and not row.shares and _is_plain(row.layer):
                yield row

    def say(self, name: str, **told: Any) -> str:
        """A text of worksheets in one line."""
        return " ".join(self._language.say("worksheet", name, told).split())

    def activation_hint(self, form: str) -> str:
        """What the last activation has to do for answers of a form."""
        return self.say(f"activation_{form.replace(' ', '_')}")

    def dtype(self, row: Row) -> str:
        """The type of what a layer reads; of fractions, Keras's usual one."""
        found = self._dtypes[row.inputs[0]]
        return "float32" if "float" in found else found

    def shown(self, row: Row) -> Shown:
        """A layer of the model as an exercise shows it: without its name there."""
        layer = changed(row.layer) or row.layer
        return shown(row._replace(layer=layer), self.dtype(row))

    def example(self, row: Row, differs: Callable[[Row], bool]) -> Shown | None:
        """A layer of the same class on other tensors, to show how one reckons.

        Args:
            row: of the layer that is asked about.
            differs: whether a layer doesn't give the answer away.
        """
        for _ in range(_TRIES):
            # Each number is another, so that one sees where it comes from.
            size, grown, *channels = self.random.sample(_SIZES, 4)
            given = zip(row.input_shapes, cycle(channels), strict=False)
            shapes = [(*_resized(shape, size)[:-1], last) for shape, last in given]
            layer = changed(row.layer, _grown(row.layer, grown))
            found = layer and placed(layer, shapes, self.dtype(row))
            if found and is_known(found) and differs(found):
                return shown(found, self.dtype(row))
        return None

    def elsewhere(self, row: Row) -> Row:
        """The same layer on tensors of other sizes; as it is, if it takes no others.

        Those sizes, and what it gives then, are seen nowhere else: neither in the model
        nor in what this gave before.
        """
        for _ in range(_TRIES):
            size = self.random.choice(_SIZES)
            shapes = [_resized(shape, size) for shape in row.input_shapes]
            layer = changed(row.layer) or row.layer
            found = placed(layer, shapes, self.dtype(row))
            if found is None or not is_known(found):
                continue
            there = [*shapes, found.output_shape]
            if not any(shape in self.seen for shape in there):
                self.seen += there
                return found._replace(inputs=row.inputs)
        return row


def shown(row: Row, dtype: str = "float32") -> Shown:
    """A layer as templates and texts see it.

    Args:
        row: of the layer, which gives one tensor.
        dtype: of the numbers that it reads.
    """
    assert isinstance(row.output_shape, tuple)
    return Shown(
        type=row.type,
        code=call_text(row.layer),
        called=_called(row, dtype),
        reads=", ".join(map(shape_text, row.input_shapes)),
        several=len(row.input_shapes) > 1,
        gives=shape_text(row.output_shape),
        output=row.output_shape[1:],
        sums=", ".join(row.size_sums),
        params=row.params,
        arithmetic=row.arithmetic,
    )


def _called(row: Row, dtype: str) -> str:
    given = ", ".join(input_code(shape, dtype) for shape in row.input_shapes)
    apart = len(row.input_shapes) == 1 or row.layer.takes_tensors_apart
    return f"layer({given})" if apart else f"layer([{given}])"


def input_code(shape: Shape, dtype: str) -> str:
    """Code that makes a tensor of that shape."""
    chosen = "" if dtype == "float32" else f', dtype="{dtype}"'
    return f"keras.Input({shape[1:]}{chosen})"


def distinct(rows: Iterable[Row], kind: Callable[[Row], Any], most: int) -> list[Row]:
    """The first row of each kind, at most so many of them."""
    found: dict[Any, Row] = {}
    for row in rows:
        found.setdefault(kind(row), row)
    return list(found.values())[:most]


def changed(layer: Layer, new: Mapping[str, Any] | None = None) -> Layer | None:
    """A layer with other arguments, and without those that change no number.

    Returns:
        None if it can't have them.
    """
    new, arguments = new or {}, layer.arguments()
    usual = [name for name, value in new.items() if value == arguments[name].default]
    idle = [name for name in layer.given if name == "name" or name.endswith(_IDLE)]
    others = {name: value for name, value in new.items() if name not in usual}
    try:
        return layer.changed(others, *usual, *idle)
    except (ArgumentError, Invalid, NotAllowed):
        return None


def placed(layer: Layer, shapes: Sequence[Shape], dtype: str) -> Row | None:
    """The row of a layer that is given such tensors; None if it can't take them."""
    inputs = [Input(f"input_{k}", s, dtype, ()) for k, s in enumerate(shapes)]
    inference = Inference(inputs)
    inference.add(Node("layer", layer, tuple(one.name for one in inputs), ()))
    return inference.rows.get("layer")


def is_known(row: Row) -> bool:
    """Whether all sizes of what a layer is given and gives are known."""
    shapes = [*row.input_shapes, row.output_shape]
    return all(isinstance(s, tuple) and product(s[1:]) for s in shapes)


def _resized(shape: Shape, size: int) -> Shape:
    """A shape of that size along its spatial axes, or of features if it has none."""
    if len(shape) == 2:
        return (None, size)
    return (None, *(size for _ in shape[1:-1]), shape[-1])


def _grown(layer: Layer, size: int) -> dict[str, Any]:
    return {layer.grows_with: size} if layer.grows_with else {}


def _is_plain(layer: Layer) -> bool:
    """Whether its call is all that a cell needs to have it."""
    every = [layer, *all_nested(layer)]
    return all(one.is_public() and not (one.adapts or one.holds_model) for one in every)


def _model_code(writer: Writer) -> str:
    """The sections of a lesson that build its model, without what is said beside lines.

    There sizes are told, and authors tell what comes about.
    """
    found = [one.code for one in sections(writer) if one.key in ("block", "model")]
    lines = "\n".join(found).split("\n")
    return "\n".join(line for line in lines if not line.lstrip().startswith("#:"))
