"""What layers that encode categories have in common: modes, their shapes, a salt.

Source of the rules: keras/src/layers/preprocessing, Keras 3.15.
"""

from typing import Annotated, Any

from cnnspec.catalogue.layers.base import AN_AXIS, MixedSamples
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.kinds import kind
from cnnspec.ground.shapes import Shape, Size


def instead_of_last(x: Shape, depth: Size, mode: str) -> Shape:
    """The shape of encoded categories.

    One-hot gives each index an axis of its own, unless the last axis is of size 1 and
    gives way; the other modes sum the last axis up.
    """
    if mode == "one_hot" and not (len(x) > 1 and x[-1] == 1):
        return (*x, depth)
    return (*x[:-1], depth)


def refuse_regularized(layer: Any) -> None:
    """Refuses a penalty on numbers of which most aren't there.

    Raises:
        ShapeError: the first batch fails.
    """
    if layer.sparse and layer.activity_regularizer is not None:
        text = "can't have an activity_regularizer where it is sparse"
        raise ShapeError(text, "leave one of the two out")


def counted(output: Shape, x: Shape, mode: str) -> Shape:
    """The shape that runs where categories of more than one axis are put together.

    Keras says that the last axis gives way, and sums over the first after the batch.
    Source: `encode_categorical_inputs` in keras/src/utils/numerical_utils.py, 3.15.
    """
    if len(x) > 2 and mode in ("multi_hot", "count", "tf_idf", "binary"):
        return (x[0], *x[2:], output[-1])
    return output


def keep_apart(x: Shape, mode: str) -> None:
    """Refuses to put a batch of single categories together.

    Raises:
        MixedSamples: Keras would.
    """
    if len(x) == 1 and mode not in ("int", "one_hot"):
        raise MixedSamples("takes the batch for the categories of one sample", AN_AXIS)


COUNTED = "Keras puts categories together along the first axis, and not the last"
"""Why another shape runs than Keras tells."""


def refuse_sparse(layer: Any) -> None:
    """Refuses a sparse tensor of indices.

    Raises:
        ArgumentError: one is asked for.
    """
    if layer.sparse and layer.output_mode == "int":
        raise ArgumentError(
            "sparse",
            "exclusive-arguments",
            f"{layer.title()} can't be sparse with output_mode 'int'",
            "use output_mode: one_hot, multi_hot or count, or leave sparse out",
        )


def _salt(value: Any) -> Any:
    if type(value) is int:
        return value
    if type(value) not in (list, tuple) or [type(item) for item in value] != [int, int]:
        raise ValueError
    return tuple(value)


_INT = {"type": "integer"}
_SALT_JSON = {
    "anyOf": [_INT, {"type": "array", "items": _INT, "minItems": 2, "maxItems": 2}]
}
Salt = Annotated[Any, kind(_salt, "a whole number or a list of two", _SALT_JSON)]
