"""What `change` makes of a program: other arguments, and layers that aren't there."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from cnnspec.catalogue.layers import make_layer, with_defaults
from cnnspec.catalogue.registry import own_name
from cnnspec.ground.errors import Invalid, Path, Problem, nearest
from cnnspec.ground.yaml_text import describe
from cnnspec.language.arguments import (
    call_arguments,
    check_arguments,
    parameter_problems,
)
from cnnspec.language.blocks import each_step
from cnnspec.language.expressions import formulas, tensors_in
from cnnspec.language.program import (
    ApplyStep,
    CallStep,
    IfStep,
    LayerStep,
    PassStep,
    Program,
    Ref,
    RepeatStep,
    Spot,
    Step,
    Steps,
)
from cnnspec.language.variables import each_formula
from cnnspec.language.widened import Widened


class Taken(NamedTuple):
    """The steps of a program as they are taken before any change."""

    spots: Mapping[str, Spot]
    """Of layers and calls, by their names in full."""
    times: Mapping[Path, int]
    """How often each step is taken."""
    complete: bool
    """False where steps were left out because something is wrong with them."""
    closed: Collection[str]
    """The names of what is inside of models of keras.applications."""


def changed(program: Program, taken: Taken) -> Program:
    """The program as its `change` says.

    A step that is taken once becomes another one. Of one that is taken several times,
    the others stay: its block gets a parameter for what differs, or it is replaced in
    its place alone.
    """
    steps = {step.path: step for step in _all_steps(program)}
    written = dict(steps)
    inside: dict[Spot, tuple[Step, Any]] = {}
    names: dict[Path, str] = {}
    problems = list(program.problems)
    for name, given in program.change.items():
        spot = taken.spots.get(name)
        if spot is None:
            problems += _unknown(name, taken)
            continue
        path, trail = spot
        try:
            step = _changed(program, steps[path], name, given)
        except Invalid as error:
            problems += error.problems
            continue
        if taken.times[path] == 1 and not any(number for _, number in trail):
            steps[path], names[path] = step, name
        else:
            inside[spot] = step, given
    widened = Widened(program, taken.times, steps)
    replaced = {
        spot: step
        for spot, (step, given) in inside.items()
        if isinstance(step, PassStep)
        or not widened.give(spot, *_arguments(program, written[spot[0]], given))
    }
    once = {path: one for path, one in steps.items() if one is not written[path]}
    blocks = {
        name: block._replace(
            params={**block.params, **widened.params.get(name, {})},
            steps=_with(block.steps, once),
        )
        for name, block in program.blocks.items()
    }
    return program._replace(
        steps=_with(program.steps, once),
        blocks=blocks if once else program.blocks,
        changed=names,
        replaced=replaced,
        problems=tuple(problems),
    )


def with_names(program: Program, before: Taken, after: Taken) -> Program:
    """A changed program whose layers read each other by the names that they have now.

    Automatic names are counted anew where a layer goes, and the text of a spec has
    those of before.

    Args:
        program: as it was changed.
        before: how its steps were taken before any change.
        after: how they are taken now.
    """
    now = {spot: name for name, spot in after.spots.items()}
    names = {old: now.get(spot, old) for old, spot in before.spots.items()}
    gone = (s.changed for s in _all_steps(program) if isinstance(s, PassStep))
    names |= {name: f"{name} (out)" for name in gone if name in after.spots}
    names = {old: new for old, new in names.items() if old != new}
    if not names:
        return program
    outputs = tuple(names.get(name, name) for name in program.outputs)
    steps = tuple(_renamed(step, names) for step in program.steps)
    return program._replace(steps=steps, outputs=outputs)


def _renamed(step: Step, names: Mapping[str, str]) -> Step:
    """A step that reads tensors by other names; those inside of calls are their own."""
    if isinstance(step, RepeatStep):
        return step._replace(steps=tuple(_renamed(one, names) for one in step.steps))
    if isinstance(step, IfStep):
        then = tuple(_renamed(one, names) for one in step.then)
        otherwise = tuple(_renamed(one, names) for one in step.otherwise)
        return step._replace(then=then, otherwise=otherwise)
    step = step._replace(sources=tuple(_source(one, names) for one in step.sources))
    if isinstance(step, ApplyStep) and isinstance(step.layer, str):
        return step._replace(layer=names.get(step.layer, step.layer))
    if isinstance(step, PassStep) and step.name is None and step.changed in names:
        return step._replace(name=names[step.changed])
    return step


def _source(source: Ref, names: Mapping[str, str]) -> Ref:
    if isinstance(source, tuple):
        return tuple(_renamed(one, names) for one in source)
    if not isinstance(source, str):
        return source
    stem, dot, number = source.rpartition(".")
    if dot and source not in names and stem in names:
        return f"{names[stem]}.{number}"
    return names.get(source, source)


def _all_steps(program: Program) -> Iterator[Step]:
    yield from each_step(program.steps)
    for block in program.blocks.values():
        yield from each_step(block.steps)


def _with(steps: Steps, changes: Mapping[Path, Step]) -> Steps:
    """Steps with others in place of some, in repeats and branches as well."""
    return tuple(_replaced(changes.get(step.path, step), changes) for step in steps)


def _replaced(step: Step, changes: Mapping[Path, Step]) -> Step:
    if isinstance(step, RepeatStep):
        return step._replace(steps=_with(step.steps, changes))
    if isinstance(step, IfStep):
        then, otherwise = _with(step.then, changes), _with(step.otherwise, changes)
        return step._replace(then=then, otherwise=otherwise)
    if any(isinstance(source, tuple) for source in step.sources):
        sources = tuple(
            _with(source, changes) if isinstance(source, tuple) else source
            for source in step.sources
        )
        return step._replace(sources=sources)
    return step


# ---------------------------------------------------------------- one step


def _changed(program: Program, step: Step, name: str, given: Any) -> Step:
    """What a step becomes.

    Raises:
        Invalid: it can't; the paths lead from the document's root.
    """
    path: Path = ("change", name)
    if given is None and program.source.is_blank(path):
        text = f"change.{name} has nothing after its colon"
        hint = f"write null to take '{name}' out; or arguments, as in {{units: 10}}"
        raise Invalid([Problem(path, "change", text, hint)])
    if not isinstance(step, LayerStep | CallStep):
        text = f"'{name}' is a further use of a layer, which has no arguments"
        hint = "change the layer itself"
        raise Invalid([Problem(path, "change", text, hint, at_key=True)])
    if given is None:
        about = step.name, step.sources, step.label, step.path, step.named
        return PassStep(*about, name)
    others = ("name", "from") if isinstance(given, dict) else ()
    if found := [key for key in others if key in given]:
        text = "change gives arguments, and '{}' is none"
        raise Invalid(
            Problem((*path, key), "change", text.format(key), "remove it", True)
            for key in found
        )
    if isinstance(step, CallStep):
        return _changed_call(program, step, path, given)
    return _changed_layer(program, step, path, given)


def _changed_layer(
    program: Program, step: LayerStep, path: Path, given: Any
) -> LayerStep:
    kind = step.type
    before, new = _layer_arguments(program, step, given)
    held = {way[0] for way, _ in step.models}
    for key in held.intersection(new):
        text = f"change gives '{key}' to a {kind} that holds a block, which it can't"
        hint = "change the parameters' defaults in the block, or the text of the layer"
        raise Invalid([Problem((*path, key), "change", text, hint, at_key=True)])
    if step.models and isinstance(step.arguments, dict):
        arguments = {**step.arguments, **new}
        return step._replace(arguments=arguments, asks=tensors_in(arguments))
    arguments = {**before, **new}
    try:
        if any(each_formula(arguments)):
            check_arguments(kind, arguments)
            return step._replace(
                layer=None, arguments=arguments, asks=tensors_in(arguments)
            )
        return step._replace(
            layer=make_layer(kind, arguments), arguments=None, asks=frozenset()
        )
    except Invalid as error:
        raise Invalid(
            _placed(problem, new, path, step.path, given) for problem in error.problems
        ) from None


def _arguments(
    program: Program, step: Step, given: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments of a step as they are written, and those that `change` gives."""
    if isinstance(step, LayerStep):
        return _layer_arguments(program, step, given)
    if isinstance(step, CallStep):
        return step.arguments, call_arguments(program.blocks[step.block], given)
    return {}, {}


def _layer_arguments(
    program: Program, step: LayerStep, given: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    kind, source = step.type, program.source
    written = None if isinstance(step.path[-1], int) else source.value(step.path)
    if isinstance(written, dict):
        written = {k: v for k, v in written.items() if k not in ("name", "from")}
    defaults = program.defaults.at(step.path).arguments
    before = with_defaults(kind, formulas(written), defaults) or {}
    inner = {k: v for k, v in defaults.items() if k != own_name(kind)}
    return before, with_defaults(kind, given, inner) or {}


def _placed(
    problem: Problem, new: dict[str, Any], path: Path, own: Path, given: Any
) -> Problem:
    """A problem of arguments at what has to be mended: the change, or the layer."""
    if problem.path and problem.path[0] not in new:
        return problem.under(*own)
    if not isinstance(given, dict):
        problem = problem._replace(path=problem.path[1:])
    return problem.under(*path)


def _changed_call(program: Program, step: CallStep, path: Path, given: Any) -> CallStep:
    block = program.blocks[step.block]
    try:
        new = call_arguments(block, given)
    except Invalid as error:
        raise Invalid(problem.under(*path) for problem in error.problems) from None
    trainable = step.trainable
    if "trainable" in new and "trainable" not in block.params:
        trainable = new.pop("trainable")
        if type(trainable) is not bool:
            text = f"trainable must be true or false; found {describe(trainable)}"
            raise Invalid([Problem((*path, "trainable"), "wrong-type", text)])
    arguments = {**step.arguments, **new}
    if wrong := list(parameter_problems(block, arguments)):
        raise Invalid(problem.under(*path) for problem in wrong)
    asks = tensors_in(arguments)
    return step._replace(arguments=arguments, trainable=trainable, asks=asks)


def _unknown(name: str, taken: Taken) -> Iterator[Problem]:
    """What is wrong with a name that no layer has; nothing if it may have one yet."""
    if name in taken.closed:
        model = name.rpartition("/")[0]
        text = f"change gives arguments to '{name}', which stands in a model of Keras"
        hint = f"change the arguments of '{model}' instead"
        yield Problem(("change", name), "change", text, hint, at_key=True)
    elif taken.complete:
        text = f"change gives arguments to '{name}', and the model has no such layer"
        hint = nearest(name, taken.spots) or "cnnspec show lists its layers"
        yield Problem(("change", name), "change", text, hint, at_key=True)
