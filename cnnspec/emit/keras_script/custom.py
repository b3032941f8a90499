"""Layers that no public module of Keras has.

keras.applications makes a few layers for its own models. A script can't import them, so
it carries their text, which stands in templates/layers: classes with Keras's name,
arguments, weights and behaviour. A layer of somebody's package is imported from there.
"""

from collections.abc import Iterable

from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.emit.folders import folders


def sources(layers: Iterable[Layer], own: str | None = None) -> list[str]:
    """The texts of the classes that a script needs, each once, without imports.

    They need `import keras` and `from keras import layers` above them.

    Args:
        layers: all that the model is made of, in its order; those inside others, such
            as that of a TimeDistributed, are found.
        own: a folder of templates of one's own.
    """
    return [_source(cls.__name__, own) for cls in _classes(layers) if not cls.package]


def imports(layers: Iterable[Layer]) -> list[tuple[str, str]]:
    """The package and name of each class that a script imports.

    Args:
        layers: as for `sources`.
    """
    return [(cls.package, _imported(cls)) for cls in _classes(layers) if cls.package]


def _imported(cls: type[Layer]) -> str:
    """How a class is imported under the name that a spec has for it."""
    name = cls.name_in_package()
    return name if name == cls.__name__ else f"{name} as {cls.__name__}"


def _classes(layers: Iterable[Layer]) -> list[type[Layer]]:
    classes = (type(found) for layer in layers for found in (layer, *all_nested(layer)))
    return [cls for cls in dict.fromkeys(classes) if not cls.is_public()]


def _source(name: str, own: str | None) -> str:
    files = (folder / "layers" / f"{name}.py" for folder in folders(own))
    text = next(file for file in files if file.is_file()).read_text("utf-8")
    # Two empty lines end the imports, as ruff has it.
    return text.partition("\n\n\n")[2].strip("\n")
