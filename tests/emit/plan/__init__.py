"""Small programs as the passes of the plan see them."""

from textwrap import dedent

from cnnspec.emit.code.plan.flow import Flow
from cnnspec.emit.code.plan.history import History, history_of
from cnnspec.emit.code.plan.keep import kept
from cnnspec.emit.code.plan.planning import shapes_of
from cnnspec.ground.source import Source
from cnnspec.language.program import Program
from cnnspec.model.changing import read_changed
from cnnspec.model.resolver import resolve


def program_of(text: str) -> Program:
    """A spec of an image, with these keys beside `input`, which has to be sound."""
    program = read_changed(Source(f"input: [16, 16, 3]\n{dedent(text)}", "<spec>"))
    problems = [*program.problems, *resolve(program).problems]
    assert [p for p in problems if p.severity == "error"] == []
    return program


def history_from(text: str) -> History:
    program = program_of(text)
    return history_of(program, shapes_of(resolve(program)))


def flow_of(text: str) -> Flow:
    program = program_of(text)
    shapes = shapes_of(resolve(program))
    return kept(program, history_of(program, shapes), shapes)
