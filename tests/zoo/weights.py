"""Weights with which a model's answer depends on every layer of it."""

from typing import Any

import keras
import numpy as np

from tests.zoo.match import Match
from tests.zoo.parts import Parts


def enliven(model: Any, samples: Any) -> None:
    """Gives a model weights with which it answers as a trained one: differently.

    As Keras starts a model, the scores of all classes are nearly equal, most of what
    BatchNormalization holds is 0 or 1, and ConvNeXt's branches count for a millionth:
    a wrong layer would hardly show. So biases and scales become random, the moving
    statistics are those of a sample, and the last layer tells the samples apart.
    """
    rng = np.random.default_rng(1)
    for layer in model._flatten_layers():
        for weight in layer._trainable_variables + layer._non_trainable_variables:
            _draw(weight, rng)
    finalize(model)
    _measure(model, samples)
    _spread(model, samples)


def _draw(weight: Any, rng: np.random.Generator) -> None:
    name, shape = weight.name, weight.shape
    if "float" not in weight.dtype:
        return
    if name in ("bias", "beta"):
        weight.assign(rng.normal(0, 0.1, shape))
    elif name == "gamma" or name.startswith("variable"):
        weight.assign(rng.uniform(0.5, 1.5, shape))
    elif name == "mean":
        weight.assign(rng.uniform(0, 0.5, shape))
    elif name == "variance":
        weight.assign(rng.uniform(0.5, 1.5, shape))


def _measure(model: Any, samples: Any) -> None:
    """Sets the moving statistics to those of the first sample."""
    norms = [
        layer
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(samples[:1], training=True)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum


def _spread(model: Any, samples: Any) -> None:
    """Lets the last layer tell the samples apart.

    Its scores become what was different between the samples, at a scale where softmax
    neither levels nor saturates: (score - mean over the samples) * 2 / spread.
    """
    logarithms = np.log(np.maximum(answer(model, samples), 1e-37))
    scores = logarithms - logarithms.mean(axis=-1, keepdims=True)
    mean = scores.mean(axis=0)
    factor = 2 / max(float((scores - mean).std()), 1e-6)
    last = next(layer for layer in reversed(model.layers) if layer.weights)
    kernel, bias = last.get_weights()
    last.set_weights([kernel * factor, (bias - mean) * factor])


def answer(model: Any, samples: Any) -> Any:
    """The probabilities for each sample.

    Layer by layer, since Keras takes longer to compile a model than to run it twice;
    sample by sample, since the outputs of all layers are kept meanwhile.
    """
    several = (model(samples[i : i + 1], training=False) for i in range(len(samples)))
    return np.concatenate([keras.ops.convert_to_numpy(one) for one in several])


def copy(theirs: Parts, ours: Parts, found: Match) -> None:
    """Gives each layer the weights of its counterpart."""
    for name, counterpart in found.items():
        layer = theirs.parts[name].layer
        if layer is not None and layer.weights:
            ours.parts[counterpart].layer.set_weights(layer.get_weights())


def finalize(model: Any) -> None:
    """Lets layers that prepare something of their weights prepare it again."""
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
