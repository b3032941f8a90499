"""A model held against what its author expects of it."""

import os
from collections.abc import Container, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.ground import patience
from cnnspec.ground.errors import Diagnostic, Mark, Path, SpecError, nearest
from cnnspec.ground.partial import until_lost
from cnnspec.ground.shapes import Shape, Shapes
from cnnspec.ground.source import Source
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.align import (
    differing,
    has_models,
    is_model,
    same_shape,
    same_type,
)
from cnnspec.language import naming
from cnnspec.language.document import Expect
from cnnspec.model.summary import Model, Row, Summary, each_row

if TYPE_CHECKING:
    from cnnspec.ground.edits import Remedy
    from cnnspec.read.tables.rows import PrintedRow, PrintedSummary

MISMATCH = "expected-mismatch"
_MODEL_HINT = (
    "make its layers a block with model: true; or print the table with "
    "expand_nested=True"
)
"""What to do about a model in one row."""
_MISPRINTED = "its rows come to its total with the former, so mend that row"
_UNBUILT = (
    "the model of this table wasn't built when it was printed, so it holds no counts; "
    "call the model once, or model.build(…), and print it again"
)


def judge(model: Model) -> Iterator[Diagnostic]:
    """What differs between a model and the `expect:` of its spec."""
    expect = model.program.expect
    assert expect is not None
    judge = _Judge(expect, model)
    printed, wrong = next(until_lost(judge.read_table() for _ in [expect]), (None, []))
    yield from wrong
    for key in ("total_params", "trainable_params", "non_trainable_params"):
        yield from until_lost(judge.total(key, printed))
    yield from until_lost(judge.output())
    yield from until_lost(judge.layers())
    if printed is not None:
        yield from judge.table(printed)


def mending(model: Model) -> "list[Remedy]":
    """What makes a model that has a mistake the one of the table that it expects."""
    expect = model.program.expect
    if expect is None or expect.summary is None:
        return []
    judge = _Judge(expect, model)
    printed, wrong = judge.read_table()
    return [] if printed is None or wrong or printed.doubt else judge.mending(printed)


class _Input(NamedTuple):
    """An input, in the form of the row that Keras prints for it in some models."""

    name: str
    output_shape: Shape
    path: Path
    type: str = INPUT_LAYER
    params: int = 0


_Printable = Row | _Input


class _Judge:
    def __init__(self, expect: Expect, model: Model) -> None:
        self._expect, (self._program, summary) = expect, model[:2]
        self._summary, self._source = summary, model.program.source
        self._rows = {row.name: row for row in each_row(summary)}

    def total(self, key: str, printed: "PrintedSummary | None") -> Iterator[Diagnostic]:
        """A total that `expect` gives and the model doesn't have."""
        expected, found = getattr(self._expect, key), getattr(self._summary, key)
        if expected is not None and expected != found:
            first = self._first_difference(printed) if printed else ""
            if self._source.held:
                from cnnspec.judge.held import first_unlike

                first = first or first_unlike(self._summary, self._source)
            text = f"expect.{key} is {_versus(expected, found)}{first}"
            yield self._mismatch(("expect", key), text)

    def output(self) -> Iterator[Diagnostic]:
        """An output shape that isn't the model's."""
        expected = self._expect.output_shape
        if expected is None:
            return
        last = self._rows.get(self._summary.graph.outputs[0])
        if last is None:  # something is wrong with what it reads
            return
        found = last.output_shape
        if not _agree(expected, found):
            text = f"expect.output_shape is {_sizes(expected)}"
            message = f"{text} but the model gives {_without_batch(found)}"
            hint = _batch_hint(expected, found)
            yield self._mismatch(("expect", "output_shape"), message, hint)

    def layers(self) -> Iterator[Diagnostic]:
        """Single layers that differ from what `expect.layers` says of them."""
        layers = self._expect.layers
        if not layers:
            return
        by_keras = self._by_keras(self._summary)
        for name, expected in layers.items():
            path = ("expect", "layers", name)
            row = self._rows.get(name) or by_keras.get(name)
            if row is None:
                others = [row for row in self._rows if row not in layers]
                hint = nearest(name, others) or "cnnspec show lists the names"
                text = f"expect.layers names '{name}', which the model doesn't have"
                yield self._mismatch(path, text, hint)
                continue
            if expected.params not in (None, row.params):
                text = f"{_title(row)} has {row.params:,} params{_sum(row)}"
                message = f"{text}; expected {expected.params:,}"
                hint = _remedy(row, expected.params, self._source)
                yield self._mismatch((*path, "params"), message, hint)
            shape = expected.output_shape
            if shape is not None and not _agree(shape, row.output_shape):
                text = f"{_title(row)} gives {_without_batch(row.output_shape)}"
                message = f"{text}; expected {_sizes(shape)}"
                hint = _batch_hint(shape, row.output_shape)
                yield self._mismatch((*path, "output_shape"), message, hint)

    def _by_keras(self, summary: Summary, within: str = "") -> dict[str, Row]:
        """The rows by what Keras calls them, with those of models inside."""
        found = {}
        for row in summary.rows:
            if row.shares:
                continue
            called = within + summary.graph.called(row.name)
            found[called] = row
            if inside := row.layer.inside(*row.input_shapes):
                found |= self._by_keras(inside, naming.in_model(called, ""))
        return found

    def read_table(self) -> "tuple[PrintedSummary | None, list[Diagnostic]]":
        """The table of `expect.summary`, or what is wrong with it.

        Of several it is the one that the model is nearest to.
        """
        given = self._expect.summary
        if given is None:
            return None, []
        from cnnspec.read.tables.reading import read_tables
        from cnnspec.read.tables.rows import SummaryError

        text, errors = (given, []) if "\n" in given else self._read_file(given)
        if errors:
            return None, errors
        try:
            tables = read_tables(text)
        except SummaryError as error:
            return None, [self._unreadable(error.line, error.message)]
        table = tables[0] if len(tables) == 1 else min(tables, key=self._distance)
        if table.unbuilt:
            line = next(row.line for row in table.rows if row.unbuilt)
            return None, [self._unreadable(line, _UNBUILT)]
        return table, []

    def _distance(self, table: "PrintedSummary") -> int:
        """How much of a table isn't the model's."""
        return len(_differing(self._summary, table)) + len(list(self._totals(table)))

    def _unreadable(self, line: int, message: str) -> Diagnostic:
        return Diagnostic("error", "summary", self._mark(line), message)

    def _mark(self, line: int) -> Mark:
        """Where a line of the table stands."""
        given = self._expect.summary or ""
        path = self._source.path if "\n" in given else self._file(given)
        return Mark(path, self._line(line))

    def table(self, printed: "PrintedSummary") -> Iterator[Diagnostic]:
        """Rows and totals of the printed table that aren't the model's."""
        differ, totals = _differing(self._summary, printed), list(self._totals(printed))
        doubt = printed.doubt if differ or totals else None
        # Without these numbers the table's rows come to its total, as the model's do.
        misprinted = doubt and printed.model_params == self._summary.total_params
        if doubt and differ and not misprinted:
            yield self._unreadable(*doubt)
        mending = self.mending(printed) if differ and not doubt else ()
        for place, (row, layer) in enumerate(differ):
            found = self._row_difference(row, layer)
            if mending:
                texts = "; or ".join(remedy.text for remedy in mending)
                texts = self._source.as_said(texts)
                hint = "" if place else texts
                more = "" if place else _covered(mending, len(differ) - 1)
                found = found._replace(message=f"{found.message}{more}", hint=hint)
            if doubt and row and layer and row.params not in (None, layer.params):
                mark = self._mark(row.line) if misprinted else found.mark
                hint = _MISPRINTED if misprinted else ""
                found = found._replace(mark=mark, hint=hint)
            yield found
        for what, expected, count in totals:
            text = f"the summary's {what} are {_versus(expected, count)}"
            hint = "" if differ or not doubt else "its own rows don't come to that"
            yield self._mismatch(("expect", "summary"), text, hint)

    def _totals(self, printed: "PrintedSummary") -> Iterator[tuple[str, int, int]]:
        """The totals that aren't the model's: what each is, printed and found."""
        if any(row.unbuilt for row in printed.rows):
            return
        own = self._summary
        pairs = {
            "total params": (printed.model_params, own.total_params),
            "trainable params": (printed.trainable_params, own.trainable_params),
            "non-trainable params": (
                printed.non_trainable_params,
                own.non_trainable_params,
            ),
        }
        for what, (expected, found) in pairs.items():
            if expected is not None and expected != found:
                yield what, expected, found

    def mending(self, printed: "PrintedSummary") -> "list[Remedy]":
        """Changes of the spec that each make all rows as they are printed."""
        if not patience.lasts():
            return []
        from cnnspec.judge.repairs import Table, repairs

        table = Table(printed, lambda summary: _differing(summary, printed))
        return repairs(self._program, self._summary, table)

    def _row_difference(
        self, row: "PrintedRow | None", layer: _Printable | None
    ) -> Diagnostic:
        if layer is None:
            assert row is not None
            return self._lone_row(row)
        if row is None:
            text = f"{_title(layer)} has {layer.params:,} params{_sum(layer)}"
            message = f"{text}; the summary has no such row"
            return self._mismatch(layer.path, message, "remove it, or add its row")
        parts = []
        hint = ""
        if not same_type(row, layer):
            parts.append(f"its type is {layer.type}, not {row.type}")
            hint = _MODEL_HINT if is_model(row) else ""
        if row.params not in (None, layer.params):
            parts.append(f"{layer.params:,} params{_sum(layer)}, not {row.params:,}")
            hint = hint or _remedy(layer, row.params, self._source)
        if not same_shape(row.output_shape, layer.output_shape):
            shape = _shown(row.output_shape)
            parts.append(f"output {_shown(layer.output_shape)}, not {shape}")
        text = f"{_title(layer)} differs from {self._place(row)}: {'; '.join(parts)}"
        return self._mismatch(layer.path, text, hint)

    def _lone_row(self, row: "PrintedRow") -> Diagnostic:
        """A row of a layer that the model would have to have."""
        path, place = ("expect", "summary"), self._place(row)
        if is_model(row):
            text = f"{place} is a whole model in one row, which the spec doesn't have"
            return self._mismatch(path, text, _MODEL_HINT)
        if row.params:
            text = f"{place} has {row.params:,} params; the model has no such layer"
            return self._mismatch(path, text, "add it, or remove its row")
        text = f"{place} gives {_shown(row.output_shape)}"
        message = f"{text}; the model has no such layer, and no other of that output"
        return self._mismatch(path, message, "add it, or remove its row")

    def _first_difference(self, printed: "PrintedSummary") -> str:
        for row, layer in _differing(self._summary, printed):
            if layer is not None:
                line = self._source.line(layer.path)
                text = f"; the first difference is '{layer.name}' ({line})"
                if row is not None and row.params not in (None, layer.params):
                    text += f": {layer.params:,}, expected {row.params:,}"
                return text
        return ""

    def _place(self, row: "PrintedRow") -> str:
        given = self._expect.summary or ""
        where = "" if "\n" in given else f"{given} "
        return f"the summary's row '{row.name}' ({where}line {self._line(row.line)})"

    def _line(self, line: int) -> int:
        """Where a line of the table stands in its file, which may be the spec."""
        if "\n" not in (self._expect.summary or ""):
            return line
        return self._source.line_of_text(("expect", "summary"), line)

    def _file(self, name: str) -> str:
        return os.path.join(os.path.dirname(self._source.path), name)

    def _read_file(self, name: str) -> tuple[str, list[Diagnostic]]:
        try:
            return self._source.read_beside(name)[1], []
        except SpecError as error:
            [found] = error.diagnostics
            text = f"the summary '{name}': {found.message}"
            hint = found.hint or "name it as seen from the spec's folder"
            return "", [self._report(found.code, ("expect", "summary"), text, hint)]

    def _mismatch(self, path: Path, message: str, hint: str = "") -> Diagnostic:
        return self._report(MISMATCH, path, message, hint)

    def _report(
        self, code: str, path: Path, message: str, hint: str = ""
    ) -> Diagnostic:
        return self._source.diagnostic("error", code, path, message, hint)


def _differing(
    summary: Summary, printed: "PrintedSummary"
) -> "list[tuple[PrintedRow | None, _Printable | None]]":
    names = {row.name for row in printed.rows}
    pairs = list(_printable(summary, names, whole=has_models(printed.rows)))
    own = {id(shown): layer for shown, layer in pairs}
    found = differing(printed.rows, [shown for shown, _ in pairs])
    return [(row, layer and own[id(layer)]) for row, layer in found]


def _covered(mending: "Sequence[Remedy]", behind: int) -> str:
    """How much is mended by each of some changes, in words."""
    rows = f"it and the {behind} rows behind it that differ"
    if behind < 2:
        rows = "it and the row behind it that differs" if behind else "it"
    if len(mending) > 1:
        return f"; each of {len(mending)} changes mends {rows}, so see which was meant"
    together = len(mending[0].edits)
    if together > 1:
        return f"; {together} changes mend {rows}"
    return f"; one change mends {rows}" if behind else ""


def _printable(
    summary: Summary, names: Container[str], *, whole: bool, within: str = ""
) -> Iterator[tuple[_Printable, _Printable]]:
    """What a table has rows of, as printed there, and as it is called in messages.

    Args:
        summary: of a model.
        names: those in the table.
        whole: whether a model inside has one row, or its layers one each.
        within: what stands before names in messages.
    """
    graph = summary.graph
    layers: list[_Printable] = [_Input(i.name, i.shape, i.path) for i in graph.inputs]
    for layer in (*layers, *summary.rows):
        full = layer._replace(name=f"{within}{layer.name}")
        inside = None
        if isinstance(layer, Row):
            inside = layer.layer.inside(*layer.input_shapes)
        if inside and not whole:
            below = naming.in_model(full.name, "")
            if not (isinstance(layer, Row) and layer.shares):
                yield from _printable(inside, names, whole=False, within=below)
        elif layer.name in names:
            yield layer._replace(), full
        else:  # by Keras's name, unless the table has that of its author
            shares = layer.shares if isinstance(layer, Row) else ""
            yield layer._replace(name=graph.called(layer.name, shares)), full


def _versus(expected: int, found: int) -> str:
    return f"{expected:,} but the model has {found:,} ({found - expected:+,})"


def _title(row: _Printable) -> str:
    return f"'{row.name}' ({row.type})"


def _sum(row: _Printable) -> str:
    return f" ({row.arithmetic})" if isinstance(row, Row) and row.arithmetic else ""


def _shown(shape: Shapes | None) -> str:
    return str(shape).replace("None", "?")


def _without_batch(shape: Shapes) -> str:
    several = shape if isinstance(shape, list) else [shape]
    return " and ".join(_sizes(one[1:]) for one in several)


def _sizes(shape: Shape) -> str:
    """Sizes as a spec writes them."""
    return f"[{', '.join('null' if size is None else str(size) for size in shape)}]"


def _batch_hint(expected: Shape, found: Shapes) -> str:
    """What to do about a shape that was written with its batch axis."""
    batch = isinstance(found, tuple) and len(expected) == len(found)
    if not batch or expected[0] is not None:
        return ""
    return f"leave the batch axis out: write {_sizes(expected[1:])}"


def _agree(expected: tuple[int | None, ...], found: Shapes) -> bool:
    return isinstance(found, tuple) and tuple(expected) == found[1:]


def _remedy(row: _Printable, wanted: int | None, source: Source) -> str:
    """The argument that would give the layer the parameters that are wanted."""
    if wanted is None or isinstance(row, _Input):
        return ""
    from cnnspec.judge.repairs.layers import counting

    for name, value in counting(row, wanted):
        text = f"{name}: {flow(value)}"
        if type(source.value((*row.path, name))) in (int, bool):
            return f"write {text} in {source.line(row.path)}"
        return f"{text} would give that"
    return ""
