"""All that a lesson explains."""

from collections.abc import Iterator

from cnnspec.emit.keras_script.explain.layers import (
    activations,
    ideas,
    initializers,
    regularizers,
)
from cnnspec.emit.keras_script.explain.subject import Explanation, Subject
from cnnspec.emit.keras_script.explain.training import of_training
from cnnspec.judge.subjects import sections
from cnnspec.language.program import Program
from cnnspec.model.summary import Model, Summary


def explanations(program: Program, summary: Summary) -> Iterator[Explanation]:
    """What a lesson explains, each beside the section of its code that it is about.

    Args:
        program: what the spec says.
        summary: what it comes to.
    """
    subject = Subject(program, summary)
    yield from ideas(subject)
    yield from activations(subject)
    yield from initializers(subject)
    fit = sections(Model(program, summary)).fit()
    if fit is not None:
        yield from regularizers(subject)
        yield from of_training(fit)
