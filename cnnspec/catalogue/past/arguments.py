"""Arguments that layers of Keras 1 and 2 had under other names, or have no more."""

from typing import Any

NOW: dict[str, str] = {
    "W_constraint": "kernel_constraint embeddings_constraint",
    "W_regularizer": "kernel_regularizer embeddings_regularizer",
    "U_constraint": "recurrent_constraint",
    "U_regularizer": "recurrent_regularizer",
    "alpha": "negative_slope",
    "atrous_rate": "dilation_rate",
    "b_constraint": "bias_constraint",
    "b_regularizer": "bias_regularizer",
    "beta_init": "beta_initializer",
    "bias": "use_bias",
    "bins": "bin_boundaries",
    "border_mode": "padding",
    "concat_axis": "axis",
    "dim_ordering": "data_format",
    "dot_axes": "axes",
    "dropout_U": "recurrent_dropout",
    "dropout_W": "dropout",
    "filter_length": "kernel_size",
    "forget_bias_init": "unit_forget_bias",
    "gamma_init": "gamma_initializer",
    "init": "kernel_initializer embeddings_initializer alpha_initializer "
    "depthwise_initializer",
    "inner_activation": "recurrent_activation",
    "inner_init": "recurrent_initializer",
    "length": "size",
    "nb_filter": "filters",
    "output_dim": "units",
    "p": "rate",
    "pool_length": "pool_size",
    "sigma": "stddev",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
    "theta": "threshold",
}
"""Of each earlier name those that it may have today: the first that the layer takes."""

VALUES: dict[str, dict[Any, Any]] = {
    "dim_ordering": {"th": "channels_first", "tf": "channels_last", "default": None},
    "forget_bias_init": {"one": True, "ones": True, "zero": False, "zeros": False},
}
"""Values of such arguments that were other words."""

CALLED = {"causal": "use_causal_mask"}
"""Arguments of layers that are given at their calls today."""

GONE: frozenset[str] = frozenset(
    {
        *("batch_input_shape", "batch_shape", "input_shape", "input_dtype"),
        *("input_dim", "input_length", "build_input_shape"),
        *("consume_less", "implementation", "fused", "dynamic", "rng_type"),
        *("query_shape", "key_shape", "value_shape", "softmax_robust_masking"),
        *("vocabulary_size", "has_input_vocabulary", "reverse_state_order"),
        *("cache_enabled", "custom_objects", "trainable_weights", "weights"),
    }
)
"""What says nothing of a layer today: sizes that come in, and how it was computed."""

IDLE: dict[str, tuple[Any, ...]] = {
    "adjustment": (None,),
    "groups": (1,),
    "kernel_constraint": (None,),
    "kernel_initializer": (...,),
    "kernel_regularizer": (None,),
    "mode": (0, 2),
    "noise_shape": (...,),
    "oov_method": ("floormod",),
    "output_shape": (...,),
    "ragged": (False,),
    "rms_scaling": (False,),
    "time_major": (False,),
    "virtual_batch_size": (None,),
    "dropout": (0, None),
    "sparse": (False,),
    "trainable": (True, False),
}
"""Arguments that some layers had and never needed, with the values that changed
nothing; `...` stands for any."""

LOST: dict[str, str] = {
    "dropout": "it dropped words of the table, for which Keras has no argument now",
    "mode": "it normalised each sample by itself, which Keras does no more",
    "ragged": "Keras has no ragged tensors now",
    "time_major": "the steps stood before the batch; Permute the input by hand",
}
"""What to know of those that changed something."""
COUNTING: frozenset[str] = frozenset({"time_major", "groups"})
"""Those of them by which a shape or a count may be another one."""

SILENT = frozenset(
    {
        *(
            f"{what}{axes}D"
            for what in ("UpSampling", "ZeroPadding")
            for axes in (2, 3)
        ),
        *("Cropping2D", "Cropping3D", "SpatialDropout2D", "SpatialDropout3D"),
    }
)
"""Layers that in Keras 1 took the order of the axes and wrote nothing of it into their
configurations (`get_config` in keras/layers/convolutional.py, 1.0 to 1.2)."""

USUAL: dict[str, dict[str, Any]] = {
    "GRU": {"reset_after": False},
    "GRUCell": {"reset_after": False},
}
"""Arguments as they were before there was a choice, where today's default is another.

`reset_after` came with Keras 2.1.3, and was false unless said until TensorFlow 2.0.
"""

HAD: dict[str, dict[str, Any]] = {
    f"AveragePooling{axes}D": {"pool_size": 2} for axes in (1, 2, 3)
}
"""Arguments that had a default once, and have to be given today."""


def was_argument(name: str) -> bool:
    """Whether layers had an argument of that name, in whatever version of Keras."""
    return name in _EVER or name in NOW or name in GONE or name in IDLE or name in LOST


_EVER = frozenset(
    {
        *(
            "nb_row",
            "nb_col",
            "kernel_dim1",
            "kernel_dim2",
            "kernel_dim3",
            "nb_feature",
        ),
        *("layers", "concat_axis", "dot_axes", "output_mask", "arguments", "mask"),
        *("unit_forget_bias", "time_major", "batch_size", "input_tensor", "name"),
    }
)
"""Those that became others by more than a name."""
