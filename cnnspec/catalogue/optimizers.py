"""Optimizers and learning-rate schedules.

Source of the signatures: keras/src/optimizers, Keras 3.15.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Self

from cnnspec.catalogue.named import (
    Idle,
    Named,
    read_named,
    read_one,
    spellings,
    subclasses,
)
from cnnspec.ground.errors import ArgumentError, either
from cnnspec.ground.kinds import (
    LARGEST_FLOAT,
    AboveZero,
    Name,
    Natural,
    Positive,
    ZeroOrMore,
    ZeroToBelowOne,
    ZeroToOne,
    kind,
    kind_of,
    list_of,
    not_finite,
    number,
)
from cnnspec.ground.yaml_text import flow


def _steps(value: Any) -> int | float:
    if type(value) in (int, float) and 0 < value <= LARGEST_FLOAT:
        number: int | float = value
        return number  # a whole one stays whole in the script
    raise ValueError


_STEPS_JSON = {"type": "number", "exclusiveMinimum": 0}
_STEP_COUNT = kind(_steps, "a number above 0", _STEPS_JSON, hint=not_finite)
_StepCount = Annotated[Any, _STEP_COUNT]
"""How many steps something takes; Keras counts parts of one as well."""


class Schedule(Named):
    """A learning rate that changes from step to step."""

    module: ClassVar[str] = "optimizers.schedules"
    example: ClassVar[str] = (
        "{CosineDecay: {initial_learning_rate: 0.1, decay_steps: 1000}}"
    )
    spelt = False
    refused: ClassVar[Mapping[str, str]] = {
        "LearningRateSchedule": "it is the base of all schedules, and does nothing "
        "itself",
    }
    spelt_as: ClassVar[dict[str, str]] = {
        "initial_learning_rate": "learning_rate lr base_lr"
    }
    counts: ClassVar[str] = "decay_steps"
    """The argument that says how many steps it goes by."""
    initial_learning_rate: ZeroOrMore
    """0 where a warm-up begins with nothing."""

    def takes(self) -> float:
        """The steps without which it has hardly begun."""
        return 0

    def zero_from(self) -> float | None:
        """The step from which on it is 0; None where it never gets there."""
        return None if self.initial_learning_rate else 0


class CosineDecay(Schedule):
    by_position: ClassVar[str] = "initial_learning_rate decay_steps alpha"
    elsewhere: ClassVar[dict[str, Any]] = {
        "CosineAnnealing CosineAnnealingLR cosine CosineLR": {}
    }
    spelt_as: ClassVar[dict[str, str]] = {"decay_steps": "T_max"}
    first = ("initial_learning_rate",)
    needs: ClassVar[Mapping[str, str]] = {"warmup_steps": "warmup_target"}
    decay_steps: _StepCount
    name: Name = "CosineDecay"
    alpha: ZeroOrMore = 0.0
    warmup_target: ZeroOrMore | None = None
    warmup_steps: Natural = 0

    def idle(self) -> Iterator[Idle]:
        yield from super().idle()
        if self.warmup_target is not None and not self.warmup_steps:
            text = "changes nothing: without warmup_steps it begins with warmup_target"
            yield "initial_learning_rate", text, "add warmup_steps:"

    @property
    def _warm_up(self) -> int:
        return 0 if self.warmup_target is None else self.warmup_steps

    def takes(self) -> float:
        half: float = self.decay_steps / 2
        return self._warm_up + half

    def zero_from(self) -> float | None:
        if not (self.initial_learning_rate or self.warmup_target):
            return 0
        end: float = self._warm_up + self.decay_steps
        return None if self.alpha else end


class CosineDecayRestarts(Schedule):
    by_position: ClassVar[str] = (
        "initial_learning_rate first_decay_steps t_mul m_mul alpha"
    )
    elsewhere: ClassVar[dict[str, Any]] = {"CosineAnnealingWarmRestarts": {}}
    spelt_as: ClassVar[dict[str, str]] = {"first_decay_steps": "T_0", "t_mul": "T_mult"}
    first = ("initial_learning_rate",)
    counts = "first_decay_steps"
    first_decay_steps: _StepCount
    name: Name = "SGDRDecay"
    t_mul: Annotated[float, number("a number of 1 or more", ge=1)] = 2.0
    """Below 1, Keras comes to a root of what is below 0, and to no number."""
    m_mul: ZeroOrMore = 1.0
    alpha: ZeroOrMore = 0.0

    def takes(self) -> float:
        half: float = self.first_decay_steps / 2
        return half


class _Staircase(Schedule):
    """By a factor for each `decay_steps`, at once or step by step."""

    first = ("initial_learning_rate", "decay_steps")
    decay_steps: _StepCount
    decay_rate: ZeroOrMore
    staircase: bool = False

    def takes(self) -> float:
        stair: float = self.decay_steps
        return stair + 1 if self.staircase else 0


class ExponentialDecay(_Staircase):
    by_position: ClassVar[str] = (
        "initial_learning_rate decay_steps decay_rate staircase"
    )
    elsewhere: ClassVar[dict[str, Any]] = {
        "ExponentialLR exponential": {},
        "StepLR StepDecay step": {"staircase": True},
    }
    spelt_as: ClassVar[dict[str, str]] = {
        "decay_rate": "gamma",
        "decay_steps": "step_size",
    }
    name: Name = "ExponentialDecay"
    decay_rate: AboveZero


class InverseTimeDecay(_Staircase):
    by_position: ClassVar[str] = (
        "initial_learning_rate decay_steps decay_rate staircase"
    )
    name: Name = "InverseTimeDecay"


class PolynomialDecay(Schedule):
    by_position: ClassVar[str] = (
        "initial_learning_rate decay_steps end_learning_rate power cycle"
    )
    elsewhere: ClassVar[dict[str, Any]] = {"PolynomialLR LinearLR PolyLR linear": {}}
    spelt_as: ClassVar[dict[str, str]] = {"decay_steps": "total_iters"}
    first = ("initial_learning_rate",)
    decay_steps: _StepCount
    name: Name = "PolynomialDecay"
    end_learning_rate: ZeroOrMore = 0.0001
    power: ZeroOrMore = 1.0
    cycle: bool = False

    def takes(self) -> float:
        half: float = self.decay_steps / 2
        return half

    def zero_from(self) -> float | None:
        if self.end_learning_rate or self.cycle or not self.power:
            return None
        end: float = self.decay_steps
        return end if self.initial_learning_rate else 0


class PiecewiseConstantDecay(Schedule):
    elsewhere: ClassVar[dict[str, Any]] = {"MultiStepLR": {}}
    spelt_as: ClassVar[dict[str, str]] = {"boundaries": "milestones"}
    lacks = ("initial_learning_rate",)
    counts = "boundaries"
    boundaries: Annotated[Any, list_of(kind_of(_StepCount), 1)]
    values: tuple[ZeroOrMore, ...]
    name: Name = "PiecewiseConstant"

    def takes(self) -> float:
        last: float = self.boundaries[-1]
        return last + 2

    def zero_from(self) -> float | None:
        begins = [0, *(boundary + 1 for boundary in self.boundaries)]
        last = max((at for at, rate in enumerate(self.values) if rate), default=-1)
        return None if last + 1 == len(begins) else begins[last + 1]

    def rules(self) -> None:
        if len(self.values) != len(self.boundaries) + 1:
            raise ArgumentError(
                "values",
                "wrong-count",
                f"PiecewiseConstantDecay has {len(self.boundaries)} boundaries and "
                f"{len(self.values)} values",
                "give one value more than boundaries",
            )
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise ArgumentError(
                "boundaries",
                "wrong-order",
                "PiecewiseConstantDecay.boundaries are steps, each later than the one "
                "before",
                "put them in order",
            )


def _rate(value: Any) -> Any:
    if isinstance(value, dict):
        return read_named(value, Schedule, subclasses(Schedule), "a schedule")
    if type(value) in (int, float) and 0 <= value <= LARGEST_FLOAT:
        return float(value)
    raise ValueError


_RATE_JSON = {"anyOf": [{"type": "number", "minimum": 0}, {"$ref": "#/$defs/Schedule"}]}
LearningRate = Annotated[
    Any,
    kind(_rate, "a number of 0 or more, or a schedule", _RATE_JSON, hint=not_finite),
]


def _betas(value: Any, _: Any) -> str:
    """What to write for both decay rates of the moments."""
    one, two = value if isinstance(value, list) and len(value) == 2 else (0.9, 0.999)
    return f"write beta_1: {flow(one)}, beta_2: {flow(two)}"


class Optimizer(Named):
    """How the weights move against the gradient of the loss."""

    module: ClassVar[str] = "optimizers"
    example: ClassVar[str] = "{Adam: {learning_rate: 0.001}}"
    spelt_as: ClassVar[dict[str, str]] = {
        "learning_rate": "lr learning_rate_init base_lr eta step_size",
        "epsilon": "eps",
        "rho": "alpha",
        "weight_decay": "wd",
        "clipnorm": "clip_norm",
        "clipvalue": "clip_value",
        "global_clipnorm": "max_grad_norm gradient_clip grad_clip clip_grad_norm",
        "beta_1": "beta1 b1",
        "beta_2": "beta2 b2",
        "gradient_accumulation_steps": "accumulate_grad_batches accumulation_steps",
    }
    renamed: ClassVar[dict[str, Any]] = {
        "betas": _betas,
        **dict.fromkeys(
            ("schedule", "scheduler", "lr_schedule", "lr_scheduler"),
            "write it as the learning_rate, as in learning_rate: {CosineDecay: "
            "{initial_learning_rate: 0.1, decay_steps: 1000}}",
        ),
        **dict.fromkeys(
            ("dampening", "foreach", "maximize"), "Keras has no such choice; remove it"
        ),
        "decay": "Keras 3 has a schedule for it, as in learning_rate: "
        "{InverseTimeDecay: {initial_learning_rate: 0.01, decay_steps: 1, "
        "decay_rate: 1e-6}}",
    }
    refused: ClassVar[Mapping[str, str]] = {
        "Optimizer": "it is the base of all optimizers, and does nothing itself",
        "MultiOptimizer": "it tells weights apart by their paths, which a spec doesn't "
        "name; choose one optimizer for all",
        "OptimizerMap": "it is the map that MultiOptimizer takes",
    }
    any_case = True
    needs: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("ema_momentum", "ema_overwrite_frequency"), "use_ema"
    )
    first = ("learning_rate",)
    learning_rate: LearningRate = 0.001
    weight_decay: float | None = None
    clipnorm: AboveZero | None = None
    clipvalue: AboveZero | None = None
    global_clipnorm: AboveZero | None = None
    use_ema: bool = False
    ema_momentum: ZeroToOne = 0.99
    ema_overwrite_frequency: Positive | None = None
    loss_scale_factor: AboveZero | None = None
    gradient_accumulation_steps: (
        Annotated[int, number("a whole number of 2 or more", whole=True, ge=2)] | None
    ) = None
    name: Name | None = None

    def rules(self) -> None:
        clips = ("clipnorm", "clipvalue", "global_clipnorm")
        chosen = [clip for clip in clips if getattr(self, clip) is not None]
        if len(chosen) > 1:
            text = f"{self.title()} is given {either(chosen, 'and')}"
            raise ArgumentError(
                chosen[1], "exclusive-arguments", text, "keep one of them"
            )

    @classmethod
    def alone(cls) -> "dict[str, type[Self]]":
        known = sorted(subclasses(cls).items())
        return {
            word: c
            for name, c in known
            if c.stands_alone
            for word in (name.lower(), name)
        }

    @classmethod
    def kept(cls, name: str) -> str:
        return name.lower()


class Adadelta(Optimizer):
    rho: ZeroToOne = 0.95
    epsilon: AboveZero = 1e-7


class Adafactor(Optimizer):
    beta_2_decay: Annotated[float, number("a number of 0 or less", le=0)] = -0.8
    epsilon_1: AboveZero = 1e-30
    epsilon_2: float = 0.001
    clip_threshold: AboveZero = 1.0
    relative_step: bool = True

    def idle(self) -> Iterator[Idle]:
        yield from super().idle()
        if not self.relative_step:
            text = "changes nothing: Keras holds the rate below 1/sqrt(step) either way"
            yield "relative_step", text, "remove it"


class Adagrad(Optimizer):
    initial_accumulator_value: ZeroOrMore = 0.1
    epsilon: AboveZero = 1e-7


class _Moments(Optimizer):
    """Running means of the gradient and of its square."""

    beta_1: ZeroToBelowOne = 0.9
    beta_2: ZeroToBelowOne = 0.999
    epsilon: AboveZero = 1e-7


class Adam(_Moments):
    by_position: ClassVar[str] = "learning_rate beta_1 beta_2 epsilon"
    elsewhere: ClassVar[dict[str, Any]] = {"AdamOptimizer FusedAdam": {}}
    amsgrad: bool = False


class AdamW(_Moments):
    by_position: ClassVar[str] = "learning_rate weight_decay beta_1 beta_2 epsilon"
    weight_decay: float = 0.004
    """Not null, as of others: without it, there is Adam."""
    amsgrad: bool = False


class Adamax(_Moments): ...


class Ftrl(Optimizer):
    learning_rate_power: Annotated[float, number("a number of 0 or less", le=0)] = -0.5
    initial_accumulator_value: ZeroOrMore = 0.1
    l1_regularization_strength: ZeroOrMore = 0.0
    l2_regularization_strength: ZeroOrMore = 0.0
    l2_shrinkage_regularization_strength: ZeroOrMore = 0.0
    beta: float = 0.0


class Lamb(_Moments):
    elsewhere: ClassVar[dict[str, Any]] = {"FusedLAMB": {}}
    stands_alone = False  # keras.optimizers.get doesn't list it


class Lion(Optimizer):
    beta_1: Annotated[float, number("a number above 0, up to 1", gt=0, le=1)] = 0.9
    beta_2: ZeroToOne = 0.99


class Muon(Optimizer):
    by_position: ClassVar[str] = (
        "learning_rate adam_beta_1 adam_beta_2 adam_weight_decay epsilon "
        "weight_decay clipnorm clipvalue global_clipnorm use_ema "
        "ema_momentum ema_overwrite_frequency loss_scale_factor "
        "gradient_accumulation_steps name"
    )
    weight_decay: float | None = 0.004
    adam_beta_1: ZeroToBelowOne = 0.9
    adam_beta_2: ZeroToBelowOne = 0.999
    adam_weight_decay: float = 0.004
    epsilon: AboveZero = 1e-7
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

    def unfit(self) -> Iterator[Idle]:
        yield from super().unfit()
        if any(self._diverges(place / 20) for place in range(1, 21)):
            text = "makes, with muon_b and muon_c, each step larger than the one before"
            yield "muon_a", text, "leave all three as they are"

    def _diverges(self, value: float) -> bool:
        """Whether a singular value of a gradient, at most 1, grows without end.

        The iteration of Newton and Schulz, which is to bring all of them near 1.
        """
        for _ in range(min(self.ns_steps, 20)):
            if abs(value) > _HUGE:
                return True
            value *= self.muon_a + self.muon_b * value**2 + self.muon_c * value**4
        return abs(value) > _HUGE


_HUGE = 1e9
"""Its fifth power is the largest that 32 bits hold, and a little more."""


class Nadam(_Moments): ...


class RMSprop(Optimizer):
    elsewhere: ClassVar[dict[str, Any]] = {"RMSPropOptimizer": {}}
    rho: ZeroToOne = 0.9
    momentum: float = 0.0
    epsilon: AboveZero = 1e-7
    centered: bool = False


class SGD(Optimizer):
    elsewhere: ClassVar[dict[str, Any]] = {
        "GradientDescent GradientDescentOptimizer": {},
        "Momentum": {"momentum": 0.9},
    }
    needs: ClassVar[Mapping[str, str]] = {**Optimizer.needs, "nesterov": "momentum"}
    learning_rate: LearningRate = 0.01
    momentum: ZeroToOne = 0.0
    nesterov: bool = False


class ScheduleFreeAdamW(_Moments):
    by_position: ClassVar[str] = "learning_rate beta_1 beta_2"
    learning_rate: LearningRate = 0.0025
    epsilon: AboveZero = 1e-8
    warmup_steps: Natural = 0

    def unfit(self) -> Iterator[Idle]:
        yield from super().unfit()
        if not self.beta_1:
            text = "is 0, and it divides by it: the weights come to no numbers"
            yield "beta_1", text, "give a number above 0, such as 0.9"


def _optimizer(value: Any) -> Any:
    return read_one(value, Optimizer, "an optimizer")


_INNER = kind(
    _optimizer,
    "an optimizer by name or as a mapping",
    {"anyOf": [{"enum": list(spellings(Optimizer))}, {"$ref": "#/$defs/Optimizer"}]},
)


class LossScaleOptimizer(Optimizer):
    """Lets another optimizer work with losses made larger, for numbers of 16 bits."""

    lacks = (
        *("learning_rate", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm"),
        *("use_ema", "ema_momentum", "ema_overwrite_frequency", "loss_scale_factor"),
        "gradient_accumulation_steps",
    )
    stands_alone = False
    inner_optimizer: Annotated[Any, _INNER]
    initial_scale: AboveZero = 32768.0
    dynamic_growth_steps: Positive = 2000

    def unfit(self) -> Iterator[Idle]:
        yield from super().unfit()
        if isinstance(self.inner_optimizer, LossScaleOptimizer):
            text = "divides by its scale, too, so that the weights hardly change"
            yield "inner_optimizer", text, "give it the optimizer within"
