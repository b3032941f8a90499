"""What layers with a kernel or a bias have in common: how these begin and are held."""

from typing import Any, ClassVar

from cnnspec.catalogue.layers.arguments import (
    ConstraintName,
    InitializerName,
    RegularizerName,
)
from cnnspec.catalogue.layers.base import Layer
from cnnspec.ground.yaml_text import flow

WEIGHTED = (
    *("kernel_initializer", "bias_initializer", "kernel_regularizer"),
    *("bias_regularizer", "activity_regularizer"),
    *("kernel_constraint", "bias_constraint"),
)
"""Their arguments as Keras orders them, for `Record.first`."""


def _penalty(value: Any, _: Any) -> str:
    """What to write for a penalty on large weights."""
    return f"write kernel_regularizer: {{L2: {flow(value)}}}"


class Biased(Layer):
    """Adds a number that is learned to each feature."""

    spelt_as: ClassVar[dict[str, str]] = {
        "use_bias": "bias has_bias with_bias",
        "bias_initializer": "bias_init b_initializer init_bias",
        "bias_regularizer": "b_regularizer",
        "bias_constraint": "b_constraint",
    }
    renamed: ClassVar[dict[str, Any]] = {"no_bias": "write use_bias: false"}

    bias_initializer: InitializerName = "zeros"
    bias_regularizer: RegularizerName = None
    bias_constraint: ConstraintName = None


class Weighted(Biased):
    """Multiplies with a kernel that is learned, too."""

    spelt_as: ClassVar[dict[str, str]] = {
        "kernel_initializer": "init initializer weight_init weights_init kernel_init "
        "weight_initializer weights_initializer W_initializer",
        "kernel_regularizer": "W_regularizer weight_regularizer weights_regularizer "
        "regularizer kernel_reg",
        "kernel_constraint": "W_constraint weight_constraint constraint",
    }
    renamed: ClassVar[dict[str, Any]] = {
        "weight_decay": _penalty,
        "l2": _penalty,
        "weight_norm": "wrap the layer in SpectralNormalization, or remove it",
    }

    kernel_initializer: InitializerName = "glorot_uniform"
    kernel_regularizer: RegularizerName = None
    kernel_constraint: ConstraintName = None
