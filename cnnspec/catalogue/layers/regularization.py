"""Dropout and noise, which act in training alone, and a penalty on what flows through.

None of them changes a shape or holds a weight. Source of the rules:
keras/src/layers/regularization, Keras 3.15.
"""

from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.dtypes import (
    ANYTHING,
    BOOLS,
    FLOATS,
    NUMBERS,
    dtype_kind,
    refusal,
)
from cnnspec.catalogue.layers.arguments import DataFormat
from cnnspec.catalogue.layers.base import Layer, need_rank
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import LARGEST_FLOAT, Positive, ZeroToOne, kind
from cnnspec.ground.shapes import Shape, joined, show
from cnnspec.ground.yaml_text import flow


def _penalty(value: Any) -> Any:
    if type(value) in (int, float) and 0 <= value <= LARGEST_FLOAT:
        return value
    raise ValueError


Penalty = Annotated[
    float, kind(_penalty, "a number of 0 or more", {"type": "number", "minimum": 0})
]


def _rate(value: Any, _: Any) -> str:
    """What to write for the share that is kept."""
    kept = type(value) in (int, float) and 0 <= value <= 1
    rate = f"{round(1 - value, 10):g}" if kept else "0.5"
    return f"the rate is the share that is dropped; write rate: {rate}"


class _Random(Layer):
    """Changes its input by chance, while training only."""

    call_settings = ("training",)
    linear = True
    spelt_as: ClassVar[dict[str, str]] = {
        "rate": "p prob probability drop drop_prob drop_rate dropout_rate p_dropout "
        "ratio",
        "stddev": "std sigma noise",
    }
    renamed: ClassVar[dict[str, Any]] = dict.fromkeys(
        ("keep_prob", "keep", "retain"), _rate
    )
    role = "chance"
    first: ClassVar[tuple[str, ...]] = ("rate", "noise_shape", "seed")
    example: ClassVar[Any] = {"rate": 0.5}
    strength: ClassVar[str] = "rate"
    """The argument at 0 of which it passes on whatever it is given."""

    seed: int | None = None

    def kinds(self) -> tuple[str, str]:
        idle = not getattr(self, self.strength)
        return (ANYTHING, ANYTHING) if idle else (FLOATS, "")


class Dropout(_Random):
    """Sets a share of the numbers to 0 in training, so that no single one is needed."""

    elsewhere: ClassVar[dict[str, Any]] = {"드롭아웃": {}}
    rate: ZeroToOne
    noise_shape: tuple[Positive | None, ...] | None = None

    def running(self, output: Any, *shapes: Any) -> Any:
        if 0 < self.rate < 1:
            _check_noise(self.noise_shape, shapes[0])
        return output


class _SpatialDropout(_Random):
    """Drops whole channels."""

    lacks: ClassVar[tuple[str, ...]] = (
        "activity_regularizer",
        "trainable",
        "autocast",
    )
    first = ("rate", "data_format", "seed", "name", "dtype")
    axes: ClassVar[str]

    rate: ZeroToOne
    data_format: DataFormat | None = None

    def check(self, x: Shape) -> None:
        last = self.data_format != "channels_first"
        need_rank(x, f"{self.axes}, channels" if last else f"channels, {self.axes}")


class SpatialDropout1D(_SpatialDropout):
    """Drops whole channels: neighbouring steps are too alike for Dropout."""

    elsewhere: ClassVar[dict[str, Any]] = {"Dropout1d": {}}
    lacks = (*_SpatialDropout.lacks, "data_format")
    axes = "steps"
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 100, 16),)


class SpatialDropout2D(_SpatialDropout):
    """Drops whole channels: neighbouring pixels are too alike for Dropout."""

    elsewhere: ClassVar[dict[str, Any]] = {"Dropout2d SpatialDropout DropChannel": {}}
    axes = "height, width"


class SpatialDropout3D(_SpatialDropout):
    """Drops whole channels: neighbouring points are too alike for Dropout."""

    elsewhere: ClassVar[dict[str, Any]] = {"Dropout3d": {}}
    axes = "depth, height, width"
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 16, 28, 28, 3),)


def _check_noise(noise: tuple[int | None, ...] | None, x: Shape) -> None:
    """Refuses a noise_shape that can't be spread over a tensor.

    Raises:
        ShapeError: the first step of training fails.
    """
    if noise is None:
        return
    given = zip(noise, (*x, *(0,) * len(noise)), strict=False)
    full = tuple(at if size is None else size for size, at in given)
    if None in noise[len(x) :] or joined(x, full) is None:
        text = f"can't spread noise_shape {flow(noise)} over its input {show(x[1:])}"
        hint = "give one number for each axis and the batch: null for its size, or 1"
        raise ShapeError(text, hint)


def refuse_all_dropped(rate: float) -> None:
    """Refuses a rate that leaves nothing, for what is left is made up for it.

    Raises:
        ShapeError: the first step of training fails.
    """
    if rate >= 1:
        text = f"divides by 0 in training where its rate is {rate}"
        raise ShapeError(text, "choose a rate from 0 to below 1")


class AlphaDropout(_Random):
    """Dropout that keeps mean and variance, for networks of SELU units."""

    rate: ZeroToOne
    noise_shape: tuple[int | None, ...] | None = None

    def running(self, output: Any, *shapes: Any) -> Any:
        refuse_all_dropped(self.rate)
        if self.rate > 0:
            _check_noise(self.noise_shape, shapes[0])
        return output


class GaussianDropout(_Random):
    """Multiplies by random numbers around 1 in training, a soft kind of Dropout."""

    one_type = True
    rate: ZeroToOne

    def kinds(self) -> tuple[str, str]:
        takes, keeps = super().kinds()
        return f"{takes} {BOOLS}", f"{keeps} {BOOLS}"

    def running(self, output: Any, *shapes: Any) -> Any:
        refuse_all_dropped(self.rate)
        return output


class GaussianNoise(_Random):
    """Adds random numbers around 0 in training, so that no input comes twice."""

    one_type = True
    example: ClassVar[Any] = {"stddev": 0.1}
    strength = "stddev"

    stddev: ZeroToOne


_SUMMED = ("int32", "int64", "uint32", "uint64")
"""Integers whose sum has their type; TensorFlow sums up smaller ones in larger."""


class ActivityRegularization(Layer):
    """Passes its input on, and adds a penalty on its size to the loss."""

    linear = True
    runs_on, hands_on = NUMBERS, NUMBERS
    lacks = ("activity_regularizer",)
    first = ("l1", "l2")
    example: ClassVar[Any] = {"l2": 0.01}

    l1: Penalty | None = 0.0
    l2: Penalty | None = 0.0

    def penalties(self, policy: str, dtype: str, *shapes: Any) -> set[tuple[str, str]]:
        return {("l1", dtype)}

    def running_dtype(self, told: str, *given: str) -> str:
        if self.l1 or self.l2:
            for dtype in given:
                if dtype_kind(dtype) != FLOATS and dtype not in _SUMMED:
                    raise refusal(dtype, FLOATS)
        return super().running_dtype(told, *given)
