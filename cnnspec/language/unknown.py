"""Why a name isn't known, or can't be given, and what would do: words for messages."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from cnnspec.catalogue.registry import is_layer
from cnnspec.ground.errors import Frame, Path, Problem, Trail, Unknown, near, nearest
from cnnspec.ground.kinds import is_name
from cnnspec.language.listener import Placed
from cnnspec.language.parts import numbered
from cnnspec.language.program import Block, IfStep, Program, RepeatStep, Steps

GUESS_LIMIT = 20
"""Unknown names for which a near one or a circle is looked for, which takes time."""

Reads = tuple[str, tuple[str, ...], Path, Trail]
"""A layer's name, the names of the tensors it reads, and where it stands."""


_BEFORE = ("previous", "last", "before", "above")


def meant(name: str, options: Collection[str]) -> str:
    """A hint to what was meant by a name that isn't among those known."""
    if part := numbered(name):
        found = meant(part[0], options)
        return found.replace("'?", f".{part[1]}'?")
    several = re.split(r"[\s,+]+", name.strip(" []()"))
    if len(several) > 1 and all(one in options for one in several):
        return f"write [{', '.join(several)}]"
    if "prev" in options and name.lower() in _BEFORE:
        return near("prev")
    of_calls = [option for option in options if option.endswith(f"_{name}")]
    return near(of_calls[-1]) if of_calls else nearest(name, options)


def explained(
    unknowns: Iterable[Unknown],
    reads: Collection[Reads],
    taken: Collection[str],
    program: Program,
) -> Iterator[Problem]:
    """The problems of names that were not known where they stood.

    Args:
        unknowns: the names.
        reads: all layers of the model, in order.
        taken: all names, in full.
        program: the spec.
    """
    explainer = _Explainer(reads, taken, program)
    for number, unknown in enumerate(unknowns):
        yield explainer.problem(unknown, guess=number < GUESS_LIMIT)


class _Explainer:
    def __init__(
        self, reads: Collection[Reads], taken: Collection[str], program: Program
    ) -> None:
        self._program, self._taken = program, taken
        self._below = {name: (path, trail) for name, _, path, trail in reads}
        self._readers = {(path, trail): name for name, _, path, trail in reads}
        self._reads = {name: sources for name, sources, _, _ in reads}
        self._in_arms: dict[str, dict[Any, tuple[Path, str]]] = {}

    def problem(self, unknown: Unknown, *, guess: bool) -> Problem:
        """What is wrong with a name; the first reason that holds."""
        _, path, trail, _, _ = unknown
        part = numbered(unknown.name)
        stem = [unknown._replace(name=part[0])] if part else []
        reasons = (self._why(one, guess=guess) for one in (unknown, *stem))
        code, text, hint = next(filter(None, reasons), None) or self._is_nowhere(
            unknown
        )
        return Problem(path, code, text, hint, trail=trail)

    def _why(self, unknown: Unknown, *, guess: bool) -> tuple[str, str, str] | None:
        """Why a name that is somewhere isn't known; None where it is nowhere."""
        return (
            self._is_in_a_model(unknown)
            or self._stands_below(unknown, guess=guess)
            or self._is_outside(unknown)
            or self._is_no_layer(unknown)
            or self._is_not_taken(unknown)
        )

    def _is_in_a_model(self, unknown: Unknown) -> tuple[str, str, str] | None:
        """A layer in a model, whose outputs alone can be read outside."""
        name, _, trail, where, _ = unknown
        call = _innermost(trail)
        prefix = f"{call[-1].name}_" if call else ""
        found = next(self._models(name, prefix), None)
        if found is None:
            return None
        model, inside, path = found
        line = self._program.source.line(path)
        text = f"{where} '{name}', and '{model}' of {line} is a model, of which "
        text = f"{text}only what it gives can be read"
        if self._block(path):
            hint = f"list {inside} under the outputs: of its block, and read "
            hint = f"{hint}{model}/{inside}; or read {model}"
        else:
            hint = f"give it outputs: [{inside}]; or read {model}"
        return "unknown-input", text, hint

    def _models(self, name: str, prefix: str) -> Iterator[tuple[str, str, Path]]:
        """Models above that a name leads into, what it names there, and their place.

        Args:
            name: as `left/look`, or as what is inside of other calls: `left_look`.
            prefix: what names begin with where it stands.
        """
        model, slash, inside = name.partition("/")
        if slash:
            for one in (prefix + model, model):
                if one in self._below:
                    yield model, inside, self._below[one][0]
            return
        for one, path, block in self._inner:
            model = one.removeprefix(prefix)
            if name.startswith(f"{model}_"):
                inside = name.removeprefix(f"{model}_")
                if any(getattr(step, "name", None) == inside for step in block.steps):
                    yield model, inside, path

    @cached_property
    def _inner(self) -> list[tuple[str, Path, Block]]:
        """The models of blocks: what each is called, its place and its block."""
        each = [
            (name, path, self._block(path)) for name, (path, _) in self._below.items()
        ]
        return [(name, path, one) for name, path, one in each if one and one.is_model]

    def _block(self, path: Path) -> Block | None:
        """The block that is called at a place; None for a layer's."""
        *_, key = path
        name = self._program.source.value(path) if isinstance(key, int) else key
        return self._program.blocks.get(name) if isinstance(name, str) else None

    def _stands_below(
        self, unknown: Unknown, *, guess: bool
    ) -> tuple[str, str, str] | None:
        name, path, trail, where, _ = unknown
        call = _innermost(trail)
        full = f"{call[-1].name}_{name}" if call else name
        if call and full not in self._below and not name.startswith(call[-1].name):
            full = name  # Keras's own
        if full not in self._below or self._below[full][1][: len(call)] != call:
            return None
        ways = ((path[:end], trail) for end in range(len(path), 0, -1))
        reader = next((self._readers[w] for w in ways if w in self._readers), "")
        if full == reader:
            return "cycle", f"{where} '{name}', its own output", "name a layer above"
        below = self._below[full][0]
        just_after = self._reads[full] == (reader,) and not self._has_from(below)
        search = reader and guess and not just_after
        if search and (circle := self._circle(full, reader)):
            text = f"{where} '{name}', which needs it in turn: {circle}"
            hint = "a tensor can't be made of itself; read one above"
            return "cycle", text, hint
        line = self._program.source.line(below)
        text = f"{where} '{name}', which isn't above it but in {line}"
        hint = "a layer reads what stands above it; move one of the two"
        return "unknown-input", text, hint

    def _has_from(self, path: Path) -> bool:
        """Whether a layer says what it reads, and not merely follows another."""
        return self._program.source.holds((*path, "from"))

    def _circle(self, name: str, reader: str) -> str:
        """`a → b → a`, where a layer leads to another that it reads; or nothing."""
        came = {name: ""}
        todo = [name]
        while todo:
            here = todo.pop()
            if here == reader:
                way = [here]
                while came[way[-1]]:
                    way.append(came[way[-1]])
                return " → ".join([*way, reader])
            for source in self._reads.get(here, ()):
                if source not in came:
                    came[source] = here
                    todo.append(source)
        return ""

    def _is_outside(self, unknown: Unknown) -> tuple[str, str, str] | None:
        """A name that can't be seen from inside a block, or not in that form."""
        name, _, trail, where, _ = unknown
        call = _innermost(trail)
        if not call or name not in self._taken:
            return None
        block, prefix = call[-1].block, f"{call[-1].name}_"
        if name.startswith(prefix):
            text = f"{where} '{name}', which is only called so outside of '{block}'"
            hint = f"inside the block it is called '{name.removeprefix(prefix)}'"
        else:
            text = f"{where} '{name}', which stands outside of the block '{block}'"
            hint = f"name it in {block}'s inputs:, and give it with from:"
        return "unknown-input", text, hint

    def _is_no_layer(self, unknown: Unknown) -> tuple[str, str, str] | None:
        """The name of a block or of a kind of layer, in place of one that it makes."""
        name, _, _, where, hint = unknown
        if name in self._program.blocks:
            text = f"{where} '{name}', which is a block and no layer"
            hint = f"name its call, as in - {name}: {{name: first}}, and read first"
            if where.startswith("apply"):
                hint = "name its call, and apply the layers in it one by one"
            return "unknown-input", text, hint
        if is_layer(name) and not hint:
            text = f"{where} '{name}', which is a kind of layer"
            hint = f"name the layer that is meant, as in - {name}: {{name: first}}"
            return "unknown-input", text, hint
        return None

    def _is_not_taken(self, unknown: Unknown) -> tuple[str, str, str] | None:
        """The name of a layer in the arm of an `if` that isn't taken."""
        name, _, trail, where, _ = unknown
        call = _innermost(trail)
        if found := self._arms(call[-1].block if call else "").get(name):
            path, arm = found
            line = self._program.source.line(path)
            text = f"{where} '{name}' of {line}, in an if whose {arm}: isn't taken"
            hint = "read it in that arm alone, or name a layer so in both arms"
            return "unknown-input", text, hint
        return None

    def _arms(self, block: str) -> Mapping[Any, tuple[Path, str]]:
        """What stands in each `if` of a block, or of the spec, and in which arm."""
        if block not in self._in_arms:
            program = self._program
            steps = program.blocks[block].steps if block else program.steps
            found: dict[Any, tuple[Path, str]] = {}
            for name, path, arm in _in_arms(steps):
                found.setdefault(name, (path, arm))
            self._in_arms[block] = found
        return self._in_arms[block]

    def _is_nowhere(self, unknown: Unknown) -> tuple[str, str, str]:
        name, _, _, where, hint = unknown
        text = f"{where} '{name}', which no layer above is called"
        if part := numbered(name):
            text = f"{where} '{name}', and no layer above is called '{part[0]}'"
            name = part[0]
        stem, minus, number = name.rpartition(".-")
        if minus and number.isdecimal() and stem in {*self._below, "prev", "input"}:
            hint = f"tensors are counted from 0, as in {stem}.0"
        if not hint and is_name(name) and name not in ("prev", "input"):
            hint = f"add name: {name} to a layer above"
        return "unknown-input", text, hint or "name a layer above"


def _innermost(trail: Trail) -> Trail:
    """The way to the innermost call; nothing outside of blocks."""
    while trail and not trail[-1].block:
        trail = trail[:-1]
    return trail


def _in_arms(steps: Steps, arm: str = "") -> Iterator[tuple[Any, Path, str]]:
    """The names of steps in an `if`, where each stands, and in which arm of it."""
    for step in steps:
        if isinstance(step, RepeatStep):
            yield from _in_arms(step.steps, arm)
        elif isinstance(step, IfStep):
            yield from _in_arms(step.then, "then")
            yield from _in_arms(step.otherwise, "else")
        elif arm:
            yield step.name, step.path, arm


_ANOTHER = "a name is given once; choose another"


def taken(
    placed: Placed, first: Path | None, program: Program, *, lent: bool = False
) -> tuple[str, str]:
    """What is wrong with a name that something else has, and what would do.

    Args:
        placed: what has it, too.
        first: the step that had it before.
        program: the spec.
        lent: whether the call around has its name from its block.

    Returns:
        The message and the hint; two empty texts where a call is given the same name
        twice, which is reported there.
    """
    path, name, local, given, trail, *_ = placed
    if local in ("prev", "input"):
        what = "the layer before" if local == "prev" else "the model's input"
        return f"'{local}' is what from: calls {what}", _ANOTHER
    if first is None:
        return f"the name '{name}' is taken by a layer or input above", _ANOTHER
    if first != path:
        line = program.source.line(first)
        if not given:
            text = f"without a name: this is called '{name}', which {line} has, too"
            return text, f"give it one, or choose another in {line}"
        if first[0] != "inputs" and not program.source.holds((*first, "name")):
            text = f"'{name}' is what {line} is called without a name:"
            other = "" if first[0] == "input" else f", or give {line} a name:"
            return text, f"choose another{other}"
        return f"the name '{name}' is given in {line} already", _ANOTHER
    here = trail[-1]
    if here.round:
        text = f"the name '{name}' is given again in each round of the repeat"
        if "$" in str(program.source.value((*path, "name"))):
            return text, "let it differ each time round"
        return text, _numbered(local, here, program)
    if here.name and name != local:
        if not lent:
            return "", ""
        text = f"two calls are called '{here.name}', and each names a layer '{name}'"
        return text, "give this one a name: of its own"
    text = f"the name '{name}' is given by each call of '{here.block}'"
    if not given:
        return text, _ANOTHER
    return text, f"write {local}, and it begins with the call's name"


def shared_name(
    operation: str, keras: str, first: Path, program: Program
) -> tuple[str, str]:
    """What is wrong with a name that Keras gives an operation as well.

    Args:
        operation: the operation's name in the spec.
        keras: that in Keras.
        first: the operation's step.
        program: the spec.
    """
    line = program.source.line(first)
    what = "" if operation == keras else f" '{operation}'"
    text = f"Keras calls the operation{what} in {line} '{keras}', whatever its name"
    return text, "choose another name here"


def _numbered(name: str, here: Frame, program: Program) -> str:
    """How a name can differ each time round a repeat."""
    index = program.source.value((*here.path, "index"))
    better = f'write name: "{name}${{{index or "i"}}}"'
    if index:
        return better
    line = program.source.line(here.path)
    return f"add index: i to the repeat in {line}, and {better}"
