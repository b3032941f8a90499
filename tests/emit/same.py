"""Whether the model that a script builds is the model built from the Graph."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from cnnspec.emit.keras_live.model import weight_name
from cnnspec.emit.keras_live.published import withheld
from tests.emit.lessons import modelling
from tests.zoo.weights import finalize

TOLERANCE = 1e-5


def built(script: str) -> Any:
    """The model that a script makes, named from the start; a functional one.

    What it has of keras.applications has no published weights.
    """
    space: dict[str, Any] = {"__name__": "script"}
    reset_names()
    with withheld():
        exec(compile(modelling(script), "script", "exec"), space)  # noqa: S102
        model = space["build_model"]() if "build_model" in space else space["model"]
    if not isinstance(model, keras.Sequential):
        return model
    return keras.Model(model.inputs[0], model.outputs[0], name=model.name)


def reset_names() -> None:
    """Lets Keras count names from the start; it goes on counting within a process.

    Without looking for what memory could be freed, which takes half a second.
    """
    keras.utils.clear_session(free_memory=False)


def assert_same(theirs: Any, ours: Any) -> None:
    """Two models with the same layers, connections and weights, and the same output."""
    assert differences(theirs, ours) == []
    assert distance(theirs, ours) <= TOLERANCE


def differences(theirs: Any, ours: Any) -> list[str]:
    """What differs in layers, names, configs, connections and weights: a line each."""
    names = [[one.name for one in model.operations] for model in (theirs, ours)]
    if names[0] != names[1]:
        return [f"the script has the layers {names[0]}, the Graph {names[1]}"]
    found = []
    for one, other in zip(theirs.operations, ours.operations, strict=True):
        found += _unlike(one, other)
    if not found and _plain(theirs.get_config()) != _plain(ours.get_config()):
        found.append("the layers are connected in another way")
    return found


def _unlike(one: Any, other: Any) -> Iterator[str]:
    for what, see in (
        ("class", lambda layer: type(layer).__name__),
        ("config", lambda layer: _plain(layer.get_config())),
        ("weights", _weights),
    ):
        there, here = see(one), see(other)
        if there != here:
            yield f"'{one.name}': {what}: the script has {there}, the Graph {here}"


def _weights(layer: Any) -> list[tuple[str, tuple[int, ...], bool]]:
    return [
        (weight_name(w), tuple(w.shape), w.trainable)
        for w in getattr(layer, "weights", ())
    ]


def _plain(config: Any) -> Any:
    """A config without where Keras finds the classes; a script has some itself."""
    if isinstance(config, dict):
        return {
            key: _plain(item)
            for key, item in config.items()
            if key not in ("module", "registered_name")
        }
    if isinstance(config, list | tuple):
        return [_plain(item) for item in config]
    return config


def distance(theirs: Any, ours: Any) -> float:
    """How far the outputs for random input are apart, once the weights are copied.

    Returns:
        The largest difference of two numbers, in proportion where they are above 1;
        not a number where an output has none.
    """
    for one, other in zip(theirs.weights, ours.weights, strict=True):
        one.assign(other)
    finalize(theirs)
    sample = _sample(ours.inputs)
    pairs = zip(_run(theirs, sample), _run(ours, sample), strict=True)
    return float(max(_apart(one, other) for one, other in pairs))


def _apart(one: Any, other: Any) -> Any:
    if one.dtype == bool:
        return np.any(one != other)
    return np.max(np.abs(one - other) / np.maximum(np.abs(other), 1))


def _run(model: Any, sample: Any) -> list[Any]:
    """The outputs, one after the other.

    Without `predict`, since Keras takes longer to compile a model than to run it.
    """
    outputs = keras.tree.flatten(model(sample, training=False))
    return [keras.ops.convert_to_numpy(output) for output in outputs]


def _sample(inputs: list[Any]) -> Any:
    """Random numbers from 0 to 1, or whole ones, for each input; a batch of one.

    Of one, since Keras keeps the outputs of all layers meanwhile.
    """
    rng = np.random.default_rng(0)
    samples = []
    for tensor in inputs:
        batch, *sizes = tensor.shape
        sample = rng.random([batch or 1, *(size or 5 for size in sizes)])
        scale = 2 if "int" in tensor.dtype else 1
        samples.append((sample * scale).astype(tensor.dtype))
    return samples if len(samples) > 1 else samples[0]
