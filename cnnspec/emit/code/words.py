"""Formulas and names as the code of one function has them."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from cnnspec.emit.code.names import Names, joined
from cnnspec.emit.code.python import Code, Group, flat, text
from cnnspec.language.expressions import Formula
from cnnspec.language.program import ApplyStep, Block, CallStep, LayerStep, RepeatStep

if TYPE_CHECKING:
    from cnnspec.emit.code.record import Unit


class Loop:
    """A `for` around the code that is being written.

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

    def walked(self) -> set[str]:
        """The lists that the loop goes through: those it uses, or any one."""
        return self.used & self.step.lists.keys() or set(list(self.step.lists)[:1])

    def header(
        self, lists: dict[str, Code], times: Code | None, length: int
    ) -> tuple[str, Code]:
        """What stands between `for` and `in`, and what after.

        Args:
            lists: those that are walked.
            times: how often, if there are none.
            length: of the lists.
        """
        index = self.step.index if self.step.index in self.used else ""
        counter = self.idents[index] if index else self._number
        first = "1" if counter and not index else ""
        if times is not None:
            return counter or "_", _range(flat(times), first, times)
        names = [name for name in lists if name in self.used]
        if not names:
            found = next(iter(lists.values()))
            size = str(length) if isinstance(found, Group) else f"len({flat(found)})"
            return counter or "_", _range(size, first, size)
        target = ", ".join(self.idents[name] for name in names)
        walked = [("", lists[name]) for name in names]
        code = walked[0][1] if len(walked) == 1 else Group("zip(", walked, ")")
        if not counter:
            return target, code
        target = f"({target})" if len(names) > 1 else target
        start: list[tuple[str, Code]] = [("start=", first)] if first else []
        return f"{counter}, {target}", Group("enumerate(", [("", code), *start], ")")


def _range(size: str, first: str, plain: Code) -> Group:
    """`range(size)`, or the numbers from `first` to `size`."""
    if not first:
        return Group("range(", [("", plain)], ")")
    return Group("range(", [("", first), ("", _plus_one(size))], ")")


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
        loops: around the code that is being written, outermost first.
        used: the parameters that the code uses.
        gives_names: whether the code uses the name of the call.
        idents: what parameters and the variables of repeats are called in the code.
    """

    def __init__(
        self,
        block: Block | None,
        unit: "Unit",
        names: Names,
        constant: Callable[[str], str],
    ) -> None:
        """Names the parameters.

        Args:
            block: that the function is, if it isn't `build_model()`.
            unit: what its runs have in common.
            names: those of the function.
            constant: the constant that a variable of the spec is.
        """
        self._params = tuple(block.params) if block else ()
        self._modes, self._names, self._constant = unit.modes, names, constant
        self.loops: list[Loop] = []
        self.used: set[str] = set()
        self.gives_names = False
        self.idents = {param: names.new(param) for param in self._params}

    # ------------------------------------------------------------- formulas

    def formula(self, formula: Formula) -> str:
        """The code of a formula where the code is being written."""
        return formula.python(self.rename)

    def rename(self, name: str) -> str:
        """What a variable is called where the code is being written."""
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
        own = None if step.name is None else self.text(step.name)
        if True not in self._modes:
            return own or ""
        self.gives_names = True
        full = joined('f"{name}_"', own if own is not None else self.label(step))
        if self._modes == {True}:
            return full
        return f"name and {full}" if own is None else f"{full} if name else {own}"

    def label(self, step: LayerStep | CallStep | ApplyStep) -> str:
        """The code of what a step without a name is called inside a named call."""
        rounds = "".join(f"{{{loop.round()}}}_" for loop in self.loops)
        return f'f"{rounds}{step.label}"' if rounds else text(step.label)

    def key(self, step: LayerStep | CallStep | ApplyStep) -> str | None:
        """The code of the name that a step has where it stands; None if unknown."""
        if step.name is not None:
            return self.text(step.name)
        return self.label(step) if self._modes == {True} else None
