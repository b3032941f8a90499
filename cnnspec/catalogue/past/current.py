"""A layer with its arguments as an earlier Keras had them, to today's."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.past.arguments import (
    CALLED,
    COUNTING,
    GONE,
    IDLE,
    LOST,
    NOW,
    USUAL,
    VALUES,
)
from cnnspec.catalogue.registry import FORMER, is_known, own_name


class Note(NamedTuple):
    """What is not as it was."""

    argument: str
    """Today's name, or the earlier one of what has none."""
    text: str
    counts: bool = False
    """Whether a shape or a count may be another one."""


class Current(NamedTuple):
    """A layer as today's Keras has it."""

    kind: str
    """Its class; as it came where Keras has no such layer."""
    arguments: dict[str, Any]
    notes: tuple[Note, ...] = ()
    settings: Mapping[str, Any] = {}
    """What each call of it is given today."""


def current(kind: str, arguments: Mapping[str, Any], version: str = "") -> Current:
    """What a layer of an earlier Keras is today.

    Values are kept as they are, but for words that were others: what stands for
    initializers and the like is a matter of who reads them. A layer that Keras has no
    more comes back as it is.

    Args:
        kind: the name of its class, in whatever version.
        arguments: by name, as its configuration or its call has them.
        version: of Keras, such as `2.2.4`; nothing where it isn't known.
    """
    kind, given, notes = _kind(kind, dict(arguments))
    if not is_known(kind):
        return Current(kind, given, tuple(notes))
    for special in _SPECIAL.get(kind, ()):
        special(given, notes)
    cls = layer_class(kind)
    known = cls.arguments()
    found: dict[str, Any] = {}
    settings = {
        now: given.pop(name)
        for name, now in CALLED.items()
        if given.get(name) is True and now in cls.call_settings
    }
    if version and _is_before(version):
        given.pop(_COMPUTED, None)
    for name, value in given.items():
        now, said = _named(name, value, known)
        if now:
            found.setdefault(now, said)
        elif name not in GONE:
            notes += _lost(name, value)
    for name, value in USUAL.get(kind, {}).items() if _is_before(version) else ():
        found.setdefault(name, value)
    notes += _sigmoids(found) if version and _is_before(version) else ()
    return Current(kind, found, tuple(notes), settings)


_COMPUTED = "implementation"
"""How a recurrent layer was computed, of which there were others."""


def _sigmoids(arguments: Mapping[str, Any]) -> list[Note]:
    """What to know of a function that is another one today."""
    text = "hard_sigmoid was 0.2x + 0.5 between 0 and 1 until Keras 2, and is "
    text = f"{text}x / 6 + 0.5 now, so answers differ a little"
    return [Note(name, text) for name, one in arguments.items() if one == _SIGMOID]


_SIGMOID = "hard_sigmoid"


def _is_before(version: str) -> bool:
    """Whether it is a Keras before 3; so is one of which nobody knows."""
    return not version or int(version.split(".")[0] or 0) < 3


def _named(name: str, value: Any, known: Mapping[str, Any]) -> tuple[str, Any]:
    """An argument's name and value today; no name where the layer has none."""
    if name in VALUES:
        choices = VALUES[name]
        value = choices.get(value, value) if isinstance(value, str) else value
    if name in known and not (name == "weights" and value is None):
        return name, value
    names = NOW.get(name, "").split()
    return next((now for now in names if now in known), ""), value


def _lost(name: str, value: Any) -> list[Note]:
    """What is told of an argument that Keras has no more."""
    usual = IDLE.get(name, ())
    if value is None or ... in usual or value in usual:
        return []
    text = LOST.get(name, f"Keras has no argument {name} now; it was {value!r}")
    return [Note(name, text, name in COUNTING)]


# ---------------------------------------------------------------------- classes

_JOINS = {
    "concat": "Concatenate",
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "dot": "Dot",
    "cos": "Dot",
}
"""What a layer Merge of Keras 1 became, by its mode."""

_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    **{f"AtrousConvolution{n}D": (f"Conv{n}D", {}) for n in (1, 2)},
    **{f"Deconvolution{n}D": (f"Conv{n}DTranspose", {}) for n in (2, 3)},
    "BatchNormalizationV1": ("BatchNormalization", {}),
    "BatchNormalizationV2": ("BatchNormalization", {}),
    "CuDNNGRU": ("GRU", {"reset_after": True}),
    "CuDNNLSTM": ("LSTM", {}),
    "SyncBatchNormalization": ("BatchNormalization", {"synchronized": True}),
    "TimeDistributedDense": ("Dense", {}),
}
"""Classes that others stand for today, with what they always did."""


def became(kind: str) -> str:
    """The class that stands for one which Keras has no more; '' for any other."""
    return _KINDS[kind][0] if kind in _KINDS else ""


Given = dict[str, Any]


def _kind(kind: str, given: Given) -> tuple[str, Given, list[Note]]:
    """Today's class, and the arguments that go with it."""
    if kind == "Merge":
        return _merge(given)
    if kind in _KINDS:
        kind, more = _KINDS[kind]
        return kind, {**given, **more}, []
    return FORMER.get(kind, own_name(kind)), given, []


def _merge(given: Given) -> tuple[str, Given, list[Note]]:
    mode = given.get("mode", "sum")
    if mode not in _JOINS:
        return "Merge", given, []
    kind, kept = _JOINS[mode], Given()
    kept |= {key: given[key] for key in ("name", "trainable") if key in given}
    if kind == "Concatenate":
        kept["axis"] = given.get("concat_axis", -1)
    if kind == "Dot":
        axes = given.get("dot_axes", -1)
        kept["axes"] = 1 if axes == -1 else _flat(axes)
        kept |= {"normalize": True} if mode == "cos" else {}
    return kind, kept, []


def _flat(axes: Any) -> Any:
    """Axes of Keras 1, which had a list for each tensor: `[[2], [1]]`."""
    several = axes if isinstance(axes, list | tuple) else [axes]
    return [one[0] if isinstance(one, list | tuple) else one for one in several]


# ---------------------------------------------------------------------- one by one


def _kernel(given: Given, notes: list[Note]) -> None:
    """The sides of a kernel, which were arguments of their own."""
    for names in (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3")):
        if names[0] in given:
            sides = [given.pop(name, None) for name in names]
            given["kernel_size"] = [sides[0] if s is None else s for s in sides]


def _separable(given: Given, notes: list[Note]) -> None:
    """Both kernels began alike."""
    if "init" in given:
        given["depthwise_initializer"] = given["pointwise_initializer"] = given["init"]
        del given["init"]


def _one_axis(given: Given, notes: list[Note]) -> None:
    """A list of one axis, as TensorFlow's Keras writes it."""
    axis = given.get("axis")
    if isinstance(axis, list | tuple) and len(axis) == 1:
        given["axis"] = axis[0]


def _width(given: Given, notes: list[Note]) -> None:
    """Its width has the name today that others gave up."""
    if given.get("value_dim") == given.get("key_dim"):
        given.pop("value_dim", None)
    if given.get("attention_axes") == [1] and len(given.get("query_shape") or ()) == 3:
        del given["attention_axes"]


def _pooled(given: Given, notes: list[Note]) -> None:
    """As long as the windows, which they are where nobody says otherwise."""
    for strides in ("strides", "stride"):
        sizes = [given.get(name, ...) for name in ("pool_size", "pool_length")]
        if strides in given and given[strides] in sizes:
            del given[strides]


def _sides(given: Given, notes: list[Note]) -> None:
    """Zeros at each side by its name, or the four in one list."""
    padding = given.get("padding")
    if isinstance(padding, Mapping):
        sides = [padding.get(f"{side}_pad", 0) for side in _SIDES]
        given["padding"] = [sides[:2], sides[2:]]
    elif isinstance(padding, list | tuple) and len(padding) == 4:
        given["padding"] = [[*padding[:2]], [*padding[2:]]]


_SIDES = ("top", "bottom", "left", "right")


def _both_sides(given: Given, notes: list[Note]) -> None:
    """Keras writes a factor as the range that it makes of it."""
    for name in ("x_factor", "y_factor"):
        value = given.get(name)
        if (
            isinstance(value, list | tuple)
            and len(value) == 2
            and value[0] == -value[1]
        ):
            given[name] = value[1]


def _threshold(given: Given, notes: list[Note]) -> None:
    if "theta" in given:
        given["threshold"] = given.pop("theta")


def _indices(given: Given, notes: list[Note]) -> None:
    """Keras 2.0 noted of what type the words are that come in."""
    if str(given.get("dtype")).startswith(("int", "uint")):
        del given["dtype"]


def _directions(given: Given, notes: list[Note]) -> None:
    """Keras 2 turned a layer round that walked backwards; now the other is given."""
    layer = given.get("layer")
    config = layer.get("config") if isinstance(layer, Mapping) else None
    if not isinstance(layer, Mapping) or not isinstance(config, Mapping):
        return
    if config.get("go_backwards") is True:
        ahead = {**config, "go_backwards": False}
        if isinstance(config.get("name"), str):
            ahead["name"] = f"backward_{config['name']}"
        given.setdefault("backward_layer", {**layer, "config": ahead})


def _clipping(given: Given, notes: list[Note]) -> None:
    """TensorFlow 1 wrote numbers of NumPy with their type."""
    if given.get("renorm_clipping") == {}:
        del given["renorm_clipping"]


_SPECIAL: dict[str, tuple[Callable[[Given, list[Note]], None], ...]] = {
    **{f"Conv{n}D": (_kernel,) for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": (_kernel,) for n in (1, 2, 3)},
    **{f"SeparableConv{n}D": (_kernel, _separable) for n in (1, 2)},
    **{
        f"{how}Pooling{n}D": (_pooled,) for n in (1, 2, 3) for how in ("Max", "Average")
    },
    "BatchNormalization": (_one_axis, _clipping),
    "Bidirectional": (_directions,),
    "Embedding": (_indices,),
    "LayerNormalization": (_one_axis,),
    "Softmax": (_one_axis,),
    "MultiHeadAttention": (_width,),
    "RandomShear": (_both_sides,),
    "ReLU": (_threshold,),
    "ZeroPadding2D": (_sides,),
}
"""What else changed, by today's class."""
