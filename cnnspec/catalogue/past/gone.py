"""Layers that Keras has no more, declared as a spec declares layers of one's own.

Sources: keras/layers/core.py and local.py of Keras 1.2.2, and
tf_keras/src/layers/locally_connected of tf-keras 2.21.
"""

from typing import Any

_SAME = "$x"
_SIDE = "(x[{axis}] - kernel_size[{axis}]) // strides[{axis}] + 1"
_ROWS, _COLUMNS = (_SIDE.format(axis=axis) for axis in range(2))
_STEPS = _SIDE.format(axis=0)

GONE: dict[str, dict[str, Any]] = {
    "Highway": {
        "output": _SAME,
        "weights": {
            "W": ["${x[0]}", "${x[0]}"],
            "b": ["${x[0]}"],
            "W_carry": ["${x[0]}", "${x[0]}"],
            "b_carry": ["${x[0]}"],
        },
    },
    "LocallyConnected1D": {
        "output": [f"${{{_STEPS}}}", "${filters}"],
        "weights": {
            "kernel": [f"${{{_STEPS}}}", "${kernel_size[0] * x[1]}", "${filters}"],
            "bias": [f"${{{_STEPS}}}", "${filters}"],
        },
    },
    "LocallyConnected2D": {
        "output": [f"${{{_ROWS}}}", f"${{{_COLUMNS}}}", "${filters}"],
        "weights": {
            "kernel": [
                f"${{({_ROWS}) * ({_COLUMNS})}}",
                "${kernel_size[0] * kernel_size[1] * x[2]}",
                "${filters}",
            ],
            "bias": [f"${{{_ROWS}}}", f"${{{_COLUMNS}}}", "${filters}"],
        },
    },
    "MaxoutDense": {
        "output": ["${output_dim}"],
        "weights": {
            "W": ["${nb_feature}", "${x[0]}", "${output_dim}"],
            "b": ["${nb_feature}", "${output_dim}"],
        },
    },
    "ParametricSoftplus": {
        "output": _SAME,
        "weights": dict.fromkeys(("alpha", "beta"), _SAME),
    },
    "RandomHeight": {"output": [None, "${x[1]}", "${x[2]}"]},
    "RandomWidth": {"output": ["${x[0]}", None, "${x[2]}"]},
}
"""What is declared of each, with its arguments as it had them: what it gives, and its
weights; of layers with a bias, with channels last, without padding."""


def declaration(kind: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """What is declared of a layer that Keras has no more; None for any other.

    Args:
        kind: its class.
        arguments: as a file has them.
    """
    plain = arguments.get("use_bias", arguments.get("bias", True)) is not False
    plain &= arguments.get("data_format") != "channels_first"
    plain &= arguments.get("padding", "valid") == "valid"
    return GONE.get(kind) if plain else None
