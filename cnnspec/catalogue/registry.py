"""Finds a layer's class by its name, and imports no other family for it.

A public class of a module of `cnnspec.catalogue.layers` is a layer, named as in Keras:
nothing else has to know of it. The names are read from the modules' text, which takes a
millisecond; importing all of them would take longer than a whole `cnnspec check`.

Another package adds a layer with a class of its own and an entry point of the group
`cnnspec.layers`, called as the layer is:

    [project.entry-points."cnnspec.layers"]
    CoordConv = "my_package.cnnspec_layers:CoordConv"
"""

import os
from _contextvars import ContextVar  # contextvars takes a file more
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnspec.ground.errors import Invalid, Problem
from cnnspec.ground.records import Record

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_GROUP = "cnnspec.layers"
"""The entry points under which other packages have layers."""
_FOLDER = os.path.dirname(__file__)
_PACKAGE = f"{__package__}.layers"
_MODELS_PACKAGE = f"{__package__}.applications"


FAMILIES: dict[str, str] = {
    "core": "dense, embedding",
    "convolutional": "convolution",
    "pooling": "pooling",
    "normalization": "normalisation",
    "activations": "activation",
    "regularization": "regularisation",
    "reshaping": "reshaping",
    "merging": "merging",
    "attention": "attention",
    "tokens": "tokens, positions",
    "rnn": "recurrent, wrapper",
    "preprocessing": "preprocessing",
    "augmentation": "augmentation",
    "applications": "",
}
"""The modules of layers, in the order in which they are listed, and what pictures call
their layers; nothing for a mixture."""
MODELS = ("classic", "mobile", "scaled")
"""The modules of `cnnspec.catalogue.applications`, which has models of Keras."""
ACCOMPANYING = frozenset({"normalization", "activations", "regularization"})
"""Families whose layers one sees as parts of the layer before."""

INPUT_LAYER = "InputLayer"
"""What Keras calls the layer that stands for an input, which a spec doesn't write."""
NEUTRAL = "Identity"
"""The layer that gives what it takes."""
_JOINED = "Merge"
"""What Keras 1 called each layer that joins tensors, however it does."""
POSITIONS = "PositionEmbedding"
"""The layer that adds a learned vector to each position."""
TOKEN = "ClassToken"
"""The layer that puts a learned vector before a sequence."""
CODE_LAYERS = ("Lambda", "SlicingOpLambda", "TFOpLambda", "TensorFlowOpLayer")
"""Layers that hold code of any kind; Keras 2 made the last three of operations."""
_FOREIGN = "it runs code that no YAML holds, so its output's shape can't be known"
REFUSED: dict[str, str] = {
    "Lambda": f"{_FOREIGN}; write what it does as operations, as in - ops.square, or "
    "declare a class of yours under custom:",
    "JaxLayer": _FOREIGN,
    "FlaxLayer": _FOREIGN,
    "TFSMLayer": _FOREIGN,
    "TorchModuleWrapper": _FOREIGN,
    "Layer": "it is the base of all layers, and does nothing itself",
    "Wrapper": "it is the base of TimeDistributed and its like",
    INPUT_LAYER: "the input: of a spec makes it; remove it here",
}
"""Layers of Keras that a spec can't hold, and why each is refused."""


def _read(
    found: dict[str, str], aliases: dict[str, str], former: dict[str, str]
) -> None:
    """Notes the layers of all families with their modules, and their other names."""
    for family in FAMILIES:
        module = f"{_PACKAGE}.{family}"
        for name, part in _classes_of(os.path.join("layers", family)):
            found[name] = module
            aliases |= dict.fromkeys(_listed(b"aliases", part), name)
            former |= dict.fromkeys(_listed(b"former", part), name)


def _classes_of(module: str) -> Iterator[tuple[str, bytes]]:
    """The public classes of a module by their names, each with its text."""
    # Names are ASCII; decoding the whole would take as long as all the rest.
    with open(os.path.join(_FOLDER, f"{module}.py"), "rb") as file:
        parts = file.read().split(b"\nclass ")[1:]
    for part in parts:
        name = part[: part.index(b"(")].decode()
        if not name.startswith("_"):
            yield name, part


def _listed(attribute: bytes, part: bytes) -> list[str]:
    """The texts of a tuple in a class, such as `aliases = ("AvgPool1D",)`."""
    start = part.find(b"\n    " + attribute + b" = (")
    if start < 0:
        return []
    return part[start : part.index(b")", start)].decode().split('"')[1::2]


_modules: dict[str, str] = {}
ALIASES: dict[str, str] = {}
"""Second names that `keras.layers` has for layers."""
FORMER: dict[str, str] = {}
"""Names that layers had in earlier versions of Keras, as printed tables have them."""
_read(_modules, ALIASES, FORMER)
ALIASES = dict(sorted(ALIASES.items()))
_classes: dict[str, type[Record]] = {}
_applications: dict[str, str] = {}
_entry_points: "dict[str, EntryPoint] | None" = None
_NONE: Mapping[str, type[Record]] = {}
_declared: ContextVar[Mapping[str, type[Record]]] = ContextVar(
    "declared", default=_NONE
)


@contextmanager
def declaring(layers: Mapping[str, type[Record]]) -> Iterator[None]:
    """Lets layers be found that a spec declares for itself, by their names in it.

    They go before those of other packages, so a spec means the same whatever is
    installed; ours, which no spec can declare anew, go before them.
    """
    token = _declared.set(layers)
    try:
        yield
    finally:
        _declared.reset(token)


def _installed() -> "Mapping[str, EntryPoint]":
    """The layers of other packages, by their names; ours go first.

    They are looked up once, and only where no layer of ours is meant: it takes 20 ms.
    """
    global _entry_points
    if _entry_points is None:
        from importlib.metadata import entry_points

        found = {entry.name: entry for entry in entry_points(group=_GROUP)}
        _entry_points = {n: found[n] for n in sorted(found) if not _is_own(n)}
    return _entry_points


def _models() -> Mapping[str, str]:
    """The models of keras.applications, which are looked up for a capitalised name."""
    if not _applications:
        for module in MODELS:
            for name, _ in _classes_of(os.path.join("applications", module)):
                _applications[name] = f"{_MODELS_PACKAGE}.{module}"
    return _applications


def is_model(name: str) -> bool:
    """Whether it is a model of keras.applications."""
    return name[:1].isupper() and name in _models()


def model_class(name: str) -> type[Record]:
    """The class of a model of keras.applications."""
    return getattr(import_module(_models()[name]), name)  # type: ignore[no-any-return]


def model_names() -> list[str]:
    """The models of keras.applications, family by family."""
    return list(_models())


def _is_own(name: str) -> bool:
    if name in _modules or name in ALIASES or name in REFUSED:
        return True
    return is_model(name)


def _is_installed(name: str) -> bool:
    # Classes begin with a capital; names of blocks and tensors mostly don't.
    return name[:1].isupper() and name.isidentifier() and name in _installed()


OPERATION = "ops."
"""What stands before the name of an operation of `keras.ops` in a spec."""


def is_operation(name: str) -> bool:
    """Whether it is written as an operation is, of which there may be none."""
    return name.startswith(OPERATION)


def _operations() -> Any:
    """What is known of operations, which is imported when a spec first has one."""
    return import_module(f"{__package__}.operations")


def own_name(name: str) -> str:
    """The name of a layer's class, for any name that `keras.layers` has for it.

    That of an operation is what stands for it in a spec: `ops.mean`.
    """
    if is_operation(name):
        bare = name.removeprefix(OPERATION)
        return OPERATION + str(_operations().synonyms().get(bare, bare))
    return ALIASES.get(name, name)


def refusal(name: str) -> str:
    """Why a spec can't hold a layer or an operation, and what to do; '' if it can."""
    if is_operation(name):
        found: str = _operations().REFUSED.get(name.removeprefix(OPERATION), "")
        return found
    return REFUSED.get(name, "")


def operation_meant(name: str) -> str:
    """The operation that is meant by a name of none, as a spec has it; or nothing."""
    meant = import_module(f"{__package__}.operations.meant")
    found: str = meant.meant_by(name)
    return found and OPERATION + found


def operation_names() -> list[str]:
    """The operations as a spec has them."""
    return [OPERATION + name for name in _operations().operations()]


def is_declared(name: object) -> bool:
    """Whether the spec that is read declares the layer of that name itself."""
    return name in _declared.get()


def is_known(name: str) -> bool:
    """Whether a spec can hold the layer of that name."""
    if is_operation(name):
        bare = own_name(name).removeprefix(OPERATION)
        return bare in _operations().operations()
    if own_name(name) in _modules or is_model(name):
        return True
    return not _is_own(name) and (is_declared(name) or _is_installed(name))


def is_layer(name: object) -> bool:
    """Whether there is a layer of that name, which a spec may or may not hold."""
    if not isinstance(name, str):
        return False
    if is_operation(name):
        return is_known(name) or bool(refusal(name))
    return _is_own(name) or is_declared(name) or _is_installed(name)


def family_names(family: str) -> list[str]:
    """The layers of a family, in the order of its module."""
    return [n for n, module in _modules.items() if module == f"{_PACKAGE}.{family}"]


def installed_names() -> list[str]:
    """The layers that other packages add, as far as these can be imported."""
    return list(filter(_can_be_imported, _installed()))


def _can_be_imported(name: str) -> bool:
    try:
        find(name)
    except Invalid:
        return False
    return True


def all_names() -> list[str]:
    """Whatever may stand for a layer that a spec can hold."""
    return [*_modules, *ALIASES, *_models(), *_declared.get(), *_installed()]


def layer_names() -> list[str]:
    """All layers, family by family, then those of other packages."""
    return [*_modules, *installed_names()]


def find(name: str) -> type[Record]:
    """The class of the layer that Keras calls `name`.

    Raises:
        KeyError: there is none.
        Invalid: it is another package's, and that can't be imported.
    """
    found = _declared.get().get(name) or _classes.get(name)
    if found is None:
        own = own_name(name)
        if is_operation(own):
            found = _operations().operations()[own.removeprefix(OPERATION)]
        elif module := _modules.get(own) or is_model(own) and _models()[own]:
            found = getattr(import_module(module), own)
        elif _is_installed(own):
            found = _loaded(_installed()[own])
        else:
            raise KeyError(name)
        _classes[name] = found
    return found


def _loaded(entry: "EntryPoint") -> type[Record]:
    try:
        found: type[Record] = entry.load()
        if not issubclass(found, Record):
            raise TypeError("it is no layer of cnnspec")
    except Exception as error:  # noqa: BLE001 - whatever the package raises
        reason = " ".join(str(error).split()) or type(error).__name__
        text = f"{entry.name} can't be imported from {entry.value}: {reason}"
        hint = "mend or remove the package that adds it"
        raise Invalid([Problem((), "refused-layer", text, hint, at_key=True)]) from None
    return found


def printed_names(name: str, is_cut: bool) -> list[str]:
    """The layers that a printed table may mean by a name, which may be cut short.

    Earlier names count; layers of other packages are known once a spec has them.
    """
    meant = [name]
    if is_cut:
        names = dict.fromkeys((*_modules, *_classes, *ALIASES, *FORMER, _JOINED))
        meant = [n for n in names if n.startswith(name)]
    return [own for n in meant for own in _printed(n)]


def _printed(name: str) -> list[str]:
    """The layers that are printed under a whole name."""
    if name == _JOINED:
        return family_names("merging")
    if own := FORMER.get(name) or ALIASES.get(name):
        return [own]
    return [name] if name in _modules or name in _classes else []
