"""The weights that the proof copies show what a layer does, and where it differs."""

import numpy as np

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
from tests.zoo import weights
from tests.zoo.match import match
from tests.zoo.parts import take_apart
from tests.zoo.prove import TOLERANCE, samples_for

SPEC = """
name: small
input: [16, 16, 3]
layers:
  - Rescaling: 0.00392156862745098
  - Normalization
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, use_bias: false}
  - BatchNormalization: {epsilon: 1e-3, name: norm}
  - Activation: relu
  - LayerScale: {init_values: 1e-6, projection_dim: 8, name: scale}
  - GlobalAveragePooling2D
  - Dense: {units: 10, activation: softmax}
"""


def answers(one: str, other: str) -> tuple[np.ndarray, np.ndarray]:
    """What two models answer with the weights of the first."""
    models = [build_model(api.loads(text).summary.graph) for text in (one, other)]
    samples = samples_for(models[0].input_shape)
    weights.enliven(models[0], samples)
    theirs, ours = map(take_apart, models)
    weights.copy(theirs, ours, match(theirs, ours))
    weights.finalize(models[1])
    first, second = (weights.answer(model, samples) for model in models)
    return first, second


def test_equal_models_answer_alike_and_each_image_otherwise() -> None:
    theirs, ours = answers(SPEC, SPEC)
    assert np.abs(theirs - ours).max() < TOLERANCE / 100
    assert np.abs(theirs[0] - theirs[1]).max() > 100 * TOLERANCE


def test_what_changes_no_weight_changes_the_answers() -> None:
    for before, after in [
        ("epsilon: 1e-3", "epsilon: 1e-1"),
        ("relu", "gelu"),
        ("padding: same", "padding: valid"),
        ("Rescaling: 0.0039", "Rescaling: 0.0049"),
    ]:
        theirs, ours = answers(SPEC, SPEC.replace(before, after))
        assert np.abs(theirs - ours).max() > TOLERANCE, after


def test_layer_scale_counts_for_more_than_a_millionth() -> None:
    model = build_model(api.loads(SPEC).summary.graph)
    weights.enliven(model, samples_for(model.input_shape))
    [gamma] = model.get_layer("scale").get_weights()
    assert gamma.min() >= 0.5
