"""A trainable: false that freezes nothing inside.

Keras's constructor freezes a layer's own weights, and hands nothing on to the
layers inside it, which are trained all the same and counted so
(keras/src/layers/layer.py, 3.15). A layer that is frozen itself stays so
wherever it stands.

Wrong:

    - Reshape: [28, 28]
    - Bidirectional: {layer: {LSTM: 8}, trainable: false}
    - Dense: 10

Right:

    - Reshape: [28, 28]
    - Bidirectional: {layer: {LSTM: {units: 8, trainable: false}}}
    - Dense: 10
"""

from collections.abc import Iterator

from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.ground.errors import Problem, either
from cnnspec.model.summary import Model, each_row

CODE = "frozen-outside"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of each layer, or layer inside one, whose weights go on being trained."""
    for row in each_row(model.summary, written=True):
        if not row.trainable_params:
            continue
        for layer in (row.layer, *all_nested(row.layer)):
            if layer.freezes or layer.trainable:
                continue
            trained = [_called(inner) for inner in _trained(layer)]
            if trained or not layer.nested():
                path = (*row.path, "trainable") if layer is row.layer else row.path
                text = f"trainable: false of {layer.title()} freezes nothing inside it"
                hint = _hint(layer, trained)
                yield Problem(path, CODE, text, hint, True, row.trail)


def _trained(layer: Layer) -> Iterator[Layer]:
    """What is inside a layer and goes on being trained."""
    for inner in layer.nested():
        if not inner.freezes:
            yield from _trained(inner)
        elif inner.trainable:
            yield inner


def _called(layer: Layer) -> str:
    """A layer's class, or a model's name."""
    return layer.name or layer.title() if layer.holds_model else layer.title()


def _hint(layer: Layer, trained: list[str]) -> str:
    """What freezes the weights."""
    if any(isinstance(getattr(layer, a), Layer | tuple) for a in layer.holders()):
        inside = either(dict.fromkeys(trained), "and")
        return f"give {inside} inside it trainable: false"
    return "no argument does; set .trainable = False on the layer that Keras makes"
