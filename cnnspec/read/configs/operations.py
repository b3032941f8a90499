"""Functions of Keras 3 and of TensorFlow that a model has as rows."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.past.objects import Unknown
from cnnspec.catalogue.registry import CODE_LAYERS, OPERATION
from cnnspec.ground.kinds import Argument, NotAllowed
from cnnspec.read.configs.calls import Call, Ref, refs_in
from cnnspec.read.configs.forms import Dots, Slice, plain
from cnnspec.read.configs.network import Entry
from cnnspec.read.configs.values import argument, is_usual

if TYPE_CHECKING:
    from cnnspec.catalogue.operations import Operation
    from cnnspec.catalogue.past.graph import Called

_FUNCTION, _NODE, _CONSTANTS = "function", "node_def", "constants"
_GET_ITEM = "get_item"
_PREFIX = "tf_op_layer_"
"""What Keras 2 put before the name of a node to make that of a layer."""
Told = tuple[str, dict[str, Any], list[str]]
"""What a spec calls it, its arguments, and its `from`."""


def is_operation(entry: Entry) -> bool:
    """Whether it is a function and no layer."""
    config = entry.config
    named = isinstance(config.get(_FUNCTION), str) or isinstance(
        config.get(_NODE), Mapping
    )
    return entry.is_function or (entry.kind in CODE_LAYERS and named)


def told(entry: Entry, call: Call, say: Callable[[Ref], str]) -> Told | None:
    """An operation as a spec has it; None where it has none like it.

    Args:
        entry: of the operation.
        call: of it.
        say: what a spec calls a tensor.
    """
    if entry.is_function:
        cls, given = _of_keras(entry, call)
    else:
        cls, given = _of_tensorflow(entry, call)
    if cls is None or given is None:
        return None
    try:
        return _written(cls, given, say)
    except Unknown:
        return None


def bare(entry: Entry) -> str:
    """What a step calls an operation.

    Keras 2 had the function's whole name, and before that what TensorFlow called a
    node, which nobody gave.
    """
    if isinstance(entry.config.get(_NODE), Mapping):
        return automatic(entry) or entry.name.removeprefix(_PREFIX)
    return entry.name.rpartition(".")[2] if entry.name.startswith("tf.") else entry.name


def automatic(entry: Entry) -> str:
    """What Keras begins the name of an operation's row with; '' if there is none."""
    if entry.is_function:
        return snake_case(entry.kind)
    from cnnspec.catalogue.operations import operations
    from cnnspec.catalogue.past.graph import SLICING
    from cnnspec.catalogue.past.tensorflow import FUNCTIONS

    called = _called(entry, entry.calls[0] if entry.calls else Call((), {}))
    if called is None:
        return ""
    if called.function == SLICING[0]:
        return _GET_ITEM
    function = FUNCTIONS.get(called.function)
    return snake_case(operations()[function.operation].__name__) if function else ""


def what(entry: Entry) -> str:
    """What TensorFlow calls what a row does: `Relu6`, or `math.reduce_mean`."""
    node = entry.config.get(_NODE)
    return str(node.get("op") if isinstance(node, Mapping) else entry.config[_FUNCTION])


@cache
def _by_class() -> "dict[str, type[Operation]]":
    """The operations by the classes that Keras has for them."""
    from cnnspec.catalogue.operations import operations

    found: dict[str, type[Operation]] = {}
    for cls in operations().values():
        found |= {_class(name): cls for name in cls.synonyms}
        found[cls.__name__] = cls
    return found


def _class(function: str) -> str:
    """The class that Keras has for a function of a second name: `Absolute`."""
    return "".join(part.capitalize() for part in function.split("_"))


Given = dict[str, Any] | None


def _of_keras(entry: Entry, call: Call) -> "tuple[type[Operation] | None, Given]":
    """The operation of a class of Keras, and its arguments by name."""
    cls = _by_class().get(entry.kind)
    if cls is None:
        return None, None
    made = {key: one for key, one in entry.config.items() if key != "name"}
    others = [
        n for n in cls.arguments() if n not in (*made, "name", *cls.tensor_arguments)
    ]
    if cls.takes_list and len(call.args) > 1:
        return cls, {**made, cls.tensor_arguments[0]: [*call.args]}
    names = [*cls.tensor_arguments, *others]
    if len(call.args) > len(names):
        return None, None
    given = dict(zip(names, call.args, strict=False))
    named = {key: one for key, one in call.kwargs.items() if one is not None}
    return cls, {**made, **given, **named}


def _of_tensorflow(entry: Entry, call: Call) -> "tuple[type[Operation] | None, Given]":
    """The operation that stands for a function of TensorFlow, and its arguments."""
    from cnnspec.catalogue.operations import operations
    from cnnspec.catalogue.past.graph import SLICING
    from cnnspec.catalogue.past.tensorflow import FUNCTIONS

    called = _called(entry, call)
    if called is None:
        return None, None
    name, first, others = called
    if SLICING[1] in others:
        return operations()[_GET_ITEM], {"x": first, "key": others[SLICING[1]]}
    function = FUNCTIONS.get(name)
    if function is None:
        return None, None
    return operations()[function.operation], function.named(first, others)


def _called(entry: Entry, call: Call) -> "Called | None":
    """The function of TensorFlow that a row calls; None where none is known."""
    from cnnspec.catalogue.past.graph import Called, called

    node, constants = entry.config.get(_NODE), entry.config.get(_CONSTANTS)
    if not isinstance(node, Mapping):
        first = call.args[0] if call.args else None
        return Called(entry.config[_FUNCTION], first, call.kwargs)
    inputs: list[Any] = [*call.refs()]
    held = constants.items() if isinstance(constants, Mapping) else ()
    for place, value in sorted(held, key=lambda one: str(one[0]).zfill(9)):
        if not str(place).isdecimal():
            return None
        inputs.insert(int(place), plain(value))
    return called(node, inputs)


def _written(
    cls: "type[Operation]", given: Mapping[str, Any], say: Callable[[Ref], str]
) -> Told | None:
    known, reads, arguments = cls.arguments(), list[str](), dict[str, Any]()
    for name in cls.tensor_arguments:
        value = given.get(name)
        if any(refs_in(value)):
            refs = list(refs_in(value))
            if len(refs) != (len(value) if isinstance(value, list) else 1):
                return None  # numbers among the tensors of a list
            reads += [say(ref) for ref in refs]
        elif value is not None and name in known:
            arguments[name] = _allowed(known[name], plain(value))
    for name, value in given.items():
        if name in cls.tensor_arguments:
            continue
        if name not in known:
            if value not in (None, False):
                return None
            continue
        if any(refs_in(value)):
            return None
        read = _key(value) if name == "key" else argument(known[name], value)
        if not is_usual(known[name], read):
            arguments[name] = _allowed(known[name], read)
    return f"{OPERATION}{cls.function}", arguments, reads


def _allowed(one: Argument, value: Any) -> Any:
    """A value that an argument takes.

    Raises:
        Unknown: it takes no such value.
    """
    try:
        one.kind.validated(value)
    except NotAllowed:
        raise Unknown(str(value)) from None
    return value


def _key(value: Any) -> str:
    """What stands between Python's brackets."""
    found = plain(value)
    return ", ".join(map(_part, found if isinstance(found, list) else [found]))


def _part(value: Any) -> str:
    if isinstance(value, Slice):
        start, stop, step = ("" if one is None else str(one) for one in value)
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    if isinstance(value, Dots):
        return "..."
    if value is None or type(value) is int:
        return str(value)
    raise Unknown(str(value))
