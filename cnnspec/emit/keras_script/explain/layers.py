"""Ideas that are found in a model's layers, and in how they are connected."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from cnnspec.catalogue.components import Initializer, Regularizer, component_of
from cnnspec.catalogue.layers.activations import Activation
from cnnspec.catalogue.layers.base import WHOLE, Layer, all_nested
from cnnspec.catalogue.layers.normalization import BatchNormalization
from cnnspec.catalogue.layers.regularization import Dropout
from cnnspec.emit.keras_script.explain.subject import (
    Explanation,
    Subject,
    arguments_of,
    example,
    kind_of,
    named,
)
from cnnspec.ground.shapes import product, show
from cnnspec.model.linear import Around, Lines, Pair, has_kernel
from cnnspec.model.summary import Row

Values = dict[str, Any]
Shown = tuple[Row, Values]
"""A layer that an idea is shown on, and what its text speaks of."""
Idea = Callable[[Subject], Shown | None]


def _of(subject: Subject, role: str) -> list[Row]:
    """The layers of a role that move windows."""
    rows = [row for row in subject.rows if row.layer.role == role]
    return [row for row in rows if hasattr(row.layer, "strides")]


def padding(subject: Subject) -> Shown | None:
    """The ways in which convolutions treat the border, each with its first layer."""
    found: Values = {"same": None, "valid": None, "causal": None}
    shown = None
    for row in _of(subject, "convolution"):
        one, way = example(row), row.layer.padding  # type: ignore[attr-defined]
        is_window = one.sum and one.window.strip("1x")
        if is_window and (found[way] is None or found[way].stride > one.stride):
            found[way], shown = one, shown or row
    return (shown, {**found, "kind": kind_of(shown)}) if shown else None


def strides(subject: Subject) -> Shown | None:
    """The first convolution that leaves positions out."""
    rows = [row for row in _of(subject, "convolution") if example(row).stride > 1]
    return (rows[0], {"layer": example(rows[0])}) if rows else None


def pooling(subject: Subject) -> Shown | None:
    """The first layer that keeps the largest numbers, and the first that averages."""
    found: Values = {"largest": None, "mean": None}
    rows = _of(subject, "pooling")
    for row in reversed(rows):
        found["mean" if row.layer.is_linear() else "largest"] = example(row)
    return (rows[0], found) if rows else None


def global_pooling(subject: Subject) -> Shown | None:
    """The first layer that leaves a number a channel."""
    for row in subject.rows:
        if (
            row.layer.role == "one vector"
            and row.layer.reach(*row.input_shapes) == WHOLE
        ):
            [x] = row.input_shapes
            sizes = [size for tensor in subject.inputs for size in tensor.shape[1:]]
            return row, {
                "mean": row.layer.is_linear(),
                "layer": example(row),
                "flattened": product(x[1:]),
                "open": None in sizes,
                "kind": kind_of(row),
            }
    return None


def one_by_one(subject: Subject) -> Shown | None:
    """The first convolution of single positions, and what stands around such."""
    around, found = Lines(subject.summary).around(), []
    for row in _of(subject, "convolution"):
        if {*row.layer.kernel_size} == {1}:  # type: ignore[attr-defined]
            found.append(row)
    if not found:
        return None
    first = found[0]
    sizes = [around[row.name] for row in found]
    return first, {
        "layer": example(first),
        "taken": first.input_shapes[0][-1],
        "given": first.output_shape[-1],
        "nonlinear": all(one == Around(before=True, behind=True) for one in sizes),
        "before": all(one.before for one in sizes),
        "behind": all(one.behind for one in sizes),
    }


def linear(subject: Subject) -> Shown | None:
    """Layers with kernels that no activation stands between; the commonest pair."""
    pairs = list(Lines(subject.summary).pairs())
    if not pairs:
        return None

    def sums(pair: Pair) -> tuple[str, str]:
        return pair.first.arithmetic, pair.second.arithmetic

    [(commonest, _)] = Counter(map(sums, pairs)).most_common(1)
    pair = next(pair for pair in pairs if sums(pair) == commonest)
    single = pair.first.layer.merged(pair.second.layer)
    weights = single.weights(*pair.first.input_shapes) if single else []
    count = sum(weight.size for weight in weights)
    both = pair.first.params + pair.second.params
    return pair.second, {
        "first": pair.first.name,
        "second": pair.second.name,
        "pairs": len(pairs),
        "both": both,
        "single": count,
        "type": type(pair.first.layer).__name__ if single else "",
        "window": example(pair.first).window if single else "",
        "wide": pair.second.output_shape[-1],
        "wastes": 0 < count < both,
        "normalized": any(
            isinstance(row.layer, BatchNormalization) for row in pair.between
        ),
    }


def residual(subject: Subject) -> Shown | None:
    """Additions one of whose tensors leads to another: shortcuts around layers."""
    rows = {row.name: row for row in subject.summary.rows}
    added = [row for row in subject.rows if row.layer.adds and len(row.inputs) > 1]
    plain = [row for row in added if _is_shortcut(rows, row)]
    projected = [row for row in added if row not in plain and _projects(rows, row)]
    if not plain and not projected:
        return None
    found = [*plain, *projected]
    return found[0], {
        "count": len(found),
        "projected": len(projected),
        "layer": example(found[0]),
    }


_FAR = 50
"""Layers that a shortcut leads around, at most, to be looked for."""


def _is_shortcut(rows: dict[str, Row], row: Row) -> bool:
    return any(
        _lead_to(rows, start, [name for name in row.inputs if name != start])
        for start in row.inputs
    )


def _lead_to(rows: dict[str, Row], start: str, ends: list[str]) -> list[str]:
    """The layers behind a tensor that the ends of paths come from; none if none do."""
    seen, others, reached = {start}, [*ends], False
    while others and len(seen) < _FAR:
        name = others.pop()
        if name in rows and name not in seen:
            seen.add(name)
            reached |= start in rows[name].inputs
            others += rows[name].inputs
    return [name for name in seen if name != start] if reached else []


def _projects(rows: dict[str, Row], row: Row) -> bool:
    """Whether a tensor is only brought to the shape of what it is added to.

    That is done without an activation, and by at most one layer with a kernel, of
    single positions (He et al. 2015, section 3.3, options A and B); the path around has
    an activation.
    """
    for end in row.inputs:
        others = [name for name in row.inputs if name != end]
        for start in _linear_way(rows, end):
            around = _lead_to(rows, start, others)
            if any(not rows[name].layer.is_linear() for name in around):
                return True
    return False


def _linear_way(rows: dict[str, Row], end: str) -> Iterator[str]:
    """The tensors that lead to another by linear layers, one of them with a kernel."""
    kernels = 0
    while end in rows and len(rows[end].inputs) == 1:
        row = rows[end]
        is_point = not example(row).window.strip("1x")
        kernels += has_kernel(row)
        if kernels > 1 or (has_kernel(row) and not is_point):
            return
        # Pooling of single positions takes every second one, and nothing more.
        if not row.layer.is_linear() and not (row.layer.role == "pooling" and is_point):
            return
        [end] = row.inputs
        yield end


def batch_normalization(subject: Subject) -> Shown | None:
    """The first batch normalisation: over what, and which of its numbers are learnt."""
    for row in subject.rows:
        layer = row.layer
        if isinstance(layer, BatchNormalization):
            return row, {
                "kind": kind_of(row),
                "scale": layer.scale,
                "center": layer.center,
                "numbers": 2 + layer.scale + layer.center,
            }
    return None


def dropout(subject: Subject) -> Shown | None:
    """The shares that are dropped."""
    rows = [row for row in subject.rows if isinstance(row.layer, Dropout)]
    if not rows:
        return None
    rates = [row.layer.rate for row in rows]  # type: ignore[attr-defined]
    return rows[0], {"rates": list(dict.fromkeys(rates)), "rate": rates[0]}


def augmentation(subject: Subject) -> Shown | None:
    """Layers that change images by chance."""
    rows = [
        row
        for row in subject.rows
        if row.layer.family() == "augmentation" and "seed" in row.layer.arguments()
    ]
    names = dict.fromkeys(type(row.layer).__name__ for row in rows)
    return (rows[0], {"names": list(names)}) if rows else None


def operations(subject: Subject) -> Shown | None:
    """Functions of `keras.ops` that stand among the layers."""
    rows = [row for row in subject.rows if row.layer.named_by_keras]
    names = dict.fromkeys(row.layer.title() for row in rows)
    if not rows:
        return None
    first = rows[0]
    called = subject.summary.graph.called(first.name)
    return first, {"names": list(names), "row": f"{called} ({first.type})"}


def transfer(subject: Subject) -> Shown | None:
    """The first model of Keras that brings weights, and what is trained of it."""
    for row in subject.rows:
        for layer in (*all_nested(row.layer), row.layer):
            model = layer.application
            if model is not None and model.pretrained:
                return row, {
                    "name": model.title(),
                    "published": model.published,
                    "frozen": not row.trainable_params,
                    "before": model.from_layer,
                    "params": row.params,
                    "trained": subject.summary.trainable_params,
                }
    return None


IDEAS: dict[str, Idea] = {
    "transfer": transfer,
    "augmentation": augmentation,
    "padding": padding,
    "strides": strides,
    "pooling": pooling,
    "one_by_one": one_by_one,
    "linear": linear,
    "residual": residual,
    "global_pooling": global_pooling,
    "operations": operations,
    BatchNormalization.__name__: batch_normalization,
    Dropout.__name__: dropout,
}
"""What finds them, by the names of their texts."""
_TELL_ALL = (
    *("pooling", "global_pooling"),
    *(BatchNormalization.__name__, Dropout.__name__),
)
"""Those that say all of the layer that they are shown on."""


def ideas(subject: Subject) -> Iterator[Explanation]:
    """What the layers and their connections show."""
    for key, find in IDEAS.items():
        if shown := find(subject):
            row, values = shown
            tells_all = key in _TELL_ALL
            yield Explanation("model", key, values, _class_of(row), tells_all)


def what_layers_do(subject: Subject) -> dict[type[Layer], Values]:
    """What the text about each class of layers speaks of, in their order.

    That is the arguments in which all layers of a class agree, the kind of data that
    they take, and whether the answers come from one of them.
    """
    found: dict[type[Layer], list[Row]] = {}
    for row in subject.rows:
        if not row.layer.named_by_keras:  # one text tells of all operations
            found.setdefault(_class_of(row), []).append(row)
    return {cls: _of_class(subject, rows) for cls, rows in found.items()}


def _class_of(row: Row) -> type[Layer]:
    """The class that the spec has written."""
    return type(row.layer.application or row.layer)


def _of_class(subject: Subject, rows: list[Row]) -> Values:
    first, *others = (arguments_of(row.layer) for row in rows)
    agreed = {
        name: value if all(other[name] == value for other in others) else None
        for name, value in first.items()
    }
    kinds = {kind_of(row) for row in rows}
    return {
        **agreed,
        "kind": kinds.pop() if len(kinds) == 1 else "other",
        "last": any(subject.gives_output(row) for row in rows),
    }


def activations(subject: Subject) -> Iterator[Explanation]:
    """The functions of hidden layers, then those that the answers come from."""
    hidden: dict[str, Row] = {}
    last: dict[str, Row] = {}
    for row in subject.rows:
        given = row.layer.activates or row.layer.given.get("activation") is not None
        name = row.layer.last_activation()
        if given and name not in ("", "linear"):
            where = last if subject.gives_output(row) else hidden
            where.setdefault(name, row)
    for name, row in hidden.items():
        if name not in last:
            yield _of_activation("model", name, row)
    for name, row in last.items():
        section = "model" if subject.train is None else "compile"
        yield _of_activation(section, name, row, last=True)


def _of_activation(
    section: str, name: str, row: Row, *, last: bool = False
) -> Explanation:
    shape, layer = row.output_shape, row.layer
    sizes = shape[1:] if isinstance(shape, tuple) else ()
    axis = getattr(layer, "axis", -1)
    values = {
        "last": last,
        "told": isinstance(layer, Activation),
        "units": sizes[-1] if sizes else None,
        "positions": show(sizes[:-1]),
        "axis": axis,
        "is_last_axis": axis in (-1, len(sizes)),
    }
    tells_all = layer.activates and not isinstance(layer, Activation)
    return Explanation(section, name, values, type(layer), tells_all)


def initializers(subject: Subject) -> Iterator[Explanation]:
    """How kernels begin, where the spec says it."""
    found = []
    for argument, value in _components(subject):
        thing = component_of(argument, value)
        if isinstance(thing, Initializer) and argument.startswith(_KERNELS):
            spread = getattr(thing, "spread", None)
            values = spread()._asdict() if spread else {}
            written = value if isinstance(value, str) else type(value).__name__
            found.append((thing, {**values, "written": written}))
    yield from named("summary", iter(found))


_KERNELS = ("kernel", "depthwise", "pointwise", "embeddings", "recurrent")
"""What arguments about kernels begin with."""


def regularizers(subject: Subject) -> Iterator[Explanation]:
    """What is added to the loss."""
    found = []
    for argument, value in _components(subject):
        thing = component_of(argument, value)
        if isinstance(thing, Regularizer):
            found.append((thing, {"of_outputs": argument.startswith("activity")}))
    yield from named("compile", iter(found))


def _components(subject: Subject) -> Iterator[tuple[str, Any]]:
    """Arguments of layers, and of those inside them, that were given."""
    for row in subject.rows:
        for layer in (row.layer, *all_nested(row.layer)):
            for name, value in layer.given.items():
                if value is not None:
                    yield name, value
