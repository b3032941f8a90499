"""What rules find in sections and models that are made for a test."""

from collections.abc import Sequence

from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import Shape
from cnnspec.judge import rules
from cnnspec.judge.answers import Output
from cnnspec.judge.subjects import Sections
from cnnspec.language.training import Data, Ensemble, Train


def disagreements(
    data: Data | None,
    train: Train | None,
    ensemble: Ensemble | None,
    inputs: Sequence[Shape],
    outputs: Sequence[Output],
) -> list[Problem]:
    return rules.of_training(Sections(data, train, ensemble, inputs, outputs))
