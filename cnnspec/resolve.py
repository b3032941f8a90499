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


class _Resolver:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._namer = _Namer()
        self._known: dict[str, str] = {}  # a name that `from` may use, and its tensor
        self._problems: list[Problem] = []

    def graph(self) -> Graph:
        inputs = tuple(self._inputs())
        self._known |= {tensor.name: tensor.name for tensor in inputs}
        # Without an input, the first layer reads a tensor that isn't there.
        current = tuple(tensor.name for tensor in inputs) or ("input",)
        self._known["input"] = current[0]
        nodes = []
        for entry in self._program.layers:
            sources = self._sources(entry, current) if entry.sources else current
            name = self._name(entry)
            if entry.layer is not None:
                nodes.append(Node(name, entry.layer, sources, entry.path))
            current = (name,)
        outputs = self._outputs() or current
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
        if name in self._known:
            text = f"the name '{name}' is taken by a layer or input above"
            hint = "a name is given once; choose another"
            self._report("duplicate-name", (*entry.path, "name"), text, hint)
        self._known[name] = name
        return name

    def _sources(self, entry: Entry, current: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for source in entry.sources:
            if source == "prev":
                found += current
            elif source in self._known:
                found.append(self._known[source])
            else:
                found.append(source)
                path = (*entry.path, "from")
                self._unknown(source, path, f"{entry.type} reads", self._known)
        return tuple(found)

    def _outputs(self) -> tuple[str, ...]:
        layers = self._known.keys() - {"input", *self._program.inputs}
        for place, name in enumerate(self._program.outputs):
            if name not in layers:
                path = ("outputs", place)
                self._unknown(name, path, "outputs: names", layers)
        return self._program.outputs

    def _unknown(self, name: str, path: Path, where: str, known: Iterable[str]) -> None:
        text = f"{where} '{name}', which no layer above is called"
        hint = nearest(name, known) or f"add name: {name} to a layer above"
        self._report("unknown-input", path, text, hint)

    def _report(self, code: str, path: Path, text: str, hint: str) -> None:
        self._problems.append(Problem(path, code, text, hint))
