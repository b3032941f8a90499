"""Layers as code: made, called with tensors, and explained where they come first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.code.print.layout import WIDTH
from cnnspec.emit.code.python import (
    Code,
    Group,
    argument,
    call,
    flat,
    formula_call,
    has_formula,
    lay_out,
    text,
)
from cnnspec.emit.code.reading import bracketed
from cnnspec.emit.code.record import FlatNode, Take, Thing, Unfaithful
from cnnspec.language.program import ApplyStep, LayerStep

if TYPE_CHECKING:
    from cnnspec.emit.code.body import Body

_Tensors = list[tuple[str, bool]]
"""Code, and whether it is that of a list."""


class LayerWriter:
    """Writes the layers of a function."""

    def __init__(self, body: "Body") -> None:
        self._body, self._flow, self._unit = body, body.flow, body.unit
        self._page = body.page

    def layer(self, step: LayerStep, current: list[Thing]) -> list[Thing]:
        """Writes a layer."""
        takes = self._body.takes(step)
        tensors = self._body.reader.tensors(step, current)
        layers = [take.layer for take in takes if take.layer]
        self._body.explain(layers[0])
        try:
            made = self._code(step, takes, layers)
        except ValueError:
            raise Unfaithful(self._flow.parents[step.path]) from None
        thing, key = Thing("made", step.path), self._body.kept_key(step)
        code = self._kept_layer(thing, made, key)
        self._assign(thing, code, _given(type(layers[0]), tensors), key, takes)
        self._body.end_paragraph(takes[0])
        return [thing]

    def apply(self, step: ApplyStep, current: list[Thing]) -> list[Thing]:
        """Writes that a layer is used once more."""
        takes = self._body.takes(step)
        tensors = self._body.reader.tensors(step, current)
        code = self._body.reader.layer(step)
        thing, key = Thing("made", step.path), self._body.kept_key(step)
        kind = self._flow.types.get(takes[0].node)
        self._assign(thing, code, _given(kind, tensors), key, takes)
        return [thing]

    def flat_node(self, flat_node: FlatNode) -> None:
        """Writes a node whose structure isn't kept."""
        node, thing, name = flat_node
        sites = self._unit.reads_of((node.name,))
        tensors = [
            (self._body.reader.flat(site), self._flow.is_list(tensor))
            for site, tensor in zip(sites, node.inputs, strict=True)
        ]
        given = _given(type(node.layer), tensors)
        if node.shares:
            code = self._body.reader.flat(("layer", (node.name,)))
            self._assign(thing, code, given, None, [])
            return
        self._body.explain(node.layer)
        made = call(node.layer, {"name": text(name)} if name else {})
        key = text(next(iter(self._unit.names[thing])))
        take = Take(node.name, node.layer, None, node.inputs)
        self._assign(thing, self._kept_layer(thing, made, key), given, key, [take])
        self._body.end_paragraph(take)

    # ------------------------------------------------------------- the layer

    def _code(
        self, step: LayerStep, takes: Sequence[Take], layers: list[Layer]
    ) -> Group:
        """The call that makes a layer.

        Raises:
            ValueError: no one call makes it each time.
        """
        codes = self._inherited(step, layers)
        if name := self._body.words.name(step):
            codes["name"] = name
        if step.arguments is None:
            return call(layers[0], codes)
        found = [(take.arguments, take.layer) for take in takes if take.layer]
        return formula_call(step.arguments, found, self._body.words.formula, codes)

    def _inherited(self, step: LayerStep, layers: list[Layer]) -> dict[str, Code]:
        """The arguments whose formulas stand under `defaults:`.

        Raises:
            ValueError: no one code comes to all of them.
        """
        script, found = self._body.script, dict[str, Code]()
        own = step.arguments if isinstance(step.arguments, dict) else {}
        for name, raw in script.defaults.get(step.type, {}).items():
            if (
                has_formula(raw)
                and not has_formula(own.get(name))
                and not script.program.source.holds((*step.path, name))
                and all(name in layer.given for layer in layers)
            ):
                value = script.program.defaults[step.type][name]
                pairs = [(value, layer.given[name]) for layer in layers]
                field = layers[0].fields()[name]
                found[name] = argument(raw, pairs, script.formula, field)
        return found

    def _kept_layer(self, thing: Thing, code: Code, key: str | None) -> Code:
        """Writes that a layer is made, if it is used again."""
        own = thing._replace(kind="layer")
        if own not in self._unit.live:
            return code
        if not self._unit.is_own(own):
            kept = self._body.variables.kept("shared", key, thing)
            self._page.lay_out(code, f"{kept} = ")
            return kept
        variable = self._body.variables.of(own)
        self._page.lay_out(code, f"{variable} = ")
        if own in self._unit.stored:
            kept = self._body.variables.kept("shared", key, thing)
            self._page.emit(f"{kept} = {variable}")
        return variable

    # ------------------------------------------------------------- the tensors

    def _assign(
        self,
        thing: Thing,
        code: Code,
        given: Group,
        key: str | None,
        takes: list[Take],
    ) -> None:
        """Writes that a layer is called with tensors."""
        target = self._body.variables.target(thing)
        stored = thing in self._unit.stored
        kept = self._body.variables.kept("tensors", key, thing) if stored else ""
        before = f"{target or kept} = " if target or kept else ""
        if thing == self._body.returned:
            before = "return "
        self._page.add(
            _call_lines(before, code, given, self._page.indent),
            self._body.comment(takes),
        )
        if stored and target:
            self._page.emit(f"{kept} = {target}")


def _given(kind: type[Layer] | None, tensors: _Tensors) -> Group:
    """The tensors of a call, in its brackets."""
    codes = bracketed([code for code, _ in tensors])
    starred = [
        f"*{code}" if is_list else code
        for code, (_, is_list) in zip(codes, tensors, strict=True)
    ]
    if kind and kind.takes_tensors_apart:
        return Group("(", [("", code) for code in starred], ")")
    if len(tensors) == 1:
        return Group("(", [("", tensors[0][0])], ")")
    return Group("(", [("", Group("[", [("", code) for code in starred], "]"))], ")")


def _call_lines(before: str, code: Code, given: Group, indent: int) -> list[str]:
    """The lines of a layer's call, broken where ruff breaks them.

    Args:
        before: what the first line begins with.
        code: of the layer.
        given: the tensors in their brackets.
        indent: of the first line.
    """
    margin = " " * indent
    head = before + flat(code)
    lines = lay_out(code, before, flat(given), indent)
    if len(lines) == 1 and len(lines[0]) <= WIDTH:
        return lines
    if len(f"{margin}{head}(") > WIDTH:
        return lines
    # The last brackets are opened first.
    return lay_out(given._replace(opening=f"{head}("), "", "", indent)
