"""The functions of `keras.ops` that a spec can't hold, why, and what to use instead."""

_CODE = "it runs a function, which no YAML holds; blocks, if and repeat do that"
_NO_TENSOR = "it reads no tensor; put the numbers into the operation that needs them"
_OUTSIDE = "what it gives is no tensor of a model; shapes are shape('name') in ${…}"
_TRACELESS = "the shape of what it gives depends on the numbers; mask with ops.where"
_MIXES = "it puts the samples of a batch together; "
_MATRICES = f"{_MIXES}ops.matmul and ops.einsum keep them apart"
_COMPLEX = "models compute in real numbers; keep both parts as two tensors"
_ALGEBRA = (
    "Keras has no shape for all it gives in a model; work it out before, on the data"
)
_LOSS = "it compares with the truth, which a model isn't given; write it under train:"
_INDEXED = "it writes into a tensor; choose with ops.where, ops.concatenate or ops.pad"


def _layer(name: str) -> str:
    return f"its weights need a layer to hold them; take the layer {name}"


def _without_weights(name: str) -> str:
    return f"a layer does the same; take the layer {name}"


_REASONS: dict[str, str] = {
    **dict.fromkeys(
        (
            *("map", "scan", "associative_scan", "cond", "switch", "while_loop"),
            *("fori_loop", "vectorized_map", "custom_gradient", "vectorize", "jvp"),
        ),
        _CODE,
    ),
    **dict.fromkeys(
        (
            *("arange", "array", "bartlett", "blackman", "empty", "eye", "full"),
            *("geomspace", "hamming", "hanning", "identity", "kaiser", "linspace"),
            *("logspace", "ones", "tri", "zeros"),
        ),
        _NO_TENSOR,
    ),
    **dict.fromkeys(
        ("shape", "dtype", "is_tensor", "convert_to_numpy", "ndim", "size"), _OUTSIDE
    ),
    **dict.fromkeys(("nonzero", "unique"), _TRACELESS),
    **dict.fromkeys(
        (
            *("inner", "outer", "vdot", "kron", "tensordot", "corrcoef", "correlate"),
            *("meshgrid", "allclose", "cdist"),
        ),
        _MATRICES,
    ),
    **dict.fromkeys(("vstack",), f"{_MIXES}take ops.concatenate with axis: 1"),
    **dict.fromkeys(("dstack",), "take ops.concatenate or ops.stack with an axis"),
    **dict.fromkeys(("vsplit",), "it puts samples apart; take ops.split with axis: 1"),
    "flipud": "it turns the order of the samples; take ops.flip with axis: 1",
    "ravel": f"{_MIXES}take ops.reshape with newshape: [-1, …], or the layer Flatten",
    "diag": f"{_MIXES}take ops.diagonal with axis1: 1 and axis2: 2",
    "diagflat": f"{_MIXES}take ops.one_hot or ops.einsum",
    "bincount": f"{_MIXES}take the layer CategoryEncoding with output_mode: count",
    "histogram": f"{_MIXES}take the layer Discretization",
    "vander": f"{_MIXES}take ops.power of each, and ops.stack with axis: 1",
    "searchsorted": "it looks up one sorted row; take the layer Discretization",
    "unravel_index": "take ops.floor_divide and ops.mod",
    "digitize": "take the layer Discretization",
    "broadcast_to": (
        "its shape has the batch, whose size isn't known; take ops.tile, or any "
        "arithmetic, which stretches a size of 1"
    ),
    "slice": "take ops.get_item, as in - ops.get_item: ':, 1:5'",
    "select": "take ops.where, one in another",
    "isin": "take ops.equal, and ops.logical_or of several",
    "argpartition": "Keras gives no full order; take ops.argsort or ops.top_k",
    "convert_to_tensor": "it is one already; take ops.cast for another type",
    "trapezoid": "take ops.sum of what ops.get_item cuts off",
    "view": "it reads the bits as another type; take ops.cast",
    "empty_like": "what it gives isn't set; take ops.zeros_like",
    "multi_hot": "take the layer CategoryEncoding with output_mode: multi_hot",
    "in_top_k": _LOSS,
    "psnr": _LOSS,
    "image.ssim": _LOSS,
    "binary_crossentropy": _LOSS,
    "categorical_crossentropy": _LOSS,
    "sparse_categorical_crossentropy": _LOSS,
    "ctc_loss": _LOSS,
    "ctc_decode": "it reads the results of a model; call it on what predict gives",
    **dict.fromkeys(
        (
            *("fft", "fft2", "ifft2", "rfft", "irfft", "istft", "polar"),
            *("view_as_complex", "view_as_real"),
        ),
        _COMPLEX,
    ),
    "stft": "take the layer STFTSpectrogram",
    "extract_sequences": "take the layer STFTSpectrogram, or ops.stack of slices",
    **dict.fromkeys(
        (
            *("cholesky", "cholesky_inverse", "det", "eig", "eigh", "inv", "logdet"),
            *("lstsq", "lu_factor", "matrix_rank", "pinv", "qr", "slogdet", "solve"),
            *("solve_triangular", "svd"),
        ),
        _ALGEBRA,
    ),
    **dict.fromkeys(
        ("segment_max", "segment_min", "segment_prod", "segment_sum"),
        f"{_MIXES}take ops.one_hot and ops.einsum",
    ),
    **dict.fromkeys(("scatter", "scatter_update", "slice_update"), _INDEXED),
    "rearrange": (
        "its pattern is several operations; take ops.reshape, ops.transpose and "
        "ops.reshape"
    ),
    "conv": _layer("Conv2D"),
    "conv_transpose": _layer("Conv2DTranspose"),
    "depthwise_conv": _layer("DepthwiseConv2D"),
    "separable_conv": _layer("SeparableConv2D"),
    "batch_normalization": _layer("BatchNormalization"),
    "layer_normalization": _layer("LayerNormalization"),
    "rms_normalization": _layer("RMSNormalization"),
    "dot_product_attention": _without_weights("Attention or MultiHeadAttention"),
    "max_pool": _without_weights("MaxPooling2D"),
    "average_pool": _without_weights("AveragePooling2D"),
    "adaptive_max_pool": _without_weights("AdaptiveMaxPooling2D"),
    "adaptive_average_pool": _without_weights("AdaptiveAveragePooling2D"),
    "unfold": "it takes channels first; take Conv2D, whose kernel sees each patch",
    "fold": "it takes channels first; take Conv2DTranspose",
    "image.extract_patches": "take Conv2D with strides as long as its kernel",
    "image.extract_patches_3d": "take Conv3D with strides as long as its kernel",
    "image.pad_images": _without_weights("ZeroPadding2D"),
    "image.crop_images": _without_weights("Cropping2D"),
    "image.gaussian_blur": _without_weights("RandomGaussianBlur"),
    "image.affine_transform": _without_weights("RandomRotation, or its like"),
    "image.elastic_transform": _without_weights("RandomElasticTransform"),
    "image.perspective_transform": _without_weights("RandomPerspective"),
    "image.scale_and_translate": "take ops.image.resize, Cropping2D and ZeroPadding2D",
    "image.map_coordinates": "take ops.take_along_axis, or ops.image.resize",
    "image.sobel_edges": "take DepthwiseConv2D with a Constant kernel",
}

REFUSED: dict[str, str] = {
    name: reason if "; " in reason else f"others do what it does; {reason}"
    for name, reason in _REASONS.items()
}
"""By what `keras.ops` calls them."""
