"""Layers that no public module of Keras has.

keras.applications makes a few layers for its own models. A script can't import them, so
it carries their text, which stands in templates/layers: classes with Keras's name,
arguments, weights and behaviour. A layer of somebody's package is imported from there.
"""

import ast
from collections.abc import Iterable, Iterator

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.catalogue.registry import is_known
from cnnspec.emit.folders import folders
from cnnspec.language.program import Program

Classes = list[type[Layer]]


def classes(layers: Iterable[Layer], *codes: str) -> Classes:
    """Those that a script needs and that `keras.layers` doesn't have, each once.

    Args:
        layers: all that the model is made of, in its order; those inside others, such
            as that of a TimeDistributed, are found.
        codes: of the script. It may make layers that this model doesn't have: in an arm
            of an `if` that another value of a parameter chooses, or in a model inside.
    """
    found = (type(one) for layer in layers for one in (layer, *all_nested(layer)))
    every = dict.fromkeys((*found, *(cls for code in codes for cls in _made(code))))
    return [cls for cls in every if not cls.is_public()]


def _made(code: str) -> Iterator[type[Layer]]:
    """The classes of layers that code makes by their names alone."""
    calls = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))
    for call in calls:
        if isinstance(call.func, ast.Name) and is_known(call.func.id):
            yield layer_class(call.func.id)


def sources(found: Classes, own: str | None = None) -> list[str]:
    """The texts of the classes that a script holds, without imports.

    They need `import keras` and `from keras import layers` above them.

    Args:
        found: as `classes` gives them.
        own: a folder of templates of one's own.
    """
    return [_source(cls.__name__, own) for cls in found if not cls.package]


def imports(found: Classes) -> list[tuple[str, str]]:
    """The package and name of each class that a script imports.

    Args:
        found: as `classes` gives them.
    """
    return [(cls.package, _imported(cls)) for cls in found if cls.package]


def part_imports(program: Program) -> list[tuple[str, str]]:
    """The module and name of each loss and metric that a spec declares itself."""
    found = []
    for name, cls in program.own_parts.items():
        there = cls.declared.attribute
        called = there if there == name else f"{there} as {name}"
        found.append((cls.declared.module, called))
    return found


def _imported(cls: type[Layer]) -> str:
    """How a class is imported under the name that a spec has for it."""
    name = cls.name_in_package()
    return name if name == cls.__name__ else f"{name} as {cls.__name__}"


def _source(name: str, own: str | None) -> str:
    files = (folder / "layers" / f"{name}.py" for folder in folders(own))
    text = next(file for file in files if file.is_file()).read_text("utf-8")
    # Two empty lines end the imports, as ruff has it.
    return text.partition("\n\n\n")[2].strip("\n")
