"""What the rules about data and training are asked about."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from cnnspec.catalogue.accuracy import Metric
from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.optimizers import Optimizer
from cnnspec.ground.errors import Path
from cnnspec.ground.partial import UNKNOWN, each_known, known, until_lost
from cnnspec.ground.shapes import Shape
from cnnspec.judge.answers import Answer, Output, Target, activation_of, answer
from cnnspec.judge.shown import image_of
from cnnspec.language.by_output import ByOutput
from cnnspec.language.program import Program
from cnnspec.language.sampling import limited
from cnnspec.language.table import columns_of
from cnnspec.model.summary import Model

if TYPE_CHECKING:
    from cnnspec.language.training import Data, Ensemble, Train


# Plain classes: a NamedTuple takes as long to make as two rules to import.
class Sections:
    """The sections of a spec, and what its model is given and gives.

    Attributes:
        inputs: what the model is given.
        outputs: what it gives.
        trained: how many numbers training changes; None where that isn't known.
        tuned: how many a second fit changes; None where there is none.
        program: whose sections they are.
    """

    def __init__(
        self,
        data: "Data | None",
        train: "Train | None",
        ensemble: "Ensemble | None",
        inputs: "Sequence[Given]",
        outputs: "Sequence[Result]",
        trained: int | None = None,
        program: Program | None = None,
        tuned: int | None = None,
    ) -> None:
        self.tuned = tuned
        self.data, self.train, self.ensemble = data, train, ensemble
        self.inputs, self.outputs, self.trained = inputs, outputs, trained
        self.program = program

    def fit(self) -> "Fit | None":
        """The model with what it is trained on; None where it isn't."""
        return None if self.train is None or self.data is None else self.training()

    def training(self) -> "Fit":
        """The model and how it is trained; of its data nothing need be known."""
        train: Any = self.train
        data = UNKNOWN if self.data is None else self.data
        return Fit(data, train, self.ensemble, self.inputs, self.outputs)

    def compiled(self) -> "Fit | None":
        """The same where nothing is known of what it is fed with: a loop of one's own.

        None where there is something to train on, or nothing is compiled.
        """
        alone = self.train is not None and self.data is None
        return self.training() if alone else None


class Given(NamedTuple):
    """A tensor that the model is given."""

    name: str
    """In the spec."""
    key: str
    """By Keras, in what fit takes."""
    shape: Shape
    """Batch first."""
    dtype: str
    path: Path
    """Where it stands in the spec."""


class Result(NamedTuple):
    """A tensor that the model gives, and what it is called."""

    name: str
    """In the spec."""
    key: str
    """By Keras, in what compile and fit take and report."""
    names: tuple[str, ...]
    """All that a spec may call it."""
    output: Output

    def said(self, said: Any) -> Any:
        """What a mapping by output says of it; None where it says nothing."""
        return next((said[name] for name in self.names if name in said), None)

    def path(self, said: Any, *path: str) -> Path:
        """Where that stands."""
        return (*path, *next(([name] for name in self.names if name in said), []))


class Fed(NamedTuple):
    """An input of the model, and the samples that it is given."""

    name: str
    """In the spec."""
    key: str
    """By Keras, in what fit takes."""
    shape: Shape
    """Of a sample, without the batch."""
    dtype: str
    array: str | None
    """The array of them; None where nothing says which."""
    scale: float | None
    """What they are divided by."""


class Fit:
    """A model, and what it is trained on.

    Attributes:
        results: all that the model gives.
    """

    def __init__(
        self,
        data: "Data",
        train: "Train",
        ensemble: "Ensemble | None",
        inputs: Sequence[Given],
        results: Sequence[Result],
    ) -> None:
        self.data, self.train, self.ensemble = data, train, ensemble
        self._given, self.results = inputs, results

    @cached_property
    def inputs(self) -> "tuple[Fed, ...]":
        """What the model is given, in its order."""
        data = self.data
        return tuple(
            Fed(
                one.name,
                one.key,
                one.shape[1:],
                one.dtype,
                self._array(one),
                data.scale_of(one.name),
            )
            for one in self._given
        )

    @property
    def names(self) -> list[str]:
        """The names of the inputs."""
        return [one.name for one in self._given]

    def _array(self, given: Given) -> str | None:
        said = self.data.inputs
        if said is None and self.data.about_source.is_ready:
            return given.name
        if isinstance(said, dict):
            found: str | None = said.get(given.name)
            return found
        alone = len(self._given) == 1
        return (said or self.data.about_source.samples_called) if alone else None

    @cached_property
    def outputs(self) -> "tuple[Trained, ...]":
        """Each output that has a loss, in the model's order."""
        one = len(self.results) == 1
        loss = next(until_lost(self.train.loss for _ in range(1)), UNKNOWN)
        if not isinstance(loss, ByOutput):
            return (
                tuple(Trained(self, result) for result in self.results) if one else ()
            )
        return tuple(
            Trained(self, result)
            for result in self.results
            if result.said(loss) is not None
        )

    @property
    def label_column(self) -> Any:
        """The columns of labels as `data:` has them; those of the one output, if so."""
        said = self.data.label_column
        alone = isinstance(said, ByOutput) and len(self.results) == 1
        return self.results[0].said(said) if alone else said

    def like(self, train: "Train") -> "Fit":
        """The same, trained in another way."""
        return Fit(self.data, train, self.ensemble, self._given, self.results)

    @property
    def validates(self) -> bool:
        """Whether something is validated after each epoch."""
        held_out = self.data is not UNKNOWN and self.data.validation
        return bool(self.train.validation_split or held_out)

    @property
    def untrained(self) -> list[Result]:
        """The outputs that have no loss."""
        trained = {one.key for one in self.outputs}
        return [one for one in self.results if one.key not in trained]

    @property
    def only(self) -> "Trained | None":
        """The one output of a model of one input and one output."""
        single = len(self._given) == len(self.results) == len(self.outputs) == 1
        return self.outputs[0] if single else None


class Trained:
    """An output that has a loss.

    Attributes:
        fit: the model, and what it is trained on.
        result: the output, and what it is called.
        data, train, ensemble: the sections of the spec.
    """

    def __init__(self, fit: Fit, result: Result) -> None:
        self.fit, self.result = fit, result
        self.data, self.train, self.ensemble = fit.data, fit.train, fit.ensemble

    @property
    def name(self) -> str:
        """What the spec calls it."""
        return self.result.name

    @property
    def key(self) -> str:
        """What Keras calls it."""
        return self.result.key

    @property
    def output(self) -> Output:
        """The tensor."""
        return self.result.output

    @property
    def who(self) -> str:
        """What messages call it: the model, where it gives nothing else."""
        return f"'{self.name}'" if len(self.fit.results) > 1 else "the model"

    @property
    def input(self) -> Shape:
        """The sizes of a sample, where the model is given one tensor."""
        [one] = self.fit.inputs
        return one.shape

    def _of(self, said: Any) -> Any:
        """What a key of `train:` says of it."""
        return self.result.said(said) if isinstance(said, ByOutput) else said

    def path(self, key: str) -> Path:
        """Where a key of `train:` says something of it."""
        return self.result.path(_mapping(getattr(self.train, key)), "train", key)

    @property
    def loss(self) -> Any:
        """What training makes small, as `train:` holds it."""
        return self._of(self.train.loss)

    def loss_of_planes(self, backend: str) -> Loss | None:
        """The loss, where a backend can't train with it over rows and columns."""
        planes = len(self.output.shape) == 4 and self.by_number
        return Loss.of(self.loss).over_planes(backend) if planes else None

    @property
    def ignored(self) -> int | None:
        """The class that its loss passes over; None if it passes over none."""
        found: int | None = getattr(self.loss, "ignore_class", None)
        return found

    @property
    def weight(self) -> float | None:
        """How much that counts beside the losses of other outputs."""
        found: float | None = self._of(self.train.loss_weights)
        return found

    @property
    def kept_metrics(self) -> Sequence[Any]:
        """What is reported beside it, as `train:` holds it."""
        return self._of(self.train.metrics) or ()

    def metrics(self) -> Iterator[tuple[Path, str, object, Metric]]:
        """Each metric: place, name in snake case, as it is kept, and what is known."""
        path = self.path("metrics")
        for place, metric in each_known(self.kept_metrics):
            yield (*path, place), metric_name(metric), metric, Metric.of(metric)

    # ------------------------------------------------------------ what it learns from

    @property
    def array(self) -> str:
        """The array of what it is to give; `input` for the sample itself."""
        said, usual = self.data.targets, self.data.about_source.target
        if isinstance(said, dict):
            said = self.result.said(said)
        return said or usual

    @property
    def label_columns(self) -> tuple[str, ...]:
        """The columns of a table that it learns to give."""
        said = self._of(self.fit.label_column)
        return () if said is None else columns_of(said)

    @property
    def lists_labels(self) -> bool:
        """Whether they are a list, so that a sample has a row of labels."""
        return isinstance(self._of(self.fit.label_column), tuple)

    @property
    def label_column_path(self) -> Path:
        """Where they stand."""
        return self.result.path(
            _mapping(self.data.label_column), "data", "label_column"
        )

    @property
    def source(self) -> Fed | None:
        """The input that is its own target: the first of the same sizes."""
        sizes = self.output.shape[1:]
        return next((one for one in self.fit.inputs if one.shape == sizes), None)

    @property
    def label_words(self) -> tuple[str, ...]:
        """What `labels:` says of them; nothing where it says nothing."""
        if "labels" not in self.data.given:
            return known(()) if self.data.labels else ()
        found: tuple[str, ...] = self._of(self.data.labels) or ()
        return found

    @property
    def label_path(self) -> Path:
        """Where it does."""
        return self.result.path(_mapping(self.data.labels), "data", "labels")

    @property
    def encoding(self) -> Literal["one_hot", "sparse", "multi_hot"]:
        """How the labels are given to the loss.

        `contiguous` alone says how classes are numbered, and leaves this to the loss.
        """
        words = self.label_words or ("sparse",)
        if "multi_hot" in words:
            return "multi_hot"
        if "one_hot" in words:
            return "one_hot"
        loss = Loss.of(self.loss)
        chosen = "sparse" not in words and loss.categorical
        return "one_hot" if chosen and loss.labels == "one_hot" else "sparse"

    @cached_property
    def answer(self) -> Answer:
        """How an answer is read from what it gives."""
        targets = until_lost(self._target() for _ in range(1))
        target = next(targets, Target("", (), any_form=False, is_image=False))
        return answer(self.loss, self.output, target)

    def _target(self) -> Target:
        image = self.data.image or image_of(self.fit.inputs[0].shape)
        data = self.data
        any_form = data.about_source.any_arrays or self.lists_labels
        return Target(self.array, self.label_words, any_form, image is not None)

    @property
    def by_number(self) -> bool:
        """Whether a class is told by its number, which has no axis of its own."""
        form, _, tells_classes = self.answer
        if not tells_classes or form == "labels" or self.units == 1:
            return False
        several = form == "sequence" and not Loss.of(self.loss).categorical
        return not several or activation_of(self.output.layer) == "softmax"

    @property
    def units(self) -> int | None:
        """How many numbers there are for a sample, or for each of its places."""
        return self.output.shape[-1]

    @property
    def classes(self) -> int:
        """How many there are, where its labels are classes."""
        return 2 if self.units == 1 else self.units or 0

    @property
    def scores(self) -> str:
        """What they are called in messages."""
        if self.units == 1:
            return "one score, which tells two apart"
        return f"{self.units} scores"

    @property
    def learns_number(self) -> bool:
        """Whether the loss takes the labels for numbers, and not for classes."""
        return self.answer.form == "number" and not Loss.of(self.loss).categorical


def _mapping(said: Any) -> Any:
    return said if isinstance(said, ByOutput) else ()


def sections(model: Model) -> Sections:
    """The sections of a model without errors."""
    program, graph = model.program, model.summary.graph
    inputs = [
        Given(one.name, graph.called(one.name), one.shape, one.dtype, one.path)
        for one in graph.inputs
    ]
    said = program.data, program.train, program.ensemble
    trained, second = model.summary.trainable_params, model.summary.tuned
    tuned = None if second is None else second.trainable_params
    return Sections(*said, inputs, list(_results(model)), trained, program, tuned)


def _results(model: Model) -> Iterator[Result]:
    """What a model gives, with its names."""
    program, graph = model.program, model.summary.graph
    rows = {row.name: row for row in model.summary.rows}
    found: list[tuple[str, str, Output]] = []
    parts = graph.output_parts or (None,) * len(graph.outputs)
    for name, part in zip(graph.outputs, parts, strict=True):
        row = rows[name]
        shapes = row.output_shape
        key = graph.called(name, row.shares)
        several = shapes if isinstance(shapes, list) else [shapes]
        chosen = several if part is None else [several[part]]
        found += [(name, key, Output(shape, row.layer, row.path)) for shape in chosen]
    written = program.outputs if len(program.outputs) == len(found) else ()
    for place, (name, key, output) in enumerate(found):
        names = dict.fromkeys((*written[place : place + 1], name, key))
        yield Result(next(iter(names)), key, tuple(names), output)


def of_unknown_model(program: Program) -> Sections:
    """The sections of a model with errors, of which nothing can be said."""
    inputs = [
        Given(name, name, UNKNOWN, UNKNOWN, ("inputs", name))
        for name in program.inputs or [""]
    ]
    names = program.outputs or [""]
    outputs = [Result(name, name, (name,), UNKNOWN) for name in names]
    said = program.data, program.train, program.ensemble
    return Sections(*said, inputs, outputs, program=program)


def available(data: "Data") -> int | None:
    """How many there are beside those to test with; None where it may be any number."""
    count = data.about_source.samples
    if count is not None and data.splits:
        count -= ceil(count * (data.test_size or 0.25))  # scikit-learn's default
    return count


def samples(data: "Data") -> int | None:
    """How many of them a limit leaves to train and validate with."""
    count = available(data)
    return count if count is None else limited(count, known(data.limit))


def steps(data: "Data | None", train: "Train") -> int | None:
    """How many batches an epoch has; None where that isn't known."""
    count = samples(data) if data else None
    trained = count and int(count * (1 - train.validation_split))
    return trained and ceil(trained / train.samples_per_step)


def rate(train: "Train") -> tuple[Path, Any]:
    """Where the learning rate stands, and what it is: a number or a schedule."""
    path: Path = ("train", "optimizer")
    optimizer = Optimizer.of(train.optimizer)
    inner = getattr(optimizer, "inner_optimizer", None)
    if inner is not None:
        path, optimizer = (*path, optimizer.title(), "inner_optimizer"), inner
    return (*path, optimizer.title(), "learning_rate"), optimizer.learning_rate


def reported(fit: Fit) -> dict[str, Any]:
    """What Keras reports of an epoch: each figure's key, with its metric if it is one.

    Where the model gives several tensors, the keys of metrics begin with the output's
    name, and where several are trained, there is a loss of each
    (keras/src/trainers/compile_utils.py, CompileMetrics and CompileLoss, 3.15).
    """
    found: dict[str, Any] = {"loss": None}
    if len(fit.outputs) > 1:
        found |= {f"{one.key}_loss": None for one in fit.outputs}
    for one in fit.outputs:
        before = f"{one.key}_" * (len(fit.results) > 1)
        for metric in one.kept_metrics:
            found[before + metric_key(known(metric))] = metric
    return found


def metric_name(metric: object) -> str:
    """A metric in Keras's snake case, whether it is a name or a mapping."""
    return snake_case(metric if isinstance(metric, str) else type(metric).__name__)


def metric_key(metric: object) -> str:
    """The key of a metric in Keras's history; a name as it is written."""
    if isinstance(metric, str):
        return metric
    assert isinstance(metric, Metric)
    return metric.name or metric.key or metric_name(metric)
