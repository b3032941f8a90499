"""Layers with drawn arguments, as Keras saves them and as they are read."""

import importlib
import json
from typing import Any

from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.emit.keras_live.model import keras_object
from cnnspec.read.configs import layers
from cnnspec.read.configs.network import entry_of
from cnnspec.read.configs.noted import Notes
from tests.emit.same import reset_names
from tests.fidelity.judge import Case, keras_layer
from tests.read.round_trip import plain


def strategy(name: str) -> Any:
    """What draws layers of a class with sound arguments."""
    family = layer_class(name).family()
    return importlib.import_module(f"tests.fidelity.{family}").valid(name)


def unread(case: Case) -> str:
    """How a layer differs from what is read of its configuration; '' if it doesn't."""
    reset_names()
    made = keras_layer(case.name, case.arguments)
    from keras.saving import serialize_keras_object

    saved = json.loads(json.dumps(serialize_keras_object(made)))
    told = layers.told(entry_of(saved), Notes("3.15", {}), lambda _: None)
    if told is None:
        return f"{case.name} isn't known"
    if told.notes:
        return f"{case}: {told.notes}"
    reset_names()
    again = keras_object(make_layer(told.kind, {**told.arguments, "name": made.name}))
    one, other = _said(made.get_config()), _said(again.get_config())
    return "" if one == other else f"{case}: {one} came back as {other}"


def _said(config: Any) -> Any:
    """What a configuration says; Keras takes some words in any case, and keeps it."""
    found = {k: v for k, v in plain(config).items() if v is not None}
    return json.loads(json.dumps(found).lower())
