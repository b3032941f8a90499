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
from cnnspec.emit.keras_script.view import AnswerView
from cnnspec.language.program import Program
from cnnspec.model.summary import Summary


def explanations(
    program: Program, summary: Summary, answer: AnswerView | None
) -> Iterator[Explanation]:
    """What a lesson explains, each beside the section of its code that it is about.

    Args:
        program: what the spec says.
        summary: what it comes to.
        answer: how the model's answers are read; None where nothing is trained.
    """
    subject = Subject(program, summary)
    yield from ideas(subject)
    yield from activations(subject)
    yield from initializers(subject)
    if answer is not None:
        yield from regularizers(subject)
        yield from of_training(subject, answer.form, answer.classes)
