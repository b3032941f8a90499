"""What a reader gives: a model in the spec's own language, and where it stands.

Its document is a spec in which nothing is left to the spec's defaults. Each step is one
key, the class of the layer in Keras, with its arguments as today's Keras has them, the
`name` that Keras gave it, and `from`: a list of names, or a mapping by the arguments of
Keras's call. Inputs and outputs have names; a model in a model is a block with
`model: true`, a layer that is called again an `apply`, a class of one's own stands
under `custom:`. It checks as it is.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from cnnspec.ground.errors import Path

BODY = "call"
"""What is open of a layer of the source's own: what it does, which no argument says."""


class Place(NamedTuple):
    """Where something stands in a source; the source itself, if nothing is given."""

    line: int = 0
    """Counted from 1; 0 where the source has no lines, or in none of them."""
    column: int = 0
    """Counted from 1."""
    cell: int = 0
    """Of a notebook, counted from 1; 0 elsewhere. Lines are those of the cell."""
    label: str = ""
    """What it is called there: `layer "conv2d_3"`."""


class Unknown(NamedTuple):
    """What a source doesn't say."""

    layer: str
    """The name of the layer; nothing for the model."""
    argument: str
    candidates: tuple[Any, ...]
    """What it may be, the value that was taken first."""
    why: str
    place: Place
    counts: bool
    """Whether it could change a shape or a count, so that the import isn't sound."""


class Figures(NamedTuple):
    """What a source says itself that the model comes to; None where it doesn't."""

    total: int | None
    trainable: int | None
    non_trainable: int | None
    summary: str = ""
    """A printed table, as it stands there."""
    layers: Mapping[str, int] = {}
    """The numbers that a file holds for each layer, in its order."""

    @property
    def expected(self) -> dict[str, Any]:
        """What a spec has under `expect:` so that it must come to the same.

        A table says the totals itself, where it has them.
        """
        if self.summary:
            return {"summary": _without_ends(self.summary)}
        found: dict[str, Any] = {
            "total_params": self.total,
            "trainable_params": self.trainable,
            "non_trainable_params": self.non_trainable,
        }
        return {key: value for key, value in found.items() if value is not None}


@lru_cache(maxsize=1)  # each that is held against it asks for it
def _without_ends(text: str) -> str:
    """A text without the blanks at the ends of its lines."""
    lines = (line.rstrip() for line in text.rstrip().splitlines())
    return "\n".join([*lines, ""])


class Found(NamedTuple):
    """A model that was read."""

    format: str
    """`keras-h5`, `keras-archive`, `keras-json`, `keras-yaml`, `tfjs`, `saved-model`,
    `table`, `python` or `notebook`."""
    document: dict[str, Any]
    """The spec, written out, as plain data."""
    places: Mapping[Path, Place] = {}
    """Where steps and values of the document stand in the source, by their paths; what
    has no place of its own stands where the nearest value around it does."""
    unknowns: tuple[Unknown, ...] = ()
    comments: Mapping[Path, str] = {}
    """What the spec should say of a step or a value, by its path."""
    figures: Figures | None = None
    others: tuple[str, ...] = ()
    """Further models there, by what `--model`, `--table` or `--cell` takes for them."""
    calls: Mapping[Path, Mapping[str, Any]] = {}
    """What calls of models in the model are given beside tensors, by the paths of their
    steps: a spec can say it where they are models of keras.applications."""
    automatic: frozenset[str] = frozenset()
    """The names of such models that Keras gives by itself."""
    ignores: tuple[tuple[Place, tuple[str, ...]], ...] = ()
    """Where comments silence warnings, and the codes of these."""
    input_word: str = ""
    """What a program calls the shape of the input: `shape` or `input_shape`."""


class Choice(NamedTuple):
    """Which model of a source is meant, where it holds several."""

    model: str | None = None
    """Its name, or that of the variable or function that gives it."""
    table: int | None = None
    """The number of a printed table, from 1."""
    cell: int | None = None
    """The number of a notebook's cell, from 1."""


_WHOLE = Place()


class ReadError(Exception):
    """A source that can't be read at all.

    Attributes:
        message: what was found, and what is wanted.
        hint: what to do.
        place: where it was found.
    """

    def __init__(self, message: str, hint: str = "", place: Place = _WHOLE) -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message, self.hint, self.place = message, hint, place
