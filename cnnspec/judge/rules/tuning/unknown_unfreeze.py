"""A second fit of what the model doesn't have.

train.fine_tune.unfreeze names layers, models inside and calls of blocks, as
show lists them; from_layer names a layer of each. Keras's get_layer would end
the script there, after the first fit.

Wrong:

    input: [28, 28, 1]
    layers:
      - Conv2D: {filters: 8, kernel_size: 3, name: stem, trainable: false}
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255}
    train:
      loss: sparse_categorical_crossentropy
      fine_tune: {unfreeze: stam, epochs: 2, learning_rate: 1e-5}

Right:

    input: [28, 28, 1]
    layers:
      - Conv2D: {filters: 8, kernel_size: 3, name: stem, trainable: false}
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255}
    train:
      loss: sparse_categorical_crossentropy
      fine_tune: {unfreeze: stem, epochs: 2, learning_rate: 1e-5}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem, nearest
from cnnspec.judge.rules.tuning import each_name, tune_of
from cnnspec.model.summary import Model
from cnnspec.model.tuning import all_names, before, part_of

CODE = "unknown-unfreeze"
SEVERITY = "error"


def find(model: Model) -> Iterator[Problem]:
    """Finds names that nothing has, and layers that a part lacks."""
    graph = model.summary.graph
    layer = tune_of(model).from_layer
    for path, name in each_name(model):
        part = part_of(graph, name)
        if part is None:
            text = f"fine_tune unfreezes '{name}', and the model has nothing of that "
            hint = nearest(name, set(all_names(graph)))
            if again := _further_use(model, name):
                text = f"fine_tune unfreezes '{name}', a further use of '{again}'"
                yield Problem(path, CODE, text, f"write {again}")
                continue
            yield Problem(path, CODE, f"{text}name", hint or "cnnspec show lists all")
        elif layer is not None and before(part, layer) is None:
            yield _lacks(name, layer, [part.graph.called(n.name) for n in part.nodes])


def _further_use(model: Model, name: str) -> str:
    """The layer or call that another name is a further use of; '' if it is none."""
    for node in model.summary.graph.nodes:
        if node.shares and name == node.name:
            return node.shares
    return ""


def _lacks(name: str, layer: str, layers: list[str]) -> Problem:
    """What to say where a part has no such layer."""
    path = ("train", "fine_tune", "from_layer")
    if len(layers) == 1:
        text = f"'{name}' is one layer, and has no layer '{layer}'"
        return Problem(path, CODE, text, "remove from_layer:")
    text = f"'{name}' has no layer '{layer}' among its {len(layers):,}"
    hint = nearest(layer, layers) or "cnnspec show --expand lists them"
    return Problem(path, CODE, text, hint)
