"""What a layer or a call is given by its arguments, and what is wrong with them."""

from collections.abc import Collection, Iterator
from typing import Any

from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import is_known, own_name
from cnnspec.ground.errors import Invalid, Path, Problem, either, near, nearest
from cnnspec.ground.source import Source
from cnnspec.ground.yaml_text import describe, flow
from cnnspec.language.expressions import Formula
from cnnspec.language.program import NEEDED, Block, Defaults, Program
from cnnspec.language.variables import each_formula

_SOURCES = (("input",), ("inputs",))
"""The path of an argument where `from` was meant."""

_PLAIN_MISTAKES = frozenset(
    {
        *("unknown-layer", "unknown-block", "refused-layer"),
        *("unknown-field", "unknown-value", "wrong-type"),
    }
)
"""What is wrong whatever formulas come to."""


def check_arguments(kind: str, arguments: Any, blocks: Collection[str] = ()) -> None:
    """Finds what is wrong with arguments before their formulas are worked out.

    Args:
        kind: the layer's name.
        arguments: as a spec writes them.
        blocks: names that may have been meant, beside those of layers.

    Raises:
        Invalid: with what is wrong whatever the formulas come to.
    """
    plain: dict[str, Any] = {}
    known = is_known(kind)
    if isinstance(arguments, dict):
        plain = {k: v for k, v in arguments.items() if not any(each_formula(v))}
        if known:
            waiting = arguments.keys() - plain.keys()
            plain |= dict.fromkeys(waiting - layer_class(kind).arguments().keys())
        else:  # a hint writes all of it
            plain = {
                k: v.text if type(v) is Formula else v for k, v in arguments.items()
            }
    if known and layer_class(kind).is_part(plain):  # the commonest, by far
        return
    try:
        make_layer(kind, plain, blocks)
    except Invalid as error:
        found = [p for p in error.problems if p.code in _PLAIN_MISTAKES]
        if found:
            raise Invalid(found) from None


def at_default(problem: Problem, kind: str, path: Path, program: Program) -> Problem:
    """The problem of a layer at a path, or of what it takes over from elsewhere.

    That is what its file's `defaults` give it, or the spec's `change`.
    """
    found = at_change(problem, path, program)
    defaults = program.defaults.at(path)
    return found or under_default(problem, kind, path, defaults, program.source)


def at_change(problem: Problem, path: Path, program: Program) -> Problem | None:
    """The problem of what `change` gives the step at a path; None if it gives none."""
    name = program.changed.get(path)
    given = None if name is None else program.source.value(("change", name))
    if isinstance(given, dict) and problem.path and problem.path[0] in given:
        return problem.under("change", str(name))
    return None


def under_default(
    problem: Problem, kind: str, path: Path, defaults: Defaults, source: Source
) -> Problem:
    """The problem of a layer at a path, or of what its file's defaults give it."""
    given = defaults.arguments.get(own_name(kind), {})
    inherited = problem.path and problem.path[0] in given
    if inherited and not source.holds((*path, problem.path[0])):
        written = _as_written(kind, problem.path[0], source.value(defaults.path))
        return problem.under(*defaults.path, written)
    return problem.under(*path)


def _as_written(kind: str, argument: str | int, defaults: dict[Any, Any]) -> str:
    """The name under `defaults:` that gives layers of a kind an argument."""
    kind = own_name(kind)
    for name, arguments in defaults.items():
        written = isinstance(arguments, dict) and argument in arguments
        if written and own_name(name) == kind:
            return str(name)
    return kind


def call_arguments(block: Block, arguments: Any) -> dict[str, Any]:
    """The values of a call by the names of the block's parameters.

    Raises:
        Invalid: there is no parameter for a value alone.
    """
    if arguments is None:
        return {}
    if isinstance(arguments, dict):
        return dict(arguments)
    if not block.params:
        text = (
            f"the block '{block.name}' has no parameters; found {describe(arguments)}"
        )
        raise Invalid([Problem((), "unknown-parameter", text, "give it params:")])
    return {next(iter(block.params)): arguments}


def parameter_problems(block: Block, arguments: dict[str, Any]) -> Iterator[Problem]:
    """What is wrong with the names of a call's values.

    A parameter that another name was meant to be isn't missing as well.
    """
    unknown = [name for name in arguments if name not in block.params]
    hints = {name: _parameter_meant(name, arguments[name], block) for name in unknown}
    needed = [name for name, value in block.params.items() if value is NEEDED]
    lacking = [
        name
        for name in needed
        if name not in arguments and near(name) not in hints.values()
    ]
    strange = [name for name in unknown if not hints[name]]
    if len(lacking) == len(strange) == 1:
        hints[strange[0]] = f"write {lacking.pop()}:"
    known = f"it has {either(block.params, 'and')}" if block.params else "it has none"
    for name in unknown:
        text = f"the block '{block.name}' has no parameter '{name}'"
        hint = hints[name] or known
        yield Problem((name,), "unknown-parameter", text, hint, at_key=True)
    for name in lacking:
        text = f"the block '{block.name}' needs '{name}'"
        hint = f"add {name}: to the call; or give it a default under params:"
        yield Problem((), "missing-parameter", text, hint, at_key=True)


def _parameter_meant(name: Any, value: Any, block: Block) -> str:
    """What to write instead of a parameter that a block lacks; nothing if unclear."""
    if (name,) in _SOURCES:
        return f"write from: {flow(value)}"
    if name == "weights" and not block.is_model:
        return f"only models have weights of their own: give '{block.name}' model: true"
    return nearest(name, block.params)


def as_meant(error: Invalid, arguments: Any, variables: Collection[str]) -> Invalid:
    """The problems of arguments, with the expressions that they were meant to be."""
    from cnnspec.language.expressions.meant import meant

    def mended(problem: Problem) -> Problem:
        value = arguments
        for step in problem.path:
            value = value.get(step) if isinstance(value, dict) else value
        if problem.code == "unknown-field" and problem.path in _SOURCES:
            return problem._replace(hint=f"write from: {flow(value)}")
        is_value = problem.code in ("wrong-type", "unknown-value")
        if not is_value or (not problem.path and problem.hint):
            return problem
        code = meant(value, variables)
        return problem._replace(hint=f"write {code}") if code else problem

    return Invalid(map(mended, error.problems))
