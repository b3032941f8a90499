"""The layers that a second fit trains too, as code behind the first one."""

from collections.abc import Iterator, Sequence

from cnnspec.catalogue.layers.normalization import BatchNormalization
from cnnspec.emit.code.plan.comments import Texts
from cnnspec.emit.code.plan.frozen import frozen_before, set_layers
from cnnspec.emit.code.plan.values import text
from cnnspec.emit.code.tree import (
    Assign,
    Code,
    Comment,
    Evaluate,
    For,
    If,
    Statement,
    Statements,
)
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph, Node
from cnnspec.model.tuning import (
    Part,
    around,
    before,
    graph_in,
    layer_of,
    part_of,
    thawed_layer,
)

_YES, _NO = Code("True"), Code("False")
_MODEL, _BASE, _LAYER = "model", "base", "layer"


def thawed_layers(
    graph: Graph, names: Sequence[str], from_layer: str | None, texts: Texts
) -> Statements:
    """The statements that let layers of a `model` be trained.

    Args:
        graph: the model, as the first fit trains it.
        names: of what is trained too.
        from_layer: what stands before it there stays as it is.
        texts: of comments.
    """
    found: list[Statement] = []
    plain: list[str] = []  # layers of the model itself that one assignment thaws
    resting: list[str] = []
    for name in names:
        models, inside, local = around(graph, name)
        model, here = _MODEL, graph
        for node in models:
            model, here = _got(model, here, node), graph_in(node)
        part = part_of(inside, local)
        if part is None:
            continue
        if part.holder and from_layer:
            found += _from(part, _got(model, inside, part.holder), from_layer, texts)
            code = _BASE if len(names) == 1 else _got(model, inside, part.holder)
            resting += _models(code, part.graph)
            continue
        for node in _changed(part, from_layer):
            code = _got(model, inside, node)
            if not _is_frozen(node):
                found += _handed_on(_LAYER, code, texts)
            elif inside is graph:
                plain.append(node.name)
            else:
                found.append(_set(code, _YES))
            if isinstance(node.layer, Functional):
                resting += _models(code, node.layer.graph)
            elif node.layer.rests_untrained:
                resting.append(f"[{code}]")
    return (*set_layers(graph, plain, _YES), *found, *_rest(resting, texts))


def _got(model: str, graph: Graph, node: Node) -> str:
    return f"{model}.get_layer({text(graph.called(node.name))})"


def _changed(part: Part, from_layer: str | None) -> Iterator[Node]:
    """The layers of a part that a second fit thaws; a model is one of them."""
    if part.holder is not None:
        yield part.holder
        return
    kept = (before(part, from_layer) or ()) if from_layer else ()
    for node in part.nodes:
        if node.name in kept or node.layer.named_by_keras:
            continue
        if node.frozen or thawed_layer(node.layer) is not node.layer:
            yield node


def _is_frozen(node: Node) -> bool:
    """Whether a layer is frozen itself, and not something in it alone."""
    layer = node.layer
    if isinstance(layer, Functional):
        made = layer.application
        return node.frozen or layer.graph.frozen or bool(made and not made.trainable)
    return node.frozen or not layer.trainable


def _set(layer: str, value: Code) -> Assign:
    return Assign(Code(f"{layer}.trainable"), value)


def _handed_on(name: str, layer: str, texts: Texts) -> Iterator[Statement]:
    """Thaws what is inside a layer that isn't frozen itself."""
    yield Assign(Code(name), Code(layer))
    yield Comment(texts.fill("hands_on"))
    yield from (_set(name, _NO), _set(name, _YES))


def _from(part: Part, code: str, layer: str, texts: Texts) -> Iterator[Statement]:
    """Thaws a model from one of its layers on."""
    assert part.holder is not None
    if _is_frozen(part.holder):
        yield from (Assign(Code(_BASE), Code(code)), _set(_BASE, _YES))
    else:
        yield from _handed_on(_BASE, code, texts)
    kept = before(part, layer) or []
    rows = {row.name: row for row in part.holder.layer.inside().rows}
    frozen = [name for name in kept if not rows[name].trainable_params]
    if frozen == kept:
        node = layer_of(part, layer)
        assert node is not None
        called = part.graph.called(node.name)
        said = texts.fill("frozen_before", layer=called)
        yield from frozen_before(Code(_BASE), called, said)
        return
    weighty = [part.graph.called(name) for name in frozen if rows[name].params]
    again = _set(f"{_BASE}.get_layer(name)", _NO)
    yield For(Code("name"), Code(f"[{', '.join(map(text, weighty))}]"), (again,))


# ---------------------------------------------------------------- in inference


def _models(code: str, graph: Graph) -> Iterator[str]:
    """The layers of a model, and those of models in it, as lists in code."""
    if any(node.layer.rests_untrained for node in graph.nodes):
        yield f"{code}.layers"
    for node in graph.nodes:
        if isinstance(node.layer, Functional) and not node.shares:
            yield from _models(_got(code, graph, node), node.layer.graph)


def _rest(resting: Sequence[str], texts: Texts) -> Iterator[Statement]:
    """Keeps in inference what only rests where it isn't trained, and trains it.

    `training=False` of its call doesn't do so: fit calls a model with `training=True`,
    which goes to each layer in its place (`operation_fn` in
    keras/src/models/functional.py, 3.15).
    """
    if not resting:
        return
    kind = f"layers.{BatchNormalization.__name__}"
    test = Code(f"isinstance({_LAYER}, {kind}) and {_LAYER}.trainable")
    weights = Code("weights")
    body = (
        Assign(weights, Code(f"{_LAYER}.trainable_weights")),
        _set(_LAYER, _NO),
        For(Code("weight"), weights, (_set("weight", _YES),)),
    )
    yield Comment(texts.fill("kept_means"))
    listed = " + ".join(resting).replace("] + [", ", ")
    yield For(Code(_LAYER), Code(listed), (If(test, body, ()),))


# ---------------------------------------------------------------- weights of a file


def read_weights(
    graph: Graph, texts: Texts, model: str = _MODEL
) -> Iterator[Statement]:
    """The statements that give models inside the weights that files have for them.

    Args:
        graph: the model.
        texts: of comments.
        model: its code.
    """
    for node in graph.nodes:
        layer = node.layer
        if not isinstance(layer, Functional) or node.shares:
            continue
        code, file = _got(model, graph, node), layer.weights_file
        if file.endswith(".keras"):
            name = text(graph.called(node.name))
            whole = f"keras.models.load_model({text(file)}, compile=False)"
            yield Comment(texts.fill("learnt_elsewhere", file=file))
            yield Assign(Code("trained"), Code(whole))
            known = f"trained.get_layer({name}).get_weights()"
            yield Evaluate(Code(f"{code}.set_weights({known})"))
        elif file:
            yield Evaluate(Code(f"{code}.load_weights({text(file)})"))
        if not layer.application:
            yield from read_weights(layer.graph, texts, code)
