"""Arrays of layers as earlier versions of Keras laid them out, to today's.

Sources: `preprocess_weights_for_loading` and `_convert_rnn_weights` in
tf_keras/src/saving/legacy/hdf5_format.py, tf-keras 2.21, and `_need_convert_kernel` in
keras/engine/saving.py, Keras 2.2.4.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Arrays = list[Any]
_FIRST = "channels_first"


def today(
    kind: str,
    config: Mapping[str, Any],
    arrays: Sequence[Any],
    version: str = "",
    backend: str = "",
) -> Arrays:
    """The arrays of a layer in the layout that today's Keras has for them.

    Args:
        kind: its class today.
        config: its arguments today.
        arrays: as a file has them, in the order of its Keras.
        version: of that Keras.
        backend: that it ran on.
    """
    found = [*arrays]
    if not found:
        return found
    if version.startswith("1") and kind in _FROM_1:
        found = _FROM_1[kind](found, config)
    if backend == "theano" and kind in _MOVING:
        # Theano turned kernels round, as a convolution does by the book.
        found[0] = np.flip(found[0], tuple(range(found[0].ndim - 2)))
    if kind in _GATES and len(found) == _KERNELS_AND_BIAS:
        found = _from_cudnn(kind, found)
    return found


_KERNELS_AND_BIAS = 3
_GATES = {"LSTM": 4, "GRU": 3}
_MOVING = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D")


def _from_cudnn(kind: str, arrays: Arrays) -> Arrays:
    """The arrays of a layer that only cuDNN ran, which has two biases."""
    kernel, recurrent, bias = arrays
    gates = _GATES[kind]
    if bias.shape != (2 * gates * recurrent.shape[0],):
        return arrays
    parts = (k.T.reshape(k.shape, order="F") for k in np.split(kernel, gates, -1))
    turned = (k.T for k in np.split(recurrent, gates, -1))
    biases = bias.reshape(2, -1)
    return [
        np.concatenate([*parts], -1),
        np.concatenate([*turned], -1),
        biases.sum(0) if kind == "LSTM" else biases,
    ]


# ------------------------------------------------------------------------- Keras 1


def _gates(*order: int) -> Callable[[Arrays, Mapping[str, Any]], Arrays]:
    """Joins the kernels and biases that each gate had for itself.

    Args:
        order: which gate of Keras 1 stands where today.
    """

    def join(arrays: Arrays, config: Mapping[str, Any]) -> Arrays:
        if len(arrays) != 3 * len(order):
            return arrays
        kinds = ([arrays[3 * gate + n] for gate in order] for n in range(3))
        return [np.concatenate(several, -1) for several in kinds]

    return join


def _conv1d(arrays: Arrays, config: Mapping[str, Any]) -> Arrays:
    kernel = arrays[0]
    if kernel.ndim == 4 and kernel.shape[1] != 1:  # Keras 1.1 had filters first
        kernel = kernel.transpose(2, 3, 1, 0)
    return [kernel[:, 0] if kernel.ndim == 4 else kernel, *arrays[1:]]


def _moved(first: Sequence[int], last: Sequence[int]) -> Any:
    """Puts the axes of a kernel in today's order.

    Args:
        first: of the axes, where channels stood first.
        last: of the axes, where they stood last.
    """

    def move(arrays: Arrays, config: Mapping[str, Any]) -> Arrays:
        order = first if config.get("data_format") == _FIRST else last
        return [arrays[0].transpose(*order), *arrays[1:]]

    return move


_FROM_1: dict[str, Callable[[Arrays, Mapping[str, Any]], Arrays]] = {
    "Conv1D": _conv1d,
    "Conv2D": _moved((2, 3, 1, 0), (0, 1, 2, 3)),
    "Conv2DTranspose": _moved((2, 3, 0, 1), (0, 1, 3, 2)),
    "Conv3D": _moved((2, 3, 4, 1, 0), (0, 1, 2, 3, 4)),
    "GRU": _gates(0, 1, 2),
    "LSTM": _gates(0, 2, 1, 3),
}
"""What Keras 1 laid out in another way, by today's class."""
