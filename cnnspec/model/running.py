"""What a model does when it runs, where Keras tells something else beforehand.

Keras builds a layer for the shape that it was told of, and gives it another one.
"""

from collections.abc import Mapping

from cnnspec.ground.errors import ShapeError
from cnnspec.ground.shapes import Shape, Shapes, show
from cnnspec.model.calls import PLAIN, Call, Types, shapes_given, types_given
from cnnspec.model.summary import Row, Summary, Surprise


def followed(summary: Summary) -> Summary:
    """The summary with what differs at the first batch, and MACs of what then runs."""
    if _runs_as_told(summary):
        return summary
    return _Run(summary).summary()


def runs(summary: Summary) -> tuple[Summary, dict[str, Shapes]]:
    """The same, and the shapes of what inputs and layers give when they run."""
    run = _Run(summary)
    return run.summary(), run.shapes


def _runs_as_told(summary: Summary) -> bool:
    """Whether all layers run, and give the shapes that Keras tells beforehand."""
    dtypes, shapes = _dtypes(summary), _shapes(summary)
    # A block that is called often does the same each time.
    known: dict[tuple[int, tuple[Shape, ...], str, str], Types] = {}
    try:
        for row in summary.rows:
            layer, told, given = row.layer, row.output_shape, row.input_shapes
            read = dtypes[row.inputs[0]]
            if row.call is PLAIN and len(row.inputs) == 1 and type(read) is str:
                # The commonest, by far.
                key = id(layer), given, row.dtype, read
                found = known.get(key)
                if found is None:
                    if layer.left_out or layer.running(told, *given) != told:
                        return False
                    found = known[key] = layer.running_dtype(row.dtype, read)
                dtypes[row.name] = found
            else:
                if _runs(row, told, given, row.call) != told:
                    return False
                dtypes[row.name] = _dtype(row, shapes, dtypes)
    except ShapeError:
        return False
    return True


def _runs(row: Row, told: Shapes, given: tuple[Shape, ...], call: Call) -> Shapes:
    """The shape of what a layer gives when it runs.

    Raises:
        ShapeError: its first batch fails.
    """
    layer = row.layer
    if call.more:
        layer.running_more(call.more, *given)
    found: Shapes = layer.running(told, *given, **call.shaping(layer))
    return found


def _shapes(summary: Summary) -> dict[str, Shapes]:
    """The shapes of all tensors as Keras tells them."""
    found: dict[str, Shapes] = {i.name: i.shape for i in summary.graph.inputs}
    return found | {row.name: row.output_shape for row in summary.rows}


def _dtypes(summary: Summary) -> dict[str, Types]:
    """The types of the numbers in the inputs."""
    return {tensor.name: tensor.dtype for tensor in summary.graph.inputs}


def _dtype(
    row: Row, shapes: Mapping[str, Shapes], dtypes: Mapping[str, Types]
) -> Types:
    """The type of the numbers that a layer gives when it runs.

    Raises:
        ShapeError: it fails on the type that it is given, or Keras doesn't run it.
    """
    if row.layer.left_out:
        title = row.layer.title()
        text = "is missing in Keras's model, which takes its input for its result"
        raise ShapeError(text, f"put it into Pipeline: {{layers: [{title}]}}")
    given = types_given(row, shapes, dtypes)
    found: Types = row.layer.running_dtype(row.dtype, *given)
    return found


class _Run:
    """Follows the shapes of a model as it runs.

    Attributes:
        shapes: of tensors, by the name of what gives them; those of layers that fail,
            and of what reads them, are missing.
        origins: of shapes that differ from what Keras tells: the layer where they did
            first.
    """

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        self._rows: dict[str, Row] = {row.name: row for row in summary.rows}
        self.shapes: dict[str, Shapes] = {i.name: i.shape for i in summary.graph.inputs}
        self._dtypes = _dtypes(summary)
        self.origins: dict[str, str] = {}
        self.surprises: list[Surprise] = []

    def summary(self) -> Summary:
        """Follows all layers; a new summary of them."""
        rows = tuple(map(self._row, self._summary.rows))
        return self._summary._replace(rows=rows, surprises=tuple(self.surprises))

    def _row(self, row: Row) -> Row:
        """Follows a layer: its row, with the MACs that it then takes."""
        if not self.shapes.keys() >= {*row.inputs}:  # what it reads fails
            return row
        origin = next((self.origins[n] for n in row.inputs if n in self.origins), "")
        try:
            given, call = shapes_given(row, self.shapes)
            told = self._told(row, given, call)
            runs = _runs(row, told, given, call)
            self._dtypes[row.name] = _dtype(row, self.shapes, self._dtypes)
        except ShapeError as error:
            found = Surprise(row, None, error.message, error.hint, origin or row.name)
            self.surprises.append(found)
            return row
        self.shapes[row.name] = runs
        if runs != told:
            origin = row.name
            self.surprises.append(Surprise(row, runs, "", "", origin))
        if runs != row.output_shape:
            self.origins[row.name] = origin
        if given == row.input_shapes:
            return row
        macs = row.layer.macs(told, *given, **call.shaping(row.layer))
        return row._replace(macs=macs)

    def _told(self, row: Row, given: tuple[Shape, ...], call: Call) -> Shapes:
        """What Keras would tell of tensors that a layer gets, and wasn't built for.

        Raises:
            ShapeError: it can't take them, or has weights of other sizes.
        """
        if given == row.input_shapes:
            return row.output_shape
        layer = row.layer
        layer.check(*given)
        first = self._rows[row.shares] if row.shares else row
        if list(layer.held(*given)) != list(first.weights):
            built, gets = (show(s[0][1:]) for s in (row.input_shapes, given))
            raise ShapeError(f"is built for {built} and gets {gets}")
        return layer.output(*given, **call.shaping(layer))
