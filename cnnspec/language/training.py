"""What `data:`, `train:` and `ensemble:` of a spec may say.

Optimizers, losses, metrics and callbacks have Keras's names and arguments (Keras 3.15).
A name alone stands for the object with its defaults, a mapping for one with arguments,
as in `{Adam: {learning_rate: 0.001}}`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.accuracy import Metric
from cnnspec.catalogue.logs import LOGS
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.named import component, read_one
from cnnspec.catalogue.optimizers import Optimizer, RMSprop
from cnnspec.ground.errors import ArgumentError, Invalid, Problem, either, nearest
from cnnspec.ground.kinds import (
    LARGEST_FLOAT,
    Finding,
    Kind,
    Positive,
    ZeroToBelowOne,
    choice,
    kind,
    lazily,
    list_of,
    not_finite,
    number,
)
from cnnspec.ground.records import Record
from cnnspec.ground.yaml_text import describe, flow
from cnnspec.language.by_output import either_way
from cnnspec.language.data import Data

__all__ = [
    "FEATURE_MAPS",
    "FILTERS",
    "GRAD_CAM",
    "PICTURES",
    "Data",
    "Ensemble",
    "Train",
]

_SEED = number("a whole number from 0 to 4,294,967,295", whole=True, ge=0, le=2**32 - 1)

OPTIMIZER = component("an optimizer", Optimizer)


def _or_by_output(name: str, kind: Kind, *, lists: bool = False) -> Kind:
    """What an argument of `train:` holds, for the one output or each by its name."""

    def words(value: Any, findings: Sequence[Finding]) -> Iterator[Problem]:
        from cnnspec.ground.mistakes import problems

        found = [one._replace(path=(name, *one.path)) for one in findings]
        for problem in problems(Train, found, {name: value}):
            yield problem._replace(path=problem.path[1:])

    return either_way(kind, words, lists=lists)


_LOSS = _or_by_output("loss", component("a loss", Loss))
_METRICS = _or_by_output(
    "metrics",
    list_of(component("a metric", Metric, "cnnspec.catalogue.metrics")),
    lists=True,
)


def _callback(value: Any) -> Any:
    # Most specs have none, and a start must be quick.
    from cnnspec.catalogue.callbacks import Callback

    return read_one(value, Callback, "a callback")


CALLBACK = kind(
    _callback, "a callback by name or as a mapping", {"$ref": "#/$defs/Callback"}
)


_WEIGHT = number("a number of 0 or more", ge=0)
_LOSS_WEIGHTS = _or_by_output("loss_weights", _WEIGHT)
_WEIGHTS_SAYS = (
    "'balanced', a list with a number for each class, or a mapping of classes to "
    "numbers, as in {0: 1.0, 3: 2.5}"
)


def _class_weight(value: Any) -> Any:
    """'balanced', or the weights by class."""
    if value == "balanced":
        return value
    if isinstance(value, list):
        return tuple(_class_weight(dict(enumerate(value))).values())
    if not isinstance(value, dict) or not value:
        raise ValueError
    problems, found = [], {}
    for key, weight in value.items():
        if isinstance(key, bool) or not str(key).isdigit():
            text = f"class_weight: '{key}' is no number of a class"
            hint = "count classes from 0, as in {0: 1.0, 3: 2.5}"
            problems.append(Problem((key,), "wrong-type", text, hint, at_key=True))
        elif type(weight) not in (int, float) or not 0 <= weight <= LARGEST_FLOAT:
            text = f"the weight of class {key} must be a number of 0 or more"
            said = f"{text}; found {describe(weight)}"
            problems.append(Problem((key,), "wrong-type", said, not_finite(weight)))
        else:
            found[int(key)] = float(weight)
    if problems:
        raise Invalid(problems)
    return found


CLASS_WEIGHT = kind(
    _class_weight,
    _WEIGHTS_SAYS,
    {
        "anyOf": [
            {"enum": ["balanced"]},
            {"type": "array", "items": _WEIGHT.json, "minItems": 1},
            {
                "type": "object",
                "patternProperties": {r"^\d+$": _WEIGHT.json},
                "additionalProperties": False,
                "minProperties": 1,
            },
        ]
    },
    ("balanced",),
)


def _distribute(value: Any) -> str:
    if value != "data_parallel":
        raise ValueError
    return "data_parallel"


def _about_strategies(found: Any) -> str:
    """What to say to those who ask for a strategy of TensorFlow."""
    if "strategy" in str(found).lower() or "worker" in str(found).lower():
        return (
            "Keras 3 doesn't train under MultiWorkerMirroredStrategy; data_parallel "
            "trains on several machines with JAX, and with MirroredStrategy on one"
        )
    return ""


_DISTRIBUTE = kind(
    _distribute,
    "'data_parallel'",
    {"enum": ["data_parallel"]},
    ("data_parallel",),
    _about_strategies,
)


def _about_precision(found: Any) -> str:
    """The policy that is meant by what other tools have for it."""
    if found is True or "16" in str(found):
        brain = str(found).lower().startswith("b")
        return f"write mixed_{'b' if brain else ''}float16"
    return ""


_PRECISION = choice("mixed_bfloat16", "mixed_float16", hint=_about_precision)

PICTURES = FILTERS, FEATURE_MAPS, GRAD_CAM = ("filters", "feature_maps", "grad_cam")
_PICTURES_ALL = ("all", "true")
_PICTURES_ELSEWHERE = {
    **dict.fromkeys(("kernels", "weights"), FILTERS),
    **dict.fromkeys(("activations", "activation_maps", "features"), FEATURE_MAPS),
    **dict.fromkeys(("cam", "heatmap", "saliency", "class_activation_map"), GRAD_CAM),
}


def _about_tuning(found: Any) -> str:
    """The mapping that is meant, where what is unfrozen stands alone."""
    if not isinstance(found, str) or not found:
        return ""
    return f"write {{unfreeze: {found}, epochs: 5, learning_rate: 1e-5}}"


_FINE_TUNE = lazily(
    "cnnspec.language.fine_tuning",
    "FineTune",
    {"$ref": "#/$defs/fine_tune"},
    _about_tuning,
)


_LOGS_SAYS = f"{either(LOGS)}, or a list of both"


def _logs(value: Any) -> tuple[str, ...]:
    words = tuple(value) if isinstance(value, list) else (value,)
    for place, word in enumerate(words):
        if word not in [*LOGS]:
            text = f"train.log must be {_LOGS_SAYS}; found {describe(word)}"
            path = (place,) if isinstance(value, list) else ()
            hint = nearest(str(word).lower(), LOGS)
            raise Invalid([Problem(path, "unknown-value", text, hint)])
    return words


_LOG = kind(
    _logs,
    _LOGS_SAYS,
    {"anyOf": [{"enum": [*LOGS]}, {"type": "array", "items": {"enum": [*LOGS]}}]},
    tuple(LOGS),
)


def _about_pictures(found: Any) -> str:
    """The picture that is meant."""
    if str(found).lower() in _PICTURES_ALL:
        return f"write [{', '.join(PICTURES)}]"
    return nearest(found, PICTURES, _PICTURES_ELSEWHERE)


_PICTURE = choice(*PICTURES, hint=_about_pictures)


def _of_optimizer(_: Any, given: Mapping[str, Any]) -> str:
    """The optimizer that is given, with its arguments that stand beside it."""
    from cnnspec.catalogue.components import by_name
    from cnnspec.ground.mistakes import translated

    known = by_name(Optimizer)
    optimizer = given.get("optimizer", RMSprop.__name__)
    [(name, own), *_] = (
        optimizer.items()
        if isinstance(optimizer, dict) and optimizer
        else [(optimizer, None)]
    )
    cls = known.get(name) or known.get(str(name).lower(), RMSprop)
    beside = {k: v for k, v in given.items() if k not in Train.arguments()}
    arguments = {**(own if isinstance(own, dict) else {}), **translated(cls, beside)}
    if not arguments:
        return "it belongs to the optimizer; not all of them have it"
    text = flow({cls.__name__: arguments})
    return f"it belongs to the optimizer; write optimizer: {text}"


class Train(Record):
    """How the model is trained: the arguments of Keras's `compile` and `fit`."""

    spelt_as: ClassVar[dict[str, str]] = {
        "loss": "criterion loss_fn loss_function objective cost 손실 손실함수",
        "optimizer": "optim opt solver 최적화 옵티마이저",
        "metrics": "metric 지표 평가지표",
        "batch_size": "batch bs minibatch_size mini_batch train_batch_size "
        "배치크기 배치",
        "epochs": "nb_epoch nb_epochs num_epochs n_epochs max_epochs epoch_count "
        "에폭 에포크",
        "validation_split": "val_split",
        "seed": "random_seed random_state",
        "class_weight": "sample_weights_by_class",
        "callbacks": "callback",
        "show": "plot plots pictures visualize visualise visualization",
        "distribute": "strategy distribution",
        "log": "logger loggers logging logs report_to tracking",
        "fine_tune": "finetune fine_tuning finetuning unfreeze 미세조정",
    }
    renamed: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(
            ("learning_rate", "lr", "momentum", "weight_decay"), _of_optimizer
        ),
        **dict.fromkeys(
            (
                *("scheduler", "schedule", "lr_scheduler", "lr_schedule"),
                *("learning_rate_schedule", "decay"),
            ),
            "it is the optimizer's learning_rate, as in optimizer: {Adam: "
            "{learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: "
            "1000}}}}",
        ),
        **dict.fromkeys(
            ("early-stopping", "early_stop", "patience"),
            "it is a callback, as in callbacks: [{EarlyStopping: {patience: 3}}]",
        ),
        **dict.fromkeys(
            ("checkpoint", "save_path", "checkpoint_path"),
            "it is a callback, as in callbacks: [{ModelCheckpoint: best.keras}]",
        ),
        **dict.fromkeys(
            ("amp", "fp16", "half"), "write mixed_precision: mixed_float16"
        ),
        **dict.fromkeys(
            ("validation_data", "validation", "dataset", "shuffle_buffer"),
            "data: says what is trained on; remove it",
        ),
        **dict.fromkeys(
            (
                *("verbose", "workers", "num_workers", "use_multiprocessing"),
                *("steps_per_epoch", "validation_steps", "validation_freq"),
                *("validation_batch_size", "initial_epoch", "max_queue_size"),
                *("run_eagerly", "weighted_metrics", "device", "gpus", "num_gpus"),
            ),
            "a spec has no say in it; remove it",
        ),
        "sample_weight": "it stands in data:, and names an array of a file, as in "
        "data: {source: npz, sample_weight: weights}",
    }
    first = ("optimizer", "loss", "metrics", "loss_weights")
    compiled: ClassVar[tuple[str, ...]] = (
        *("loss", "loss_weights", "optimizer", "metrics", "jit_compile"),
        *("steps_per_execution", "seed", "mixed_precision"),
    )
    """The arguments that count where nothing is there to train on, too."""
    loss: Annotated[Any, _LOSS]
    """A loss, or one for each output by its name."""
    optimizer: Annotated[Any, OPTIMIZER] = RMSprop.kept(RMSprop.__name__)
    metrics: Annotated[Any, _METRICS] = ()
    """A list of metrics, or one for each output by its name."""
    loss_weights: Annotated[Any, _LOSS_WEIGHTS] = None
    """How much the loss of each output counts in their sum, by its name."""
    batch_size: Positive | None = None
    epochs: Positive = 1
    validation_split: ZeroToBelowOne = 0.0
    shuffle: bool = True
    seed: Annotated[int, _SEED] | None = None
    """For `keras.utils.set_random_seed`: the initial weights and every shuffling."""
    callbacks: Annotated[Any, list_of(CALLBACK)] = ()
    class_weight: Annotated[Any, CLASS_WEIGHT] | None = None
    """How much each class counts in the loss; balanced: the rarer, the more."""
    mixed_precision: Annotated[str, _PRECISION] | None = None
    """Keras's dtype policy: computing in 16 bits, with variables in 32."""
    jit_compile: bool | Literal["auto"] = "auto"
    """Whether XLA compiles the steps."""
    steps_per_execution: Positive = 1
    """Batches that are trained on before Keras goes back to Python."""
    resume: bool = False
    """Whether a script that is started again goes on from the last finished epoch."""
    distribute: Annotated[str, _DISTRIBUTE] | None = None
    """Whether all devices, of several machines too, share each batch."""
    log: Annotated[Any, _LOG] = ()
    """What the course of the training is told to besides: TensorBoard, MLflow."""
    show: Annotated[Any, list_of(_PICTURE)] = ()
    """Pictures after training: the filters of the first convolution, the feature maps
    of all, and where the last one saw the answer (Grad-CAM)."""
    fine_tune: Annotated[Any, _FINE_TUNE] | None = None
    """A second fit, which trains what was frozen as well."""

    @classmethod
    def title(cls) -> str:
        return "train"

    @property
    def samples_per_step(self) -> int:
        """What a batch holds: Keras's 32 where nothing is said."""
        return self.batch_size or 32

    def rules(self) -> None:
        from cnnspec.ground.partial import all_of

        all_of(
            self._steps_of_all,
            self._seed_of_all,
            self._twice,
            self._shared,
            self._two_sizes,
        )

    def _steps_of_all(self) -> Iterator[ArgumentError]:
        if self.distribute and self.steps_per_execution > 1:
            text = "train.steps_per_execution is for one device, and distribute for all"
            argument, hint = "steps_per_execution", "keep one of the two"
            yield ArgumentError(argument, "exclusive-arguments", text, hint)

    def _seed_of_all(self) -> Iterator[ArgumentError]:
        if self.distribute and self.seed is None:
            text = "train.distribute needs a seed, from which all processes start alike"
            yield ArgumentError("distribute", "needs-argument", text, "add seed: 0")

    def _twice(self) -> Iterator[ArgumentError]:
        for argument in ("show", "log"):
            named = getattr(self, argument)
            if twice := next((one for one in named if named.count(one) > 1), None):
                text = f"train.{argument} names '{twice}' twice"
                yield ArgumentError(argument, "duplicate-value", text, "name each once")

    def _shared(self) -> Iterator[ArgumentError]:
        if self.distribute and self.show:
            text = "train.show draws what one process holds, and distribute has several"
            yield ArgumentError("show", "exclusive-arguments", text, "remove show:")

    def _two_sizes(self) -> Iterator[ArgumentError]:
        size = self.fine_tune and self.fine_tune.batch_size
        fixed = [
            *["steps_per_execution"] * (self.steps_per_execution > 1),
            *["distribute"] * (self.distribute is not None),
        ]
        if size and size != self.samples_per_step and fixed:
            text = (
                f"train.{fixed[0]} takes batches of one size, and fine_tune has another"
            )
            hint = "remove batch_size: from fine_tune:"
            yield ArgumentError("fine_tune", "exclusive-arguments", text, hint)


class Ensemble(Record):
    """Several models of the same form, trained from different seeds, that vote."""

    members: Annotated[int, number("a whole number of 2 or more", whole=True, ge=2)]
    voting: Literal["soft", "hard"] = "soft"
    """soft: the mean of the members' probabilities wins; hard: most members do."""

    @classmethod
    def title(cls) -> str:
        return "ensemble"
