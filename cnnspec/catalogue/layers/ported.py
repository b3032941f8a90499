"""What PyTorch calls a layer, and the layers of Keras that make the same network.

Each function has the name and the parameters that PyTorch has; one that isn't known
here, or a combination that Keras lacks, makes no layers. Channels come last in Keras.

Imported only when there is something to say.
"""

from collections.abc import Callable
from typing import Any

from cnnspec.catalogue.registry import own_name

Items = list[tuple[str, dict[str, Any]]]
"""Layers one below another: names with their arguments."""
NOTE = "note:"
"""The argument that holds what to know of a layer, such as what is lost."""


class NoCounterpart(Exception):
    """Keras has no layers that do the same; the text says what is missing, if known."""


_ORDER = "give filters and kernel_size by name"


def _convolution(axes: int, *, transposed: bool = False) -> Callable[..., Items]:
    name = f"Conv{axes}D{'Transpose' if transposed else ''}"

    def plain(
        in_channels: Any = None, out_channels: Any = None, kernel_size: Any = None,
        stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: Any = 1,
        bias: Any = True, padding_mode: Any = "zeros", **_others: Any,
    ) -> Items:  # fmt: skip
        _need(padding_mode == "zeros", "Keras pads with zeros alone")
        _need(in_channels is None or None not in (out_channels, kernel_size), _ORDER)
        given = {"filters": out_channels, "kernel_size": kernel_size}
        given |= _unlike(strides=(stride, 1), padding=(padding, 0))
        given |= _unlike(dilation_rate=(dilation, 1), groups=(groups, 1))
        return [(name, given | _unlike(use_bias=(bias, True)))]

    def backwards(
        in_channels: Any = None, out_channels: Any = None, kernel_size: Any = None,
        stride: Any = 1, padding: Any = 0, output_padding: Any = 0, groups: Any = 1,
        bias: Any = True, dilation: Any = 1, **_others: Any,
    ) -> Items:  # fmt: skip
        _need(groups == 1, f"{name} has no groups")
        _need(in_channels is None or None not in (out_channels, kernel_size), _ORDER)
        given = {"filters": out_channels, "kernel_size": kernel_size}
        given |= _unlike(strides=(stride, 1), dilation_rate=(dilation, 1))
        given |= _unlike(use_bias=(bias, True))
        sides = _cropped(padding, output_padding, kernel_size, stride, dilation, axes)
        below: Items = [(f"Cropping{axes}D", {"cropping": sides})] if sides else []
        return [(name, given), *below]

    return backwards if transposed else plain


def _cropped(
    padding: Any, extra: Any, kernel: Any, stride: Any, dilation: Any, axes: int
) -> Any:
    """What to cut off of a transposed convolution that isn't padded; 0 for nothing."""
    columns = [_each(one, axes) for one in (padding, extra, kernel, stride, dilation)]
    sides = [
        [pad, pad - more + max(step - rate * (size - 1) - 1, 0)]
        for pad, more, size, step, rate in zip(*columns, strict=True)
    ]
    _need(min(min(side) for side in sides) >= 0, "no layer adds output_padding")
    flat = {size for side in sides for size in side}
    if len(flat) == 1:
        return flat.pop()
    return sides[0] if axes == 1 else sides


def _each(value: Any, axes: int) -> list[int]:
    values = list(value) if isinstance(value, list) else [value] * axes
    _need(len(values) == axes and all(type(one) is int for one in values))
    return values


def _unlike(**pairs: tuple[Any, Any]) -> dict[str, Any]:
    """The arguments whose value isn't the one that stands beside it."""
    return {name: value for name, (value, usual) in pairs.items() if value != usual}


def _need(condition: bool, why: str = "") -> None:
    if not condition:
        raise NoCounterpart(why)


def _pooling(name: str) -> Callable[..., Items]:
    def pool(
        kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
        return_indices: Any = False, ceil_mode: Any = False, **_others: Any,
    ) -> Items:  # fmt: skip
        _need(dilation == 1 and return_indices is False, "Keras pools without gaps")
        same = stride in (None, kernel_size)
        given = {"pool_size": kernel_size, **({} if same else {"strides": stride})}
        given |= {} if ceil_mode is False else {NOTE: _CEIL}
        return [(name, given | _unlike(padding=(padding, 0)))]

    def average(
        kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: Any = False,
        count_include_pad: Any = True, divisor_override: Any = None,
    ) -> Items:  # fmt: skip
        _need(divisor_override is None, "Keras divides by the size of the window")
        [(_, given)] = pool(kernel_size, stride, padding, ceil_mode=ceil_mode)
        if padding and count_include_pad is True:
            sides = given.pop("padding")
            return [(f"ZeroPadding{name[-2:]}", {"padding": sides}), (name, given)]
        return [(name, given)]

    return average if name.startswith("Avg") else pool


_CEIL = "ceil_mode has no counterpart, so sizes are rounded down; "


_DEEPEST = 6
"""Layers that are written one below another; a hint has no room for more."""


def _recurrent(name: str) -> Callable[..., Items]:
    def layers(
        input_size: Any = None, hidden_size: Any = None, num_layers: Any = 1,
        bias: Any = True, batch_first: Any = False, dropout: Any = 0.0,
        bidirectional: Any = False, proj_size: Any = 0, nonlinearity: Any = "tanh",
        **_others: Any,
    ) -> Items:  # fmt: skip
        _need(type(num_layers) is int and proj_size == 0)
        _need(0 < num_layers <= _DEEPEST, "repeat: writes a layer many times")
        given = {"units": hidden_size, "return_sequences": True}
        given |= _unlike(activation=(nonlinearity, "tanh"), use_bias=(bias, True))
        one: Items = [(name, given)]
        if bidirectional is True:
            one = [("Bidirectional", {"layer": {name: given}})]
        between: Items = [("Dropout", {"rate": dropout})] if dropout else []
        return [*one, *[*between, *one] * (num_layers - 1)]

    def simple(
        input_size: Any = None, hidden_size: Any = None, num_layers: Any = 1,
        nonlinearity: Any = "tanh", *rest: Any, **named: Any,
    ) -> Items:  # fmt: skip
        named["nonlinearity"] = nonlinearity
        return layers(input_size, hidden_size, num_layers, *rest, **named)

    return simple if name == "SimpleRNN" else layers


def _multihead(
    embed_dim: Any, num_heads: Any, dropout: Any = 0.0, bias: Any = True,
    add_bias_kv: Any = False, add_zero_attn: Any = False, kdim: Any = None,
    vdim: Any = None, batch_first: Any = False, **_others: Any,
) -> Items:  # fmt: skip
    _need(type(embed_dim) is int and type(num_heads) is int and num_heads > 0)
    _need(embed_dim % num_heads == 0, "the width must be a multiple of num_heads")
    _need(not (add_bias_kv or add_zero_attn or kdim or vdim))
    given = {"num_heads": num_heads, "key_dim": embed_dim // num_heads}
    given |= _unlike(dropout=(dropout, 0.0), use_bias=(bias, True))
    given |= {"from": ["prev", "prev"], NOTE: "for self-attention, "}
    return [("MultiHeadAttention", given)]


def _batch_norm(
    num_features: Any = None, eps: Any = 1e-5, momentum: Any = ...,
    affine: Any = True, track_running_stats: Any = True, **_others: Any,
) -> Items:  # fmt: skip
    _need(track_running_stats is True and momentum is not None)
    note = {} if momentum is ... else {NOTE: "momentum is 1 minus PyTorch's; "}
    momentum = 0.1 if momentum is ... else momentum
    given = {"epsilon": eps, "momentum": round(1 - momentum, 10), **note}
    return [("BatchNormalization", given | _affine(affine))]


def _affine(affine: Any) -> dict[str, Any]:
    return {} if affine is True else {"center": False, "scale": False}


def _instance_norm(
    num_features: Any = None, eps: Any = 1e-5, momentum: Any = 0.1,
    affine: Any = False, track_running_stats: Any = False, **_others: Any,
) -> Items:  # fmt: skip
    _need(track_running_stats is False)
    given = {"groups": -1, "epsilon": eps}
    return [("GroupNormalization", given | _affine(affine))]


def _group_norm(
    num_groups: Any, num_channels: Any = None, eps: Any = 1e-5, affine: Any = True,
    **_others: Any,
) -> Items:  # fmt: skip
    given = {"groups": num_groups, "epsilon": eps}
    return [("GroupNormalization", given | _affine(affine))]


def _layer_norm(
    normalized_shape: Any, eps: Any = 1e-5, elementwise_affine: Any = True,
    bias: Any = True, **_others: Any,
) -> Items:  # fmt: skip
    several = isinstance(normalized_shape, list) and len(normalized_shape) > 1
    _need(not several, "for several axes, give LayerNormalization their axis:")
    given = {"epsilon": eps, **_affine(elementwise_affine)}
    without = elementwise_affine is True and bias is False
    return [("LayerNormalization", given | ({"center": False} if without else {}))]


def _linear(
    in_features: Any = None, out_features: Any = None, bias: Any = True, **_others: Any
) -> Items:
    return [("Dense", {"units": out_features, **_unlike(use_bias=(bias, True))})]


def _embedding(
    num_embeddings: Any, embedding_dim: Any, padding_idx: Any = None,
    max_norm: Any = None, **_others: Any,
) -> Items:  # fmt: skip
    given = {"input_dim": num_embeddings, "output_dim": embedding_dim}
    lost = "padding_idx" if padding_idx is not None else "max_norm" if max_norm else ""
    given |= {NOTE: f"Keras has no {lost}; "} if lost else {}
    return [("Embedding", given)]


def _dropout(name: str) -> Callable[..., Items]:
    def drop(
        p: Any = 0.5, training: Any = True, inplace: Any = False, **_others: Any
    ) -> Items:
        return [(name, {"rate": p})]

    return drop


def _softmax(layer: str, **given: Any) -> Callable[..., Items]:
    """Over the channels, which are axis 1 in PyTorch and the last one in Keras."""

    def softmax(dim: Any = None, _stacklevel: Any = 3, dtype: Any = None) -> Items:
        _need(dim in (None, 1, -1), "axes count otherwise in Keras: channels are last")
        return [(layer, dict(given))]

    return softmax


def _activation(name: str, **usual: Any) -> Callable[..., Items]:
    """An activation that has no arguments in Keras, and those of its counterpart."""

    def activation(*values: Any, inplace: Any = False, **named: Any) -> Items:
        given = {**dict(zip(usual, values, strict=False)), **named}
        lost = [key for key, one in given.items() if usual.get(key) != one]
        note = {NOTE: f"Keras's {name} has no {lost[0]}; "} if lost else {}
        return [("Activation", {"activation": name, **note})]

    return activation


def _relu(inplace: Any = False) -> Items:
    return [("ReLU", {})]


def _leaky_relu(negative_slope: Any = 0.01, inplace: Any = False) -> Items:
    return [("LeakyReLU", {"negative_slope": negative_slope})]


def _elu(alpha: Any = 1.0, inplace: Any = False) -> Items:
    return [("ELU", _unlike(alpha=(alpha, 1.0)))]


def _prelu(num_parameters: Any = 1, init: Any = 0.25, **_others: Any) -> Items:
    axes = [1, 2, 3] if num_parameters == 1 else [1, 2]
    return [("PReLU", {"shared_axes": axes, NOTE: "for images, "})]


def _hardtanh(min_val: Any = -1, max_val: Any = 1, inplace: Any = False) -> Items:
    if (min_val, max_val) == (-1, 1):
        return [("Activation", {"activation": "hard_tanh"})]
    _need(min_val == 0, "Keras clips at 0 or from -1 to 1")
    return [("ReLU", {"max_value": max_val})]


def _threshold(threshold: Any, value: Any, inplace: Any = False) -> Items:
    _need(value == 0, f"Keras's ReLU puts 0 below its threshold, and not {value}")
    return [("ReLU", {"threshold": threshold})]


def _flatten(start_dim: Any = 1, end_dim: Any = -1) -> Items:
    _need(start_dim == 1 and end_dim == -1, "Flatten keeps the samples' axis alone")
    return [("Flatten", {})]


def _view(*sizes: Any) -> Items:
    """A tensor in another form; the first size is the batch's."""
    sizes = tuple(sizes[0]) if sizes and isinstance(sizes[0], list) else sizes
    _need(len(sizes) > 1)
    batch, *rest = sizes
    is_number = type(batch) is int
    _need(batch == -1 or not is_number, "a spec leaves the samples' axis out")
    if len(rest) == 1:
        return [("Flatten", {})]
    return _unflatten(1, list(rest))


def _unflatten(dim: Any, unflattened_size: Any) -> Items:
    _need(dim == 1 and isinstance(unflattened_size, list))
    _need(all(type(size) is int for size in unflattened_size))
    channels, *spatial = unflattened_size
    return [("Reshape", {"target_shape": [*spatial, channels]})]


def _permute(*dims: Any) -> Items:
    dims = tuple(dims[0]) if dims and isinstance(dims[0], list) else dims
    _need(all(type(axis) is int for axis in dims))
    _need(sorted(dims) == list(range(len(dims))) and dims[:1] == (0,) and len(dims) > 1)
    return [("Permute", {"dims": list(dims[1:])})]


def _mean(dim: Any, keepdim: Any = False) -> Items:
    _need(dim in ([2, 3], [-2, -1], [-1, -2], [3, 2]))
    keep = {"keepdims": True} if keepdim is True else {}
    return [("GlobalAveragePooling2D", keep)]


def _zero_pad(
    padding: Any = 0, mode: Any = "constant", value: Any = 0, **named: Any
) -> Items:
    """PyTorch's order is left, right, top, bottom."""
    padding = named.get("pad", padding)
    _need(mode == "constant" and not value, "Keras pads with zeros alone")
    if isinstance(padding, list):
        _need(len(padding) == 4)
        left, right, top, bottom = padding
        padding = [[top, bottom], [left, right]]
        if len({left, right, top, bottom}) == 1:
            padding = left
    return [("ZeroPadding2D", {"padding": padding})]


def _upsample(
    size: Any = None, scale_factor: Any = None, mode: Any = "nearest",
    align_corners: Any = None, **_others: Any,
) -> Items:  # fmt: skip
    _need(size is None and scale_factor is not None, "UpSampling2D takes a factor")
    _need(align_corners is not True, "Keras has no align_corners")
    _need(mode in ("nearest", "bilinear", "bicubic"))
    if isinstance(scale_factor, float) and scale_factor.is_integer():
        scale_factor = int(scale_factor)
    given = _unlike(interpolation=(mode, "nearest"))
    return [("UpSampling2D", {"size": scale_factor, **given})]


def _adaptive(axes: int, kind: str) -> Callable[..., Items]:
    def pool(output_size: Any, return_indices: Any = False) -> Items:
        name = f"Adaptive{kind}Pooling{axes}D"
        return [(name, {"output_size": output_size})]

    return pool


def _identity(*_values: Any, **_named: Any) -> Items:
    return [("Identity", {})]


_NUMBERS = (1, 2, 3)
LAYERS: dict[str, Callable[..., Items]] = {
    **{f"Conv{n}d": _convolution(n) for n in _NUMBERS},
    **{f"ConvTranspose{n}d": _convolution(n, transposed=True) for n in _NUMBERS},
    **{f"MaxPool{n}d": _pooling(f"MaxPool{n}D") for n in _NUMBERS},
    **{f"AvgPool{n}d": _pooling(f"AvgPool{n}D") for n in _NUMBERS},
    **{f"AdaptiveAvgPool{n}d": _adaptive(n, "Average") for n in _NUMBERS},
    **{f"AdaptiveMaxPool{n}d": _adaptive(n, "Max") for n in _NUMBERS},
    **{f"BatchNorm{n}d": _batch_norm for n in _NUMBERS},
    **{f"InstanceNorm{n}d": _instance_norm for n in _NUMBERS},
    **{f"Dropout{n}d": _dropout(f"SpatialDropout{n}D") for n in _NUMBERS},
    "Dropout": _dropout("Dropout"),
    "GroupNorm": _group_norm,
    "LayerNorm": _layer_norm,
    "Linear": _linear,
    "Embedding": _embedding,
    "LSTM": _recurrent("LSTM"),
    "GRU": _recurrent("GRU"),
    "RNN": _recurrent("SimpleRNN"),
    "MultiheadAttention": _multihead,
    "Softmax": _softmax("Softmax"),
    "Softmax2d": _softmax("Softmax"),
    "LogSoftmax": _softmax("Activation", activation="log_softmax"),
    "ReLU": _relu,
    "LeakyReLU": _leaky_relu,
    "ELU": _elu,
    "PReLU": _prelu,
    "Hardtanh": _hardtanh,
    "Threshold": _threshold,
    "ReLU6": _activation("relu6"),
    "CELU": _activation("celu", alpha=1.0),
    "SELU": _activation("selu"),
    "GELU": _activation("gelu", approximate="none"),
    "SiLU": _activation("silu"),
    "Mish": _activation("mish"),
    "Sigmoid": _activation("sigmoid"),
    "Tanh": _activation("tanh"),
    "Softplus": _activation("softplus", beta=1, threshold=20),
    "Softsign": _activation("softsign"),
    "LogSigmoid": _activation("log_sigmoid"),
    "Hardswish": _activation("hard_swish"),
    "Hardsigmoid": _activation("hard_sigmoid"),
    "Hardshrink": _activation("hard_shrink", lambd=0.5),
    "Softshrink": _activation("soft_shrink", lambd=0.5),
    "Tanhshrink": _activation("tanh_shrink"),
    "Flatten": _flatten,
    "Unflatten": _unflatten,
    "ZeroPad2d": _zero_pad,
    "Upsample": _upsample,
    "UpsamplingNearest2d": _upsample,
    "Identity": _identity,
}
"""The layers of `torch.nn`."""

FUNCTIONS: dict[str, Callable[..., Items]] = {
    **{f"max_pool{n}d": LAYERS[f"MaxPool{n}d"] for n in _NUMBERS},
    **{f"avg_pool{n}d": LAYERS[f"AvgPool{n}d"] for n in _NUMBERS},
    **{f"adaptive_avg_pool{n}d": LAYERS[f"AdaptiveAvgPool{n}d"] for n in _NUMBERS},
    **{f"adaptive_max_pool{n}d": LAYERS[f"AdaptiveMaxPool{n}d"] for n in _NUMBERS},
    **{f"dropout{n}d": LAYERS[f"Dropout{n}d"] for n in _NUMBERS},
    "dropout": LAYERS["Dropout"],
    "relu": _activation("relu"),
    "relu_": _activation("relu"),
    "relu6": LAYERS["ReLU6"],
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "hardtanh": _hardtanh,
    "threshold": _threshold,
    "softmax": LAYERS["Softmax"],
    "log_softmax": LAYERS["LogSoftmax"],
    "logsigmoid": LAYERS["LogSigmoid"],
    "celu": LAYERS["CELU"],
    "selu": LAYERS["SELU"],
    "gelu": LAYERS["GELU"],
    "silu": LAYERS["SiLU"],
    "mish": LAYERS["Mish"],
    "sigmoid": LAYERS["Sigmoid"],
    "tanh": LAYERS["Tanh"],
    "softplus": LAYERS["Softplus"],
    "softsign": LAYERS["Softsign"],
    "hardswish": LAYERS["Hardswish"],
    "hardsigmoid": LAYERS["Hardsigmoid"],
    "interpolate": _upsample,
    "pad": _zero_pad,
    "flatten": _flatten,
    "unflatten": _unflatten,
    "view": _view,
    "reshape": _view,
    "permute": _permute,
    "mean": _mean,
}
"""What `torch` and `torch.nn.functional` do to a tensor, which they take first, and
what tensors do by themselves."""

JOINING = {
    **dict.fromkeys(("cat", "concat", "concatenate"), "Concatenate"),
    "add": "Add",
    "multiply": "Multiply",
    "mul": "Multiply",
    "subtract": "Subtract",
    "sub": "Subtract",
    "average": "Average",
    "maximum": "Maximum",
    "minimum": "Minimum",
}
"""What functions are called that take several tensors."""


def joined(name: str, tensors: list[str], more: list[Any], named: Any) -> Items:
    """The layer that joins tensors of these names.

    Raises:
        NoCounterpart: it joins them along another axis than the channels.
    """
    given: dict[str, Any] = {"from": tensors}
    axis = named.get("axis", *more[:1] or [-1])
    _need(not named.keys() - {"axis", "name"})
    if JOINING[name] == "Concatenate" and axis != -1:
        given["axis"] = axis
    return [(JOINING[name], given)]


def joined_in_torch(
    name: str, tensors: list[str], more: list[Any], named: Any
) -> Items:
    """The same for PyTorch, which counts the channels' axis as 1.

    Raises:
        NoCounterpart: it joins them along another axis than the channels.
    """
    axis = named.get("dim", named.get("axis", *more[:1] or [0]))
    _need(JOINING[name] != "Concatenate" or axis == 1, "only dim 1 holds channels")
    return [(JOINING[name], {"from": tensors})]


def counterpart(name: str) -> str:
    """The layer of Keras that does what a layer of `torch.nn` does; '' for none."""
    for given in ((), (1,), (1, 1, 1)):
        try:
            [(found, _)] = LAYERS[name](*given)
        except (KeyError, TypeError, ValueError, NoCounterpart):
            continue
        return own_name(found)
    return ""


CHANNELS_LAST = frozenset({"Linear", "LSTM", "GRU", "RNN", "Embedding", "LayerNorm"})
"""Layers of PyTorch whose tensors have the channels last, as in Keras."""


def counted(name: str, params: int) -> int | None:
    """How many numbers Keras counts in a layer of `torch.nn`; None if that isn't told.

    Args:
        name: the layer's.
        params: how many PyTorch counts.
    """
    if name in ("LSTM", "GRU", "RNN"):  # these have a second bias
        return None
    if name.startswith(("BatchNorm", "SyncBatchNorm")):  # two more are no parameters
        return 2 * params or None
    return params
