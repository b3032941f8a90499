"""Pixels that a model of Keras wasn't trained on.

The weights of keras.applications know pixels in a form that each module's
preprocess_input makes (keras/src/applications/imagenet_utils.py, 3.15): from -1
to 1, say. Given others, the model recognises less, and says nothing of it.

Wrong:

    input: [32, 32, 3]
    layers:
      - MobileNetV2: {include_top: false, pooling: avg}
      - Dense: {units: 10, activation: softmax}
    data: {source: cifar10, scale: 255}
    train: {loss: sparse_categorical_crossentropy}

Right:

    input: [32, 32, 3]
    layers:
      - Rescaling: {scale: 2, offset: -1}
      - MobileNetV2: {include_top: false, pooling: avg}
      - Dense: {units: 10, activation: softmax}
    data: {source: cifar10, scale: 255}
    train: {loss: sparse_categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.catalogue.sources import SOURCES
from cnnspec.ground.errors import Problem
from cnnspec.ground.yaml_text import flow
from cnnspec.model.summary import Model

CODE = "pretrained-pixels"
SEVERITY = "warning"

Range = tuple[float, float]


def find(model: Model) -> Iterator[Problem]:
    """Warns where pixels of a known range come to a model that wants another."""
    given = _given(model)
    if given is None:
        return
    rows = {row.name: row for row in model.summary.rows}
    for row in model.summary.rows:
        known = row.layer.application
        wanted = known.takes() if known is not None and known.published else None
        if known is None or wanted is None:
            continue
        way = []
        name = row.inputs[0]
        while name in rows:
            way.append(rows[name].layer)
            name = rows[name].inputs[0]
        found: Range | None = given
        for before in reversed(way):
            found = before.ranging(*found) if found else None
        if found and any(abs(a - b) > 0.02 for a, b in zip(found, wanted, strict=True)):
            text = (
                f"'{row.name}' is given pixels from {_shown(found)}, and its weights "
            )
            text = f"{text}know them from {_shown(wanted)}"
            hint = f"put - Rescaling: {flow(_between(found, wanted))} before it"
            yield Problem(row.path, CODE, text, hint, True, row.trail)


def _given(model: Model) -> Range | None:
    """What pixels of the data are when the model gets them; None if nobody knows."""
    data = model.program.data
    if data is None or len(model.summary.graph.inputs) != 1:
        return None
    largest = SOURCES[data.kind].largest
    scale = data.scale_of(model.summary.graph.inputs[0].name)
    if largest is None and scale == 255:
        largest = 255
    return None if largest is None else (0, largest / (scale or 1))


def _shown(found: Range) -> str:
    return f"{found[0]:g} to {found[1]:g}"


def _between(found: Range, wanted: Range) -> dict[str, float]:
    """The arguments that bring one range to another."""
    scale = (wanted[1] - wanted[0]) / (found[1] - found[0])
    offset = wanted[0] - found[0] * scale
    plain = {"scale": scale, **({"offset": offset} if offset else {})}
    return {k: int(v) if v == int(v) else round(v, 10) for k, v in plain.items()}
