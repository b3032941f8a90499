"""The steps of one function as its lines."""

from typing import TYPE_CHECKING

from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.code.calls import CallWriter
from cnnspec.emit.code.comments import ends_stage, size_comment
from cnnspec.emit.code.control import ControlWriter
from cnnspec.emit.code.layers import LayerWriter
from cnnspec.emit.code.names import Names
from cnnspec.emit.code.page import Page
from cnnspec.emit.code.print.layout import WIDTH
from cnnspec.emit.code.reading import Reader
from cnnspec.emit.code.record import Take, Thing, Unfaithful, Unit
from cnnspec.emit.code.variables import Variables
from cnnspec.emit.code.words import Words
from cnnspec.language.program import (
    ApplyStep,
    Block,
    CallStep,
    IfStep,
    LayerStep,
    RepeatStep,
    Step,
    Steps,
)

if TYPE_CHECKING:
    from cnnspec.emit.code.model import Script


class Body:
    """The code of a function while it is being written.

    Attributes:
        script: that the function is in.
        flow: the record.
        block: that the function is; None for `build_model()`.
        unit: what its runs have in common.
        returned: the thing that its last step returns.
    """

    def __init__(self, script: "Script", block: Block | None) -> None:
        self.script, self.flow, self.block = script, script.flow, block
        self.unit: Unit = script.flow.units[block.name if block else ""]
        self.returned: Thing | None = None
        self.page = Page()
        self.names = Names(set(script.names.taken))
        self.words = Words(block, self.unit, self.names, script.constants.use)
        self.variables = Variables(self.flow, self.unit, self.names, script.exported)
        self.reader = Reader(self)
        self._layers, self._calls = LayerWriter(self), CallWriter(self)
        self._control = ControlWriter(self)
        self.depth = 0
        """Of branches in `from` around the code that is being written."""

    # ------------------------------------------------------------- steps

    def steps(self, steps: Steps, current: list[Thing]) -> list[Thing]:
        """Writes steps.

        Args:
            steps: to write.
            current: the tensors before them.

        Returns:
            The tensors after them.
        """
        for place, step in enumerate(steps):
            current = self._step(step, current)
            # Calls one after the other are stages themselves.
            follows = isinstance((*steps, None)[place + 1], CallStep)
            if isinstance(step, CallStep) and not follows:
                for take in self.flow.takes.get(step.path, ())[:1]:
                    self.end_paragraph(take)
        return current

    def _step(self, step: Step, current: list[Thing]) -> list[Thing]:
        if step.path in self.flow.flat_nodes:
            for node in self.flow.flat_nodes[step.path]:
                self._layers.flat_node(node)
            return list(self.flow.flat_current[step.path])
        if isinstance(step, LayerStep):
            return self._layers.layer(step, current)
        if isinstance(step, CallStep):
            return self._calls.call(step, current)
        if isinstance(step, RepeatStep):
            return self._control.repeat(step, current)
        if isinstance(step, IfStep):
            return self._control.branch(step, current)
        return self._layers.apply(step, current)

    def takes(self, step: LayerStep | ApplyStep | CallStep) -> list[Take]:
        """How a step was taken each time.

        Raises:
            Unfaithful: it never was.
        """
        found = self.flow.takes.get(step.path)
        if not found:
            raise Unfaithful(self.flow.parents[step.path])
        return found

    def kept_key(self, step: LayerStep | CallStep | ApplyStep) -> str | None:
        """The code of a step's name, if anything of the step is kept by it."""
        kept = any(thing.path == step.path for thing in self.unit.stored)
        return self.words.key(step) if kept else None

    # ------------------------------------------------------------- comments

    @property
    def is_at_top(self) -> bool:
        """Whether the code is a line of `build_model()` in no loop or branch."""
        return self.block is None and self.page.indent == 4 and not self.depth

    def end_paragraph(self, take: Take | None = None) -> None:
        """Leaves a line empty, after a step only if the image got smaller there."""
        if self.is_at_top and (take is None or ends_stage(self.flow.sizes(take))):
            self.page.blank()

    def explain(self, layer: Layer) -> None:
        """Says what a layer does, where the script first has one of its type."""
        for line in self.script.explained.lines(layer, WIDTH - self.page.indent):
            self.page.emit(line)

    def comment(self, takes: list[Take]) -> str:
        """The sizes that come out, where they have changed, and always alike."""
        if self.block is not None:
            return ""
        found = {size_comment(self.flow.sizes(take)) for take in takes}
        return found.pop() if len(found) == 1 else ""
