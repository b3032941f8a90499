"""The layers that a spec declares itself, and whether they may be imported."""

from collections.abc import Iterator

from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.ground.errors import NotInstalledError, either
from cnnspec.language.own.layer import OwnLayer
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph
from cnnspec.model.summary import Model


def held(layer: Layer) -> Iterator[type[OwnLayer]]:
    """The own layers that a layer is or holds, in a model inside too."""
    for one in (layer, *all_nested(layer)):
        if isinstance(one, OwnLayer):
            yield type(one)
        elif isinstance(one, Functional):
            yield from used(one.graph)


def used(graph: Graph) -> list[type[OwnLayer]]:
    """The own layers that a model has, each once."""
    return list(dict.fromkeys(c for node in graph.nodes for c in held(node.layer)))


def refuse_unasked(model: Model, what: str) -> None:
    """Refuses to import anything of a spec's own where nobody has allowed that.

    Raises:
        NotInstalledError: with what would have to be imported.
    """
    modules = [f"{cls.declared.module}" for cls in used(model.summary.graph)]
    if modules and not model.program.may_import:
        needed = either(dict.fromkeys(modules), "and")
        text = f"{what} wants --allow-import, which lets {needed} be imported"
        raise NotInstalledError(text)
