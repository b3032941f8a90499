"""A spec from its text to everything that is found out about it."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnspec.catalogue.registry import declaring
from cnnspec.ground import patience
from cnnspec.ground.errors import Diagnostic, Problem, SpecError
from cnnspec.ground.source import Source, with_bases
from cnnspec.judge import rules
from cnnspec.judge.settings import Settings, without_ignored
from cnnspec.language.document import Document
from cnnspec.language.program import BESIDE, Program
from cnnspec.model.changing import read_changed
from cnnspec.model.graph import Graph
from cnnspec.model.resolver import resolve
from cnnspec.model.running import followed
from cnnspec.model.summary import Model, Summary, infer

if TYPE_CHECKING:
    from cnnspec.judge.overrides import Overrides, Place

Proof = Callable[[Model], Iterable[Diagnostic]]
"""What else a model without errors is held against, such as what Keras builds."""


class Checked(NamedTuple):
    """A spec and everything that was found out about it.

    `program` and `summary` are None where the file could not be read at all. Where
    there are errors the summary holds the layers that could be worked out.
    """

    path: str
    program: Program | None
    summary: Summary | None
    diagnostics: list[Diagnostic]
    strict: bool = False
    """Whether warnings count as errors."""
    at: str = ""
    """The sizes of inputs that `summary` is for, where they aren't the spec's own."""
    study: Any = None
    """The plan of the variants, where it is a study or has one."""

    @property
    def ok(self) -> bool:
        """Whether the spec is free of errors."""
        return not (self.diagnostics if self.strict else _errors(self.diagnostics))

    @property
    def verdict(self) -> str:
        """`ok` where there is no error; a code where a warning says that it fails."""
        if not self.diagnostics:
            return "ok"
        from cnnspec.judge.rules.layers.fails_at_run import CODE

        return CODE if any(found.code == CODE for found in self.diagnostics) else "ok"

    def model(self) -> "Model":
        """The program and summary of a spec that is free of errors.

        What a spec expects of itself, a variant of it by overrides needn't come to.

        Raises:
            SpecError: it isn't.
        """
        if self.program is None or self.summary is None:
            raise SpecError(self.diagnostics)
        lets_pass = "expected-mismatch" if self.program.is_variant else None
        found = [d for d in self.diagnostics if d.code != lets_pass]
        if _errors(found):
            raise SpecError(found)
        return Model(self.program, self.summary)


def _errors(found: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error, and not a warning."""
    return any(diagnostic.severity == "error" for diagnostic in found)


def check_source(
    read: Callable[[], Source],
    path: str,
    overrides: "Overrides",
    settings: Settings,
    *proofs: Proof,
) -> Checked:
    """Everything about a spec.

    Args:
        read: gives its document, without what that extends.
        path: what messages call it.
        overrides: `KEY=VALUE` each, or values by their keys.
        settings: which warnings are told.
        proofs: what a model without errors is held against as well.

    Raises:
        OverrideError: an override that can't be applied.
    """
    patience.renew()
    with without_collection():
        try:
            source = read()
            source.everywhere = settings.allow_outside
            with_bases(source, Document.arguments())
        except SpecError as error:
            return Checked(path, None, None, error.diagnostics)
        if overrides:
            from cnnspec.judge.overrides import apply

            apply(source, overrides)
        return _check(source, settings, *proofs)


def check_changed(
    source: Source,
    overrides: "Overrides",
    settings: Settings,
    *proofs: Proof,
    places: "Mapping[str, Place]",
    like: Model | None = None,
) -> Checked:
    """Everything about a spec that is one of many, and differs little from others.

    What would mend it isn't looked for, since that takes longer than all else. Of
    another model than its own, what the spec expects isn't asked; nor is what is too
    much in a text that others have more use for.

    Args:
        source: its document, with what that extends; it is changed.
        overrides: what is changed.
        settings: which warnings are told.
        proofs: what a model without errors is held against as well.
        places: where the changes stand, by their keys.
        like: a model of the same layers, which was checked before.

    Raises:
        OverrideError: an override that can't be applied.
    """
    from cnnspec.judge.overrides import apply

    patience.renew()
    with without_collection():
        apply(source, overrides, places)
        program = read_changed(source)._replace(may_import=settings.allow_import)
        if program.is_variant:
            program = program._replace(expect=None)
        with declaring(program.own):
            if like is not None:
                model = Model(program, like.summary)
            else:
                summary = followed(infer(resolve(program), source.line))
                model = Model(program, _tuned(program, summary))
            return _found(model, settings, *proofs, texts=not overrides)


def check_read(program: Program, graph: Graph, settings: Settings) -> Checked:
    """Everything about a spec that has been read.

    Args:
        program: what it says.
        graph: of its model.
        settings: which warnings are told.
    """
    patience.renew()
    with without_collection(), declaring(program.own):
        program = program._replace(may_import=settings.allow_import)
        return _judged(program, graph, settings)


def _check(source: Source, settings: Settings, *proofs: Proof) -> Checked:
    program = read_changed(source)._replace(may_import=settings.allow_import)
    with declaring(program.own):
        return _judged(program, resolve(program), settings, *proofs)


def _judged(
    program: Program, graph: Graph, settings: Settings, *proofs: Proof
) -> Checked:
    summary = _tuned(program, followed(infer(graph, program.source.line)))
    model = Model(program, summary)
    return _found(model, settings, *proofs, remedies=_with_remedies(model))


def _found(
    model: Model,
    settings: Settings,
    *proofs: Proof,
    remedies: Sequence[Problem] | None = None,
    texts: bool = True,
) -> Checked:
    """What is found in a model.

    Args:
        model: what a spec comes to.
        settings: which warnings are told.
        proofs: what it is held against if nothing is wrong.
        remedies: what is wrong with its sizes, and what would mend that, if looked for.
        texts: whether it is told what is too much in the spec's text.
    """
    program, summary = model
    source, graph = program.source, summary.graph
    problems = (
        *program.problems,
        *graph.problems,
        *rules.of_graph(model),
        *(summary.problems if remedies is None else remedies),
    )
    errors = list(map(source.error, problems))
    found = [*_of_text(source, errors), *_without_echoes(source, errors)]
    if not _errors(found):
        # A step that is left out has something wrong with it, or the fault is here.
        made = {row.name for row in summary.rows}
        assert made.issuperset(graph.outputs), (
            "a layer is missing, and nothing says why"
        )
        found += map(source.error, rules.of_model(model, texts=texts))
        found += _expected(model)
    elif not _errors(source.problems):
        found += _beside_errors(model, problems)
    for proof in proofs:
        if not _errors(found):
            found = _with_proof(found, proof(model))
    if source.ignores:
        sound = not (_errors(found) or program.is_variant)
        found = without_ignored(found, source, sound=sound)
    found = sorted(filter(settings.tells, found), key=lambda d: d.mark)
    return Checked(source.path, program, summary, found, settings.strict)


def _tuned(program: Program, summary: Summary) -> Summary:
    """The summary with what a second fit trains, where the spec has one."""
    tune = program.train and program.train.fine_tune
    if not tune or summary.problems or summary.graph.problems:
        return summary
    from cnnspec.model.tuning import tuned

    return summary._replace(tuned=tuned(summary, tune.names, tune.from_layer))


def _beside_errors(model: Model, problems: Iterable[Problem]) -> Iterator[Diagnostic]:
    """What else is wrong with a spec that has errors, and isn't due to one of them."""
    program, source = model.program, model.program.source
    program = program._replace(**program.parts)
    model = Model(program, model.summary)
    if any(p.severity == "error" and p.path[:1] not in BESIDE for p in problems):
        yield from map(source.error, rules.of_sections(program))
        return
    from cnnspec.judge.subjects import sections

    if program.data or program.train or program.ensemble:
        yield from map(source.error, rules.of_training(sections(model)))
    yield from _expected(model)


def _with_remedies(model: Model) -> Sequence[Problem]:
    """The problems of a summary, each with what was found to mend it."""
    program, summary = model
    if not summary.problems:
        return ()
    from cnnspec.judge.remedies import with_remedies

    found = with_remedies(program, summary)
    if program.expect is not None and program.expect.summary is not None:
        from cnnspec.judge.expect import mending

        if texts := "; or ".join(remedy.text for remedy in mending(model)):
            hint = f"{texts}, and all is as in expect.summary"
            found[0] = found[0]._replace(hint=hint)
    return found


def _with_proof(
    found: Sequence[Diagnostic], proved: Iterable[Diagnostic]
) -> list[Diagnostic]:
    """Findings with those of a proof, which makes an error of a warning of the same."""
    by_place = {(diagnostic.mark, diagnostic.code): diagnostic for diagnostic in found}
    for diagnostic in proved:
        place = diagnostic.mark, diagnostic.code
        ours = by_place.setdefault(place, diagnostic)
        if diagnostic.severity == "error":
            by_place[place] = ours._replace(severity="error")
    return list(by_place.values())


_ECHOING = frozenset({"hidden-character", "key", "merge-key", "number", "tag", "tuple"})
"""Codes of mistakes in the YAML itself that turn a value into another."""


def _of_text(source: Source, errors: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """What is wrong with the YAML itself; where a layer knows better, with its hint."""
    known = {d.mark: d.hint for d in errors if d.hint.startswith("write - ")}
    for found in source.problems:
        better = known.get(found.mark) if found.code == "tuple" else None
        yield found._replace(hint=better) if better else found


def _without_echoes(
    source: Source, found: Iterable[Diagnostic]
) -> Iterator[Diagnostic]:
    """Leaves out what is only wrong because the YAML there is."""
    marks = {d.mark for d in source.problems if d.code in _ECHOING}
    lost_keys = {"key", "merge-key"}
    lines = {d.mark.line for d in source.problems if d.code in lost_keys}
    for diagnostic in found:
        lost = diagnostic.code == "missing-field" and diagnostic.mark.line in lines
        if diagnostic.mark not in marks and not lost:
            yield diagnostic


def _expected(model: Model) -> Iterator[Diagnostic]:
    program = model.program
    if program.expect is not None:
        from cnnspec.judge.expect import judge

        hint = (
            "--set expect=null asks nothing of a variant" if program.is_variant else ""
        )
        for found in judge(model):
            yield found._replace(hint=found.hint or hint)


@contextmanager
def without_collection() -> Iterator[None]:
    """Lets the garbage collector rest: a spec makes many objects and no cycles.

    At 100,000 layers its passes would cost as much as all other work.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
