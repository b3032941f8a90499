"""The colours of layers: those of one family share one."""

from typing import NamedTuple

from cnnspec.catalogue.layers.base import Layer


class Swatch(NamedTuple):
    """A colour, and what the legend says of it by its name in the texts."""

    family: str
    colour: str


_COLOURS = {
    "convolutional": "#a9cdf0",
    "pooling": "#f9c78c",
    "normalization": "#f2e394",
    "activations": "#b5e0ae",
    "core": "#d3bdea",
    "merging": "#f4b3b5",
    "regularization": "#dcdcdc",
    "reshaping": "#e2cdb1",
    "attention": "#9fdcd5",
    "tokens": "#c9d8b6",
    "rnn": "#bfe3ee",
    "preprocessing": "#d9dfa0",
    "augmentation": "#f1c5e2",
}
SWATCHES = {family: Swatch(family, colour) for family, colour in _COLOURS.items()}
"""By family of layers, in the order of the legend."""
OTHER = Swatch("other", "#cfd6de")
TENSOR = Swatch("tensor", "#ffffff")


def swatch(layer: Layer) -> Swatch:
    """The colour of a layer."""
    return SWATCHES.get(layer.family(), OTHER)
