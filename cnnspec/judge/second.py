"""The second of two fits, as the rules about a training are asked about it."""

from collections.abc import Iterable, Iterator
from typing import Any

from cnnspec.ground.errors import Path, Problem
from cnnspec.judge.subjects import Sections
from cnnspec.language.fine_tuning import FineTune, second_fit


def second(sections: Sections) -> Sections:
    """The sections as if the second fit were the only one."""
    train: Any = sections.train
    return Sections(
        sections.data,
        second_fit(train),
        sections.ensemble,
        sections.inputs,
        sections.outputs,
        sections.tuned,
        sections.program,
    )


def only_second(
    found: Iterable[Problem], before: Iterable[Problem], tune: FineTune
) -> Iterator[Problem]:
    """What is to be told of the second fit beside what was found of the first.

    A warning about what it takes over holds for the first as well, or is no matter: a
    callback may be there for the first alone.

    Args:
        found: of the second, at the places of the first.
        before: of the first.
        tune: what the spec says of the second.
    """
    told = {(problem.path, problem.code) for problem in before}
    for problem in found:
        place = _place(problem.path, tune)
        if place is not None:
            yield problem._replace(path=place)
        elif problem.severity == "error" and (problem.path, problem.code) not in told:
            text = f"in fine_tune: {problem.message}"
            path = ("train", "fine_tune")
            yield problem._replace(path=path, message=text, at_key=True)


def _place(path: Path, tune: FineTune) -> Path | None:
    """Where the second fit says what a place of the first does; None if it doesn't."""
    section, key, *rest = (*path, "", "")[: max(len(path), 2)]
    if section != "train":
        return None
    own = ("train", "fine_tune")
    if key in tune.given:
        return (*own, key, *rest)
    if tune.learning_rate is not None and "learning_rate" in rest:
        return (*own, *rest[rest.index("learning_rate") :])
    return None
