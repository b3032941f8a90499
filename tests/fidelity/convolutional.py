"""Random cases for convolutions."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import common, maybe, one_or_all
from tests.fidelity.judge import Case
from tests.fidelity.spatial import (
    each,
    other_rank,
    placed,
    rank,
    size,
    with_channels,
    with_spatial,
)

PLAIN = ("Conv1D", "Conv2D", "Conv3D")
COMMON = ["activation", "activity_regularizer"]
COMMON += ["bias_initializer", "bias_regularizer", "bias_constraint"]


def _parts(name: str) -> list[str]:
    """What the layer's kernels are called in its arguments."""
    if "Depthwise" in name:
        return ["depthwise"]
    return ["depthwise", "pointwise"] if "Separable" in name else ["kernel"]


@st.composite
def valid(draw: Any, name: str) -> Case:
    axes = rank(name)
    arguments: dict[str, Any] = {}
    kernel = arguments["kernel_size"] = draw(one_or_all(st.integers(1, 4), axes))
    moves = ["strides", "dilation_rate"]
    # Keras lets depthwise and separable convolutions have both at once.
    both = [moves] if "Depthwise" in name or "Separable" in name else []
    for move in draw(st.sampled_from([[], ["strides"], ["dilation_rate"], *both])):
        arguments[move] = draw(one_or_all(st.integers(1, 3), axes))
    paddings = ["valid", "same", "SAME", *(["causal"] if name == "Conv1D" else [])]
    arguments |= draw(maybe(padding=st.sampled_from(paddings), use_bias=st.booleans()))
    strides = each(arguments.get("strides", 1), axes)
    dilation = each(arguments.get("dilation_rate", 1), axes)
    c_in = draw(st.integers(1, 6))
    if "Depthwise" in name or "Separable" in name:
        arguments |= draw(maybe(depth_multiplier=st.integers(1, 3)))
    if "Depthwise" not in name:
        arguments["filters"] = draw(st.integers(1, 8))
    if "Transpose" in name:
        extras = st.tuples(*(st.integers(0, stride - 1) for stride in strides))
        arguments |= draw(maybe(output_padding=extras.map(list)))
    elif name in PLAIN:
        groups = arguments["groups"] = draw(st.integers(1, 3))
        arguments["filters"] *= groups
        c_in *= groups
        arguments |= draw(
            maybe(
                lora_rank=st.sampled_from([None, 0, 1, 3]),
                lora_alpha=st.sampled_from([None, 2, 0.5]),
            )
        )
    fits = "Transpose" in name or arguments.get("padding", "valid") != "valid"
    spans = [
        1 if fits else rate * (length - 1) + 1
        for length, rate in zip(each(kernel, axes), dilation, strict=True)
    ]
    names = [f"{p}_{k}" for p in _parts(name) for k in ("initializer", "regularizer")]
    constraints = [f"{part}_constraint" for part in _parts(name)]
    arguments |= draw(common(*COMMON, *names, *constraints))
    if arguments.get("lora_rank"):
        arguments.pop("kernel_constraint", None)
    place, shape = draw(placed([draw(size(span)) for span in spans], c_in))
    return Case(name, arguments | place, (shape,))


def _ways(name: str) -> list[str]:
    """What can be wrong with a case of this layer."""
    ways = ["zero", "length", "rank", "channels", "word", "format", "unknown"]
    if "Depthwise" not in name:
        ways.append("filters")
    if "Depthwise" in name or "Separable" in name:
        ways.append("multiplier")
    if name in PLAIN:
        ways += ["groups", "shared", "both", "low rank"]
    return ways + (["extra", "both"] if "Transpose" in name else ["fit"])


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    arguments, [shape] = dict(case.arguments), case.shapes
    axes = rank(name)
    none_or_less = st.integers(-2, 0)
    match draw(st.sampled_from(_ways(name))):
        case "zero":
            key = draw(st.sampled_from(["kernel_size", "strides", "dilation_rate"]))
            value = [*each(arguments.get(key, 1), axes)]
            value[draw(st.integers(0, axes - 1))] = draw(none_or_less)
            arguments[key] = value
        case "length":
            key = draw(st.sampled_from(["kernel_size", "strides", "dilation_rate"]))
            arguments[key] = [1] * (axes + 1)
        case "rank":
            shape = draw(other_rank(shape))
        case "channels":
            shape = with_channels(arguments, shape, None)
        case "word":
            words = ["full", "", *(["causal"] if name != "Conv1D" else [])]
            arguments["padding"] = draw(st.sampled_from(words))
        case "format":
            arguments["data_format"] = draw(st.sampled_from(["channels", "last"]))
        case "unknown":
            arguments["kernal_size"] = 3
        case "filters":
            arguments["filters"] = draw(none_or_less)
        case "multiplier":
            arguments["depth_multiplier"] = draw(none_or_less)
        case "groups":
            arguments |= {"groups": 2, "filters": 3}
            shape = with_channels(arguments, shape, 4)
        case "shared":
            arguments |= {"groups": 2, "filters": 4}
            shape = with_channels(arguments, shape, 3)
        case "both":
            arguments |= {"strides": 2, "dilation_rate": 2}
            arguments.pop("output_padding", None)
        case "low rank":
            arguments |= {"lora_rank": 2, "kernel_constraint": "non_neg"}
        case "extra":
            most = max(each(arguments.get("strides", 1), axes))
            arguments["output_padding"] = most + draw(st.integers(0, 2))
        case "fit":
            arguments |= {"padding": "valid", "kernel_size": 8}
            shape = with_spatial(arguments, shape, draw(st.integers(1, 7)))
    return Case(name, arguments, (shape,))
