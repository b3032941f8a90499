"""A variant held against what its study expects of it."""

from collections.abc import Iterable, Iterator
from typing import Any

from cnnspec.ground.errors import Diagnostic
from cnnspec.ground.source import Source
from cnnspec.judge.check import Proof
from cnnspec.language.document import Expect
from cnnspec.model.summary import Model
from cnnspec.study.plan import Study, Variant


def expected_of(study: Study, variant: Variant) -> Iterable[Proof]:
    """What holds a variant against what is expected of it, if anything is."""
    expect = variant.expect
    if expect is None:
        return ()

    def proof(model: Model) -> Iterator[Diagnostic]:
        from cnnspec.judge.expect import judge

        yield from judge(_expecting(model, study, variant, expect))

    return (proof,)


def _expecting(model: Model, study: Study, variant: Variant, expect: Expect) -> Model:
    """The model, as if its spec expected what the study does."""
    program = model.program
    source: Any = object.__new__(_Expecting)
    vars(source).update(vars(program.source.apart()))
    source.study = study.source
    prefix = () if study.source.holds(("expect", variant.name)) else ("study",)
    source.note_place(("expect",), study.source, (*prefix, "expect", variant.name))
    return Model(program._replace(expect=expect, source=source), model.summary)


class _Expecting(Source):
    """A spec's document, whose expectations stand in a study."""

    study: Source

    def read_beside(self, given: str) -> tuple[str, str]:
        """The path of a file that the study names, and its text."""
        return self.study.read_beside(given)
