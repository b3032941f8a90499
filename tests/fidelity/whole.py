"""Runs models of a few layers of Keras as `predict` and `fit` run them.

TensorFlow runs a model as a graph, in which some layers fail that run by themselves.
"""

from typing import Any

import keras
import numpy as np

from cnnspec.catalogue.dtypes import FLOATS, dtype_kind
from cnnspec.catalogue.layers import make_layer
from cnnspec.emit.keras_live.session import reason
from tests.fidelity.judge import Case, call_keras, keras_layer
from tests.fidelity.run import BY_CHANCE, NOT_SAID, cnnspec_says, zeros


def model_does(cases: list[Case]) -> list[str]:
    """What `predict` and a step of `fit` end in, '' for a good end.

    The layers stand beside each other; weights before and behind them are trained.

    Raises:
        Exception: Keras refuses a layer beforehand.
    """
    inputs: list[Any] = []
    outputs: list[Any] = []
    for case in cases:
        given = [
            keras.Input(batch_shape=shape, dtype=case.dtype) for shape in case.shapes
        ]
        layer = keras_layer(case.name, case.arguments)
        outputs += keras.tree.flatten(call_keras(layer, [_weighed(x) for x in given]))
        inputs += given
    scores = [keras.layers.Dense(1)(_numbers(x)) for x in outputs]
    whole = keras.layers.Add()(scores) if len(scores) > 1 else scores[0]
    model = keras.Model(inputs, whole)
    model.compile("sgd", "mse")
    samples = [zeros(x.shape, x.dtype) for x in inputs]
    batch = inputs[0].shape[0]
    runs = (
        lambda: model.predict(samples, verbose=0, batch_size=batch),
        lambda: model.fit(samples, np.zeros((batch, 1)), batch, verbose=0),
    )
    return list(map(_ended, runs))


def _weighed(x: Any) -> Any:
    """Floats times a weight, so that gradients go through what reads them."""
    if "float" not in x.dtype or len(x.shape) < 2:
        return x
    return keras.layers.PReLU(shared_axes=list(range(1, len(x.shape))))(x)


def _numbers(x: Any) -> Any:
    """A number for each sample."""
    x = keras.ops.cast(x, "float32")
    axes = tuple(range(1, len(x.shape)))
    return keras.ops.reshape(keras.ops.mean(x, axis=axes) if axes else x, (-1, 1))


def _ended(run: Any) -> str:
    try:
        run()
    except Exception as error:  # noqa: BLE001 - whatever Keras's backend raises
        return reason(error)
    return ""


OF_ONE_DNN = "could not create a primitive"
"""oneDNN's own failure, which depends on the processor: in a graph, some convolutions
of one channel to one fail."""


def assert_model_runs_as_said(case: Case) -> None:
    """A model of a layer fails where cnnspec says so, and nowhere else."""
    layer, says = make_layer(case.name, case.arguments), cnnspec_says(case)
    dtype = layer.output_dtype("float32", case.dtype)
    penalties = {type for _, type in layer.penalties("float32", dtype, *case.shapes)}
    told = layer.output(*case.shapes)
    if says.shape != told and not says.refusal:
        return  # what is behind it may fail
    if layer.left_out or min(map(len, case.shapes)) < 2:  # no model has such
        return
    try:
        ended = model_does([case])
    except Exception:  # noqa: BLE001 - whatever Keras refuses a layer with
        return
    failed = "".join(ended)
    if (
        NOT_SAID.search(failed)
        or BY_CHANCE.search(says.refusal)
        or OF_ONE_DNN in failed
    ):
        return
    floats = {type for type in penalties if dtype_kind(type) == FLOATS}
    fails = bool(says.refusal or floats - {"float32"} or layer.penalty_in_loop())
    assert fails == bool(failed), f"{case}: {says}, {penalties}; Keras: {ended}"
