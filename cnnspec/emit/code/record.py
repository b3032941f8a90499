"""What the functions of a script make and read, written down in its order.

The steps of a program are taken once more, beside the Graph that they came to
(`walk`). From the record follows which variable still holds a tensor where it is read
(`study`), so that no rule of the language has to be known twice: where code can't keep
the structure of a part, the record says so, and that part is taken flat, node by node.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cnnspec.catalogue.layers import Layer
from cnnspec.emit.code.steps import kinds, parents
from cnnspec.ground.errors import Path
from cnnspec.ground.shapes import Shapes
from cnnspec.language.expressions import Formula
from cnnspec.language.program import Program
from cnnspec.model.graph import Graph, Node
from cnnspec.model.summary import infer


class Thing(NamedTuple):
    """What a place in the code gives whenever it is reached."""

    kind: str
    """`made` and `layer`: the tensor and the layer of a step; `given`: a function's
    argument; `call`: what a function returns first, and `export` and `export layer`:
    what else; `start` and `end` of a repeat, `if`: the current tensor there, wherever
    it came from."""
    path: Path
    detail: Any = ""


class Ref(NamedTuple):
    """A thing as it was given one time."""

    thing: Thing
    time: int
    node: str
    """The node of the graph that it is the tensor or the layer of."""
    layer: "Ref | None" = None
    """The layer that made the tensor, where it is known by the tensor's name."""


Refs = tuple[Ref, ...]
Site = tuple[Any, ...]
"""A place in the code that reads a thing."""


class Made(NamedTuple):
    """A run came to a thing."""

    thing: Thing
    time: int


class Wanted(NamedTuple):
    """A run came to a place that reads."""

    site: Site
    ref: Ref
    by: str
    to: Thing | None
    """The thing that it becomes, where code comes together."""


class Read(NamedTuple):
    """What a place read one time."""

    ref: Ref
    by: str
    """The name that it was called by; nothing for the current tensor."""
    next: bool
    """Whether nothing was made in between."""
    lasts: bool
    """Whether nothing was made in between that has the same variable."""


class Run:
    """One run of a function.

    Attributes:
        events: what it made and read, in order.
        ends: what is read after its end, beside the current tensor.
        partial: whether it is one that never happens, up to some branch's end.
    """

    def __init__(self, unit: str, named: bool, given: Sequence[Thing]) -> None:
        self.unit, self.named, self.given = unit, named, tuple(given)
        self.partial = False
        self.events: list[Made | Wanted] = [Made(thing, 0) for thing in given]
        self.ends: dict[Thing, set[Ref]] = {}

    def fork(self) -> "Run":
        """The same run up to here, to go on differently."""
        other = Run(self.unit, self.named, self.given)
        other.events = list(self.events)
        other.partial = True
        return other


class Take(NamedTuple):
    """A step as it was taken one time."""

    node: str
    layer: Layer | None
    arguments: Any
    """With the values of their formulas."""
    before: tuple[str, ...]
    """The nodes it read."""


class FlatNode(NamedTuple):
    """A node that is written by itself, as the structure around it isn't kept."""

    node: Node
    thing: Thing
    name: str
    """Nothing where Keras gives it."""


class Unfaithful(Exception):
    """The structure at a path can't be kept in code."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path)


class Unit:
    """What the runs of one function have in common.

    Attributes:
        modes: whether its calls are named.
        names: the names that each thing has had where it stands.
        titled: the things whose name the author gave.
        sites: what each place reads, over all runs.
        live: the things that anything reads.
        own: the variables that a thing needs for itself, by `group`.
        stored: the things that are kept by name.
        by_key: the places that read things by name.
        chosen: the places where a test says which variable is read.
        ends: what the function returns beside the current tensor.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.modes: set[bool] = set()
        self.names: dict[Thing, set[str]] = {}
        self.titled: set[Thing] = set()
        self.sites: dict[Site, list[Read]] = {}
        self.live: set[Thing] = set()
        self.own: set[Any] = set()
        self.stored: set[Thing] = set()
        self.by_key: set[Site] = set()
        self.chosen: set[Site] = set()
        self.ends: dict[Thing, None] = {}

    def group(self, thing: Thing) -> Any:
        """What things have in common that share a variable.

        Those do that have one and the same name, as in the branches of an `if`.
        """
        names = self.names.get(thing, ())
        if len(names) == 1 and thing.detail != "flat":
            return (thing.kind in ("layer", "export layer"), *names)
        return thing

    def is_own(self, thing: Thing) -> bool:
        """Whether a thing has a variable that isn't that of the current tensor."""
        return self.group(thing) in self.own

    def things_at(self, site: Site) -> set[Thing]:
        """What a place reads."""
        return {read.ref.thing for read in self.sites[site]}

    def readers(self, thing: Thing) -> Iterator[tuple[Site, Read]]:
        """The places that read a thing."""
        for site, reads in self.sites.items():
            for read in reads:
                if read.ref.thing == thing:
                    yield site, read

    def reads_of(self, path: Path) -> list[Site]:
        """The places at which a step reads tensors, in their order."""
        found = [site for site in self.sites if site[:2] == ("from", path)]
        return sorted(found, key=lambda site: (site[2] or 0, site[3]))


class Flow:
    """The record of a program.

    Attributes:
        units: by the name of the block; '' for `build_model()`.
        takes: each step's, by its path.
        calls: the block that each call leads to.
        rounds: how often each repeat was taken, for each time that it was reached.
        branches: the branches of each `if` that code can be written for.
        flat_nodes: what is written node by node, by the path of the step that isn't
            kept; and in `flat_current` the tensors after it.
        outputs: the places that read what the model gives.
        results: how many tensors each block returns.
        sources: the formula of each place that has one.
        branch_sites: the places that read what a branch in `from` gives.
        shapes: of each node's output.
        parents: what is around each step.
        kinds: the sort of each step.
        types: the class of each node's layer.
    """

    def __init__(self, program: Program, graph: Graph) -> None:
        self.program, self.graph = program, graph
        self.units: dict[str, Unit] = {}
        self.takes: dict[Path, list[Take]] = {}
        self.calls: dict[Path, str] = {}
        self.rounds: dict[Path, set[int]] = {}
        self.branches: set[tuple[Path, bool]] = set()
        self.flat_nodes: dict[Path, list[FlatNode]] = {}
        self.flat_current: dict[Path, tuple[Thing, ...]] = {}
        self.outputs: tuple[Site, ...] = ()
        self.results: dict[str, int] = {}
        self.sources: dict[Site, Formula | None] = {}
        self.branch_sites: set[Site] = set()
        rows = infer(graph._replace(unused=frozenset())).rows
        self.shapes: dict[str, Shapes] = {i.name: i.shape for i in graph.inputs}
        self.shapes |= {row.name: row.output_shape for row in rows}
        self.parents = dict(parents(program))
        self.kinds = dict(kinds(program))
        self.types = {node.name: type(node.layer) for node in graph.nodes}

    def calls_of(self, block: str) -> Iterator[Take]:
        """Every call of a block."""
        for path, name in self.calls.items():
            if name == block:
                yield from self.takes.get(path, ())

    def branches_of(self, site: Site) -> int:
        """How many branches the step of a place reads."""
        return sum(other[:2] == site[:2] for other in self.branch_sites)

    def is_list(self, node: str) -> bool:
        """Whether a node gives several tensors."""
        return isinstance(self.shapes.get(node), list)

    def sizes(self, take: Take) -> tuple[Shapes, Shapes] | None:
        """The shape of the first tensor that a step reads, and that of what it gives.

        Both have the batch axis. None where either isn't known.
        """
        if take.node not in self.shapes or not take.before:
            return None
        before = self.shapes.get(take.before[0])
        if before is None:
            return None
        if isinstance(before, list):
            before = before[0]
        return before, self.shapes[take.node]
