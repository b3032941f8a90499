"""An ensemble whose members would run on all devices.

distribute: lets all devices train one model together; the members of an
ensemble are trained apart, several at once with --jobs N.

Wrong:

    train: {loss: categorical_crossentropy, distribute: data_parallel, seed: 0}
    ensemble: {members: 3}

Right:

    train: {loss: categorical_crossentropy, seed: 0}
    ensemble: {members: 3}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Sections

CODE = "shared-ensemble"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds both."""
    if sections.ensemble and sections.train and sections.train.distribute:
        text = "distribute: shares the training of one model, and ensemble: has several"
        hint = "remove it; --jobs N trains members at once"
        yield Problem(("train", "distribute"), CODE, text, hint, at_key=True)
