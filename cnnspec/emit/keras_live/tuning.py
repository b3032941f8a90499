"""A Keras model as a second fit trains it."""

from collections.abc import Mapping
from math import prod
from typing import Any

from cnnspec.ground.errors import Problem
from cnnspec.language.fine_tuning import FineTune
from cnnspec.model.graph import Graph, Node
from cnnspec.model.summary import Summary
from cnnspec.model.tuning import Part, around, before, graph_in, part_of


def unfreeze(graph: Graph, layers: Mapping[str, Any], tune: FineTune) -> None:
    """Lets layers of a Keras model be trained.

    Args:
        graph: the model, as it is trained at first.
        layers: its layers in Keras, by the names of its nodes.
        tune: which of them are trained too.
    """
    for name in tune.names:
        models, inside, local = around(graph, name)
        here = layers
        for node in models:
            here = _inside(node, here[node.name])
        part = part_of(inside, local)
        assert part is not None, "a rule finds names that nothing has"
        _unfreeze(part, here, tune.from_layer)


def _unfreeze(part: Part, layers: Mapping[str, Any], from_layer: str | None) -> None:
    kept = (before(part, from_layer) or []) if from_layer else []
    if part.holder is not None:
        model = layers[part.holder.name]
        layers = _inside(part.holder, model)
        frozen = [name for name in kept if not layers[name].trainable]
        _train(model)
        for name in frozen:
            layers[name].trainable = False
        return
    for node in part.nodes:
        if node.name not in kept:
            _train(layers[node.name])


def _train(layer: Any) -> None:
    """Lets a layer be trained with all in it.

    TensorFlow passes over an attribute that has the value already, and Keras then
    hands nothing on to what is inside (AutoTrackable.__setattr__, TensorFlow 2.21).
    """
    layer.trainable = False
    layer.trainable = True


def _inside(node: Node, model: Any) -> dict[str, Any]:
    """The layers of a model inside another one, by the names of its nodes."""
    graph = graph_in(node)
    names = {one.name: one for one in model.layers}
    return {n.name: names.get(graph.called(n.name)) for n in graph.nodes}


def differing(model: Any, tuned: Summary) -> list[Problem]:
    """What the second fit trains of a Keras model, where that isn't what was told."""
    theirs = sum(prod(weight.shape) for weight in model.trainable_weights)
    if theirs == tuned.trainable_params:
        return []
    text = f"Keras trains {theirs:,} parameters in fine-tuning, cnnspec tells "
    text = f"{text}{tuned.trainable_params:,}"
    return [Problem(("train", "fine_tune"), "keras-mismatch", text, at_key=True)]
