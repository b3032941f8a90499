"""Nodes of TensorFlow's graphs that Keras 2 made rows of, as calls of its functions.

A layer `TensorFlowOpLayer` of TensorFlow 1.13 to 2.3 holds one node: what it does, its
attributes, and those of its inputs that are constants
(tf_keras/src/engine/base_layer.py, 2.21). Sources of their names and orders:
tensorflow/core/ops/{math,nn,array,image}_ops.cc, 2.21.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from cnnspec.catalogue.past.objects import short
from cnnspec.catalogue.past.tensorflow import FUNCTIONS

_ALONG = "input_tensor axis keepdims=keep_dims"
_SIZED = "images size"
_PADDED = "tensor paddings"
_LINES = f"""
Add AddV2: math.add x y
Sub: math.subtract x y
Mul: math.multiply x y
RealDiv Div: math.divide x y
DivNoNan: math.divide_no_nan x y
FloorDiv: math.floordiv x y
FloorMod Mod: math.floormod x y
Pow: math.pow x y
Maximum: math.maximum x y
Minimum: math.minimum x y
Equal: math.equal x y
NotEqual: math.not_equal x y
Greater: math.greater x y
GreaterEqual: math.greater_equal x y
Less: math.less x y
LessEqual: math.less_equal x y
LogicalAnd: math.logical_and x y
LogicalOr: math.logical_or x y
LogicalNot: math.logical_not x
BiasAdd: nn.bias_add value bias
Select SelectV2: where condition x y
MatMul: linalg.matmul a b transpose_a=transpose_a transpose_b=transpose_b
BatchMatMul BatchMatMulV2: linalg.matmul a b adjoint_a=adj_x adjoint_b=adj_y
Mean: math.reduce_mean {_ALONG}
Sum: math.reduce_sum {_ALONG}
Max: math.reduce_max {_ALONG}
Min: math.reduce_min {_ALONG}
Prod: math.reduce_prod {_ALONG}
Any: math.reduce_any {_ALONG}
All: math.reduce_all {_ALONG}
ArgMax: math.argmax input axis output_type=output_type
ArgMin: math.argmin input axis output_type=output_type
Abs: math.abs x
Neg: math.negative x
Exp: math.exp x
Expm1: math.expm1 x
Log: math.log x
Log1p: math.log1p x
Sqrt: math.sqrt x
Rsqrt: math.rsqrt x
Square: math.square x
Reciprocal Inv: math.reciprocal x
Sin: math.sin x
Cos: math.cos x
Tan: math.tan x
Tanh: math.tanh x
Sigmoid: math.sigmoid x
Softplus: math.softplus features
Erf: math.erf x
Sign: math.sign x
Floor: math.floor x
Ceil: math.ceil x
Round: math.round x
Cumsum: math.cumsum x axis exclusive=exclusive reverse=reverse
Relu: nn.relu features
Relu6: nn.relu6 features
Elu: nn.elu features
Selu: nn.selu features
LeakyRelu: nn.leaky_relu features alpha=alpha
Softmax: nn.softmax logits
LogSoftmax: nn.log_softmax logits
Cast: cast x dtype=DstT
Concat: concat axis values*
ConcatV2: concat values* axis
Pack: stack values* axis=axis
Unpack: unstack value num=num axis=axis
Split: split axis value num_or_size_splits=num_split
ExpandDims: expand_dims input axis
Squeeze: squeeze input axis=squeeze_dims
Reshape: reshape tensor shape
Transpose: transpose a perm
Tile: tile input multiples
ReverseV2: reverse tensor axis
GatherV2: gather params indices axis batch_dims=batch_dims
OneHot: one_hot indices depth on_value off_value axis=axis
OnesLike: ones_like input
ZerosLike: zeros_like input
Identity: identity input
StopGradient: stop_gradient input
Pad: pad {_PADDED}
PadV2: pad {_PADDED} constant_values
MirrorPad: pad {_PADDED} mode=mode
ResizeBilinear: image.resize {_SIZED} method:bilinear
ResizeNearestNeighbor: image.resize {_SIZED} method:nearest
ResizeBicubic: image.resize {_SIZED} method:bicubic
DepthToSpace: nn.depth_to_space input block_size=block_size
SpaceToDepth: nn.space_to_depth input block_size=block_size
"""
"""Of each the function, the names there of its inputs (`*`: all that are left), and
`name=attribute` or `name:value` for the rest."""

_OP, _SLICE = "op", "StridedSlice"
SLICING = "__operators__.getitem", "slice_spec"
"""The function that takes a part between brackets, and its argument for that."""
_USUAL: dict[str, tuple[Any, ...]] = {
    "align_corners": (False,),
    "data_format": ("NHWC", "NDHWC"),
    "half_pixel_centers": (True,),
    "Truncate": (False,),
}
"""Attributes that no function has an argument for, with the values that it works by.
Others are types and counts, which are those of what comes in."""
_NEEDED = {"image.resize": "half_pixel_centers"}
"""Attributes that were added later, and do nothing only if they are there."""
_TYPES = {"FLOAT": "float32", "DOUBLE": "float64", "HALF": "float16"}


class Called(NamedTuple):
    """A call of a function of TensorFlow."""

    function: str
    """Without `tf.`."""
    first: Any
    """What it is given by position."""
    others: dict[str, Any]


def called(node: Mapping[str, Any], inputs: Sequence[Any]) -> Called | None:
    """The call that does what a node of a graph does; None where none is known.

    Args:
        node: as Keras has it: `op` and `attr`.
        inputs: tensors and constants, in the node's order.
    """
    op = node.get(_OP)
    given = node.get("attr")
    attributes = {
        name: _value(one)
        for name, one in (given.items() if isinstance(given, Mapping) else ())
    }
    if op == _SLICE:
        return _sliced(inputs, attributes)
    line = _nodes().get(op) if isinstance(op, str) else None
    if line is None:
        return None
    function, *words = line
    values = _named([word for word in words if word.strip("*").isidentifier()], inputs)
    if values is None or _NEEDED.get(function, _OP) not in {_OP, *attributes}:
        return None
    for name, mark, attribute in (_parted(word) for word in words):
        if mark == ":":
            values[name] = attribute
        elif mark and attribute in attributes:
            values[name] = attributes.pop(attribute)
    if any(one not in _USUAL.get(name, (one,)) for name, one in attributes.items()):
        return None  # it does something that no argument says
    main = next(iter(FUNCTIONS[function].arguments.values()))
    name = next((name for name in main if name in values), "")
    return Called(function, values.pop(name), values) if name else None


def _parted(word: str) -> tuple[str, str, str]:
    return word.partition("=") if "=" in word else word.partition(":")


def _named(names: Sequence[str], inputs: Sequence[Any]) -> dict[str, Any] | None:
    """The inputs of a node by their names; None if there are others."""
    left, found = [*inputs], dict[str, Any]()
    for number, name in enumerate(names):
        after = len(names) - number - 1
        if name.endswith("*"):
            count = len(left) - after
            found[name[:-1]], left = left[:count], left[count:]
        elif left:
            found[name] = left.pop(0)
    return None if left else found


def _sliced(inputs: Sequence[Any], masks: Mapping[str, Any]) -> Called | None:
    """A part of a tensor, as between Python's brackets."""
    if len(inputs) != 4 or not all(_is_whole(one) for one in inputs[1:]):
        return None
    x, *places = inputs
    parts: list[Any] = []
    for number, (begin, end, step) in enumerate(zip(*places, strict=False)):
        begins, ends, dots, new, one = (
            bool(int(masks.get(f"{name}_mask") or 0) >> number & 1)
            for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
        )
        if dots:
            parts.append({"class_name": "__ellipsis__"})
        elif new or one:
            parts.append(None if new else begin)
        else:
            start, stop = None if begins else begin, None if ends else end
            parts.append(
                {"start": start, "stop": stop, "step": None if step == 1 else step}
            )
    function, argument = SLICING
    return Called(function, x, {argument: parts})


def _is_whole(value: Any) -> bool:
    return isinstance(value, list) and all(type(one) is int for one in value)


def _value(attribute: Any) -> Any:
    """The value of an attribute, as protobuf's JSON has it; None for what has none."""
    if not isinstance(attribute, Mapping) or len(attribute) != 1:
        return None
    [(kind, value)] = attribute.items()
    if kind == "list" and isinstance(value, Mapping):
        several = [(kind, one) for kind, held in value.items() for one in _list(held)]
        return [_value({kind: one}) for kind, one in several]
    try:
        return _KINDS[kind](value) if kind in _KINDS else None
    except (TypeError, ValueError):  # not as protobuf writes it
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _type(value: Any) -> str:
    name = str(value).removeprefix("DT_")
    return _TYPES.get(name, name.lower())


_KINDS: dict[str, Any] = {
    "b": bool,
    "f": short,
    "i": int,
    "s": lambda value: b64decode(value).decode("ascii"),
    "type": _type,
}


@cache
def _nodes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in _LINES.split("\n"):
        names, _, rest = line.partition(": ")
        found |= dict.fromkeys(names.split(), rest.split())
    return found
