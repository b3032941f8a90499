"""Program to Graph: every layer gets its name, and the tensors it reads."""

from collections.abc import Iterable, Iterator

from cnnspec.components import snake_case
from cnnspec.errors import Path, Problem, nearest
from cnnspec.graph import Graph, Input, Node
from cnnspec.layers.base import Layer
from cnnspec.spec import Entry, Program


class _Namer:
    """Gives out names as Keras does (keras/src/utils/naming.py, `auto_name`)."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._stems: dict[type, str] = {}

    def name(self, layer: Layer) -> str:
        """The layer's own name, or the next automatic one of its class.

        Layers inside a layer are made before it, and use up names as well.
        """
        for inner in layer.nested():
            self.name(inner)
        if layer.name is not None:
            return layer.name
        kind = type(layer)
        stem = self._stems.get(kind)
        if stem is None:
            stem = snake_case(kind.class_name or kind.__name__)
            self._stems[kind] = stem
        return self.automatic(stem)

    def automatic(self, stem: str) -> str:
        """`stem`, `stem_1`, `stem_2`, … at each call."""
        count = self._counts.get(stem, 0)
        self._counts[stem] = count + 1
        return f"{stem}_{count}" if count else stem


def resolve(program: Program) -> Graph:
    """The Graph of a program, with what is wrong with its names.

    A layer whose arguments are wrong has no node; the nodes that read it name a tensor
    that isn't there.
    """
    return _Resolver(program).graph()


_Read = tuple[str, tuple[str, ...], Path]
"""A layer's name, the names of the tensors it reads, and where it stands."""
_ANOTHER = "a name is given once; choose another"


class _Resolver:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._namer = _Namer()
        self._known: dict[str, str] = {}  # a name that `from` may use, and its tensor
        self._problems: list[Problem] = []
        self._unknowns: list[tuple[str, Path, str, str]] = []

    def graph(self) -> Graph:
        inputs = tuple(self._inputs())
        self._known |= {tensor.name: tensor.name for tensor in inputs}
        # Without an input, the first layer reads a tensor that isn't there.
        current = tuple(tensor.name for tensor in inputs) or ("input",)
        self._known["input"] = current[0]
        nodes, reads = [], []
        for entry in self._program.layers:
            sources = self._sources(entry, current) if entry.sources else current
            name = self._name(entry)
            if entry.layer is not None:
                nodes.append(Node(name, entry.layer, sources, entry.path))
            reads.append((name, sources, entry.path))
            current = (name,)
        outputs = self._outputs() or current
        if self._unknowns:
            self._report_unknown({name: path for name, _, path in reads})
        if not self._problems and not self._program.problems:
            self._report_unused(reads, outputs)
        problems = tuple(self._problems)
        return Graph(self._program.name, inputs, tuple(nodes), outputs, problems)

    def _inputs(self) -> Iterator[Input]:
        for name, tensor in self._program.inputs.items():
            path = ("inputs", name) if name else ("input",)
            shape = (None, *tensor.shape)
            yield Input(name or "input_layer", shape, tensor.dtype, path)

    def _name(self, entry: Entry) -> str:
        if entry.layer is None:
            return self._namer.automatic(snake_case(entry.type))
        name = self._namer.name(entry.layer)
        if name == "prev":
            text = "'prev' is what from: calls the layer before"
            self._report("duplicate-name", (*entry.path, "name"), text, _ANOTHER)
        elif name in self._known:
            text = f"the name '{name}' is taken by a layer or input above"
            self._report("duplicate-name", (*entry.path, "name"), text, _ANOTHER)
        self._known[name] = name
        return name

    def _sources(self, entry: Entry, current: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for place, source in enumerate(entry.sources):
            if source == "prev":
                found += current
            elif source in self._known:
                found.append(self._known[source])
            else:
                found.append(source)
                path = (*entry.path, "from", place)
                self._unknown(source, path, f"{entry.type} reads", self._known)
        return tuple(found)

    def _outputs(self) -> tuple[str, ...]:
        layers = self._known.keys() - {"input", *self._program.inputs}
        for place, name in enumerate(self._program.outputs):
            path = ("outputs", place)
            if name not in layers:
                self._unknown(name, path, "outputs: names", layers)
            elif name in self._program.outputs[:place]:
                text = f"outputs: names '{name}' a second time"
                self._report("argument", path, text, "remove it")
        return self._program.outputs

    def _unknown(self, name: str, path: Path, where: str, known: Iterable[str]) -> None:
        if self._program.inputs:  # otherwise the name may be that of a faulty input
            self._unknowns.append((name, path, where, nearest(name, known)))

    def _report_unknown(self, below: dict[str, Path]) -> None:
        """Reports the names that were not known where they stood."""
        for name, path, where, hint in self._unknowns:
            text = f"{where} '{name}', which no layer above is called"
            hint = hint or f"add name: {name} to a layer above"
            if name in below:
                line = self._program.source.mark(below[name]).line
                text = f"{where} '{name}', which isn't above it but in line {line}"
                hint = "a layer reads what stands above it; move one of the two"
            self._report("unknown-input", path, text, hint)

    def _report_unused(self, reads: list[_Read], outputs: tuple[str, ...]) -> None:
        """Reports the ends of branches that lead to no output; Keras drops them."""
        needed = set(outputs)
        for name, sources, path in reversed(reads):
            if name in needed:
                needed.update(sources)
            else:
                text = f"no output of the model depends on '{name}'"
                hint = "let a layer read it, add it to outputs:, or remove it"
                self._report("unused-layer", path, text, hint, at_key=True)
                needed.add(name)
                needed.update(sources)

    def _report(
        self, code: str, path: Path, text: str, hint: str, at_key: bool = False
    ) -> None:
        self._problems.append(Problem(path, code, text, hint, at_key))
