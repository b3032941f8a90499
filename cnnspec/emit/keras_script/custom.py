"""Python text of the layers that no public module of Keras has.

keras.applications makes a few layers for its own models. A script can't import them, so
it carries their text, which stands in templates/layers: classes with Keras's name,
arguments, weights and behaviour.
"""

from collections.abc import Iterable
from pathlib import Path

from cnnspec.catalogue.layers.base import Layer, all_nested


def is_custom(cls: type[Layer]) -> bool:
    """Whether a script that uses a layer has to carry its text."""
    return cls.module != Layer.module


def sources(layers: Iterable[Layer], templates: Path) -> list[str]:
    """The texts of the classes that a script needs, each once, without imports.

    They need `import keras` and `from keras import layers` above them.

    Args:
        layers: all that the model is made of, in its order; those inside others, such
            as that of a TimeDistributed, are found.
        templates: the folder `templates`.
    """
    classes = (type(found) for layer in layers for found in (layer, *all_nested(layer)))
    names = dict.fromkeys(cls.__name__ for cls in classes if is_custom(cls))
    return [_source(templates, name) for name in names]


def _source(templates: Path, name: str) -> str:
    text = (templates / "layers" / f"{name}.py").read_text(encoding="utf-8")
    # Two empty lines end the imports, as ruff has it.
    return text.partition("\n\n\n")[2]
