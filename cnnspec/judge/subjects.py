"""What the rules about data and training are asked about."""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

from cnnspec.catalogue.accuracy import Metric
from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.optimizers import Optimizer
from cnnspec.ground.errors import Path
from cnnspec.ground.partial import UNKNOWN, each_known, known
from cnnspec.ground.shapes import Shape
from cnnspec.judge.answers import Answer, Output, answer
from cnnspec.language.program import Program
from cnnspec.language.sampling import limited
from cnnspec.model.summary import Model

if TYPE_CHECKING:
    from cnnspec.language.training import Data, Ensemble, Train


# Plain classes: a NamedTuple takes as long to make as two rules to import.
class Sections:
    """The sections of a spec, and what its model is given and gives.

    Attributes:
        inputs: shapes, batch first.
        trained: how many numbers training changes; None where that isn't known.
        tuned: how many a second fit changes; None where there is none.
        program: whose sections they are.
    """

    def __init__(
        self,
        data: "Data | None",
        train: "Train | None",
        ensemble: "Ensemble | None",
        inputs: Sequence[Shape],
        outputs: Sequence[Output],
        trained: int | None = None,
        program: Program | None = None,
        tuned: int | None = None,
    ) -> None:
        self.tuned = tuned
        self.data, self.train, self.ensemble = data, train, ensemble
        self.inputs, self.outputs, self.trained = inputs, outputs, trained
        self.program = program

    def fit(self) -> "Fit | None":
        """The model with what it is trained on; None where it isn't, or can't be."""
        if self.train is None or self.data is None:
            return None
        if not len(self.inputs) == len(self.outputs) == 1:
            return None
        sizes, [output] = self.inputs[0][1:], self.outputs
        return Fit(self.data, self.train, self.ensemble, sizes, output)

    def compiled(self) -> "Fit | None":
        """The model as it is compiled, where nothing is known of what it is fed with.

        None where it isn't compiled alone, or doesn't give a row of scores.
        """
        if self.train is None or self.data is not None or len(self.outputs) != 1:
            return None
        [output] = self.outputs
        if len(output.shape) != 2:
            return None
        return Fit(UNKNOWN, self.train, None, UNKNOWN, output)


class Fit:
    """A model of one input and one output, and what it is trained on.

    Attributes:
        input: sizes of a sample, without the batch.
    """

    def __init__(
        self,
        data: "Data",
        train: "Train",
        ensemble: "Ensemble | None",
        input: Shape,
        output: Output,
    ) -> None:
        self.data, self.train, self.ensemble = data, train, ensemble
        self.input, self.output = input, output

    @property
    def units(self) -> int | None:
        """How many numbers the model gives for a sample, where they are in a row."""
        return self.output.shape[1]

    @property
    def answer(self) -> Answer:
        """How they are read."""
        return answer(self.train, self.output)

    @property
    def classes(self) -> int:
        """How many there are, where its labels are classes."""
        return (self.units or 0) if self.answer.form == "classes" else 2

    @property
    def scores(self) -> str:
        """What they are called in messages."""
        if self.units == 1:
            return "one score, which tells two apart"
        return f"{self.units} scores"

    @property
    def learns_number(self) -> bool:
        """Whether the loss takes the labels for numbers, and not for classes."""
        return self.answer.form == "number" and not Loss.of(self.train.loss).categorical

    @property
    def encoding(self) -> Literal["one_hot", "sparse"]:
        """How the labels are given to the loss."""
        return encoding(self.data, self.train)

    def metrics(self) -> Iterator[tuple[Path, str, object, Metric]]:
        """Each metric: place, name in snake case, as it is kept, and what is known."""
        for place, metric in each_known(self.train.metrics):
            path = ("train", "metrics", place)
            yield path, metric_name(metric), metric, Metric.of(metric)


def sections(model: Model) -> Sections:
    """The sections of a model without errors."""
    program, graph = model.program, model.summary.graph
    rows = {row.name: row for row in model.summary.rows}
    outputs: list[Output] = []
    for row in (rows[name] for name in graph.outputs):
        shapes = row.output_shape
        several = shapes if isinstance(shapes, list) else [shapes]
        outputs += [Output(shape, row.layer, row.path) for shape in several]
    inputs = [tensor.shape for tensor in graph.inputs]
    trained = model.summary.trainable_params
    said = program.data, program.train, program.ensemble
    second = model.summary.tuned
    tuned = None if second is None else second.trainable_params
    return Sections(*said, inputs, outputs, trained, program, tuned)


def of_unknown_model(program: Program) -> Sections:
    """The sections of a model with errors, of which nothing can be said."""
    inputs = [UNKNOWN for _ in program.inputs or [""]]
    outputs = [UNKNOWN for _ in program.outputs or [""]]
    said = program.data, program.train, program.ensemble
    return Sections(*said, inputs, outputs, program=program)


def encoding(data: "Data", train: "Train") -> Literal["one_hot", "sparse"]:
    """How the labels are given to the loss.

    `contiguous` alone says how classes are numbered, and leaves this to the loss.
    """
    if "one_hot" in data.labels:
        return "one_hot"
    loss = Loss.of(train.loss)
    chosen = "sparse" not in data.labels and loss.categorical
    return "one_hot" if chosen and loss.labels == "one_hot" else "sparse"


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
    return trained and ceil(trained / (train.batch_size or 32))


def rate(train: "Train") -> tuple[Path, Any]:
    """Where the learning rate stands, and what it is: a number or a schedule."""
    path: Path = ("train", "optimizer")
    optimizer = Optimizer.of(train.optimizer)
    inner = getattr(optimizer, "inner_optimizer", None)
    if inner is not None:
        path, optimizer = (*path, optimizer.title(), "inner_optimizer"), inner
    return (*path, optimizer.title(), "learning_rate"), optimizer.learning_rate


def figures(train: "Train") -> list[str]:
    """What Keras reports of an epoch: the loss, then each metric by its key."""
    return ["loss", *(metric_key(known(metric)) for metric in train.metrics)]


def metric_name(metric: object) -> str:
    """A metric in Keras's snake case, whether it is a name or a mapping."""
    return snake_case(metric if isinstance(metric, str) else type(metric).__name__)


def metric_key(metric: object) -> str:
    """The key of a metric in Keras's history; a name as it is written."""
    if isinstance(metric, str):
        return metric
    assert isinstance(metric, Metric)
    return metric.name or metric.key or metric_name(metric)
