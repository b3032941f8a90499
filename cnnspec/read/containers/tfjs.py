"""Models of TensorFlow.js, and so of Teachable Machine: `model.json` beside weights.

What they are made of is Keras's configuration; the names and shapes of the weights
stand in a manifest (tfjs-converter, `converters/tf_module.md` and `io/types.ts`).
"""

from typing import Any

from cnnspec.read.containers.json_text import parsed
from cnnspec.read.containers.model_config import model_config
from cnnspec.read.containers.stored import Held, Stored, version
from cnnspec.read.found import ReadError

LABEL = "its modelTopology"
_FROM_KERAS = "import the Keras file that it was converted from, or the code"


def stored_tfjs(content: bytes) -> Stored:
    """The model of a `model.json`.

    Raises:
        ReadError: it can't be read, or has no layers.
    """
    data = parsed(content)
    topology = data.get("modelTopology") if isinstance(data, dict) else None
    if isinstance(topology, str):
        topology = parsed(topology.encode(), LABEL)
    if not isinstance(topology, dict):
        raise ReadError("this model.json has no modelTopology", "save the model anew")
    if "node" in topology:
        text = (
            "this is a graph model of TensorFlow.js, which has operations of "
            "TensorFlow's and no layers"
        )
        raise ReadError(text, _FROM_KERAS)
    config = model_config(topology.get("model_config", topology), LABEL)
    generated = str(data.get("generatedBy")).removeprefix("keras v")
    training = topology.get("training_config") or data.get("trainingConfig")
    return Stored(
        "tfjs",
        config,
        version(topology.get("keras_version")) or version(generated),
        str(topology.get("backend") or ""),
        training if isinstance(training, dict) else None,
        _weights(data.get("weightsManifest")),
    )


def _weights(manifest: Any) -> dict[str, tuple[Held, ...]]:
    """The arrays of each layer, out of names such as `conv2d_1/kernel`."""
    found: dict[str, tuple[Held, ...]] = {}
    groups = manifest if isinstance(manifest, list) else []
    for group in groups:
        held = group.get("weights") if isinstance(group, dict) else None
        for one in held if isinstance(held, list) else []:
            name, shape = str(one.get("name")), one.get("shape")
            if isinstance(shape, list) and all(isinstance(n, int) for n in shape):
                array = Held(name, tuple(shape), str(one.get("dtype")))
                layer = name.rpartition("/")[0]
                found[layer] = (*found.get(layer, ()), array)
    return found
