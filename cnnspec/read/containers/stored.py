"""What a file holds of a model."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cnnspec.ground.shapes import Shape


class Held(NamedTuple):
    """One array of a file, without its values."""

    name: str
    """As the file has it: `conv2d/kernel:0`, or `0` in a `.keras` file."""
    shape: Shape
    dtype: str
    """As in NumPy: `float32`."""


class Stored(NamedTuple):
    """What a file holds of a model."""

    format: str
    """As in `Found`."""
    config: dict[str, Any]
    """What Keras serialised, as plain data: `class_name`, `config`, and whatever else
    the version that wrote it puts beside them. Its `config` holds layers."""
    keras_version: str = ""
    """That which wrote it; empty where the file doesn't say."""
    backend: str = ""
    """`tensorflow`, `theano` and so on; empty where the file doesn't say."""
    training: dict[str, Any] | None = None
    """How the model was compiled, as Keras serialised it."""
    weights: Mapping[str, tuple[Held, ...]] = {}
    """What is held for each layer, in the order of its weights: in `.h5` files and
    TF.js by the layer's name; empty where the file has none or has them in another
    file, as `.keras` does."""


def version(found: Any) -> str:
    """A version of Keras, if something is one: `2.2.4-tf`, not `tfjs-layers 1.3.1`."""
    text = found if isinstance(found, str) else ""
    return text if re.match(r"\d{1,4}\.\d", text) else ""
