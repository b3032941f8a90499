"""Values that stand elsewhere, and that the layer which differs first is made of."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from cnnspec.ground.edits import Edit, Remedy
from cnnspec.ground.errors import Path
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.align import same_type
from cnnspec.judge.repairs.layers import fitting
from cnnspec.judge.repairs.trials import Difference, Trials
from cnnspec.model.graph import Input
from cnnspec.model.summary import Row, Summary

_OTHER_THINGS = frozenset({"name", "from", "description", "index", "test", "outputs"})
"""Keys whose values are no sizes."""
_SMALL = 10
"""Numbers below it are sizes of kernels and counts of rounds: all of them are tried."""


def given_elsewhere(
    trials: Trials, summary: Summary, difference: Difference
) -> Iterator[Remedy]:
    """Changes of values in calls, repeats, variables, defaults and inputs."""
    return _Elsewhere(trials, summary, difference).remedies()


class _Elsewhere:
    def __init__(
        self, trials: Trials, summary: Summary, difference: Difference
    ) -> None:
        self._trials, self._source = trials, trials.source
        self._summary = summary
        self._row, self._layer = difference

    def remedies(self) -> Iterator[Remedy]:
        paths = [(path, self._source.value(path)) for path in self._paths()]
        for values in (self._aimed, self._worked_out, self._beside):
            for path, value in paths:
                for other in dict.fromkeys(values(path, value)):
                    if other != value and not (type(other) is int and other < 0):
                        yield self._written(path, other)

    # -------------------------------------------------------- which values

    def _paths(self) -> Iterator[Path]:
        """Where values stand that may have to do with it, nearest first, each once."""
        seen = set()
        for path in self._around():
            for leaf in _leaves(self._source.value(path), path):
                if leaf not in seen:
                    seen.add(leaf)
                    yield leaf

    def _around(self) -> Iterator[Path]:
        layer, blocks = self._layer, self._trials.program.blocks
        if isinstance(layer, Row):
            yield layer.path
            if layer.path[-1] in blocks:  # a model, of which a table has one row
                yield (*blocks[layer.path[-1]].path, "layers")
            for frame in reversed(layer.trail):
                yield frame.path
                if frame.block:
                    yield (*blocks[frame.block].path, "params")
            yield ("defaults", layer.type)
        yield from (("vars",), ("input",), ("inputs",), ("defaults",))
        yield from _of_steps(self._source.value(("layers",)), ("layers",), blocks)

    # -------------------------------------------------------- other values

    @cached_property
    def _aims(self) -> list[tuple[Any, Any]]:
        """What arguments of the layer come to, and what would give its row."""
        row, layer = self._row, self._layer
        if row is None or not isinstance(layer, Row) or not same_type(row, layer):
            return []
        arguments = type(layer.layer).arguments()
        return [
            (layer.layer.given.get(name, arguments[name].default), value)
            for name, value in fitting(layer, row)
        ]

    def _aimed(self, path: Path, value: Any) -> Iterator[Any]:
        """What an argument asks for that is the value, so many times it, or more."""
        if type(value) is bool:
            yield not value
        for now, wanted in self._aims:
            if type(value) is str and now == value:
                yield wanted
            was, number = _number(now), _number(wanted)
            if type(value) not in (int, float) or was is None or number is None:
                continue
            if was == value:
                yield number
            elif was and not (value * number) % was:
                yield type(value)(value * number / was)
            if type(value) is int:
                yield value + number - was

    def _worked_out(self, path: Path, value: Any) -> Iterator[Any]:
        """Values at which a figure would be as printed, if it grows evenly.

        Nothing where twice the value changes no figure.
        """
        if type(value) not in (int, float):
            return
        probe = 2 * value or 1
        tried = self._trials.tried(Remedy("", (Edit(path, probe),)))
        if tried is not None:
            figures = list(self._figures(tried.summary))
            is_cut = bool(self._summary.misfits)  # figures end where the model does
            if all(now == later for now, later, _ in figures) and not is_cut:
                return
            for now, later, wanted in figures:
                if wanted is not None and later not in (now, None):
                    step = (wanted - now) * (probe - value) / (later - now)
                    exact = type(value) is float
                    yield value + (round(step, 3) if exact else round(step))
        if type(value) is int:
            yield from (value // 2, probe, value - 1, value + 1, value - 2, value + 2)
            is_small = value < _SMALL or self._summary.misfits
            yield from range(1, _SMALL) if is_small else ()

    def _beside(self, path: Path, value: Any) -> Iterator[Any]:
        """Where twice a number changes nothing, less of it still may."""
        if type(value) is int:
            yield from (value - 1, value + 1)

    def _figures(self, then: Summary) -> Iterator[tuple[Any, Any, Any]]:
        """Figures of the model, of another one, and as they are printed."""
        row, layer, now = self._row, self._layer, self._summary
        if row and layer:
            found = {tensor.name: _of_input(tensor) for tensor in then.graph.inputs}
            found |= {one.name: _of_row(one) for one in then.rows}
            later = found.get(layer.name, ())
            yield from zip(_of_row(layer), later, _of_row(row), strict=False)
        printed = self._trials.table.printed
        rows = len(printed.rows) - len(now.graph.inputs)
        yield len(now.rows), len(then.rows), rows
        yield now.total_params, then.total_params, printed.model_params

    def _written(self, path: Path, value: Any) -> Remedy:
        source, step, edit = self._source, path[-1], Edit(path, value)
        if source.is_given(path):
            keys = ".".join(map(str, path))
            return Remedy(f"give --set {keys}={flow(value)}", (edit,))
        line = source.line(path)
        text = f"write {step}: {flow(value)} in {line}"
        if isinstance(step, int):
            was = flow(source.value(path))
            text = f"write {flow(value)} in place of {was} in {line}"
        return Remedy(text, (edit,))


def _of_steps(steps: Any, path: Path, blocks: Any) -> Iterator[Path]:
    """Calls and repeats, whose values say how many layers there are."""
    for place, step in enumerate(steps if isinstance(steps, list) else ()):
        if not isinstance(step, dict):
            continue
        for key, value in step.items():
            here = (*path, place, key)
            if key in blocks or key == "repeat":
                yield here
            if isinstance(value, dict) and "layers" in value:
                yield from _of_steps(value["layers"], (*here, "layers"), blocks)


def _leaves(data: Any, path: Path) -> Iterator[Path]:
    """Plain values; what a call or a repeat holds of other steps is theirs."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in _OTHER_THINGS and key != "layers":
                yield from _leaves(value, (*path, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from _leaves(value, (*path, place))
    elif type(data) in (int, bool, float, str):
        yield path


def _number(value: Any) -> int | None:
    """A whole number, or the one that all of a list are."""
    if isinstance(value, list | tuple) and len({*map(repr, value)}) == 1:
        value = value[0]
    return value if type(value) is int else None


def _of_input(tensor: Input) -> list[Any]:
    return [*reversed(tensor.shape[1:]), 0]


def _of_row(row: Any) -> list[Any]:
    """The sizes of a row's output, then its parameters."""
    shape = row.output_shape
    sizes = list(shape[1:]) if isinstance(shape, tuple) else []
    return [*reversed(sizes), row.params]
