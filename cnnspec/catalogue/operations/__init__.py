"""Operations of `keras.ops` as rows of a spec: `- ops.mean: {axis: 1}`.

A public class of a module of this package is an operation, named as the class that
Keras makes a row of; what `keras.ops` calls it is its `function`. All modules are
imported when a spec first has an operation.
"""

from functools import cache
from importlib import import_module

from cnnspec.catalogue.layers.base import MixedSamples
from cnnspec.catalogue.operations.base import Operation
from cnnspec.catalogue.operations.refused import REFUSED

GROUPS = {
    "pairs": "two tensors, or a tensor and a number",
    "elementwise": "each number by itself",
    "activations": "activations",
    "reductions": "one number of those along axes",
    "ordering": "along an axis",
    "arranging": "other places, other axes",
    "joining": "together and apart",
    "choosing": "parts of a tensor",
    "products": "products",
    "image": "images",
}
"""The modules, in the order in which they are listed, and what they have in common."""


@cache
def operations() -> dict[str, type[Operation]]:
    """The classes by what `keras.ops` calls them, group by group."""
    return {cls.function: cls for group in GROUPS for cls in of_group(group)}


def of_group(group: str) -> list[type[Operation]]:
    """The classes of a module, in its order."""
    module = import_module(f"{__package__}.{group}")
    return [
        value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Operation)
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and "is_base" not in vars(value)
    ]


@cache
def synonyms() -> dict[str, str]:
    """Second names that `keras.ops` has for operations."""
    return {one: name for name, cls in operations().items() for one in cls.synonyms}


__all__ = ["GROUPS", "REFUSED", "MixedSamples", "Operation", "operations", "synonyms"]
