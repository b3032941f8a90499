"""Formulas and names as the code of one function has them."""

import ast
import re
from collections.abc import Callable
from typing import Any

from cnnspec.emit.code.plan.flow import Flow
from cnnspec.emit.code.plan.formulas import data_code
from cnnspec.emit.code.plan.given_names import Counted, counted
from cnnspec.emit.code.plan.names import Names
from cnnspec.emit.code.plan.outline import is_published
from cnnspec.emit.code.plan.titles import keras_title
from cnnspec.emit.code.plan.values import text
from cnnspec.emit.code.tree import (
    Call,
    CallArgument,
    Code,
    Expression,
    Several,
    Tuple,
)
from cnnspec.language import naming
from cnnspec.language.expressions import Formula
from cnnspec.language.legal import inside
from cnnspec.language.program import ApplyStep, Block, CallStep, LayerStep, RepeatStep


class Loop:
    """A `for` around the code that is being made.

    Attributes:
        used: the variables of the repeat that the code uses.
    """

    def __init__(
        self, step: RepeatStep, idents: dict[str, str], name_it: Callable[[], str]
    ) -> None:
        """Begins the loop.

        Args:
            step: the repeat.
            idents: what its variables are called in the code.
            name_it: names a variable for the number of the round, if need be.
        """
        self.step, self.idents, self._name_it = step, idents, name_it
        self._number = ""
        self.used: set[str] = set()

    def round(self) -> str:
        """Code for the number of the round, counted from 1."""
        if self.step.index:
            self.used.add(self.step.index)
            return f"{self.idents[self.step.index]} + 1"
        self._number = self._name_it()
        return self._number

    def counter(self) -> tuple[str, int]:
        """Code for the number of the round, and what it is in the first."""
        if self.step.index:
            self.used.add(self.step.index)
            return self.idents[self.step.index], 0
        return self.round(), 1

    def header(self, length: int, words: "Words") -> tuple[Expression, Expression]:
        """What stands between `for` and `in`, and what after.

        Args:
            length: of the lists.
            words: write formulas.
        """
        step = self.step
        index = step.index if step.index in self.used else ""
        counter = self.idents[index] if index else self._number
        first = "1" if counter and not index else ""
        if step.times is not None:
            times = words.data(step.times)
            assert isinstance(times, Code)
            return Code(counter or "_"), _range(times, first)
        # Those that are used, or any one.
        walked = [name for name in step.lists if name in self.used]
        lists = [words.walked(step.lists[name]) for name in walked]
        if not walked:
            listed = words.data(next(iter(step.lists.values())))
            size = f"len({listed.text})" if isinstance(listed, Code) else str(length)
            return Code(counter or "_"), _range(Code(size), first)
        names = tuple(Code(self.idents[name]) for name in walked)
        one = len(names) == 1
        code = lists[0] if one else _call("zip", *lists)
        if not counter:
            return Several(names), code
        start = [CallArgument("start", Code(first))] if first else []
        number = Code(counter)
        target = Several((number, names[0] if one else Tuple(names)))
        return target, Call(Code("enumerate"), (CallArgument("", code), *start))


def _call(function: str, *arguments: Expression) -> Expression:
    return Call(Code(function), tuple(CallArgument("", code) for code in arguments))


def _range(size: Code, first: str) -> Expression:
    """`range(size)`, or the numbers from `first` to `size`."""
    if not first:
        return _call("range", size)
    return _call("range", Code(first), Code(_plus_one(size.text)))


def _plus_one(code: str) -> str:
    """The code of a number that is one larger."""
    if code.isdigit():
        return str(int(code) + 1)
    tree = ast.parse(code, mode="eval").body
    if isinstance(tree, ast.BinOp | ast.Name | ast.Call | ast.Subscript):
        return code.removesuffix(" - 1") if code.endswith(" - 1") else f"{code} + 1"
    return f"({code}) + 1"


class Words:
    """What formulas and names come to in one function.

    Attributes:
        loops: around the code that is being made, outermost first.
        used: the parameters that the code uses.
        gives_names: whether the code uses the name of the call.
        asks_named: whether it asks if that name, or one around, was given.
        idents: what parameters and the variables of repeats are called in the code.
        asked: the code of tensors whose sizes formulas of the step ask for.
    """

    def __init__(
        self,
        block: Block | None,
        flow: Flow,
        names: Names,
        constant: Callable[[str], str],
    ) -> None:
        """Names the parameters.

        Args:
            block: that the function is, if it isn't `build_model()`.
            flow: all functions.
            names: those of the function.
            constant: the constant that a variable of the spec is.
        """
        self._block = block
        self._is_top = block is None or block.is_model
        self._params = tuple(block.params) if block else ()
        self._flow, self._names, self._constant = flow, names, constant
        self._modes = flow.functions[block.name if block else ""].modes
        self.loops: list[Loop] = []
        self.asked: dict[str, str] = {}
        self.used: set[str] = set()
        self.gives_names = self.asks_named = False
        self.idents = {param: names.new(param) for param in self._params}

    # ------------------------------------------------------------- formulas

    def formula(self, formula: Formula) -> str:
        """The code of a formula where the code is being made."""
        return formula.python(self.rename)

    def data(self, data: Any) -> Expression:
        """The code of plain data with formulas."""
        return data_code(data, self.formula)

    def walked(self, data: Any) -> Expression:
        """The code of a list, or of what comes to one, where a loop walks it."""
        if type(data) is Formula:
            return Code(data.python(self.rename, walked=True))
        return self.data(data)

    def rename(self, name: str) -> str:
        """What a variable is called where the code is being made."""
        if name in self.asked:
            return self.asked[name]
        for loop in reversed(self.loops):
            if name in loop.idents:
                loop.used.add(name)
                return loop.idents[name]
        if name in self._params:
            self.used.add(name)
            return self.idents[name]
        return self._constant(name)

    def default(self, param: str, formula: Formula) -> str:
        """The code of a formula in a default, which sees the parameters before it."""
        earlier = self._params[: self._params.index(param)]

        def rename(name: str) -> str:
            if name not in earlier:
                return self._constant(name)
            self.used.add(name)
            return self.idents[name]

        return formula.python(rename)

    def text(self, source: str | Formula) -> str:
        """The code of a name that may be a formula."""
        return text(source) if isinstance(source, str) else self.formula(source)

    # ------------------------------------------------------------- repeats

    def begin(self, step: RepeatStep) -> Loop:
        """Begins a loop."""
        idents = {}
        for name in (*step.lists, *([step.index] if step.index else [])):
            if name not in self.idents or name in self._params:
                self.idents[name] = self._names.new(name)
            idents[name] = self.idents[name]
        depth = len(self.loops)
        loop = Loop(step, idents, lambda: self._number(depth))
        self.loops.append(loop)
        return loop

    def _number(self, depth: int) -> str:
        """The variable that counts the rounds of a loop inside others."""
        key = f"round {depth}"
        if key not in self.idents:
            self.idents[key] = self._names.new("number")
        return self.idents[key]

    # ------------------------------------------------------------- names of layers

    def name(self, step: LayerStep | CallStep) -> str:
        """The code of the name that a layer or call is given; '' for none."""
        if step.name is None:
            return self._unnamed(step)
        if self._is_top or step.is_whole:
            return self._keras_name(step, False)
        self.gives_names = True
        own = named_by(naming.in_call, "name", self._keras_name(step, True))
        if not isinstance(step.name, Formula) or not self._flow.may_lack_name(step):
            return own
        # It may come to null, which is no name.
        test = self.formula(step.name)
        return f"{own} if {test} else {self._unnamed(step) or None}"

    def held_name(self, step: CallStep) -> str:
        """The code of what a model is called that a layer holds.

        No call around gives it anything, since nothing stands beside it.
        """
        if step.name is None:
            return text(naming.keras_name(step.block, "block"))
        return self._keras_name(step, False)

    def _unnamed(self, step: LayerStep | CallStep) -> str:
        """The code of the name of a step to which its author gave none."""
        if isinstance(step, CallStep):
            alone = step.block in self._flow.alone or self._flow.makes_model(step)
            if self._is_top:
                return self._counted(step) if alone else ""
            if alone:
                self.gives_names = True
                return self._inside(step)
        if self._is_top or not self._block:
            return ""
        published = is_published(self._flow.program, step)
        if self._modes == {False} and not published:
            return ""
        self.gives_names = True
        if self._modes == {True} or published:
            return self._inside(step)
        if self._block.name not in self._flow.alone:
            return f"name and {self._inside(step)}"
        self.asks_named = True
        return f"{self._inside(step)} if named else None"

    def _inside(self, step: LayerStep | CallStep) -> str:
        """The code of what a step without a name is called in a named call."""
        found = None
        if step.name is None:  # otherwise it is a formula that has come to null
            found = keras_title(self._flow, step, True, self.formula)
        label = self._in_rounds(found or text(inside(step.label)))
        return named_by(naming.in_call, "name", label)

    def _counted(self, step: CallStep) -> str:
        """The code of what a call at the top is called that nobody named."""
        names = self._flow.counted.get(step.path)
        if not names:  # in a branch that no run takes
            return text(naming.keras_name(step.block, "block"))
        if len(names) == 1:
            return text(next(iter(names.values())))
        stem = naming.keras_name(step.block, "block")
        found = counted(names, stem)
        if found is None:
            keys = {_round_key(rounds): text(name) for rounds, name in names.items()}
            listed = ", ".join(f"{key}: {name}" for key, name in keys.items())
            rounds = ", ".join(loop.round() for loop in self.loops)
            return f"{{{listed}}}[{rounds}]"
        code = self._grown(found)
        numbered = named_by(naming.in_call, text(stem), code)
        if stem not in names.values():
            return numbered
        return f"{numbered} if {_above_zero(code)} else {text(stem)}"

    def _grown(self, found: Counted) -> str:
        """The code of a number that grows as rounds go by."""
        parts, rest = [], found.first
        for loop, step in zip(self.loops, found.steps, strict=True):
            if step:
                code, offset = loop.counter()
                parts.append(code if step == 1 else f"{step} * {code}")
                rest -= step * offset
        if rest:
            parts.append(str(rest))
        return " + ".join(parts).replace("+ -", "- ")

    def named(self, step: CallStep) -> str:
        """The code of whether a call has a name that was given; '' where it hasn't."""
        if step.name is not None or self._modes == {True}:
            return "True"
        if self._modes == {False} or self._is_top:
            return ""
        self.asks_named = True
        return "named"

    def _keras_name(self, step: LayerStep | CallStep, named: bool) -> str:
        """The code of what Keras calls a step, without rounds and calls around."""
        found = keras_title(self._flow, step, named, self.formula)
        assert found is not None
        return found

    def label(self, step: LayerStep | CallStep | ApplyStep) -> str:
        """The code of what a step without a name is called inside a named call."""
        return self._in_rounds(text(step.label))

    def _in_rounds(self, label: str) -> str:
        """The code of a label in the loops around."""
        for number in reversed([loop.round() for loop in self.loops]):
            label = named_by(naming.in_round, number, label)
        return label

    def key(self, step: LayerStep | CallStep | ApplyStep) -> str:
        """The code of the name that a step has where it stands; '' if unknown."""
        if step.name is not None:
            return self.text(step.name)
        if isinstance(step, CallStep):
            return self._counted(step) if self._is_top else self.label(step)
        return self.label(step) if self._modes == {True} else ""

    def outside(self, step: CallStep, name: str, is_whole: bool) -> str:
        """The code of what is called `name` in a call where the call stands."""

        def exported(call: str, inside: str) -> str:
            [found] = naming.exported(call, [inside])
            return found

        return (
            text(name) if is_whole else named_by(exported, self.key(step), text(name))
        )


def _round_key(rounds: tuple[int, ...]) -> str:
    return str(rounds[0]) if len(rounds) == 1 else str(rounds)


def _above_zero(code: str) -> str:
    """The code of whether a number is above 0."""
    name, _, less = code.partition(" - ")
    return f"{name} > {less}" if less.isdigit() and name.isidentifier() else code


def named_by(rule: Callable[..., str], *codes: str) -> str:
    """The code of a name that a rule of naming puts together from others.

    Args:
        rule: takes texts.
        codes: of the texts.
    """
    inside = [_inside(code) for code in codes]
    # What can't stand in an f-string stands beside it.
    holes = {chr(0xE000 + k): code for k, code in enumerate(codes) if inside[k] is None}
    found = rule(*(one or chr(0xE000 + k) for k, one in enumerate(inside)))
    parts = [part for part in re.split("([\ue000-\uf8ff])", found) if part]
    return " + ".join(
        _bracketed(holes[part]) if part in holes else _quoted(part) for part in parts
    )


def _bracketed(code: str) -> str:
    """Code beside a `+`."""
    tree = ast.parse(code, mode="eval").body
    return f"({code})" if isinstance(tree, ast.IfExp | ast.BoolOp) else code


def _quoted(inside: str) -> str:
    """The code of a text that stands so between the quotes of an f-string."""
    if "{" in inside.replace("{{", ""):
        return f'f"{inside}"'
    return f'"{inside}"'.replace("{{", "{").replace("}}", "}")


_IS_FILLED = re.compile(r'f"([^"\\]|\\.)*"')
"""One f-string alone, which `f"x_{n}" if n else "x"` isn't."""


def _inside(code: str) -> str | None:
    """What stands between the quotes of an f-string that comes to a text's code."""
    if _IS_FILLED.fullmatch(code):
        return code[2:-1]
    if code.startswith('"') and code.endswith('"') and '"' not in code[1:-1]:
        return code[1:-1].replace("{", "{{").replace("}", "}}")
    if '"' in code or "'" in code or "\\" in code or "{" in code:
        return None
    return f"{{{code}}}"
