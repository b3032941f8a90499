"""What the functions of one script share."""

from collections.abc import Mapping
from typing import NamedTuple

from cnnspec.emit.code.plan.comments import Texts
from cnnspec.emit.code.plan.flow import Flow, Function
from cnnspec.emit.code.plan.names import Constants, Names
from cnnspec.emit.code.plan.outline import StepKind, each_step, within
from cnnspec.emit.code.plan.places import (
    Value,
)
from cnnspec.ground.errors import Path
from cnnspec.ground.source.remarks import Remarks
from cnnspec.language.expressions import Formula
from cnnspec.language.program import (
    Block,
    IfStep,
    LayerStep,
    Program,
    RepeatStep,
    Step,
)


class Signature(NamedTuple):
    """What callers have to know of a function."""

    title: str
    """Its name."""
    block: Block
    function: Function
    results: int
    """The tensors that the block gives."""
    handed: tuple[Value, ...]
    """What it returns beside these."""
    needed: tuple[str, ...]
    """Its parameters without a default."""
    optional: tuple[str, ...]
    idents: Mapping[str, str]
    """What the parameters are called in the code."""
    takes_name: bool
    takes_named: bool
    """Whether it is told if its name, or one around, was given."""

    @property
    def gives_more(self) -> bool:
        """Whether it returns more than one thing."""
        return self.results + len(self.handed) > 1

    def result_name(self, place: int) -> str:
        """What a result may be called where it isn't the only one."""
        block = self.block
        if place < len(block.inputs):
            return block.inputs[place]
        name = block.outputs[place] if place < len(block.outputs) else ""
        return name if isinstance(name, str) and name else "tensor"


class Shared:
    """What the functions of one script share.

    Attributes:
        program: the steps.
        flow: what the functions make and read.
        names: that nothing else may have.
        constants: the variables of the spec.
        titles: the names of the functions, by their blocks.
        signatures: of the functions that are made so far.
        handed: what functions call what they return beside the block's tensors.
        kinds: of the steps.
        texts: of comments.
        wholes: the steps whose names no call's is put before.
    """

    def __init__(
        self,
        program: Program,
        flow: Flow,
        names: Names,
        constants: Constants,
        titles: Mapping[str, str],
        kinds: Mapping[Path, StepKind],
        texts: Texts,
    ) -> None:
        self.program, self.flow = program, flow
        self.wholes = frozenset(
            step.path
            for block in program.blocks.values()
            for step in each_step(block.steps)
            if getattr(step, "is_whole", False)
        )
        self.names, self.constants, self.titles = names, constants, titles
        self.kinds, self.texts = kinds, texts
        self.signatures: dict[str, Signature] = {}
        self.handed: dict[Value, str] = {}
        self._explained: set[Path] = set()
        """The defaults whose comments are told."""

    def remarks(self, path: Path, *, whole: bool = True) -> Remarks:
        """What the author's comments say of what stands under a path."""
        return self.program.source.remarks(path, whole=whole)

    def of_step(self, step: Step) -> Remarks:
        """What they say of a step, without the steps that it holds.

        What they say of a type's defaults, they say of its first layer.
        """
        places = [k for k, key in enumerate(step.path) if isinstance(key, int)]
        item = step.path[: places[-1] + 1]
        remarks = self.remarks(item, whole=not any(within(step)))
        if isinstance(step, LayerStep):
            said = self._of_defaults(step)
            remarks = remarks._replace(above=(*said, *remarks.above))
        for path, whole in _keys_of(step, item):
            said = self._all_of(path, whole=whole)
            remarks = remarks._replace(above=(*remarks.above, *said))
        return remarks

    def _of_defaults(self, step: LayerStep) -> tuple[str, ...]:
        """What the author says of the defaults of a layer's type, once."""
        file = self.program.defaults.at(step.path).path
        said: tuple[str, ...] = ()
        for place, whole in ((file, False), ((*file, step.type), True)):
            own = self.program.source.holds((*file, step.type))
            if own and place not in self._explained:
                self._explained.add(place)
                said += self._all_of(place, whole=whole)
        return said

    def _all_of(self, path: Path, *, whole: bool = True) -> tuple[str, ...]:
        """What the author says of something, in lines of their own."""
        above, behind = self.remarks(path, whole=whole)
        return (*above, *([behind] if behind else ()))

    def formula(self, formula: Formula) -> str:
        """The code of a formula that uses variables of the spec alone."""
        return formula.python(self.constants.use)


def _keys_of(step: Step, item: Path) -> list[tuple[Path, bool]]:
    """The keys of a step that holds others, and whether their parts are no steps."""
    if isinstance(step, RepeatStep):
        keys = {"times": True, "for": True, "index": True, "layers": False}
        return [((*item, "repeat", key), whole) for key, whole in keys.items()]
    if isinstance(step, IfStep):
        keys = {"test": True, "then": False, "else": False}
        return [((*item, "if", key), whole) for key, whole in keys.items()]
    return []
