"""The rows of a table, to the steps of a spec."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import INPUT_LAYER, NEUTRAL, is_layer
from cnnspec.ground.errors import Path
from cnnspec.ground.shapes import Shape, show
from cnnspec.read.found import Place, ReadError, Unknown
from cnnspec.read.tables import inputs
from cnnspec.read.tables.activating import activation_of
from cnnspec.read.tables.freezing import Held, freeze
from cnnspec.read.tables.kinds import is_model, is_unseen, kinds_of
from cnnspec.read.tables.rows import PrintedRow, PrintedSummary
from cnnspec.read.tables.solving import Arguments, Explained, assumed, explained
from cnnspec.read.tables.wiring import (
    CUT,
    Guess,
    Part,
    Ref,
    is_input,
    parts_of,
    reads_of,
)

_UNSEEN = "no table shows it"
_CUT_NAMES = "the column 'Connected to' has the name cut short"
_SEVERAL = "each of these gives the same shape and number"


class Steps:
    """Makes the steps of a table's layers, and notes what nothing tells."""

    def __init__(self, table: PrintedSummary) -> None:
        self._table = table
        self._inputs = [row.name for row in table.rows]
        self.blocks: dict[str, Any] = {}
        self.custom: dict[str, Any] = {}
        self.places: dict[Path, Place] = {}
        self.unknowns: list[Unknown] = []
        self.held: list[Held] = []
        self.knows_trained = True
        """Whether the layers that aren't trained are found."""
        marks = [row.reads.split()[-1:] for row in table.rows]
        self._frozen = all(mark in (["Y"], ["N"], ["-"]) for mark in marks)

    def model(self) -> dict[str, Any]:
        """The inputs, layers and outputs of a spec.

        Raises:
            ReadError: a row can't be explained.
        """
        level = _Level(self, self._table.rows, ())
        given = level.make(None)
        expected = self._table.trainable_params
        if not self._frozen and expected is not None:
            self.knows_trained = freeze(self.held, expected)
        return {"inputs": given, "layers": level.made, "outputs": level.outputs()}

    def input_name(self) -> str:
        """A name for an input that has none, as Keras gives it."""
        self._inputs.append(_free(snake_case(INPUT_LAYER), self._inputs))
        return self._inputs[-1]

    def is_frozen(self, row: PrintedRow) -> bool:
        """Whether the column "Trainable" says that a layer isn't trained."""
        return self._frozen and row.reads.split()[-1] == "N"

    def place(self, path: Path, row: PrintedRow) -> None:
        """Notes where a step stands."""
        self.places[path] = Place(row.line)

    def open(
        self, row: PrintedRow, argument: str, values: Sequence[Any], why: str
    ) -> None:
        """Notes what the table doesn't tell, the first value being what is taken."""
        place = Place(row.line)
        self.unknowns.append(
            Unknown(row.name, argument, tuple(values), why, place, False)
        )


class _Level:
    """The rows of one model: the table's, or one in it."""

    def __init__(self, steps: Steps, rows: Sequence[PrintedRow], path: Path) -> None:
        self._steps, self._path = steps, path
        self._parts = parts_of(rows)
        guesses: list[Guess] = []
        self._reads = reads_of(self._parts, guesses)
        for row, names in guesses:
            steps.open(row, "from", names[:6], _CUT_NAMES)
        self._guesses = bool(guesses)
        self._names = _unique(self._parts)
        self._shapes: dict[int, Any] = {}
        self._called: dict[tuple[int, int], str] = {}
        self._waiting: list[tuple[int, int, list[Ref]]] = []
        self._used: set[tuple[int, int]] = set()
        self._trained = 0
        """How many numbers of the latest step would be trained."""
        self.made: list[dict[str, Any]] = []

    # ------------------------------------------------------------ the whole

    def make(self, given: Shape | None) -> dict[str, Any]:
        """Makes all steps.

        Args:
            given: the shape of what a model in a model is given, batch first.

        Returns:
            The inputs by their names, as a spec has them.
        """
        found = self._inputs(given)
        for place, part in enumerate(self._parts):
            if not is_input(part.row):
                self._step(place, part)
                if self._waiting:
                    self._call_again()
        if self._waiting:
            place = self._waiting[0][0]
            raise _unexplained(self._parts[place].row, "it reads what no row gives")
        return found

    def outputs(self) -> list[str]:
        """The tensors that nothing reads."""
        ends = [key for key in self._called if key not in self._used]
        return [
            self._whole(*key) for key in ends if not is_input(self._parts[key[0]].row)
        ]

    def _whole(self, place: int, call: int) -> str:
        name = self._called[place, call]
        return f"{name}.0" if isinstance(self._shapes[place], list) else name

    def _inputs(self, given: Shape | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for place, part in enumerate(self._parts):
            if is_input(part.row):
                shape = part.row.output_shape
                if not isinstance(shape, tuple):
                    raise _unexplained(part.row, "the shape of the input isn't whole")
                if len(shape) < 2:
                    why = "each sample is one value, and no spec has such an input"
                    raise _unexplained(part.row, why)
                self._shapes[place], self._called[place, 0] = shape, self._names[place]
                found[self._names[place]] = inputs.as_written(shape)
        if not found:
            row = self._parts[0].row
            shapes = [given] if given else [*_given_to(self._parts)]
            if not shapes and is_model(row):
                raise _whole_model(row)
            if not shapes:
                raise _unexplained(row, "no input leads to its shape and number")
            if not given and len(shapes) > 1:
                sizes = [list(shape[1:]) for shape in shapes]
                self._steps.open(row, "input", sizes[:6], "no row shows the input")
            self._shapes[-1], self._called[-1, 0] = shapes[0], self._steps.input_name()
            self._reads[0] = [Ref(-1)]
            found[self._called[-1, 0]] = inputs.as_written(shapes[0])
        return found

    # ------------------------------------------------------------ one step

    def _step(self, place: int, part: Part) -> None:
        row = part.row
        calls = self._calls(row, self._reads[place])
        if not calls:
            raise _unexplained(row, "the column 'Connected to' names nothing")
        first, *more = calls
        if not all(map(self._is_there, first)):
            raise _unexplained(row, "it reads a row that stands below it")
        path = (*self._path[-2:], "layers", len(self.made))
        self._steps.place(path, row)
        shapes = [self._shape(ref) for ref in first]
        kind, arguments = self._layer(place, part, shapes)
        self._steps.held.append(Held(arguments, self._trained, len(self._path)))
        arguments["name"] = self._names[place]
        if self._steps.is_frozen(row):
            arguments["trainable"] = False
        arguments["from"] = self._from(kind, first, shapes)
        self.made.append({kind: arguments})
        self._called[place, 0] = self._names[place]
        self._waiting += [(place, number, refs) for number, refs in enumerate(more, 1)]

    def _call_again(self) -> None:
        """Calls layers once more, as soon as what they read is there."""
        for waiting in list(self._waiting):
            place, number, refs = waiting
            if all(map(self._is_there, refs)):
                self._waiting.remove(waiting)
                name = _free(f"{self._names[place]}_again", [*self._called.values()])
                reads = [self._say(ref) for ref in refs]
                self.made.append(
                    {
                        "apply": {
                            "layer": self._names[place],
                            "name": name,
                            "from": reads,
                        }
                    }
                )
                self._called[place, number] = name

    def _calls(self, row: PrintedRow, refs: list[Ref]) -> list[list[Ref]]:
        """What each call of a layer reads; most are called once."""
        kind = next(kinds_of(row), "")
        single = is_model(row) or bool(kind) and layer_class(kind).inputs_limit == 1
        if single and len(refs) > 1 and not self._has_states(row, refs):
            return [[ref] for ref in refs]
        return [refs] if refs else []

    def _has_states(self, row: PrintedRow, refs: list[Ref]) -> bool:
        """Whether what a layer reads, but the first, are states that it begins with."""
        kind = next(kinds_of(row), "")
        takes = layer_class(kind).tensor_arguments if kind else ()
        return "initial_state" in takes and all(
            len(self._shape(ref)) == 2 for ref in refs[1:]
        )

    def _is_there(self, ref: Ref) -> bool:
        return (ref.row, ref.call) in self._called

    def _shape(self, ref: Ref) -> Shape:
        found = self._shapes[ref.row]
        shape: Shape = found[ref.tensor] if isinstance(found, list) else found
        return shape

    def _say(self, ref: Ref) -> str:
        self._used.add((ref.row, ref.call))
        name = self._called[ref.row, ref.call]
        several = isinstance(self._shapes[ref.row], list)
        return f"{name}.{ref.tensor}" if several else name

    def _from(self, kind: str, refs: list[Ref], shapes: list[Shape]) -> Any:
        said = [self._say(ref) for ref in refs]
        if kind in self._steps.blocks or kind in self._steps.custom:
            return said
        cls = layer_class(kind)
        if cls.inputs_limit == 1 and len(said) > 1:
            main, *states = cls.tensor_arguments
            return {main: said[0], states[0]: said[1:]}
        return said

    # ------------------------------------------------------------ what it is

    def _layer(
        self, place: int, part: Part, shapes: list[Shape]
    ) -> tuple[str, Arguments]:
        """A layer's class and arguments; notes what it gives.

        Raises:
            ReadError: nothing explains it.
        """
        row = part.row
        if part.inner:
            return self._block(place, part, shapes)
        if is_model(row) and row.params != 0:
            return self._published(place, row, shapes)
        lacking = False
        for kind in kinds_of(row):
            cls = layer_class(kind)
            if cls.inputs > len(shapes):
                lacking = True
                continue
            main = shapes if cls.inputs_limit != 1 else shapes[:1]
            output: Any = row.output_shape
            if isinstance(output, list):
                output = tuple(output)
            if found := explained(kind, tuple(main), output, row.params):
                self._trained = found.trained
                self._shapes[place] = self._given(kind, found.arguments, main, row)
                return kind, self._told(place, kind, found, row)
        if lacking:
            raise _unexplained(row, "the table doesn't say what else it reads")
        return self._own(place, row, shapes)

    def _given(
        self, kind: str, arguments: Arguments, shapes: list[Shape], row: PrintedRow
    ) -> Any:
        """The shape that a layer gives, which the row may not show."""
        if row.output_shape is not None:
            return row.output_shape
        whole = {**assumed(kind, arguments), **arguments}
        return layer_class(kind)(**whole).output(*shapes)

    def _told(
        self, place: int, kind: str, found: Explained, row: PrintedRow
    ) -> Arguments:
        """The arguments of a layer, having noted what isn't sure of them."""
        first = found.arguments
        if found.others:
            self._steps.open(row, *found.others, _SEVERAL)
        below = [part.row for part in self._parts[place + 1 : place + 2]]
        inside = below or not self._path
        activation = activation_of(kind, row, below if inside else None)
        if activation:
            self._steps.open(row, "activation", activation, _UNSEEN)
            first = {**first, "activation": activation[0]}
        if first.get("x2") is not None:
            self._steps.open(row, "x2", (first["x2"],), _UNSEEN)
        if is_unseen(row) and kind == NEUTRAL:
            self._steps.open(row, "function", (NEUTRAL,), _UNSEEN)
        needed = assumed(kind, first)
        for name, value in needed.items():
            self._steps.open(row, name, [value], _UNSEEN)
        return {**needed, **first}

    def _block(
        self, place: int, part: Part, shapes: list[Shape]
    ) -> tuple[str, Arguments]:
        """A model in the model, as a block."""
        name = self._names[place]
        level = _Level(self._steps, part.inner, (*self._path, "blocks", name))
        before = len(self._steps.held)
        given = level.make(shapes[0])
        inside = self._steps.held[before:]
        depth = len(self._path) + 2
        self._trained = sum(one.trainable for one in inside if one.depth == depth)
        self._steps.blocks[name] = {
            "model": True,
            "inputs": [*given],
            "outputs": level.outputs(),
            "layers": level.made,
        }
        self._shapes[place] = part.row.output_shape
        return name, {}

    def _published(
        self, place: int, row: PrintedRow, shapes: list[Shape]
    ) -> tuple[str, Arguments]:
        """A whole model in one row, if it is one of keras.applications."""
        from cnnspec.read.tables.published import published

        found = published(row, shapes[0])
        if not found:
            raise _whole_model(row)
        kind, arguments, self._trained = found
        self._shapes[place] = row.output_shape
        self._steps.open(row, "weights", ("imagenet", None), _UNSEEN)
        return kind, {**arguments}

    def _own(
        self, place: int, row: PrintedRow, shapes: list[Shape]
    ) -> tuple[str, Arguments]:
        """A layer that nothing here explains, as a class of one's own."""
        shape = row.output_shape
        if self._guesses:
            why = (
                "names in the column 'Connected to' are cut short, and may be of others"
            )
            raise _unexplained(row, why, CUT)
        if not isinstance(shape, tuple) or row.params is None or len(shapes) != 1:
            raise _unexplained(row, "no arguments lead to its shape and number")
        self._trained = row.params
        kind = _class_name(row, self._steps.custom)
        arguments: Arguments = {"sizes": list(shape[1:])}
        weights = {}
        if row.params:
            arguments["count"], weights = row.params, {"weights": ["$count"]}
        self._steps.custom[kind] = {
            "import": "my_layers",
            "arguments": [*arguments],
            "output": "$sizes",
            "weights": weights,
        }
        self._shapes[place] = shape
        why = _why_own(row, shape, shapes[0])
        self._steps.unknowns.append(
            Unknown(row.name, "class", (kind,), why, Place(row.line), counts=True)
        )
        return kind, arguments


def _why_own(row: PrintedRow, made: Shape, x: Shape) -> str:
    """Why a row is declared as a class of one's own."""
    if not is_layer(row.type):
        return f"nothing here is a {row.type or 'layer'} that leads to the row"
    number = f" with {row.params:,} params" if row.params else ""
    return (
        f"no {row.type} makes {show(made[1:])} of {show(x[1:])}{number}, so a row "
        "before it is missing or a number isn't as Keras printed it"
    )


def _class_name(row: PrintedRow, taken: Mapping[str, Any]) -> str:
    """What a declared class is called: as printed, unless that is a class of Keras."""
    word = "".join(c for c in row.type if c.isalnum()) or "Layer"
    name = f"{word[0].upper()}{word[1:]}"
    own = f"Own{name}" if is_layer(name) else name
    other = own in taken and bool(taken[own]["weights"]) != bool(row.params)
    return f"{own}WithoutWeights" if other else own


def _unexplained(
    row: PrintedRow, why: str, hint: str = "write it in a spec by hand"
) -> ReadError:
    text = f"the row '{row.name}' ({row.type or '…'}) can't be explained: {why}"
    return ReadError(text, hint, Place(row.line))


def _whole_model(row: PrintedRow) -> ReadError:
    text = f"the row '{row.name}' is a whole model, whose layers aren't printed"
    hint = "print the table with expand_nested=True"
    return ReadError(text, hint, Place(row.line))


def _given_to(parts: Sequence[Part]) -> Iterable[Shape]:
    """What a model may be given whose table shows no input, the likeliest first."""
    first, *more = parts
    if not first.inner:
        return inputs.likely(first.row, more[0].row if more else None)
    inside = parts_of(first.inner)
    shape = inside[0].row.output_shape
    if is_input(inside[0].row) and isinstance(shape, tuple):
        return [shape]
    return _given_to(inside)


def _unique(parts: Sequence[Part]) -> list[str]:
    names: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for part in parts:
        name = found = part.row.name.replace("/", "_") or "layer"
        while found in names:
            numbers[name] = numbers.get(name, 0) + 1
            found = f"{name}_{numbers[name]}"
        names[found] = None
    return [*names]


def _free(name: str, taken: Sequence[str]) -> str:
    number, found = 0, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found
