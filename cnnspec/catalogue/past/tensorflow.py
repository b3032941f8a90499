"""Functions of TensorFlow that Keras 2 made rows of, and what stands for them today.

A layer `TFOpLambda` of Keras 2.4 and later calls one of them by its name without `tf.`
(tf_keras/src/layers/core/tf_op_layer.py, 2.21).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

_PAIRS = "x1=x,a,x1 x2=y,b,x2"
_ALONG = "x=input_tensor,x axis=axis,reduction_indices keepdims=keepdims,keep_dims"
_LINES = f"""
__operators__.add math.add add: add {_PAIRS}
nn.bias_add: add x1=value x2=bias
math.subtract subtract: subtract {_PAIRS}
math.multiply multiply: multiply {_PAIRS}
math.divide divide math.truediv truediv: divide {_PAIRS}
math.divide_no_nan: divide_no_nan {_PAIRS}
math.floordiv floor_div: floor_divide {_PAIRS}
math.floormod math.mod: mod {_PAIRS}
math.pow pow: power {_PAIRS}
math.maximum maximum: maximum {_PAIRS}
math.minimum minimum: minimum {_PAIRS}
math.equal equal: equal {_PAIRS}
math.not_equal not_equal: not_equal {_PAIRS}
math.greater greater: greater {_PAIRS}
math.greater_equal greater_equal: greater_equal {_PAIRS}
math.less less: less {_PAIRS}
math.less_equal less_equal: less_equal {_PAIRS}
math.logical_and logical_and: logical_and {_PAIRS}
math.logical_or logical_or: logical_or {_PAIRS}
math.logical_not logical_not: logical_not x=x
where compat.v1.where: where condition=condition x1=x x2=y
linalg.matmul matmul: matmul x1=a x2=b
math.reduce_mean reduce_mean: mean {_ALONG}
math.reduce_sum reduce_sum: sum {_ALONG}
math.reduce_max reduce_max: max {_ALONG}
math.reduce_min reduce_min: min {_ALONG}
math.reduce_prod reduce_prod: prod {_ALONG}
math.reduce_std: std {_ALONG}
math.reduce_variance: var {_ALONG}
math.reduce_any: any {_ALONG}
math.reduce_all: all {_ALONG}
math.reduce_logsumexp: logsumexp {_ALONG}
math.argmax argmax: argmax x=input axis=axis,dimension
math.argmin argmin: argmin x=input axis=axis,dimension
math.abs abs: abs x=x
math.negative negative: negative x=x
math.exp exp: exp x=x
math.expm1: expm1 x=x
math.log: log x=x
math.log1p: log1p x=x
math.sqrt sqrt: sqrt x=x
math.rsqrt: rsqrt x=x
math.square square: square x=x
math.reciprocal: reciprocal x=x
math.sin sin: sin x=x
math.cos cos: cos x=x
math.tan: tan x=x
math.tanh tanh nn.tanh: tanh x=x
math.sigmoid sigmoid nn.sigmoid: sigmoid x=x
math.softplus nn.softplus: softplus x=features,x
math.erf: erf x=x
math.sign sign: sign x=x
math.floor floor: floor x=x
math.ceil: ceil x=x
math.round round: round x=x
math.cumsum cumsum: cumsum x=x axis=axis
nn.relu: relu x=features
nn.relu6: relu6 x=features
nn.elu: elu x=features
nn.selu: selu x=features
nn.gelu: gelu x=features approximate=approximate
nn.silu nn.swish: silu x=features
nn.leaky_relu: leaky_relu x=features negative_slope=alpha
nn.softmax math.softmax: softmax x=logits axis=axis
nn.log_softmax math.log_softmax: log_softmax x=logits axis=axis
math.l2_normalize nn.l2_normalize: normalize x=x axis=axis epsilon=epsilon
clip_by_value: clip x=t x_min=clip_value_min x_max=clip_value_max
cast: cast x=x dtype=dtype
concat: concatenate xs=values axis=axis
stack: stack x=values axis=axis
unstack: unstack x=value num=num axis=axis
split: split x=value indices_or_sections=num_or_size_splits axis=axis
expand_dims: expand_dims x=input axis=axis
squeeze compat.v1.squeeze: squeeze x=input axis=axis
reshape: reshape x=tensor newshape=shape
transpose: transpose x=a axes=perm
tile: tile x=input repeats=multiples
reverse: flip x=tensor axis=axis
gather: take x=params indices=indices axis=axis
one_hot: one_hot x=indices num_classes=depth axis=axis
ones_like: ones_like x=input
zeros_like: zeros_like x=input
identity: copy x=input
stop_gradient: stop_gradient variable=input
einsum: einsum subscripts=equation
pad: pad x=tensor pad_width=paddings mode=mode constant_values=constant_values
image.resize: image.resize images=images size=size interpolation=method
image.rgb_to_grayscale: image.rgb_to_grayscale images=images
nn.depth_to_space: depth_to_space x=input block_size=block_size
nn.space_to_depth: space_to_depth x=input block_size=block_size
"""


class Function(NamedTuple):
    """What stands for a function of TensorFlow."""

    operation: str
    """Of `keras.ops`."""
    arguments: Mapping[str, tuple[str, ...]]
    """Of each argument there, the names that it has in TensorFlow; the first of the
    function's is given by position."""

    def named(self, first: Any, others: Mapping[str, Any]) -> dict[str, Any] | None:
        """The arguments of a call by today's names; None where one has none.

        Args:
            first: what it is given by position.
            others: what it is given by name.
        """
        main = next(iter(self.arguments))
        found = {main: first}
        for name, value in others.items():
            now = next((now for now, old in self.arguments.items() if name in old), "")
            if now:
                found[now] = str(value).lower() if name in _WORDS else value
            elif (
                value is not None
                and name != "name"
                and value not in _IDLE.get(name, ())
            ):
                return None
        return found


_WORDS = ("mode", "method")
"""Arguments that are words, which TensorFlow takes in letters of any size."""
_IDLE: dict[str, tuple[Any, ...]] = {
    "antialias": (False,),
    "batch_dims": (0,),
    "conjugate": (False,),
    "data_format": ("NHWC", "channels_last"),
    "exclusive": (False,),
    "off_value": (0,),
    "on_value": (1,),
    "output_type": ("int64",),
    "preserve_aspect_ratio": (False,),
    "reverse": (False,),
    "validate_indices": (True,),
    **dict.fromkeys(("transpose_a", "transpose_b", "a_is_sparse"), (False,)),
    **dict.fromkeys(("adjoint_a", "adjoint_b", "b_is_sparse"), (False,)),
}
"""Arguments that TensorFlow has and Keras hasn't, with the values that do nothing."""


def _read() -> dict[str, Function]:
    found: dict[str, Function] = {}
    for line in _LINES.split("\n"):
        names, _, rest = line.partition(": ")
        if not rest:
            continue
        operation, *pairs = rest.split()
        parts = (pair.split("=") for pair in pairs)
        arguments = {now: tuple(old.split(",")) for now, old in parts}
        found |= dict.fromkeys(names.split(), Function(operation, arguments))
    return found


FUNCTIONS = _read()
"""By what TensorFlow calls them, without `tf.`."""
