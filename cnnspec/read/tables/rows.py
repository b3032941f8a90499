"""What a printed table says: its rows, its totals, and where each stands."""

from typing import NamedTuple

from cnnspec.ground.shapes import Shapes


class SummaryError(ValueError):
    """The text has no table that can be read.

    Attributes:
        line: Line of the text, counted from 1.
        message: What was found there and what is wanted.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


class PrintedRow(NamedTuple):
    """One layer as printed.

    Attributes:
        name: Layer name, as far as it is printed.
        type: Class name, as far as it is printed; empty if nothing of it is left.
        output_shape: Sizes with the batch axis first, a list of such tuples for
            several outputs, or None where Keras prints none or too little of it.
        params: Number of parameters, or None if it is cut or the layer is not built.
        line: Line of the text on which the row starts, counted from 1.
        name_cut: Whether the end of the name is missing.
        type_cut: Whether the end of the type is missing.
        depth: 0, or how deep in nested models the layer stands.
        unbuilt: Whether the layer had no weights yet when it was printed.
        reads: The column "Connected to", as it is printed; empty if there is none.
    """

    name: str
    type: str
    output_shape: Shapes | None
    params: int | None
    line: int
    name_cut: bool = False
    type_cut: bool = False
    depth: int = 0
    unbuilt: bool = False
    reads: str = ""


class Doubt(NamedTuple):
    """Why a table can't be right as it stands: its rows don't come to its total."""

    line: int
    message: str


class PrintedSummary(NamedTuple):
    """A table and the totals under it; what is not printed is None.

    ``total_params`` is the figure as printed. Keras 3 counts the optimizer's variables
    into it; ``model_params`` leaves them out.
    """

    rows: list[PrintedRow]
    total_params: int | None = None
    trainable_params: int | None = None
    non_trainable_params: int | None = None
    optimizer_params: int | None = None
    model_name: str | None = None
    doubt: Doubt | None = None
    line: int = 1
    """Where its heading stands."""

    @property
    def model_params(self) -> int | None:
        """The total without the optimizer's variables."""
        if self.total_params is None:
            return None
        return self.total_params - (self.optimizer_params or 0)

    @property
    def unbuilt(self) -> bool:
        """Whether the model had no weights yet when it was printed."""
        return any(row.unbuilt for row in self.rows) and not self.model_params
