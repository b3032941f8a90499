"""Where a value was given that a formula hands on, for messages about the value."""

from collections.abc import Mapping
from typing import Any

from cnnspec.ground.errors import Frame, Invalid, Path, Problem, Trail
from cnnspec.ground.kinds import NAME_SAYS
from cnnspec.ground.yaml_text import describe
from cnnspec.language.expressions import Formula, formulas
from cnnspec.language.expressions.meant import meant
from cnnspec.language.program import Program


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
                return _followed((*frame.path, "for", name), tuple(outside), program)
        elif name in program.blocks[frame.block].params:
            path = _argument(name, frame, arguments, program)
            if path is not None:
                return _followed(path, tuple(outside), program)
            block = program.blocks[frame.block]
            return _followed((*block.path, "params", name), trail, program)
        trail = () if frame.block else tuple(outside)
    return _followed(("vars", name), (), program) if name in program.vars else None


def _argument(name: str, frame: Frame, arguments: Any, program: Program) -> Path | None:
    """Where a call gives a parameter; None where it leaves the default."""
    if isinstance(arguments, dict):
        return (*frame.path, name) if name in arguments else None
    is_bare = not frame.path or isinstance(frame.path[-1], int)
    first = next(iter(program.blocks[frame.block].params))
    return None if is_bare or arguments is None or name != first else frame.path


def _followed(path: Path, trail: Trail, program: Program) -> Path:
    """The place of a value, or of the variable that it was handed on from."""
    value = formulas(program.source.value(path))
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


def comes_to(formula: Formula, trail: Trail, program: Program) -> str:
    """`which $width comes to, given in line 2`, after the value that was found."""
    text = f"which {formula.text} comes to"
    path = _one_place(formula, trail, program)
    if path is None:
        return text
    what = "" if is_variable(formula) else f"with {min(formula.names)} "
    return f"{text}, {what}given {program.source.origin(path)}"


def _one_place(formula: Formula, trail: Trail, program: Program) -> Path | None:
    """Where the variable of a formula got its value; None if it has several."""
    if len(formula.names) != 1:
        return None
    return given(min(formula.names), trail, program)


def formula_at(arguments: Any, path: Path) -> Formula | None:
    """The formula in arguments that a path leads to, or to what it comes to."""
    for step in path:
        if not isinstance(arguments, dict | list):
            break
        holds = step in arguments if isinstance(arguments, dict) else True
        arguments = arguments[step] if holds else None  # type: ignore[index]
    return arguments if type(arguments) is Formula else None


def with_formula(
    problem: Problem, formula: Formula, trail: Trail, program: Program
) -> Problem:
    """The problem of an argument, with the formula that its value comes from."""
    hint = problem.hint
    if hint.startswith("write "):
        hint = f"{hint} there" if is_variable(formula) else ""
        if "/" in formula.text:
            hint = "'//' divides to whole numbers"
    if code := meant(formula, formula.names):
        hint = f"write {code}"
    path = _one_place(formula, trail, program) if is_variable(formula) else None
    if path and (code := meant(formulas(program.source.value(path)), program.vars)):
        hint = f"write {code} there"
    text = f"{problem.message}, {comes_to(formula, trail, program)}"
    return problem._replace(message=text, hint=hint)


def mistake(
    formula: Formula, variables: Mapping[str, Any], trail: Trail, program: Program
) -> object:
    """What is the same wherever one wrong value leads to a problem.

    A text in place of a number is wrong in every formula; a number may be right in
    another one.
    """
    path = _one_place(formula, trail, program)
    if path is None:
        return trail, formula.text
    value = variables[min(formula.names)]
    return path, repr(value), "" if isinstance(value, str) else formula.text


def wrong_value(
    title: str, allowed: str, found: Any, given: Any, trail: Trail, program: Program
) -> str:
    """`repeat.times must be a whole number; found 0.5, which $n comes to, …`."""
    text = f"{title} must be {allowed}; found {describe(found)}"
    if type(given) is Formula:
        text = f"{text}, {comes_to(given, trail, program)}"
    return text


def no_name(formula: Formula, found: Any) -> Invalid:
    """What to say of a formula that was to come to the name of a step."""
    came = f"{formula.text} comes to {describe(found)}"
    text = f"'name' must be {NAME_SAYS}; {came}"
    hint = f'write "layer{formula.text}"' if type(found) is int else ""
    return Invalid([Problem((), "wrong-type", text, hint)])


def no_tensor(formula: Formula, found: Any, where: str) -> Invalid:
    """What to say of a formula that was to come to the name of a tensor."""
    came = f"{formula.text} comes to {describe(found)}"
    text = f"{where} a tensor by its name; {came}"
    hint = "write the list out: from: [a, b]" if isinstance(found, list) else ""
    return Invalid([Problem((), "wrong-type", text, hint)])
