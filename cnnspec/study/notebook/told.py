"""What the texts and templates of a study's notebook are told."""

from collections.abc import Sequence
from typing import NamedTuple


class StudyView(NamedTuple):
    """The study; `{{ study.file }}` in a text is `StudyView.file` here."""

    file: str
    """The name of its file."""
    seeds: tuple[int, ...]
    """Those that each variant is trained from."""
    reference: str
    """The name of the variant that the others are compared with."""
    variants: Sequence[str]
    """The names of those that can be trained."""
    left_out: Sequence[str]
    """The names of those that can't."""
    t: str
    """Student's t for a 95 % interval of the mean over the seeds; nothing for one."""
    loads: bool
    """Whether a function loads the data."""
    builders: int
    """How many functions build models."""
    build_differs: bool
    """Whether they have arguments."""
    train_differs: bool
    """Whether what trains has."""
    votes: bool
    """Whether members vote in some variant."""


class VariantView(NamedTuple):
    """A variant; all but its name and numbers is code."""

    name: str
    """As the study has it."""
    params: int
    """How many its model has."""
    members: int
    """How many models vote; 0 where one answers alone."""
    loads: str
    """Loads its data; nothing where all have the same."""
    builds: str
    """Makes its model."""
    trains: str
    """Trains it."""
    votes: str
    """The score of its members together."""
