"""A spec with the structure that its author gave it: blocks, repeats, branches.

Scripts are written from it. `cnnspec.model` makes the flat `Graph` of it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnspec.catalogue.layers import Layer
from cnnspec.ground.errors import Path, Problem, Trail
from cnnspec.ground.source import Source
from cnnspec.language.document import Expect, InputTensor
from cnnspec.language.expressions import Formula

if TYPE_CHECKING:
    from cnnspec.language.training import Data, Ensemble, Train

Steps = tuple["Step", ...]
Ref = str | Formula | Steps
"""What `from` lists: the name of a tensor, or a branch that begins at the current
one."""

PREV = "prev"
"""What `from` calls the current tensor."""
INPUT = "input"
"""What `from` calls the first tensor that a model or a block is given."""


class Named(NamedTuple):
    """What a mapping under `from` says: what each argument of the call is given."""

    arguments: tuple[str, ...]
    """Of each of the step's sources, which stand in the order of the text."""
    places: tuple[Path, ...]
    """Where each source stands under `from`."""
    settings: dict[str, Any]
    """Arguments that are no tensors, with formulas."""


class LayerStep(NamedTuple):
    """A layer of Keras."""

    type: str
    """Its name in Keras."""
    layer: Layer | None
    """None where its arguments are wrong, which is among the program's problems, and
    where they hold formulas."""
    arguments: Any
    """Where they hold formulas: as the spec has them, with `defaults:` filled in, and
    without `name` and `from`; else None."""
    name: str | Formula | None
    sources: tuple[Ref, ...]
    """What `from` lists; nothing where it isn't given."""
    label: str
    """What it is called inside a named call of its block, if it has no name."""
    path: Path
    """Where the entry stands in the document."""
    named: Named | None = None
    """What `from` gives arguments by their names; None where it is no mapping."""
    models: "tuple[tuple[Path, CallStep], ...]" = ()
    """Calls of blocks that make the models which it holds, and where each stands in
    `arguments`."""
    is_whole: bool = False
    """Whether its name has a slash before it: no call's name is put there."""
    asks: frozenset[str] = frozenset()
    """The tensors whose sizes its formulas ask for."""


class CallStep(NamedTuple):
    """A call of a block."""

    block: str
    arguments: dict[str, Any]
    name: str | Formula | None
    sources: tuple[Ref, ...]
    label: str
    path: Path
    named: Named | None = None
    trainable: Any = True
    """Whether what is inside is trained, as far as it says so itself."""
    is_whole: bool = False
    asks: frozenset[str] = frozenset()
    """The tensors whose sizes its formulas ask for."""
    weights: str = ""
    """The file with those of the model that it makes, if it doesn't begin anew."""


class RepeatStep(NamedTuple):
    """Steps that are taken several times, one round after the other."""

    times: Any
    """How often; None where `lists` say it."""
    index: str  # type: ignore[assignment]  # nobody looks for items of a step
    """The variable that counts the rounds from 0; nothing where there is none."""
    lists: dict[str, Any]
    """Variables and the values they take, one each round, walked together."""
    steps: Steps
    path: Path
    trainable: Any = True
    """Whether what is inside is trained, as far as it says so itself."""
    collect: bool = False
    """Whether it gives what each round gave, and not what the last one did."""


class IfStep(NamedTuple):
    """Steps of which those are taken that a test chooses."""

    test: Any
    then: Steps
    otherwise: Steps
    path: Path
    asks: frozenset[str] = frozenset()
    """The tensors whose sizes its test asks for."""


class ApplyStep(NamedTuple):
    """A layer used once more, with the same weights."""

    layer: str | Formula
    name: str | Formula | None
    sources: tuple[Ref, ...]
    label: str
    path: Path
    named: Named | None = None
    is_whole: bool = False


class PassStep(NamedTuple):
    """A layer or call that `change` takes out: what reads it reads what it read."""

    name: str | Formula | None
    sources: tuple[Ref, ...]
    label: str
    path: Path
    named: Named | None
    changed: str
    """Its name under `change`."""


Step = LayerStep | CallStep | RepeatStep | IfStep | ApplyStep | PassStep
Spot = tuple[Path, tuple[tuple[Path, int], ...]]
"""A step in one of the calls and rounds that lead to it."""


def spot_of(path: Path, trail: Trail) -> Spot:
    """The spot of a step at a path."""
    return path, tuple((frame.path, frame.round) for frame in trail)


class _Needed:
    def __repr__(self) -> str:
        return "NEEDED"

    # A copy is the very same object, by its name here.
    __reduce__ = __repr__


NEEDED = _Needed()
"""The default of a parameter that has none: each call has to give it."""


class Block(NamedTuple):
    """Steps that a call takes with values of its own."""

    name: str
    description: str
    params: dict[str, Any]
    """Each parameter and its default, which may hold formulas; or `NEEDED`."""
    inputs: tuple[str, ...]
    """The names of the tensors that a call gives; one without a name if empty."""
    outputs: tuple[str | Formula, ...]
    """What a call gives back; the current tensor at its end if empty."""
    steps: Steps
    path: Path
    is_model: bool = False
    """Whether each call makes a model, which is a layer of the one around it."""

    def default(self, param: str) -> Any:
        """The default of a parameter, with formulas; `NEEDED` where it has none."""
        return self.params[param]

    def before(self, param: str) -> tuple[str, ...]:
        """The parameters that stand before one, and that its default may use."""
        names = tuple(self.params)
        return names[: names.index(param)]


class Defaults(NamedTuple):
    """What a file says of all layers of a type that stand in it."""

    arguments: dict[str, dict[str, Any]]
    """By layer. Faulty ones are among them: a layer would lack them otherwise."""
    written: dict[str, Any]
    """The same as the file has it, with formulas."""
    path: Path
    """Where it stands in the document."""


class EachDefaults(NamedTuple):
    """The defaults of a spec and of the files that it includes."""

    own: Defaults
    """A spec and its bases count as one file."""
    included: tuple[Defaults, ...]
    """In the order of the files."""
    source: Source

    def at(self, path: Path) -> Defaults:
        """Those that hold where a step stands."""
        number = self.source.included_in(path)
        return self.own if number is None else self.included[number]

    def is_own(self, path: Path) -> bool:
        """Whether a step stands where the spec's own defaults hold."""
        return self.source.included_in(path) is None


_MODEL = (
    *("vars", "defaults", "blocks", "custom", "change", "append"),
    *("input", "inputs", "layers", "outputs"),
)
"""The keys of a spec that say what the model is."""
BESIDE = (("data",), ("train",), ("ensemble",), ("expect",), ("study",))
"""The paths of sections that say nothing of it."""


class Program(NamedTuple):
    """A spec as its author wrote it."""

    name: str
    description: str
    vars: dict[str, Any]
    """The variables in the order in which each can be worked out, with formulas."""
    values: dict[str, Any]
    """The variables worked out."""
    blocks: dict[str, Block]
    own: Mapping[str, type[Layer]]
    """The layers that the spec declares itself, by their names in it."""
    own_parts: Mapping[str, type[Any]]
    """The losses and metrics that it declares itself, by their names in it."""
    inputs: dict[str, InputTensor]
    """By name; the input of a spec with `input:` has the name ''."""
    steps: Steps
    outputs: tuple[str, ...]
    change: dict[str, Any]
    """Arguments that layers and calls get by their full names, or null."""
    changed: Mapping[Path, str]
    """The steps that `change` has made others, and by which name."""
    replaced: Mapping[Spot, Step]
    """What is taken in place of steps that are taken elsewhere as they are."""
    defaults: EachDefaults
    """Arguments that layers of a type have unless they say otherwise."""
    written: dict[str, Any]
    """`input` and `inputs` with the formulas that they are made of."""
    expect: Expect | None
    data: "Data | None"
    train: "Train | None"
    ensemble: "Ensemble | None"
    source: Source
    may_import: bool
    """Whether the modules of `own` may be imported."""
    applies: bool
    """Whether it has an `apply`, so that it has to be known what calls came to."""
    complete: bool
    """False where steps are left out because something is wrong with them."""
    problems: tuple[Problem, ...]
    """What is wrong with the document and its layers; the rest can be read all the
    same, so that every problem of a file is found in one go."""
    parts: Mapping[str, Any]
    """What is sound of sections that something is wrong with, by their names."""

    @property
    def is_variant(self) -> bool:
        """Whether `--set` makes another model of it than the one it expects."""
        return self.source.is_overridden(*_MODEL) and not self.source.is_overridden(
            "expect"
        )
