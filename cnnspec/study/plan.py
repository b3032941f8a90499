"""What a study is: its variants, and the runs that they come to."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnnspec.ground.errors import Diagnostic, Path
from cnnspec.ground.source import Source
from cnnspec.language.document import Expect
from cnnspec.model.summary import Model

BASE = "base"
"""The variant that differences are to, where there is one of that name."""


class Halving(NamedTuple):
    """Successive halving: who is trained further (Jamieson and Talwalkar, 2016)."""

    epochs: int
    """Of the first rung."""
    factor: int
    """One of so many goes on, for so many times the epochs."""

    def rungs(self, epochs: int) -> list[int]:
        """The epochs of each rung; those of the spec on the last.

        That has as many times more as any other, or a few more than that.
        """
        found, here = [self.epochs], self.epochs * self.factor
        while here * self.factor <= epochs:
            found.append(here)
            here *= self.factor
        return [*found, epochs] if self.epochs < epochs else [epochs]

    def kept(self, count: int) -> int:
        """How many of a rung go on."""
        return max(1, count // self.factor)


class Search(NamedTuple):
    """Variants that are drawn at random."""

    trials: int
    seed: int
    halving: Halving | None


class Variant(NamedTuple):
    """One of the things that a study compares."""

    name: str
    """`he`, or `vars.depth=2,train.batch_size=8` of a grid or of a sample."""
    settings: Mapping[str, Any]
    """Values of the spec by their keys, as `--set` takes them; the seed isn't one."""
    spec: str
    """Path of the spec that it is of: the base's, unless it names another."""
    path: Path
    """Where it stands in the study's document."""
    places: Mapping[str, Path] = {}
    """Where its settings do, by their keys; those of the command line do nowhere."""
    expect: Expect | None = None
    """What the study expects of it."""
    is_drawn: bool = False
    """Whether it is a sample."""
    overrides: Mapping[str, Any] = {}
    """Those of its settings that the command line gives all variants."""


class Study(NamedTuple):
    """A study as its author wrote it."""

    title: str
    name: str
    """The name of its folder of results."""
    base: str
    """Path of the spec."""
    seeds: tuple[int, ...]
    variants: tuple[Variant, ...]
    reference: str
    """The variant that differences are to."""
    source: Source
    search: Search | None

    @property
    def folder(self) -> str:
        """Where its results are, seen from where it is started."""
        return f"results/{self.name}"


class Planned(NamedTuple):
    """A variant that has been checked."""

    variant: Variant
    model: Model | None
    problems: tuple[Diagnostic, ...]
    """What was found; with an error among them there is no model, and it isn't run."""


class Run(NamedTuple):
    """A variant with a seed: one training."""

    variant: str
    seed: int
    spec: str
    """Path of its spec."""
    settings: Mapping[str, Any]
    """The variant's, and the seed."""
    folder: str
    """Where its results are, seen from where the study is started."""
    key: str
    """A digest of all that its outcome depends on."""
    epochs: int
    """Those that are asked for, of a second fit too."""


class Plan(NamedTuple):
    """A study whose variants have been checked, and what it has to run."""

    study: Study
    variants: tuple[Planned, ...]
    runs: tuple[Run, ...]
    same: Mapping[str, str] = {}
    """The variants that come to the same as one before them, and which one that is."""
    rungs: Mapping[str, int] = {}
    """How often each sample has gone on, of those that have."""
