"""What can be said of steps without taking them."""

import ast
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import declaring
from cnnspec.ground.errors import Path
from cnnspec.language.expressions import Formula
from cnnspec.language.program import (
    Block,
    CallStep,
    IfStep,
    LayerStep,
    PassStep,
    Program,
    RepeatStep,
    Step,
    Steps,
)


def within(step: Step) -> Iterator[Steps]:
    """The lists of steps that a step holds."""
    if isinstance(step, RepeatStep):
        yield step.steps
    elif isinstance(step, IfStep):
        yield step.then
        yield step.otherwise
    else:
        yield from (source for source in step.sources if type(source) is tuple)


def each_step(steps: Steps) -> Iterator[Step]:
    """Every step; those that others hold come before them."""
    for step in steps:
        for inner in within(step):
            yield from each_step(inner)
        yield step


def defines(steps: Steps) -> bool:
    """Whether the current tensor can be another one after the steps."""
    return any(
        not isinstance(step, RepeatStep | IfStep) or any(map(defines, within(step)))
        for step in steps
        if not isinstance(step, PassStep)
    )


def parents(program: Program) -> Iterator[tuple[Path, Path]]:
    """For each step and block, the repeat, branch or block around it; () if none."""
    yield (), ()
    yield from _inside(program.steps, ())
    for block in program.blocks.values():
        yield block.path, ()
        yield from _inside(block.steps, block.path)


def _inside(steps: Steps, around: Path) -> Iterator[tuple[Path, Path]]:
    for step in steps:
        yield step.path, around
        holds = isinstance(step, RepeatStep | IfStep)
        for inner in within(step):
            yield from _inside(inner, step.path if holds else around)


class StepKind(NamedTuple):
    """What a step is, for the variable that holds its tensor."""

    word: str
    """The layer's class in Keras's words, or the block's name."""
    result: str
    """What comes of it, in a word."""
    joins_paths: bool
    """Whether a tensor that goes past other layers may end in it."""


def kinds(program: Program) -> Iterator[tuple[Path, StepKind]]:
    """What the layers and calls of a program are."""
    for steps in (program.steps, *(b.steps for b in program.blocks.values())):
        for step in each_step(steps):
            if isinstance(step, LayerStep):
                with declaring(program.own):
                    cls = layer_class(step.type)
                word = snake_case(cls.__name__)
                yield step.path, StepKind(word, cls.result, cls.joins_paths)
            elif isinstance(step, CallStep):
                word = f"{step.block}_output"
                yield step.path, StepKind(word, word, False)


def is_published(program: Program, step: Step) -> bool:
    """Whether a step is a model of keras.applications."""
    if not isinstance(step, LayerStep):
        return False
    with declaring(program.own):
        return layer_class(step.type).is_application


def formulas_of(block: Block) -> Iterator[Formula]:
    """The formulas in a block."""

    def found(data: Any) -> Iterator[Formula]:
        if isinstance(data, Formula):
            yield data
        elif isinstance(data, dict):
            for item in data.values():
                yield from found(item)
        elif isinstance(data, tuple | list):
            for item in data:
                yield from found(item)

    yield from found(block.params)
    yield from found(block.steps)


def choice(
    source: Formula | None, rename: Callable[[str], str] = str
) -> dict[str, str] | None:
    """The code of the tests in `${'a' if test else 'b'}`, by the names they lead to.

    Returns:
        The last name has no test. None for another formula.
    """
    if source is None or source.is_interpolated:
        return None
    code = source.python(rename)
    node: ast.expr = ast.parse(code, mode="eval").body
    found: dict[str, str] = {}
    while isinstance(node, ast.IfExp):
        if not isinstance(node.body, ast.Constant):
            return None
        found[str(node.body.value)] = ast.get_source_segment(code, node.test) or ""
        node = node.orelse
    if not found or not isinstance(node, ast.Constant):
        return None
    return {**found, str(node.value): ""}
