"""The arguments of Keras 1 as they were given there by position."""

from collections.abc import Sequence
from typing import Any

_CONVOLUTION = "init activation weights border_mode"
_POOLING = "pool_size strides border_mode dim_ordering"
ORDERS: dict[str, str] = {
    "Activation": "activation",
    "AtrousConvolution1D": f"nb_filter filter_length {_CONVOLUTION}",
    "AtrousConvolution2D": f"nb_filter nb_row nb_col {_CONVOLUTION}",
    "AveragePooling1D": "pool_length stride border_mode",
    "AveragePooling2D": _POOLING,
    "Convolution1D": f"nb_filter filter_length {_CONVOLUTION} subsample_length",
    "Convolution2D": f"nb_filter nb_row nb_col {_CONVOLUTION} subsample dim_ordering",
    "Convolution3D": "nb_filter kernel_dim1 kernel_dim2 kernel_dim3 "
    f"{_CONVOLUTION} subsample dim_ordering",
    "Deconvolution2D": f"nb_filter nb_row nb_col output_shape {_CONVOLUTION}",
    "Dense": "output_dim init activation weights",
    "Dropout": "p",
    "Embedding": "input_dim output_dim init",
    "GRU": "output_dim init inner_init activation inner_activation",
    "GaussianDropout": "p",
    "GaussianNoise": "sigma",
    "Highway": "init activation",
    "LSTM": "output_dim init inner_init forget_bias_init activation inner_activation",
    "LeakyReLU": "alpha",
    "MaxPooling1D": "pool_length stride border_mode",
    "MaxPooling2D": _POOLING,
    "MaxoutDense": "output_dim nb_feature init",
    "Merge": "layers mode concat_axis dot_axes",
    "SeparableConvolution2D": f"nb_filter nb_row nb_col {_CONVOLUTION} subsample",
    "SimpleRNN": "output_dim init inner_init activation",
    "SpatialDropout2D": "p dim_ordering",
    "UpSampling1D": "length",
    "UpSampling2D": "size dim_ordering",
    "ZeroPadding2D": "padding dim_ordering",
}
"""By the class of Keras 1. Source: the constructors of Keras 1.2.2."""


def by_position(kind: str, values: Sequence[Any]) -> dict[str, Any]:
    """What values given by position were called in Keras 1; nothing if there are more.

    Args:
        kind: the class, as Keras 1 called it.
        values: in their order.
    """
    names = ORDERS.get(kind, "").split()
    if len(values) > len(names):
        return {}
    return dict(zip(names, values, strict=False))
