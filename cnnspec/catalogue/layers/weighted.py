"""What layers with a kernel or a bias have in common: how these begin and are held."""

from cnnspec.catalogue.layers.arguments import (
    ConstraintName,
    InitializerName,
    RegularizerName,
)
from cnnspec.catalogue.layers.base import Layer

WEIGHTED = (
    *("kernel_initializer", "bias_initializer", "kernel_regularizer"),
    *("bias_regularizer", "activity_regularizer"),
    *("kernel_constraint", "bias_constraint"),
)
"""Their arguments as Keras orders them, for `Record.first`."""


class Biased(Layer):
    """Adds a number that is learned to each feature."""

    bias_initializer: InitializerName = "zeros"
    bias_regularizer: RegularizerName = None
    bias_constraint: ConstraintName = None


class Weighted(Biased):
    """Multiplies with a kernel that is learned, too."""

    kernel_initializer: InitializerName = "glorot_uniform"
    kernel_regularizer: RegularizerName = None
    kernel_constraint: ConstraintName = None
