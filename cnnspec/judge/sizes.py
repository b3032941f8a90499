"""A model as it is built, with inputs of other sizes: what doesn't fit, and what would.

The weights stay those that the spec's own sizes lead to, as in a model that has been
trained.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence

from cnnspec.ground.errors import Diagnostic, OverrideError, Problem, either
from cnnspec.ground.shapes import Shape, show
from cnnspec.model.graph import Graph, Input
from cnnspec.model.summary import Model, Row, Summary, infer

_REACH = 64
"""How far from the sizes given others are looked for."""
_PATIENCE = 1.5
"""Seconds that they are looked for."""
_SIZES = re.compile(r"[1-9][0-9]{0,5}(?:[x×,][1-9][0-9]{0,5})*")


class AtSizes:
    """Holds models against sizes from outside, as `--input 600x600` gives them.

    Attributes:
        summary: of the last model that fits, at those sizes.
    """

    def __init__(self, given: Sequence[str]) -> None:
        """Reads the sizes.

        Args:
            given: `600x600`, `600x600x3`, or `image=600x600` where there are several.

        Raises:
            OverrideError: something else is given.
        """
        self._given = dict(map(_read, given))
        self.summary: Summary | None = None

    def __str__(self) -> str:
        return ", ".join(
            f"{name} {_text(sizes)}" if name else _text(sizes)
            for name, sizes in self._given.items()
        )

    def __call__(self, model: Model) -> Iterator[Diagnostic]:
        """What doesn't fit in a model.

        Raises:
            OverrideError: it has no such input, or one with another number of sizes.
        """
        program, built = model
        graph = built.graph
        sizes = _named(self._given, graph.inputs)
        found = _misfit(built, _with(graph, sizes), model)
        if found is None:
            self.summary = infer(_with(graph, sizes), program.source.line)
            return
        hint = " and ".join(_fitting(built, graph, sizes, model))
        hint = f"{hint} fit" if " and " in hint else f"{hint} fits" if hint else ""
        hint = hint or _built_for(graph, sizes)
        message = f"{found.message}, where the input is {self}"
        yield program.source.error(found._replace(message=message, hint=hint))


def _built_for(graph: Graph, given: Mapping[str, Shape]) -> str:
    """The sizes that a model has been built for; nothing where these are given."""
    own = {tensor.name: tensor.shape for tensor in graph.inputs}
    pairs = (zip(shape, given[name], strict=True) for name, shape in own.items())
    if all(one in (None, other) for pair in pairs for one, other in pair):
        return ""
    sizes = ", ".join(show(shape[1:]) for shape in own.values())
    return f"it is built for {sizes}"


def _read(text: str) -> tuple[str, tuple[int, ...]]:
    name, equals, sizes = text.rpartition("=")
    if not _SIZES.fullmatch(sizes) or (equals and not name):
        hint = "as in 600x600, or image=600x600x3"
        raise OverrideError(f"--input takes sizes, {hint}; found '{text}'")
    return name, tuple(map(int, re.split("[x×,]", sizes)))


def _named(
    given: Mapping[str, tuple[int, ...]], inputs: Sequence[Input]
) -> dict[str, Shape]:
    """The sizes of each input, the batch's first.

    Raises:
        OverrideError: there is no such input, or it has another number of sizes.
    """
    names = [tensor.name for tensor in inputs]
    sizes = {tensor.name: tensor.shape for tensor in inputs}
    for name, numbers in given.items():
        if not name and len(names) > 1:
            hint = f"write {names[0]}={_text(numbers)}"
            text = f"--input: the model has the inputs {either(names, 'and')}"
            raise OverrideError(f"{text}; {hint}")
        called = name or names[0]
        if called not in sizes:
            text = f"--input: the model has no input '{name}'"
            raise OverrideError(f"{text}; it has {either(names, 'and')}")
        before = sizes[called]
        more = len(before) - 1 - len(numbers)
        if more not in (0, 1):
            text = f"--input: '{called}' is {show(before[1:])}, and {_text(numbers)} "
            text += f"has {len(numbers)} of its {len(before) - 1} sizes"
            raise OverrideError(f"{text}; the last alone may be left out")
        sizes[called] = (before[0], *numbers, *before[1 + len(numbers) :])
    return sizes


def _with(graph: Graph, sizes: Mapping[str, Shape]) -> Graph:
    inputs = (t._replace(shape=sizes[t.name]) for t in graph.inputs)
    return graph._replace(inputs=tuple(inputs))


def _misfit(built: Summary, graph: Graph, model: Model) -> Problem | None:
    """The first layer that can't take its input, or has weights of other sizes."""
    found = infer(graph, model.program.source.line)
    rows = {row.name: row for row in built.rows}
    wrong = {misfit.node.name: misfit.problem for misfit in found.misfits}
    there = {row.name: row for row in found.rows}
    for node in graph.nodes:
        if node.name in wrong:
            return wrong[node.name]
        if node.name in there and node.name in rows:
            if there[node.name].weights != rows[node.name].weights:
                return _other_weights(rows[node.name], there[node.name])
        elif node.name in rows:  # of a model inside which something is wrong
            return next(iter(wrong.values()), None)
    return None


def _other_weights(built: Row, found: Row) -> Problem:
    title = f"'{built.name}' ({type(built.layer).__name__})"
    had, gets = (show(row.input_shapes[0][1:]) for row in (built, found))
    text = f"{title} has weights for {had}, and gets {gets}"
    return Problem(built.path, "shape", text, "", True, built.trail)


def _fitting(
    built: Summary, graph: Graph, sizes: Mapping[str, Shape], model: Model
) -> Iterator[str]:
    """The next smaller and the next larger sizes that fit, in words."""
    end = time.perf_counter() + _PATIENCE
    for sign in (-1, 1):
        for step in range(1, _REACH + 1):
            if time.perf_counter() > end:
                return
            near = {n: _moved(s, sign * step, graph, n) for n, s in sizes.items()}
            are_sizes = all(
                size is None or size > 0 for s in near.values() for size in s
            )
            if are_sizes and _misfit(built, _with(graph, near), model) is None:
                yield _shown(near, sizes)
                break


def _moved(shape: Shape, step: int, graph: Graph, name: str) -> Shape:
    """Other sizes of an image or a sequence; channels and the batch stay.

    Sizes that differ go to multiples of what they move by.
    """
    batch, *inner, last = shape
    moved = [None if size is None else size + step for size in inner]
    if len({size for size in inner if size is not None}) > 1:
        unit = abs(step) + 1
        moved = [
            None
            if size is None
            else size // unit * unit
            if step < 0
            else -(-size // unit) * unit
            for size in inner
        ]
    if not inner:
        return shape
    return (batch, *moved, last)


def _shown(near: Mapping[str, Shape], sizes: Mapping[str, Shape]) -> str:
    changed = {n: s for n, s in near.items() if s != sizes[n]}
    texts = (_text([one for one in s[1:-1] if one]) for s in changed.values())
    if len(near) == 1:
        return next(texts, "")
    return ", ".join(f"{n} {text}" for n, text in zip(changed, texts, strict=True))


def _text(sizes: Sequence[int]) -> str:
    return "x".join(map(str, sizes))
