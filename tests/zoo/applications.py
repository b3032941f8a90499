"""The models of keras.applications themselves."""

from typing import Any

import keras

from tests.zoo.names import APPLICATIONS

# Without weights these two leave height and width open, and no product could be
# counted; 224 is what their documentation gives as default.
_IMAGE = {"input_shape": (224, 224, 3)}
_ARGUMENTS = {"mobilenet_v3_small": _IMAGE, "mobilenet_v3_large": _IMAGE}


def build(name: str) -> Any:
    """The model of keras.applications, with random weights and default arguments."""
    keras.utils.clear_session()
    function = getattr(keras.applications, APPLICATIONS[name].function)
    return function(weights=None, **_ARGUMENTS.get(name, {}))
