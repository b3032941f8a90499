"""Which layer somebody means who writes none, and how a spec writes it.

Imported only when there is something to say.
"""

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnspec.catalogue import registry
from cnnspec.catalogue.elsewhere import Counterpart, counterparts
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.layers.base import Layer
from cnnspec.catalogue.layers.spatial import Spatial
from cnnspec.catalogue.registry import FORMER as _FORMER
from cnnspec.catalogue.registry import is_known, is_layer
from cnnspec.ground import habits, likeness, patience
from cnnspec.ground.errors import Invalid, Problem, either, near, nearest
from cnnspec.ground.kinds import Kind, NotAllowed, is_name
from cnnspec.ground.mistakes import translated
from cnnspec.ground.yaml_text import describe, flow

if TYPE_CHECKING:
    from cnnspec.catalogue.layers.forward import Line
    from cnnspec.catalogue.layers.ported import Items

_NO_PADDING = "Keras pads with zeros alone; write - ZeroPadding2D: 1"
_SEVERAL = "build it of other layers, in a block under blocks:"
_NOT_IN_KERAS = "nothing takes its place; remove it"
HABITS: dict[str, str] = {
    "Input": "the input: of the spec makes it; remove it here",
    "Sequential": "list its layers here",
    "block": "define it under blocks:, and write its name here",
    "use": "write apply: {layer: name} to use a layer again",
    "for": "write repeat: {for: {filters: [64, 128]}, layers: [...]}",
    "else": "indent it below if:, beside then:",
    "then": "indent it below if:, beside test:",
    **dict.fromkeys(("Model", "Functional", "ModuleList"), "list its layers here"),
    "PixelShuffle": "UpSampling2D and Conv2DTranspose enlarge images, too",
    **dict.fromkeys(
        (
            *("ReflectionPad1d", "ReflectionPad2d", "ReplicationPad2d"),
            *("ConstantPad2d", "CircularPad2d", "ReflectionPadding2D"),
        ),
        _NO_PADDING,
    ),
    **dict.fromkeys(("LocalResponseNorm", "LRN", "WeightNorm"), _NOT_IN_KERAS),
    "LocalResponseNormalization": _NOT_IN_KERAS,
    **dict.fromkeys(
        (
            *("Highway", "MaxoutDense", "Maxout", "Bottleneck", "BasicBlock"),
            *("ResidualBlock", "ResBlock", "SEBlock", "Inception", "InvertedResidual"),
            *("TransformerEncoderLayer", "TransformerEncoder", "PositionalEncoding"),
            *("LocallyConnected1D", "LocallyConnected2D", "ConvBNReLU", "MBConv"),
            *("SqueezeExcitation", "C2f", "C3", "SPPF", "MaxUnpool2d", "Softmin"),
            *("RReLU", "CReLU", "GEGLU", "SwiGLU", "MinPooling2D", "MinPool2D"),
        ),
        _SEVERAL,
    ),
    **dict.fromkeys(
        ("BiLSTM", "BLSTM"), "write - Bidirectional: {layer: {LSTM: {units: 32}}}"
    ),
    "BiGRU": "write - Bidirectional: {layer: {GRU: {units: 32}}}",
}
"""Names that stand where a layer's should, of which no class knows, and what to say."""

_NO_IDEA = "cnnspec layers lists them"
_LONGEST = 120
"""Characters of an entry that a hint writes out."""


def found(name: str, mode: object = None) -> Counterpart | None:
    """The layer that is meant by a name of Keras, in whatever spelling, or elsewhere.

    Args:
        name: in a spec, or with a module in front.
        mode: what a layer called Merge does, which tells the layers that it became.
    """
    if not patience.lasts():
        return None
    others = _others(tuple(registry.layer_names()))
    called = f"{name}:{mode}" if f"{name}:{mode}" in others else name
    likeliest = sorted(registry.all_names(), key=lambda known: "2D" not in known)
    known = likeness.meant(called, likeliest, {other: other for other in others})
    if known in others:
        return others[known]
    return Counterpart(layer_class(known), {}, known) if known else None


@cache
def _others(names: tuple[str, ...]) -> dict[str, Counterpart]:
    """The layers by the names that they have elsewhere, or once had in Keras."""
    classes = [layer_class(known) for known in names]
    former = {old: Counterpart(layer_class(n), {}) for old, n in _FORMER.items()}
    return counterparts(classes) | former


class Entry(NamedTuple):
    """How a spec writes a layer that stands there in another way."""

    text: str
    """An item of a list, without the dash, or several; '' for a strange layer."""
    note: str = ""
    """What to know of it, to stand before it, or in its place."""
    length: int = 1
    """How many layers it has."""


def entry(name: str, arguments: Any) -> Entry:
    """How a spec writes a layer that stands there in another way.

    Args:
        name: as a text, maybe with arguments: `Dropout 0.5`, `nn.Conv2d(3, 64, 3)`.
        arguments: what stands after its colon.
    """
    from cnnspec.catalogue.layers import forward

    try:
        if arguments is None and (line := forward.read(name)):
            return _entry(line)
        return _with_arguments(name, arguments)
    except forward.NoCounterpart as error:
        return Entry("", str(error))


def _with_arguments(name: str, arguments: Any) -> Entry:
    from cnnspec.catalogue.layers.forward import Line

    named = arguments if isinstance(arguments, dict) else {}
    module, _, bare = name.strip().rpartition(".")
    call = habits.Call(bare, [], named, module)
    if "(" in name or is_layer(call.name) and not is_known(call.name):
        return Entry("")
    other = found(call.name, call.named.get("mode"))
    if other and arguments is not None and other.arguments and bare.islower():
        call = call._replace(name=bare.capitalize())  # linear: 10, and not linear
        other = found(call.name) or other
    if other is None:
        return Entry("")
    if arguments is None or isinstance(arguments, dict):
        return _entry(Line([call]), other)
    cls = _class(other)
    values = arguments if isinstance(arguments, list) else [arguments]
    if cls.inputs > 1 and all(isinstance(one, str) for one in values):
        return _entry(Line([call._replace(named={"from": values})]), other)
    first = next(iter(cls.arguments().values()))
    if len(values) > 1 and (cls.order or not _takes(first.kind, values)):
        return _entry(Line([call._replace(positional=values)]), other)
    if first.required or not cls.order:
        return _entry(Line([call._replace(named={first.name: arguments})]), other)
    return _entry(Line([call._replace(positional=[arguments])]), other)


def _takes(kind: Kind, value: Any) -> bool:
    try:
        kind.validated(value)
    except NotAllowed:
        return False
    return True


def _entry(line: "Line", other: Counterpart | None = None) -> Entry:
    """The layers of a line, each of which is one call of Python's."""
    items: list[Any] = []
    notes: list[str] = []
    for step in line.steps:
        more, note = [step], ""
        if isinstance(step, habits.Call):
            more, note = _of_one(step, other)
        if not more:
            return Entry("")
        items += more
        notes.append(note)
    return _together(items, line.name, notes)


def _together(items: list[Any], called: str, notes: list[str]) -> Entry:
    """Layers one below another, among them some that code calls by a name."""
    from cnnspec.catalogue.layers.ported import NOTE

    made = [item for item in items if not isinstance(item, str)]
    notes += [given.pop(NOTE) for _, given in made if NOTE in given]
    parts = [part for item in items for part in _padded(item)]
    layers = [part for part in parts if not isinstance(part, str)]
    if called and layers:
        longest = max(layers, key=lambda part: len(part[1]))
        longest[1]["name"] = called
    for name, arguments in layers:
        if strange := _unknown_values(arguments):
            text = f"{name} takes plain values; find out what stands for {strange[0]}"
            return Entry("", text)
    above = [part for part in parts[:1] if isinstance(part, str)]
    if not layers or len(above) + len(layers) < len(parts):
        shown = [_shown(part) for part in parts]
        each = "an item for each: " if len(shown) > 1 else ""
        return Entry("", f"write {each}{', '.join(shown)}")
    if len(layers) > len(made):
        notes += {f"{note}; " for name, _ in layers if (note := _of_zeros(name))}
    notes += [f"below {_shown(name)}, " for name in above]
    texts = [written(name, given, layer_class(name)) for name, given in layers]
    return Entry(" and - ".join(texts), "".join(notes), len(texts))


def _of_zeros(name: str) -> str:
    cls = layer_class(name)
    return cls.of_zeros if issubclass(cls, Spatial) else ""


def _shown(part: Any) -> str:
    """A layer as an item, or what tells which it is."""
    if isinstance(part, str):
        return f"the layer that {part} is"
    name, given = part
    return f"- {written(name, given, layer_class(name))}"


def _unknown_values(value: Any) -> list[str]:
    """The Python in arguments that is no plain value."""
    if isinstance(value, habits.Call):
        return [f"{value.name}(...)"]
    if isinstance(value, habits.Expression):
        return [value]
    if isinstance(value, dict):
        parts = [one for key, one in value.items() if key != "from"]
        return [text for part in parts for text in _unknown_values(part)]
    if isinstance(value, list):
        return [text for part in value for text in _unknown_values(part)]
    return []


def _padded(item: Any) -> "list[Any]":
    """The layer with Keras's padding in place of numbers, and one more if need be."""
    if isinstance(item, str):
        return [item]
    name, given = item
    cls = layer_class(name)
    if not issubclass(cls, Spatial) or type(given.get("padding")) not in (int, list):
        return [(name, given)]
    if "padding" not in cls.arguments() or name.startswith(_PADDERS):
        return [(name, given)]
    found = cls.padded(given)
    rest = {key: value for key, value in given.items() if key != "padding"}
    if found is None:
        return [(name, given)]
    padding, sizes = found
    if not sizes:
        return [(name, {**rest, "padding": padding} if padding == "same" else rest)]
    axes = f"{cls.axes.count(',') + 1}D"
    below = cls.padder != Spatial.padder
    layer = (f"{cls.padder}{axes}", {"cropping" if below else "padding": sizes})
    return [(name, rest), layer] if below else [layer, (name, rest)]


_PADDERS = ("ZeroPadding", "Cropping")


def _class(other: Counterpart) -> type[Layer]:
    assert issubclass(other.cls, Layer)
    return other.cls


def _of_one(call: habits.Call, other: Counterpart | None = None) -> "tuple[Items, str]":
    """The layers that one call makes, and what to know of them."""
    from cnnspec.catalogue.layers import forward

    if is_layer(call.name) and not is_known(call.name):
        return [], ""
    if ported := forward.ported(call):
        return ported, ""
    other = other or found(call.name, call.named.get("mode"))
    if other is None:
        return [], ""
    cls = _class(other)
    values = call.positional
    if len(values) == 1 and isinstance(values[0], dict):
        given = {**values[0], **call.named}
    else:
        order = list(cls.arguments())
        if cls.order and _is_pytorch(call):
            order = cls.order.split()
        given = {**dict(zip(order, values, strict=False)), **call.named}
    named = translated(cls, {key: _plain(value) for key, value in given.items()})
    notes = []
    for key, (note, converted) in cls.converted.items():
        if _is_pytorch(call) and type(named.get(key)) in (int, float):
            named[key] = converted(named[key])
            notes.append(f"{note}; ")
    name = other.name or cls.__name__
    return [(name, {**other.arguments, **named})], "".join(notes)


def _is_pytorch(call: habits.Call) -> bool:
    """Whether PyTorch calls a layer so: its names end in 1d, where Keras's do in 1D."""
    own = call.name in registry.all_names() or call.name.endswith("D")
    own = own or call.name.islower()
    return not own or call.module.endswith("nn")


def _plain(value: Any) -> Any:
    """A value with the calls in it as a spec writes layers and other objects."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, habits.Call):
        return value
    name, positional, named, *_ = value
    other = found(name)
    if other and not name.islower():
        items = [part for item in _of_one(value)[0] for part in _padded(item)]
        if len(items) != 1:
            return value
        [(one, given)] = items
        return _data(written(one, given, layer_class(one)))
    if named:
        return {name: {key: _plain(item) for key, item in named.items()}}
    return {name: _plain(positional[0])} if positional else name


def written(name: str, arguments: Mapping[str, Any], cls: type[Layer]) -> str:
    """A layer as an item of a list has it, without the dash."""
    if not arguments:
        return name
    first = next(iter(cls.arguments()))
    [(key, value), *others] = arguments.items()
    if key == first and not others and not isinstance(value, dict | list):
        return f"{name}: {flow(value, exact=True)}"
    return f"{name}: {flow(arguments, exact=True)}"


def unknown(name: str, arguments: Any, blocks: Collection[str]) -> Problem:
    """What to say of a layer that doesn't exist.

    Args:
        name: as it stands in a layer list.
        arguments: those that it is given.
        blocks: names that may have been meant as well.
    """
    if registry.is_operation(name):
        return _no_operation(name)
    if hint := _python_hint(name, blocks):
        text = f"there is no layer or block '{name}'"
        return Problem((), "unknown-block", text, hint, at_key=True)
    if refused := _refused(name):
        return refused
    if not nearest(name, blocks) and (sizes := _other_sizes(name)):
        text, hint = f"keras.applications has no '{name}'", f"it has {sizes}"
        return Problem((), "unknown-layer", text, hint, at_key=True)
    habit = _habit(name)
    if not habit and (hint := nearest(name, blocks)):
        text = f"there is no layer or block '{name}'"
        return Problem((), "unknown-block", text, hint, at_key=True)
    hint = habit or _unknown_hint(name, arguments)
    if hint == _NO_IDEA:
        hint = _operation(name, arguments) or hint
    if hint == _NO_IDEA and (named := _named(name, arguments)):
        text = f"there is no block '{name}', nor a layer"
        return Problem((), "unknown-block", text, named, at_key=True)
    is_guess = blocks and hint.lower() != near(name.replace("_", "").lower())
    # Layers of Keras begin with a capital.
    may_be_block = name[:1].islower() and name.isidentifier() and not habit
    if may_be_block and (is_guess or hint == _NO_IDEA):
        text = f"there is no block '{name}', nor a layer"
        hint = f"define it under blocks:, or write a layer in its place; {_NO_IDEA}"
        return Problem((), "unknown-block", text, hint, at_key=True)
    text = f"there is no layer '{name}' in Keras"
    return Problem((), "unknown-layer", text, hint, at_key=True)


def _other_sizes(name: str) -> str:
    """The models of keras.applications that differ from a name by their size alone."""
    found = re.fullmatch(r"([A-Za-z]+)\d+(\D\w*)?", name)
    if found is None:
        return ""
    family = re.compile(rf"{found[1]}\d+{found[2] or ''}", re.IGNORECASE)
    sizes = [one for one in registry.model_names() if family.fullmatch(one)]
    is_there = name.lower() in map(str.lower, sizes)
    return "" if is_there else either(sizes, "and")


def _operation(name: str, arguments: Any) -> str:
    """The operation that is meant by `tf.reduce_mean`, or by `ops: {mean: 1}`."""
    if f"{name}." == registry.OPERATION and type(arguments) is dict:
        [(function, given)] = [*arguments.items()][:1] or [("", None)]
        found = registry.operation_meant(str(function))
        return f"write - {found}: {flow(given)}" if found else ""
    package, dot, _ = name.partition(".")
    found = registry.operation_meant(name) if dot and package.isidentifier() else ""
    return near(found) if found else ""


def _no_operation(name: str) -> Problem:
    """What to say of an operation that `keras.ops` doesn't have."""
    bare = name.removeprefix(registry.OPERATION)
    found, text = registry.operation_meant(bare), f"keras.ops has no '{bare}'"
    hint = near(found) if found else _NO_IDEA
    return Problem((), "unknown-layer", text, hint, at_key=True)


def _refused(name: str) -> Problem | None:
    """What is said of a layer that a spec can't hold, under Keras's name for one."""
    bare = re.sub(r"_\d+$", "", name)
    for kind, words in registry.REFUSED.items():
        if likeness.plain(kind) == likeness.plain(bare) and "_" in bare:
            why, _, hint = words.partition("; ")
            text = f"{kind} can't be checked: {why}"
            return Problem((), "refused-layer", text, hint, at_key=True)
    return None


def _named(name: str, arguments: Any) -> str:
    """What to write for a layer that stands under its own name: `conv1`, `dense_2`.

    Its kind stands beside it, or is what the name counts.
    """
    if not is_name(name) or "." in name:
        return ""
    given = arguments if isinstance(arguments, dict) else {}
    for key in _KINDS:
        if isinstance(given.get(key), str) and (other := found(given[key])):
            rest = {k: v for k, v in given.items() if k not in (key, "config")}
            more = given.get("config")
            rest |= more if isinstance(more, dict) else {}
            return _under_name(name, rest, other)
    counted = re.fullmatch(r"([^\W\d].*?)_?\d+", name)
    others = {*registry.all_names(), *_others(tuple(registry.layer_names()))}
    known = {likeness.plain(one) for one in others}
    if not counted or likeness.plain(counted[1]) not in known:
        return ""
    other = found(counted[1])
    if other is None:
        return ""
    first = next(iter(_class(other).arguments()))
    bare = {} if arguments is None else {first: arguments}
    return _under_name(name, given or bare, other)


_KINDS = ("type", "class", "class_name", "kind", "layer_type", "op")
"""Keys under which other tools have the kind of a layer."""


def _under_name(name: str, arguments: Mapping[str, Any], other: Counterpart) -> str:
    cls = _class(other)
    given = {**other.arguments, **translated(cls, arguments)}
    kind = other.name or cls.__name__
    text = written(kind, {"name": name, **given}, cls)
    return f"write - {text}" if len(text) <= _LONGEST else f"write - {kind}:"


def _habit(name: str) -> str:
    """What to say of a name that no class of ours is meant by."""
    bare = name.partition("(")[0].rpartition(".")[2]
    known = {likeness.plain(one): words for one, words in HABITS.items()}
    if name in HABITS or not bare[:1].islower():
        return HABITS.get(bare) or known.get(likeness.plain(bare), "")
    return ""


def _unknown_hint(name: str, arguments: Any) -> str:
    """What to write instead of a layer that doesn't exist."""
    if is_layer(arguments):
        return f"write - {arguments}"
    if arguments is None and (quoted := _in_quotes(name)):
        return quoted
    words = re.split(r"[\s,]+", name)
    if len(words) > 1 and all(map(is_layer, words)):
        return f"begin an item for each: {' and '.join(f'- {word}' for word in words)}"
    text, note, count = entry(name, arguments)
    known = text.partition(":")[0]
    if not text:
        return note or _NO_IDEA
    if arguments is None and (slip := re.fullmatch(r"(\w+):(\S.*)", name)):
        return f"put a space after the colon: - {slip[1]}: {slip[2]}"
    same = not arguments and text == known or text == _as_it_is(known, arguments)
    if same and len(known) <= len(name) + 1 and "." not in name and "(" not in name:
        return near(known)
    if len(text) > _LONGEST * count:
        return f"write - {known}: in its place"
    return f"{note}write - {text}"


def _in_quotes(text: str) -> str:
    """What to write for a layer that stands in quotes with its arguments."""
    if not re.match(r"\s*\{?\s*[\w.]+\s*:\s", text):
        return ""
    data = _data(text)
    if not isinstance(data, dict) or len(data) != 1:
        return ""
    [(name, arguments)] = data.items()
    if not is_known(str(name)):
        hint = unknown(str(name), arguments, ()).hint
        return hint if hint.startswith("write - ") else ""
    cls = layer_class(name)
    if wrong := by_name(cls, arguments):
        return wrong[0].hint
    return f"write - {_as_it_is(name, arguments)}"


def _as_it_is(known: str, arguments: Any) -> str:
    shown = flow(arguments, exact=True)
    return f"{known}: {shown}"


def _python_hint(name: str, blocks: Collection[str]) -> str:
    """What to write instead of Python: a loop, or the call of a block."""
    if not (name.startswith("for ") or "(" in name or " " in name):
        return ""
    if keys := habits.loop(name):
        return f"write - repeat: {{{keys}, layers: [...]}}"
    call = habits.call(name)
    return f"write - {habits.as_block(call)}" if call and call.name in blocks else ""


def by_name(cls: type[Layer], arguments: Any) -> list[Problem]:
    """What is wrong with arguments that aren't given by name; nothing if they are.

    Each is told only where the layer can be made of them.
    """
    name, named = cls.__name__, None
    if isinstance(arguments, str):
        in_brackets = re.fullmatch(r"\((.*)\)", arguments.strip(), re.DOTALL)
        words = in_brackets[1] if in_brackets else arguments
        call = habits.call(f"{name} {words}")
        several = call is not None and (call.named or len(call.positional) > 1)
        if call and several and not (in_brackets and _is_one(cls, call)):
            named = _of_call(cls, call)
    elif isinstance(arguments, list) and (items := _of_items(cls, arguments)):
        named = items
    elif isinstance(arguments, dict):
        named = _of_set(cls, arguments) or _wrapped(cls, arguments)
    if named is None or named == arguments or not _is_sound(cls, named):
        return []
    if named.keys() >= {*cls.tensor_arguments}:  # there would be no tensor
        return []
    title = cls.title()
    text = f"{title} has its arguments by name; found {describe(arguments)}"
    if isinstance(arguments, list) and isinstance(arguments[-1], dict):
        text = f"{title} has its arguments without '- ' before them, and without [ ]"
    hint = f"write - {written(title, named, cls)}"
    return [Problem((), "wrong-type", text, hint)]


def _is_one(cls: type[Layer], call: habits.Call) -> bool:
    """Whether the first argument takes all values as a list: `pool_size: [2, 1]`."""
    first = next(iter(cls.arguments().values()))
    return not call.named and _takes(first.kind, [*map(_plain, call.positional)])


def _of_items(cls: type[Layer], items: list[Any]) -> dict[str, Any]:
    """The arguments that are the items of a list, each by its name or its place."""
    named = [item for item in items if _is_argument(cls, item)]
    bare = items[: len(items) - len(named)]
    if items[len(bare) :] != named or (len(items) == 1 and not named):
        return {}
    given = dict(zip(cls.arguments(), bare, strict=False))
    for item in named:
        given |= translated(cls, item)
    return given


def _is_argument(cls: type[Layer], item: Any) -> bool:
    return isinstance(item, dict) and len(item) > 0 and bool(translated(cls, item))


def _of_set(cls: type[Layer], arguments: dict[Any, Any]) -> dict[str, Any]:
    """The arguments that are keys without values: `{32, 3, activation: relu}`."""
    bare = [key for key, value in arguments.items() if value is None]
    if not bare or any(isinstance(key, str) and key.isidentifier() for key in bare):
        return {}
    rest = {key: value for key, value in arguments.items() if value is not None}
    if [*arguments][: len(bare)] != bare:
        return {}
    return {**dict(zip(cls.arguments(), bare, strict=False)), **translated(cls, rest)}


def _of_call(cls: type[Layer], call: habits.Call) -> dict[str, Any]:
    positional = zip(cls.arguments(), map(_plain, call.positional), strict=False)
    named = {key: _plain(value) for key, value in call.named.items()}
    return {**dict(positional), **translated(cls, named)}


def _wrapped(cls: type[Layer], arguments: dict[Any, Any]) -> dict[str, Any] | None:
    """The arguments of a layer that holds another one, which stands there as a key."""
    known = cls.arguments()
    holder = next((a for a in known.values() if a.kind.holds_layers), None)
    strange = [key for key in arguments if key not in known]
    if holder is None or len(strange) != 1 or holder.name in arguments:
        return None
    [name] = strange
    value = arguments[name]
    if not is_known(str(name)):
        text, _, count = entry(str(name), value)
        return {holder.name: _data(text)} if text and count == 1 else None
    rest = {key: value for key, value in arguments.items() if key != name}
    return {holder.name: name if value is None else {name: value}, **rest}


def _data(text: str) -> Any:
    """What a text is as YAML; None where it is none, or holds what hides."""
    from cnnspec.ground.errors import SpecError
    from cnnspec.ground.source import Source

    try:
        return Source(text).data
    except SpecError:
        return None


def _is_sound(cls: type[Layer], arguments: dict[str, Any]) -> bool:
    try:
        cls.read({k: v for k, v in arguments.items() if k != "from"})
    except Invalid:
        return False
    return True


def from_list(item: Any) -> str:
    """How a spec writes a layer that stands there as a list, or as nothing known."""
    if isinstance(item, list) and item and is_known(str(item[0])):
        name, *values = item
        cls = layer_class(name)
        given = {}
        if len(values) == 1 and isinstance(values[0], dict):
            given = values[0]
        else:
            given = dict(zip(cls.arguments(), values, strict=False))
        if _is_sound(cls, given):
            return f"write - {written(name, given, cls)}"
    return "as in - Conv2D: {filters: 32}"


def from_entry(item: dict[Any, Any]) -> str:
    """How a spec writes a layer whose name isn't the entry's first key."""
    rest = dict(item)
    for key, value in item.items():
        name = key if is_layer(key) else value
        if is_layer(name):
            del rest[key]
            arguments = rest.get("config", rest)
            return f"write - {name}: {flow(arguments)}" if rest else f"write - {name}"
    return "as in - Conv2D: {filters: 32, kernel_size: 3}"


def beside(item: dict[Any, Any]) -> str:
    """What to do about keys that stand beside a layer's name in one item of a list."""
    name, *others = item
    if all(is_layer(other) for other in others):
        return f"begin '{others[0]}' with '- ' in a line of its own"
    if item[name] is None and is_known(str(name)):
        cls = layer_class(str(name))
        rest = {key: item[key] for key in others}
        text = written(str(name), rest, cls)
        if _is_sound(cls, rest) and len(text) < _LONGEST:
            return f"indent '{others[0]}' below '{name}', or write - {text}"
    return f"indent '{others[0]}' below '{name}', or begin a new item with '- '"


def inside(problem: Problem) -> Problem:
    """The problem of a layer that is an argument, where no list has its dash."""
    hint = problem.hint
    if not hint.startswith("write - "):
        return problem
    text = hint.removeprefix("write - ")
    return problem._replace(
        hint=f"write {{{text}}}" if ":" in text else f"write {text}"
    )
