"""Where a value was given that a formula hands on, for messages about the value."""

import re
from collections.abc import Mapping
from typing import Any

from cnnspec.ground.errors import Frame, Invalid, Path, Problem, Trail
from cnnspec.ground.kinds import NAME_SAYS, name_hint
from cnnspec.ground.yaml_text import describe
from cnnspec.language.expressions import Formula, formulas
from cnnspec.language.expressions.meant import meant
from cnnspec.language.program import Block, Program


def given(name: str, trail: Trail, program: Program) -> Path | None:
    """Where a variable that is used after a trail got its value.

    A value that was handed on as it is was given further out. What counts the rounds
    of a repeat isn't given anywhere.
    """
    while trail:
        *outside, frame = trail
        arguments = program.source.value(frame.path)
        if frame.round:
            if name == arguments.get("index"):
                return None
            if name in (arguments.get("for") or ()):
                listed = isinstance(arguments["for"][name], list)
                item = (frame.round - 1,) if listed else ()
                place = (*frame.path, "for", name, *item)
                return _followed(place, tuple(outside), program)
        elif name in program.blocks[frame.block].params:
            path = _changed(name, frame, program)
            path = path or _argument(name, frame, arguments, program)
            if path is not None:
                return _followed(path, tuple(outside), program)
            return _default(name, trail, program.blocks[frame.block], program)
        trail = () if frame.block else tuple(outside)
    return _followed(("vars", name), (), program) if name in program.vars else None


def _changed(name: str, frame: Frame, program: Program) -> Path | None:
    """Where `change` gives a parameter of a call; None where it doesn't."""
    called = program.changed.get(frame.path)
    if called is None:
        return None
    path: Path = ("change", called)
    given = program.source.value(path)
    if isinstance(given, dict):
        return (*path, name) if name in given else None
    first = next(iter(program.blocks[frame.block].params))
    return path if name == first else None


def _argument(name: str, frame: Frame, arguments: Any, program: Program) -> Path | None:
    """Where a call gives a parameter; None where it leaves the default."""
    if isinstance(arguments, dict):
        return (*frame.path, name) if name in arguments else None
    is_bare = not frame.path or isinstance(frame.path[-1], int)
    first = next(iter(program.blocks[frame.block].params))
    return None if is_bare or arguments is None or name != first else frame.path


def _default(name: str, trail: Trail, block: Block, program: Program) -> Path:
    """Where the default of a parameter, which sees those before it, got its value."""
    path, params = (*block.path, "params", name), [*block.params]
    before = {*params[: params.index(name)]}
    value = _written(path, program)
    sees = is_variable(value) and value.names <= before
    return _followed(path, trail if sees else (), program)


def _followed(path: Path, trail: Trail, program: Program) -> Path:
    """The place of a value, or of the variable that it was handed on from."""
    value = _written(path, program)
    if not is_variable(value):
        return path
    [name] = value.names
    return given(name, trail, program) or path


def is_variable(value: Any) -> bool:
    """Whether a value is a variable and nothing else: `$width` or `${width}`."""
    if type(value) is not Formula or len(value.names) != 1:
        return False
    [name] = value.names
    return value.text in (f"${name}", f"${{{name}}}")


def placed(
    problem: Problem, formula: Formula, at: Path, trail: Trail, program: Program
) -> Problem:
    """A problem of a value that a formula comes to, where its author can mend it.

    That is where the variables of the formula were given, if one value or one call
    gave them, and otherwise the formula itself.

    Args:
        problem: of the value; its path is left out of account.
        formula: what came to the value.
        at: where the formula stands.
        trail: the calls and rounds that led there.
        program: the spec.
    """
    hint, path = problem.hint, _one_place(formula, trail, program)
    if path and not _is_at_fault(path, formula, program):
        path = None
    if code := meant(formula, formula.names):
        path, hint = None, f"write {code}"
    elif "/" in formula.text and "whole number" in problem.message:
        whole = re.sub(r"(?<!/)/(?!/)", "//", formula.text)
        path, hint = None, f'write "{whole}"'
    elif path and (code := meant(_written(path, program), program.vars)):
        hint = f"write {code}"
    elif hint.startswith("write ") and not (path and is_variable(formula)):
        hint = ""
    text = f"{problem.message}, which {formula.text} comes to"
    if path is None:
        if len(formula.names) == 1 and (origin := _given(formula, trail, program)):
            what = "" if is_variable(formula) else f"with {min(formula.names)} "
            text = f"{text}, {what}given {program.source.origin(origin)}"
        return problem._replace(path=at, message=text, hint=hint)
    text = f"{text} in {program.source.line(at)}"
    return problem._replace(path=path, message=text, hint=hint, at_key=False)


_LATER = (("layers",), ("append",), ("blocks",), ("custom",))
"""Where formulas are worked out when their steps are taken."""


def at_variables(program: Program) -> Program:
    """A program whose problems stand where a variable got the value that is wrong."""

    def moved(problem: Problem) -> Problem:
        path, code, *_ = problem
        is_value = code in ("wrong-type", "unknown-value") and path[:1] not in _LATER
        formula = _written(path, program) if is_value else None
        if type(formula) is not Formula or not formula.names <= program.values.keys():
            return problem
        return placed(problem, formula, problem.path, (), program)

    problems = (moved(p) for p in program.problems)
    return program._replace(problems=tuple(dict.fromkeys(problems)))


def _is_at_fault(path: Path, formula: Formula, program: Program) -> bool:
    """Whether the value at a path has to change, and not a formula that uses it.

    What a call or a repeat gives is wrong for its block; a variable of the spec that is
    a number may be right in other formulas.
    """
    if is_variable(formula) or isinstance(_written(path, program), str):
        return True
    return path[0] != "vars" and not formula.is_interpolated


def _written(path: Path, program: Program) -> Any:
    try:
        return formulas(program.source.value(path))
    except Invalid:  # which has been reported
        return None


def _given(formula: Formula, trail: Trail, program: Program) -> Path | None:
    return given(min(formula.names), trail, program)


def _one_place(formula: Formula, trail: Trail, program: Program) -> Path | None:
    """Where the variables of a formula got their values; None if in several places.

    Several arguments of one call are in one place, which is the call.
    """
    if not formula.names:
        return None
    places = {given(name, trail, program) for name in formula.names}
    if len(places) == 1:
        return places.pop()
    for frame in reversed(trail):
        if frame.block and all(p and p[:-1] == frame.path for p in places):
            return frame.path
    return None


def formula_at(arguments: Any, path: Path) -> Formula | None:
    """The formula in arguments that a path leads to, or to what it comes to."""
    for step in path:
        if not isinstance(arguments, dict | list):
            break
        holds = step in arguments if isinstance(arguments, dict) else True
        arguments = arguments[step] if holds else None  # type: ignore[index]
    return arguments if type(arguments) is Formula else None


def mistake(
    formula: Formula, variables: Mapping[str, Any], trail: Trail, program: Program
) -> object:
    """What is the same wherever one wrong value leads to a problem.

    A text in place of a number is wrong in every formula; a number may be right in
    another one.
    """
    path = _one_place(formula, trail, program)
    if path is None or not formula.names:
        return trail, formula.text
    value = variables[min(formula.names)]
    return path, repr(value), "" if isinstance(value, str) else formula.text


def no_name(formula: Formula, found: Any) -> Invalid:
    """What to say of a formula that was to come to the name of a step."""
    came = f"{formula.text} comes to {describe(found)}"
    text = f"'name' must be {NAME_SAYS}; {came}"
    number = type(found) is int
    hint = f'write "layer{formula.text}"' if number else name_hint(found)
    return Invalid([Problem((), "wrong-type", text, hint)])


def no_names(formula: Formula) -> Invalid:
    """What to say of a formula that comes to no name of a tensor at all."""
    text = f"from lists no tensor: {formula.text} comes to []"
    return Invalid([Problem((), "wrong-type", text, "let it have a name")])


def no_tensor(formula: Formula, found: Any, where: str) -> Invalid:
    """What to say of a formula that was to come to the name of a tensor."""
    came = f"{formula.text} comes to {describe(found)}"
    text = f"{where} a tensor by its name; {came}"
    hint = "let it list names alone" if isinstance(found, list) else ""
    return Invalid([Problem((), "wrong-type", text, hint)])
