"""The way from a model's inputs to a layer that can't take what comes along it."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.layers.spatial import Spatial
from cnnspec.ground.edits import Edit, Remedy
from cnnspec.ground.errors import Invalid, Path
from cnnspec.ground.shapes import Shape
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.remedies.trials import Trials
from cnnspec.language.expressions import formulas, names_in
from cnnspec.language.given import given, is_variable
from cnnspec.language.program import Program
from cnnspec.model.graph import Node
from cnnspec.model.summary import Misfit, Row, Summary


class Way:
    """A misfit, what leads to it, and how its author would change something there.

    Attributes:
        node: the layer that can't take its input.
        error: why not.
        rows: the layers that could be inferred, by name.
        trials: tells which remedies mend.
    """

    def __init__(
        self, program: Program, summary: Summary, misfit: Misfit, trials: Trials
    ) -> None:
        self.program, self.summary, self.trials = program, summary, trials
        self.node, self.error = misfit.node, misfit.error
        self.source = program.source
        self.rows = {row.name: row for row in summary.rows}

    @cached_property
    def above(self) -> list[Row]:
        """The layers that it is made of, nearest first."""
        found: dict[str, Row] = {}
        todo = list(self.node.inputs)
        while todo:
            name = todo.pop(0)
            if name in self.rows and name not in found:
                found[name] = self.rows[name]
                todo += found[name].inputs
        return list(found.values())

    @cached_property
    def shapes(self) -> list[Shape]:
        """What it is given, batch first, as far as that is known."""
        first = {tensor.name: tensor.shape for tensor in self.summary.graph.inputs}
        found: list[Shape] = []
        for name in self.node.inputs:
            row = self.rows.get(name)
            shape = row.output_shape if row else first.get(name, [])
            found += shape if isinstance(shape, list) else [shape]
        return found

    @cached_property
    def rounded(self) -> list[tuple[Row, int, int]]:
        """Layers that leave positions of their input over or make some up.

        Each with the first size that it didn't halve, or whatever, without a rest.
        """
        return [
            (row, size, out)
            for row in self.above
            if len(row.input_shapes) == 1
            for size, out in _rounded(row)
        ]

    @property
    def was_rounded(self) -> bool:
        """Whether tensors that belong together differ because one was rounded."""
        return len(self.node.inputs) > 1 and bool(self.rounded)

    def name(self, row: Row) -> str:
        """`'max_pooling2d' (line 4)`."""
        return f"'{row.name}' ({self.source.line(row.path)})"

    # ------------------------------------------------------------- changes

    def argument(self, node: Node | Row, gives: Any) -> Iterator[Remedy]:
        """The remedy of giving a layer arguments, where the author can give them."""
        written = self._arguments(node)
        [(argument, value)] = list(gives.items())[:1]
        path = (*node.path, argument)
        data = written.get(argument)
        try:
            formula = formulas(data)
        except Invalid:
            return  # which is told where it stands
        if argument in written and any(names_in(formula)):
            place = self._given(formula, node)
            if place is not None:
                yield self.value(place, value)
            return
        kind = type(node.layer).__name__
        defaults = self.program.defaults.at(node.path)
        if argument not in written and argument in defaults.arguments.get(kind, {}):
            yield self.value((*defaults.path, kind, argument), value)
            return
        if isinstance(value, dict):  # of a layer that this one holds
            value = _filled_in(data, value)
        edit = Edit(*_entry(node, self.source.value, {**written, argument: value}))
        yield Remedy(
            f"write {argument}: {flow(value)}{self._line(path, node)}", (edit,)
        )

    def value(self, path: Path, value: Any) -> Remedy:
        """The remedy of writing a value in place of another."""
        source, step = self.source, path[-1]
        if source.is_given(path):
            keys = ".".join(map(str, path))
            return Remedy(f"give --set {keys}={flow(value)}", (Edit(path, value),))
        text = f"write {step}: {flow(value)}"
        if isinstance(step, int):
            text = f"write {flow(value)} in place of {flow(source.value(path))}"
        return Remedy(f"{text} in {source.line(path)}", (Edit(path, value),))

    def without(self, row: Row) -> Iterator[Remedy]:
        """The remedy of taking a layer out."""
        item = item_of(row)
        if "from" not in self._arguments(row) and self._may_go(item):
            edit = Edit(item, kind="remove")
            yield Remedy(f"take out {self.name(row)}", (edit,))

    def before(self, entry: Any, row: Row | None = None) -> Iterator[Remedy]:
        """The remedy of putting a layer before one, or before the one that fails."""
        node = row or self.node
        item, where = item_of(node), self.name(row) if row else "it"
        if isinstance(item[-1], int) and "from" not in self._arguments(node):
            edit = Edit(item, entry, "insert")
            yield Remedy(f"put - {text_of(entry)} before {where}", (edit,))

    def reads(self, place: int, entry: Any) -> Iterator[Remedy]:
        """The remedy of leading one of several tensors through a layer more."""
        listed = self._arguments(self.node).get("from")
        if not isinstance(listed, list) or len(listed) != len(self.shapes):
            return
        item = listed[place]
        if isinstance(item, str) and "$" not in item:
            branch = [_reading(entry, item)]
        elif isinstance(item, list):
            branch = [*item, entry]
        else:
            return
        yield self.reading([*listed[:place], branch, *listed[place + 1 :]])

    def said(self) -> str:
        """The name that the layer which fails reads; nothing where it writes none."""
        listed = self._arguments(self.node).get("from")
        [name] = listed if isinstance(listed, list) and len(listed) == 1 else [listed]
        return name if isinstance(name, str) and "$" not in name else ""

    def said_once(self) -> str:
        """The same; `prev` where it names none, nothing where it names several."""
        listed = "from" in self._arguments(self.node)
        return self.said() if listed else "prev"

    def reading(self, tensors: Any) -> Remedy:
        """The remedy of giving the layer that fails other tensors."""
        arguments = {**self._arguments(self.node), "from": tensors}
        edit = Edit(*_entry(self.node, self.source.value, arguments))
        return Remedy(f"write from: {flow(tensors)}", (edit,))

    def _arguments(self, node: Node | Row) -> dict[str, Any]:
        """The arguments of a layer as its entry has them."""
        if isinstance(node.path[-1], int):
            return {}
        return _by_name(type(node.layer), self.source.value(node.path))

    def _given(self, formula: Any, node: Node | Row) -> Path | None:
        if not is_variable(formula):
            return None
        [name] = formula.names
        return given(name, node.trail, self.program)

    def _line(self, path: Path, node: Node | Row) -> str:
        return "" if node.path == self.node.path else f" in {self.source.line(path)}"

    def _may_go(self, item: Path) -> bool:
        around = self.source.value(item[:-1])
        return isinstance(around, list) and len(around) > 1


def item_of(node: Node | Row) -> Path:
    """The item of a layer list that a layer's entry is."""
    return node.path if isinstance(node.path[-1], int) else node.path[:-1]


def text_of(entry: Any) -> str:
    """A layer's entry as it stands behind the dash."""
    [(name, arguments)] = entry.items()
    return f"{name}: {flow(arguments)}"


def _entry(node: Node | Row, value: Any, arguments: Any) -> tuple[Path, Any]:
    """Where a layer's arguments are written, and what is written there."""
    if isinstance(node.path[-1], int):
        return node.path, {value(node.path): arguments}
    return node.path, arguments


def _by_name(cls: Any, written: Any) -> dict[str, Any]:
    if isinstance(written, dict):
        return written
    return {} if written is None else {next(iter(cls.arguments())): written}


def _filled_in(data: Any, value: dict[str, Any]) -> Any:
    """The entry of a layer inside another, with arguments added."""
    [(name, more)] = value.items()
    inner = data.get(name) if isinstance(data, dict) else None
    return {name: {**_by_name(layer_class(name), inner), **more}}


def _reading(entry: Any, name: str) -> Any:
    """A layer's entry that reads a tensor by its name."""
    if name == "prev":
        return entry
    [(kind, written)] = entry.items()
    return {kind: {**_by_name(layer_class(kind), written), "from": name}}


def _rounded(row: Row) -> Iterator[tuple[int, int]]:
    """The first size that a layer's steps don't divide, and what became of it."""
    x, output = row.input_shapes[0], row.output_shape
    windows = row.layer.reach(x)
    layer = row.layer
    if isinstance(windows, str) or not isinstance(layer, Spatial):
        return
    if (
        not isinstance(output, tuple)
        or not len(windows) == len(x) - 2 == len(output) - 2
    ):
        return
    given = layer.split(x)[0], layer.split(output)[0]
    valid = getattr(row.layer, "padding", "valid") == "valid"
    for window, size, out in zip(windows, *given, strict=True):
        if size is None or out is None or out >= size:
            continue
        if (size - window.span if valid else size) % window.stride:
            yield size, out
            return


def each_axis(shape: Sequence[Any]) -> range:
    """The axes between the batch and the channels."""
    return range(1, len(shape) - 1)
