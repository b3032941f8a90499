"""The layers that drawn specs declare as their own."""

from typing import Any

import keras
from keras import ops


class Other(keras.layers.Layer):
    """Means of the last axis, weighted, in as many channels as are wanted."""

    def __init__(
        self, filters: int, times: int | None = None, how: str = "same", **kw: Any
    ):
        super().__init__(**kw)
        self.filters, self.how = filters, how
        self.times = filters + 1 if times is None else times

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(name="kernel", shape=(shape[-1], self.times))

    def compute_output_shape(self, shape: Any) -> Any:
        return (*shape[:-1], self.filters)

    def call(self, x: Any) -> Any:
        mean = ops.mean(ops.matmul(x, self.kernel), axis=-1, keepdims=True)
        return ops.repeat(mean, self.filters, axis=-1)

    def get_config(self) -> dict[str, Any]:
        own = {"filters": self.filters, "times": self.times, "how": self.how}
        return super().get_config() | own


class Gate(keras.layers.Layer):
    """An image as it is, and of a text what a number of units see."""

    def __init__(self, units: int, **kw: Any):
        super().__init__(**kw)
        self.units = units

    def build(self, *_: Any) -> None:
        self.seen = self.add_weight(name="seen", shape=(), trainable=False)

    def call(self, image: Any, text: Any) -> Any:
        sums = ops.sum(text, axis=tuple(range(1, len(text.shape))))
        sums = ops.expand_dims(sums, -1) + ops.cast(self.seen, sums.dtype)
        return image, ops.repeat(sums, self.units, axis=-1)

    def compute_output_spec(self, image: Any, text: Any) -> Any:
        # Keras finds out no axes by itself of what it calls sparse, as x * 2.
        dense = (keras.KerasTensor(one.shape, one.dtype) for one in (image, text))
        return super().compute_output_spec(*dense)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"units": self.units}
