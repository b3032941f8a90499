"""Optimizers and learning-rate schedules.

Source of the signatures: keras/src/optimizers, Keras 3.15.
"""

from typing import Annotated, Any, ClassVar

from cnnspec.components import Component, read_component
from cnnspec.errors import ArgumentError, either
from cnnspec.fields import Fraction, Natural, Positive, kind, number
from cnnspec.training.kinds import AboveZero, subclasses


class Schedule(Component):
    """A learning rate that changes from step to step."""

    module: ClassVar[str] = "optimizers.schedules"
    example: ClassVar[str] = (
        "{CosineDecay: {initial_learning_rate: 0.1, decay_steps: 1000}}"
    )
    initial_learning_rate: AboveZero
    name: str | None = None


class CosineDecay(Schedule):
    first = ("initial_learning_rate",)
    decay_steps: Positive
    alpha: float = 0.0
    warmup_target: float | None = None
    warmup_steps: Natural = 0


class CosineDecayRestarts(Schedule):
    first = ("initial_learning_rate",)
    first_decay_steps: Positive
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0


class ExponentialDecay(Schedule):
    first = ("initial_learning_rate", "decay_steps")
    decay_steps: Positive
    decay_rate: float
    staircase: bool = False


class InverseTimeDecay(Schedule):
    first = ("initial_learning_rate", "decay_steps")
    decay_steps: Positive
    decay_rate: float
    staircase: bool = False


class PolynomialDecay(Schedule):
    first = ("initial_learning_rate",)
    decay_steps: Positive
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False


class PiecewiseConstantDecay(Schedule):
    lacks = ("initial_learning_rate",)
    boundaries: tuple[int, ...]
    values: tuple[float, ...]

    def rules(self) -> None:
        if len(self.values) != len(self.boundaries) + 1:
            raise ArgumentError(
                "values",
                f"PiecewiseConstantDecay has {len(self.boundaries)} boundaries and "
                f"{len(self.values)} values",
                "give one value more than boundaries",
            )


def _rate(value: Any) -> Any:
    if isinstance(value, dict):
        return read_component(value, subclasses(Schedule), "a schedule")
    if type(value) in (int, float) and value > 0:
        return float(value)
    raise ValueError


_RATE_JSON = {
    "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"$ref": "#/$defs/Schedule"}]
}
LearningRate = Annotated[
    Any, kind(_rate, "a number above 0, or a schedule", _RATE_JSON)
]


class Optimizer(Component):
    """How the weights move against the gradient of the loss."""

    module: ClassVar[str] = "optimizers"
    example: ClassVar[str] = "{Adam: {learning_rate: 0.001}}"
    renamed: ClassVar[dict[str, str]] = {
        "lr": "Keras 3 calls it learning_rate",
        "decay": "Keras 3 has a schedule for it, as in learning_rate: "
        "{InverseTimeDecay: {initial_learning_rate: 0.01, decay_steps: 1, "
        "decay_rate: 1e-6}}",
    }
    first = ("learning_rate",)
    learning_rate: LearningRate = 0.001
    weight_decay: float | None = None
    clipnorm: AboveZero | None = None
    clipvalue: AboveZero | None = None
    global_clipnorm: AboveZero | None = None
    use_ema: bool = False
    ema_momentum: Fraction = 0.99
    ema_overwrite_frequency: Positive | None = None
    loss_scale_factor: float | None = None
    gradient_accumulation_steps: (
        Annotated[int, number("a whole number of 2 or more", whole=True, ge=2)] | None
    ) = None
    name: str | None = None

    def rules(self) -> None:
        clips = ("clipnorm", "clipvalue", "global_clipnorm")
        chosen = [clip for clip in clips if getattr(self, clip) is not None]
        if len(chosen) > 1:
            text = f"{self.title()} is given {either(chosen, 'and')}"
            raise ArgumentError(chosen[1], text, "keep one of them")


class Adadelta(Optimizer):
    rho: float = 0.95
    epsilon: float = 1e-7


class Adafactor(Optimizer):
    beta_2_decay: float = -0.8
    epsilon_1: float = 1e-30
    epsilon_2: float = 0.001
    clip_threshold: float = 1.0
    relative_step: bool = True


class Adagrad(Optimizer):
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7


class _Moments(Optimizer):
    """Running means of the gradient and of its square."""

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7


class Adam(_Moments):
    amsgrad: bool = False


class AdamW(_Moments):
    weight_decay: float | None = 0.004
    amsgrad: bool = False


class Adamax(_Moments): ...


class Ftrl(Optimizer):
    learning_rate_power: float = -0.5
    initial_accumulator_value: float = 0.1
    l1_regularization_strength: float = 0.0
    l2_regularization_strength: float = 0.0
    l2_shrinkage_regularization_strength: float = 0.0
    beta: float = 0.0


class Lamb(_Moments): ...


class Lion(Optimizer):
    beta_1: float = 0.9
    beta_2: float = 0.99


class Muon(Optimizer):
    weight_decay: float | None = 0.004
    adam_beta_1: float = 0.9
    adam_beta_2: float = 0.999
    adam_weight_decay: float = 0.004
    epsilon: float = 1e-7
    exclude_layers: tuple[str, ...] | None = None
    exclude_embeddings: bool = True
    muon_a: float = 3.4445
    muon_b: float = -4.775
    muon_c: float = 2.0315
    adam_lr_ratio: float = 1
    momentum: float = 0.95
    ns_steps: Positive = 5
    nesterov: bool = True
    rms_rate: float | None = 0.2


class Nadam(_Moments): ...


class RMSprop(Optimizer):
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False


class SGD(Optimizer):
    learning_rate: LearningRate = 0.01
    momentum: Fraction = 0.0
    nesterov: bool = False


class ScheduleFreeAdamW(_Moments):
    learning_rate: LearningRate = 0.0025
    epsilon: float = 1e-8
    warmup_steps: Natural = 0
