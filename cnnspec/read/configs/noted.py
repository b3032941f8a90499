"""What reading a model leaves behind beside its layer lists."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from cnnspec.catalogue.past import Note
from cnnspec.ground.errors import Path
from cnnspec.read.configs.names import Names
from cnnspec.read.found import Place, Unknown

Shapes = tuple[tuple[str, tuple[int | None, ...]], ...]
"""The names and the shapes of what a file holds for a layer."""


class Notes:
    """What belongs to the spec as a whole: sub-models, own classes, what isn't known.

    Attributes:
        version: of the Keras that wrote the file; '' where it doesn't say.
        weights: what the file holds for each layer, by its name.
        blocks: the models in the model, by the names of their blocks.
        custom: the classes that aren't Keras's, by their names in the spec.
        calls: what calls of models are given beside tensors, by their steps' paths.
        rows: how many operations have names that begin so. Keras gives them itself.
        told: the layers that were read, by all that the file says of them.
    """

    def __init__(self, version: str, weights: Mapping[str, Shapes]) -> None:
        self.version, self.weights = version, weights
        self.blocks: dict[str, Any] = {}
        self.custom: dict[str, Any] = {}
        self.rows: Counter[str] = Counter()
        self.told: dict[str, Any] = {}
        self.words = Names()
        self.unknowns: list[Unknown] = []
        self.comments: dict[Path, str] = {}
        self.places: dict[Path, Place] = {}
        self.calls: dict[Path, dict[str, Any]] = {}

    @property
    def is_old(self) -> bool:
        """Whether a Keras before 3 wrote the file, as far as it says."""
        return self.version[:1] in ("0", "1", "2")

    def held(self, layer: str) -> Shapes:
        """What the file holds for a layer; for one in a model, in the model's place."""
        if layer in self.weights:
            return self.weights[layer]
        several = (one for group in self.weights.values() for one in group)
        return tuple(one for one in several if layer in one[0].split("/")[:-1])

    def place(self, path: Path, layer: str) -> Place:
        """Notes where a step stands in the file."""
        found = self.places[path] = Place(label=f'layer "{layer}"')
        return found

    def unknown(
        self,
        layer: str,
        argument: str,
        why: str,
        place: Place,
        candidates: tuple[Any, ...] = (),
        *,
        counts: bool = False,
    ) -> None:
        """Notes what the file doesn't say."""
        self.unknowns.append(Unknown(layer, argument, candidates, why, place, counts))

    def take(
        self,
        layer: str,
        notes: tuple[Note, ...],
        arguments: Mapping[str, Any],
        path: Path,
    ) -> None:
        """Notes what isn't as it was in a layer, with what was taken for it."""
        for note in notes:
            taken = tuple(v for k, v in arguments.items() if k == note.argument)
            place = self.places[path]
            self.unknown(
                layer, note.argument, note.text, place, taken, counts=note.counts
            )
