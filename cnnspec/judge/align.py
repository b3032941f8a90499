"""Pair the rows of a printed table with the layers of a model.

A table is rarely the model's twin. Its layers are numbered on from other models, names
and types are cut short, an activation is a row in one and an argument in the other,
and dropout may be missing. Weights are what both must agree on: layers with weights
are matched first, by least cost, and the others then between them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import CODE_LAYERS, INPUT_LAYER, printed_names
from cnnspec.ground.shapes import product

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnnspec.catalogue.layers.base import Layer
    from cnnspec.read.tables.rows import PrintedRow


class LayerLike(Protocol):
    """What a row is held against.

    ``output_shape`` has the batch axis first; several outputs are a sequence of such
    shapes.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def type(self) -> str: ...  # noqa: D102

    @property
    def output_shape(self) -> Sequence[object]: ...  # noqa: D102

    @property
    def params(self) -> int: ...  # noqa: D102


LayerT = TypeVar("LayerT", bound=LayerLike)
_Match: TypeAlias = tuple[int, int]

_Fact: TypeAlias = "Callable[[type[Layer]], bool]"

# What a pair or a gap costs. Two gaps must cost more than a pair that differs in
# everything but its type, so that one changed layer is not reported as one missing and
# one too many; a layer without weights that is missing must cost least. A name only
# decides between layers that are alike in all else.
_NAME = 1
_SHAPE = 3_000
_PARAMS = 3_000
_GAP_WITHOUT_WEIGHTS = 2_000
_GAP_WITH_WEIGHTS = 8_000
_REPLACED = 2 * _GAP_WITH_WEIGHTS - 1
_REPLACED_WITHOUT_WEIGHTS = 2 * _GAP_WITHOUT_WEIGHTS - 1
_NEVER = 1_000_000_000

# Up to this many pairs of a row and a layer, every alignment is weighed (~0.1 s);
# longer stretches that differ throughout are worked through a window at a time.
_MAX_CELLS = 100_000
_WINDOW = 64

_PAIR, _SKIP_ROW, _SKIP_LAYER = range(3)


def align(
    rows: Sequence[PrintedRow], layers: Sequence[LayerT]
) -> list[tuple[PrintedRow | None, LayerT | None]]:
    """Pair rows with layers, both in order.

    A nested model's own row is left out where the rows of its layers follow: it
    counts their weights a second time.

    Args:
        rows: The printed rows.
        layers: The model's layers, in the order in which Keras would print them.

    Returns:
        Each row and each layer once, in order, with None for a missing counterpart.
        ``differing`` gives those that are worth a report. A layer that keeps its
        input's shape, as Dropout does, is paired only where the shapes agree: where
        they don't, a layer before it is the cause.
    """
    rows = _without_expanded(rows)
    weighted_rows = [i for i, row in enumerate(rows) if row.params != 0]
    weighted_layers = [j for j, layer in enumerate(layers) if layer.params]
    anchors = [
        (weighted_rows[i], weighted_layers[j])
        for i, j in _match(
            [rows[i] for i in weighted_rows], [layers[j] for j in weighted_layers]
        )
    ]
    end = (len(rows), len(layers))
    matches: list[_Match] = []
    i = j = 0
    for stop_i, stop_j in [*anchors, end]:
        between = _match(rows[i:stop_i], layers[j:stop_j])
        matches += [(i + a, j + b) for a, b in between]
        matches.append((stop_i, stop_j))
        i, j = stop_i + 1, stop_j + 1
    return list(_with_gaps(rows, layers, matches[:-1]))


def differing(
    rows: Sequence[PrintedRow], layers: Sequence[LayerT]
) -> list[tuple[PrintedRow | None, LayerT | None]]:
    """The pairs that show that table and model differ.

    A row without weights may lack a counterpart, but its output shape must then be
    that of a tensor in the model, or hold as many numbers where it only rearranges
    them: else the model can't be the table's.

    Args:
        rows: The printed rows.
        layers: The model's inputs and layers.
    """
    if _same_by_name(rows, layers):
        return []
    pairs = align(rows, layers)
    lone = any(layer is None and row and not row.params for row, layer in pairs)
    sizes: set[tuple[object, ...]] = set()
    if lone:
        sizes = {s[1:] for layer in layers for s in _shapes(layer.output_shape)}
    counts = {product(one) for one in sizes}  # type: ignore[arg-type]
    return [
        (row, layer)
        for row, layer in pairs
        if is_difference(row, layer)
        or (layer is None and row is not None and not _fits(row, sizes, counts))
    ]


def _same_by_name(rows: Sequence[PrintedRow], layers: Sequence[LayerLike]) -> bool:
    """Whether each row is the layer of its name, and no layer with weights is missing.

    Keras may print layers of several paths in another order.
    """
    left: dict[str, list[LayerLike]] = {}
    inputs = [layer for layer in layers if layer.type == INPUT_LAYER]
    for layer in layers:
        left.setdefault(layer.name, []).append(layer)
    for row in _without_expanded(rows):
        # A spec with one input gives it no name.
        unnamed = inputs if row.type == INPUT_LAYER else []
        others = left.get(row.name) or unnamed
        same = [k for k, layer in enumerate(others) if not is_difference(row, layer)]
        if not same:
            return False
        del others[same[0]]
    return not any(layer.params for others in left.values() for layer in others)


def _fits(
    row: PrintedRow, sizes: set[tuple[object, ...]], counts: set[int | None]
) -> bool:
    """Whether all that a row gives is found among the model's tensors.

    If what only keeps a shape doesn't fit, then neither does a row before it.
    """
    if row.output_shape is None or _may(row, _keeps_shape):
        return True
    shapes = _shapes(row.output_shape)
    if _may(row, _rearranges):
        return all(product(shape[1:]) in counts for shape in shapes)  # type: ignore[arg-type]
    return all(shape[1:] in sizes for shape in shapes)


def is_difference(row: PrintedRow | None, layer: LayerLike | None) -> bool:
    """Whether a pair from ``align``, seen by itself, shows a difference.

    A layer without weights that has no counterpart is no difference, and neither is
    what the table does not show.
    """
    if row is None:
        return layer is not None and layer.params > 0
    if layer is None:
        return bool(row.params)
    return not (
        same_type(row, layer)
        and same_shape(row.output_shape, layer.output_shape)
        and row.params in {None, layer.params}
    )


def same_type(row: PrintedRow, layer: LayerLike) -> bool:
    """Whether the printed type may be the layer's, cut short or spelt as in Keras 2.

    TensorFlow 1 and 2.0 printed class names such as BatchNormalizationV2 and CuDNNLSTM.
    """
    kind = layer.type
    if row.type == kind:
        return True
    if kind in MODELS:
        return _may_be(row, MODELS)
    if _is(kind, _activates):
        return _may(row, _activates)
    if kind in _former(row.type, row.type_cut):
        return True
    return _may_be(row, (kind, f"{kind}V1", f"{kind}V2", f"CuDNN{kind}"))


@cache
def _former(printed: str, is_cut: bool) -> frozenset[str]:
    """What a printed type, which may be cut short, is called today."""
    return frozenset(printed_names(printed, is_cut))


MODELS = ("Functional", "Sequential", "Model")
"""What Keras prints for a model inside another one, the last in its first versions."""


def is_model(row: PrintedRow) -> bool:
    """Whether a row may be a model inside another one."""
    return bool(row.type) and _may_be(row, MODELS)


def has_models(rows: Sequence[PrintedRow]) -> bool:
    """Whether a table has models inside another one as rows, and not their layers."""
    return any(map(is_model, rows)) and not any(row.depth for row in rows)


def _may_be(row: PrintedRow, types: Sequence[str]) -> bool:
    """Whether the printed type, which may be cut short, is one of some."""
    if row.type_cut:
        return any(name.startswith(row.type) for name in types)
    return row.type in types


def _activates(cls: type[Layer]) -> bool:
    """Whether one model writes it as Activation, another by its own name."""
    return cls.activates


def _keeps_shape(cls: type[Layer]) -> bool:
    """Whether it can't be what made a shape differ."""
    return cls.keeps_shape()


def _rearranges(cls: type[Layer]) -> bool:
    return cls.rearranges


def _may(row: PrintedRow, fact: _Fact) -> bool:
    """Whether something holds of a layer that the printed type may be."""
    return _is(row.type, fact, row.type_cut)


@cache
def _is(kind: str, fact: _Fact, is_cut: bool = False) -> bool:
    """Whether something holds of a layer of the type, which may be cut short."""
    return any(fact(layer_class(name)) for name in printed_names(kind, is_cut))


def same_shape(
    printed: Sequence[object] | None, shape: Sequence[object] | None
) -> bool:
    """Whether two output shapes agree, as far as the first is known.

    A batch size is no part of a layer: known on one side only, it is not compared.
    """
    if printed is None or printed == shape:
        return True
    if shape is None:
        return False
    ours, theirs = _shapes(shape), _shapes(printed)
    return len(ours) == len(theirs) and all(map(_same_sizes, ours, theirs))


def _shapes(shape: Sequence[object]) -> list[tuple[object, ...]]:
    """The shapes of all outputs; a single one may stand alone or in a list."""
    if shape and isinstance(shape[0], list | tuple):
        return [sizes for part in shape for sizes in _shapes(part)]  # type: ignore[arg-type]
    return [tuple(shape)]


def _same_sizes(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    if len(one) != len(other) or one[1:] != other[1:]:
        return False
    return one[:1] == other[:1] or None in (*one[:1], *other[:1])


def _without_expanded(rows: Sequence[PrintedRow]) -> list[PrintedRow]:
    return [
        row
        for i, row in enumerate(rows)
        if i + 1 == len(rows) or rows[i + 1].depth <= row.depth
    ]


def _with_gaps(
    rows: Sequence[PrintedRow], layers: Sequence[LayerT], matches: list[_Match]
) -> Iterator[tuple[PrintedRow | None, LayerT | None]]:
    i = j = 0
    for stop_i, stop_j in [*matches, (len(rows), len(layers))]:
        yield from ((row, None) for row in rows[i:stop_i])
        yield from ((None, layer) for layer in layers[j:stop_j])
        if stop_i < len(rows):
            yield rows[stop_i], layers[stop_j]
        i, j = stop_i + 1, stop_j + 1


def _match(rows: Sequence[PrintedRow], layers: Sequence[LayerLike]) -> list[_Match]:
    """Positions that belong together, rising on both sides.

    Equal stretches at either end, and after each window, cost one look per row. What
    lies between is aligned by least cost, whole if it is short, else by windows, of
    which the first half is kept.
    """
    size = min(len(rows), len(layers))
    start = _equal_stretch(rows, layers, size)
    tail = _equal_stretch(rows[::-1], layers[::-1], size - start)
    end_i, end_j = len(rows) - tail, len(layers) - tail
    found = [(k, k) for k in range(start)]
    i = j = start
    while i < end_i and j < end_j:
        whole = (end_i - i) * (end_j - j) <= _MAX_CELLS
        reach = max(len(rows), len(layers)) if whole else _WINDOW
        window = rows[i : min(end_i, i + reach)], layers[j : min(end_j, j + reach)]
        base_i, base_j = i, j
        for a, b, move in _cheapest(*window, whole):
            if not whole and max(a, b) >= _WINDOW // 2:
                break
            if move == _PAIR:
                found.append((base_i + a, base_j + b))
            i = base_i + a + (move != _SKIP_LAYER)
            j = base_j + b + (move != _SKIP_ROW)
        equal = _equal_stretch(rows, layers, min(end_i - i, end_j - j), i, j)
        found += [(i + k, j + k) for k in range(equal)]
        i, j = i + equal, j + equal
    return found + [(end_i + k, end_j + k) for k in range(tail)]


def _equal_stretch(
    rows: Sequence[PrintedRow],
    layers: Sequence[LayerLike],
    limit: int,
    i: int = 0,
    j: int = 0,
) -> int:
    """How many rows from ``i`` on surely are the layers from ``j`` on."""
    for length in range(limit):
        if not _surely_same(rows[i + length], layers[j + length]):
            return length
    return limit


def _surely_same(row: PrintedRow, layer: LayerLike) -> bool:
    return (
        row.params == layer.params
        and row.output_shape is not None
        and _pair_cost(row, layer) == 0
    )


def _pair_cost(row: PrintedRow, layer: LayerLike) -> int:
    shape = same_shape(row.output_shape, layer.output_shape)
    if not same_type(row, layer):
        return _replacement_cost(row, layer) if shape else _NEVER
    if not shape and not layer.params and _is(layer.type, _keeps_shape):
        return _NEVER
    cost = _SHAPE * (not shape) + _PARAMS * (row.params not in {None, layer.params})
    return cost or _NAME * _names_contradict(row, layer)


def _replacement_cost(row: PrintedRow, layer: LayerLike) -> int:
    """What one layer in another's place costs, as GRU for LSTM.

    No layer of another type stands for what keeps a shape, since it may be left out;
    nor for an input, which Keras prints for some models only, nor for code of any kind.
    """
    if row.params and layer.params:
        return _REPLACED
    if row.params != 0 or layer.params:
        return _NEVER
    if layer.type in _UNLIKE or _is(layer.type, _keeps_shape):
        return _NEVER
    if _may_be(row, _UNLIKE) or _may(row, _keeps_shape):
        return _NEVER
    return _REPLACED_WITHOUT_WEIGHTS


_UNLIKE = (INPUT_LAYER, *CODE_LAYERS)


def _names_contradict(row: PrintedRow, layer: LayerLike) -> bool:
    """Whether both names were chosen by a person, and differ."""
    if row.name == layer.name or (row.name_cut and layer.name.startswith(row.name)):
        return False
    return not (_automatic(row.name, layer.type) or _automatic(layer.name, layer.type))


def _automatic(name: str, kind: str) -> bool:
    """Whether Keras would call a layer so: its type in snake case, and a number."""
    return name.rstrip("0123456789").replace("_", "") == kind.lower()


def _gap_cost(params: int | None) -> int:
    return _GAP_WITH_WEIGHTS if params else _GAP_WITHOUT_WEIGHTS


def _cheapest(
    rows: Sequence[PrintedRow], layers: Sequence[LayerLike], whole: bool
) -> list[tuple[int, int, int]]:
    """The cheapest alignment, by Needleman and Wunsch (1970).

    Args:
        rows: Rows of the stretch.
        layers: Layers of the stretch.
        whole: Whether both sides must be used up. If not, the alignment ends where
            either is, wherever that is cheapest.

    Returns:
        Steps in order: the row and the layer at which each stands, and the move.
    """
    gaps = [_gap_cost(layer.params) for layer in layers]
    above = [0]
    for gap in gaps:
        above.append(above[-1] + gap)
    moves = [bytearray([_SKIP_LAYER]) * (len(layers) + 1)]
    ends = [(above[-1], 0, len(layers))]
    for i, row in enumerate(rows):
        row_gap = _gap_cost(row.params)
        costs = [above[0] + row_gap]
        chosen = bytearray([_SKIP_ROW])
        for j, layer in enumerate(layers):
            best, move = above[j] + _pair_cost(row, layer), _PAIR
            if above[j + 1] + row_gap < best:
                best, move = above[j + 1] + row_gap, _SKIP_ROW
            if costs[j] + gaps[j] < best:
                best, move = costs[j] + gaps[j], _SKIP_LAYER
            costs.append(best)
            chosen.append(move)
        moves.append(chosen)
        above = costs
        ends.append((above[-1], i + 1, len(layers)))
    if whole:
        return _steps_to((len(rows), len(layers)), moves)
    ends += [(cost, len(rows), j) for j, cost in enumerate(above)]
    _, *end = min(ends)
    return _steps_to((end[0], end[1]), moves)


def _steps_to(end: _Match, moves: list[bytearray]) -> list[tuple[int, int, int]]:
    i, j = end
    steps = []
    while i or j:
        move = moves[i][j]
        i -= move != _SKIP_LAYER
        j -= move != _SKIP_ROW
        steps.append((i, j, move))
    return steps[::-1]
