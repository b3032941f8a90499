"""What rules find in sections and models that are made for a test."""

from collections.abc import Sequence

from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import Shape
from cnnspec.judge import rules
from cnnspec.judge.answers import Output
from cnnspec.judge.subjects import Given, Result, Sections, reported
from cnnspec.language.training import Data, Ensemble, Train


def disagreements(
    data: Data | None,
    train: Train | None,
    ensemble: Ensemble | None,
    inputs: Sequence[Shape],
    outputs: Sequence[Output],
) -> list[Problem]:
    return rules.of_training(_sections(data, train, ensemble, inputs, outputs))


def figures(train: Train) -> list[str]:
    """What Keras reports of an epoch of a model of one output."""
    sections = _sections(None, train, None, [], [Output((None, 1), None, ())])
    return [*reported(sections.training())]


def _sections(data, train, ensemble, inputs, outputs) -> Sections:
    given = [
        Given(f"in_{k}", f"in_{k}", shape, "float32", ("inputs", k))
        for k, shape in enumerate(inputs)
    ]
    names = [f"out_{k}" for k in range(len(outputs))]
    results = [Result(n, n, (n,), o) for n, o in zip(names, outputs, strict=True)]
    return Sections(data, train, ensemble, given, results)
