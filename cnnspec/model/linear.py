"""Linear layers in a row: what no activation stands between.

A linear map of a linear map is one linear map, so such layers can do no more together
than a single one (Goodfellow, Bengio, Courville 2016, Deep Learning, section 6.1).
"""

from collections.abc import Iterator
from typing import NamedTuple

from cnnspec.catalogue.layers.weighted import Biased
from cnnspec.model.summary import Row, Summary


class Pair(NamedTuple):
    """Two layers with kernels, the second of which reads the first alone."""

    first: Row
    second: Row
    between: tuple[Row, ...]
    """Layers between them, which are linear, too."""


class Around(NamedTuple):
    """Whether an activation separates a layer from the next ones with kernels."""

    before: bool
    behind: bool


class Lines:
    """A model as far as its linear layers are concerned."""

    def __init__(self, summary: Summary) -> None:
        self._rows = {row.name: row for row in summary.rows}
        self._outputs = summary.graph.outputs
        self._readers: dict[str, list[Row]] = {name: [] for name in self._rows}
        for row in summary.rows:
            for name in row.inputs:
                if name in self._readers:
                    self._readers[name].append(row)

    def pairs(self) -> Iterator[Pair]:
        """Each pair, in the order of its second layer."""
        for second in self._rows.values():
            if not has_kernel(second):
                continue
            between: list[Row] = []
            first = self._sole(second)
            while first is not None and not has_kernel(first):
                between.insert(0, first)
                first = self._sole(first)
            if first is not None:
                yield Pair(first, second, tuple(between))

    def _sole(self, row: Row) -> Row | None:
        """What a layer alone reads, if that is all it reads, and is linear."""
        found = self._rows.get(row.inputs[0])
        if found is None or len(row.inputs) > 1 or not found.layer.is_linear():
            return None
        is_shared = len(self._readers[found.name]) > 1 or found.name in self._outputs
        return None if is_shared else found

    def around(self) -> dict[str, Around]:
        """Whether activations stand on both sides of each layer."""
        given: dict[str, bool] = {}
        for name, row in self._rows.items():
            given[name] = not row.layer.is_linear() or (
                not has_kernel(row) and self._reads(row, given)
            )
        behind: dict[str, bool] = {}
        for name, row in reversed(self._rows.items()):
            readers = self._readers[name]
            behind[name] = not row.layer.is_linear() or (
                bool(readers)
                and all(not has_kernel(one) and behind[one.name] for one in readers)
            )
        return {
            name: Around(self._reads(row, given), behind[name])
            for name, row in self._rows.items()
        }

    def _reads(self, row: Row, given: dict[str, bool]) -> bool:
        """Whether all that a layer reads comes from an activation."""
        return all(given.get(name, False) for name in row.inputs)


def has_kernel(row: Row) -> bool:
    """Whether it multiplies what it takes by weights: dense layers, convolutions."""
    return any(isinstance(one, Biased) for one in (row.layer, *row.layer.nested()))
