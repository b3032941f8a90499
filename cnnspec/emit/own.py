"""The layers that a spec declares itself, and whether they may be imported."""

import os
from collections.abc import Iterator
from importlib.util import find_spec

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


def _of_parts(model: Model) -> list[str]:
    """The modules of a spec's own losses and metrics."""
    return [cls.declared.module for cls in model.program.own_parts.values()]


def refuse_unasked(model: Model, what: str, *, trains: bool = False) -> None:
    """Refuses to import anything of a spec's own where nobody has allowed that.

    Raises:
        NotInstalledError: with what would have to be imported.
    """
    modules = [f"{cls.declared.module}" for cls in used(model.summary.graph)]
    if trains:
        modules += _of_parts(model)
    if modules and not model.program.may_import:
        needed = either(dict.fromkeys(modules), "and")
        text = f"{what} wants --allow-import, which lets {needed} be imported"
        raise NotInstalledError(text)


def homes_of(model: Model) -> list[str]:
    """The folders in which Python finds the modules of own layers; imports nothing.

    Raises:
        NotInstalledError: one isn't found.
    """
    found: list[str] = []
    modules = [cls.declared.module for cls in used(model.summary.graph)]
    data = model.program.data
    if data is not None and data.python:
        modules.append(data.python.partition(":")[0])
    modules += _of_parts(model)
    for module in modules:
        package = module.partition(".")[0]
        spec = find_spec(package)
        places = spec.submodule_search_locations if spec else None
        where = next(iter(places), "") if places else spec and spec.origin
        if not where:
            text = f"training wants '{package}', which Python doesn't find"
            raise NotInstalledError(f"{text}; PYTHONPATH says where it looks")
        found.append(os.path.dirname(os.path.abspath(where)))
    return list(dict.fromkeys(found))
