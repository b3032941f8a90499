"""Operations of a Graph as those of Keras."""

from typing import Any

from cnnspec.catalogue.operations import Operation
from cnnspec.catalogue.operations.base import Numbers
from cnnspec.emit.keras_live.session import keras_module


class LiveOperation:
    """What an operation does in a Keras model, called as a layer is.

    The first call, on symbolic tensors, makes the operation; later ones run it.
    """

    trainable = False

    def __init__(self, operation: Operation, name: str) -> None:
        self._operation, self.name = operation, name
        self._made: Any = None

    def __call__(self, given: Any, *others: Any) -> Any:
        """What it gives for tensors: one, or a list, or one after the other."""
        return self.call(given, *others)

    def call(self, given: Any, *others: Any) -> Any:
        """The same, as layers of Keras have it."""
        if self._made is None:
            return self._make(given, *others)
        node = self._made._inbound_nodes[-1]
        flat = given if isinstance(given, list) else [given, *others]
        symbolic = node.input_tensors
        tensors = {id(s): one for s, one in zip(symbolic, flat, strict=True)}
        arguments, named = node.arguments.fill_in(tensors)
        return self._made(*arguments, **named)

    def _make(self, given: Any, *others: Any) -> Any:
        """Makes the operation, with the name that it has in a new session."""
        keras = keras_module()
        function = keras.ops
        for part in type(self._operation).function.split("."):
            function = getattr(function, part)
        tensors = given if isinstance(given, list) else [given, *others]
        given = self._operation.given.items()
        own = {n: _array(one) for n, one in given if n != "name"}
        arguments, named = self._operation.call(tensors, own)
        result = function(*arguments, **named)
        first = keras.tree.flatten(result)[0]
        self._made = first._keras_history.operation
        self._made.name = self.name
        return result


def _array(value: Any) -> Any:
    """An argument as Keras takes it: a list of numbers as an array."""
    if not isinstance(value, Numbers):
        return value
    import numpy as np

    return np.array(value, value.dtype)
