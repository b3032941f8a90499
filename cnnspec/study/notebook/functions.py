"""The functions of a study's notebook, and how each variant calls them."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cnnspec.emit.code.model import value_text
from cnnspec.emit.code.plan.comments import in_docstring
from cnnspec.emit.code.plan.names import identifier
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.targets import LESSON, SEQUENTIAL, Options
from cnnspec.language.program import Program
from cnnspec.language.training import Data, Ensemble
from cnnspec.model.summary import Summary
from cnnspec.study.notebook.parts import Function, Parts, Shared, made_known, parts_of
from cnnspec.study.notebook.spans import Text
from cnnspec.study.notebook.told import VariantView
from cnnspec.study.plan import Plan, Planned

_ALL = 1.0
"""A limit that takes all samples, among others that are shares."""
_NO_LIMIT = "None"
"""The same as code, among numbers."""


class Variant(NamedTuple):
    """A variant that can be trained."""

    planned: Planned
    program: Program
    """Without its ensemble."""
    summary: Summary
    writer: Writer
    parts: Parts
    ensemble: Ensemble | None


def variants_of(plan: Plan, options: Options) -> list[Variant]:
    """The variants of a study that can be trained, that of reference first.

    Raises:
        SpecError: one's own templates can't be rendered.
    """
    sound = [one for one in plan.variants if one.model is not None]
    sound.sort(key=lambda one: one.variant.name != plan.study.reference)
    language = Language(options.lang, options.templates)
    return [_variant(one, language, options, _limits(one, sound)) for one in sound]


def _limits(planned: Planned, others: Sequence[Planned]) -> set[type]:
    """Whether others cut the same data down, to a number of samples or to a share."""
    data = _data(planned)
    return {
        type(other.limit)
        for other in filter(None, map(_data, others))
        if other.limit is not None and data == other.changed({}, "limit")
    }


def _data(planned: Planned) -> Data | None:
    return planned.model.program.data if planned.model else None


def _variant(
    planned: Planned, language: Language, options: Options, limits: set[type]
) -> Variant:
    assert planned.model is not None
    program, summary = planned.model[:2]
    data = program.data
    if data is not None and limits:
        # All of them, said as the others say theirs.
        data = data.changed({"limit": _ALL})
    alone = program._replace(ensemble=None, data=data)
    writer = Writer(
        alone,
        summary,
        language,
        options.backend,
        own=options.templates,
        style=LESSON,
        sequential=options.form == SEQUENTIAL,
        notebook=True,
    )
    told = writer.view.data
    if told is not None and limits == {int}:
        writer.view = writer.view._replace(data=told._replace(limit=_NO_LIMIT))
    parts = parts_of(writer)
    return Variant(planned, alone, summary, writer, parts, program.ensemble)


class Functions:
    """What the variants of a study share.

    Attributes:
        load: what loads data; nothing where all have the same.
        build: what makes models.
        train: what trains one.
        vote: what puts the answers of several together.
        known: the variables that `load` gives.
    """

    def __init__(self, variants: Sequence[Variant]) -> None:
        self._variants = variants
        shared = Shared(
            _called([one.planned.variant.name for one in variants]),
            [_settings(one.planned.variant.settings) for one in variants],
        )
        every = dict(enumerate(one.parts for one in variants))
        self.load = shared.functions(
            "load_data", {k: parts.data for k, parts in every.items()}
        )
        self.build = shared.functions(
            "build_model",
            {k: parts.model for k, parts in every.items()},
            {k: parts.constants for k, parts in every.items()},
        )
        self.train = shared.functions(
            "train", {k: parts.training for k, parts in every.items()}
        )
        self.vote = shared.functions("vote", dict(self._votes()))
        self.known: list[str] = []
        if len(self.load) == 1 and not self.load[0].parameters:
            self.load = []
        else:
            self.known = self._known()

    def _votes(self) -> Iterator[tuple[int, str]]:
        for place, one in enumerate(self._variants):
            if one.ensemble:
                code = one.writer.text("lesson/study/vote.py.j2", ensemble=one.ensemble)
                yield place, code.strip("\n")

    def _known(self) -> list[str]:
        """What else reads of the variables that the code of data assigns to."""
        held_out = [
            f"{view.held_out_pair}, {view.held_out_samples}"
            for one in self._variants
            if (view := one.writer.view.data)
        ]
        codes = [one.code for one in (*self.train, *self.vote)]
        samples = [one.parts.samples for one in self._variants[:1]]
        data = [one.parts.data for one in self._variants]
        found = [made_known(code, *codes, *samples, *held_out) for code in data]
        return list(dict.fromkeys(name for names in found for name in names))

    def view(self, place: int) -> VariantView:
        """How a variant is trained."""
        one = self._variants[place]
        loads = _call(self.load, place)
        known = ", ".join(self.known)
        return VariantView(
            name=one.planned.variant.name,
            params=one.summary.total_params,
            members=one.ensemble.members if one.ensemble else 0,
            loads=f"{known} = {loads}" if loads else "",
            builds=_call(self.build, place),
            trains=_call(self.train, place, "model"),
            votes=_call(self.vote, place, "members"),
        )

    def first_load(self) -> str:
        """Code that loads the data of the first variant."""
        return self.view(0).loads

    # ------------------------------------------------------------- as code

    def loading(self, doc: str) -> Iterator[str]:
        """The functions that load data."""
        for one in self.load:
            end = f"return {', '.join(self.known)}"
            yield _defined(one, one.head, doc, [one.code, end])

    def building(self, doc: Callable[[Sequence[str]], str]) -> Iterator[str]:
        """Constants and functions, and those that make the models.

        Args:
            doc: says what one does, of the names of the variants that it is for.
        """
        nested = len(self.build) > 1
        for one in self.build:
            varied = {parameter.name for parameter in one.parameters}
            above, inside = _apart(one.code, varied, nested)
            lines = self._variants[one.variants[0]].parts.constant_lines
            constants = _without(lines, varied)
            if nested:
                inside = [constants, *inside]
            else:
                yield from filter(None, [constants, *above])
            names = [self._variants[k].planned.variant.name for k in one.variants]
            yield _defined(one, one.head, doc(names), inside)

    def voting(self, doc: Callable[[Ensemble], str]) -> Iterator[str]:
        """The functions that put answers together.

        Args:
            doc: says what one does, of an ensemble that it is for.
        """
        for one in self.vote:
            ensemble = self._variants[one.variants[0]].ensemble
            assert ensemble is not None
            yield _defined(one, "members", doc(ensemble), [one.code])


def _called(names: Sequence[str]) -> list[str]:
    """Variants' names as parts of names of functions, all of them different."""
    found: list[str] = []
    for name in names:
        own = identifier(name.lower())
        found.append(f"{own}_{len(found)}" if own in found else own)
    return found


def _settings(settings: Mapping[str, Any]) -> dict[str, str]:
    return {key: value_text(value) for key, value in settings.items()}


def _call(functions: Sequence[Function], place: int, *given: str) -> str:
    for one in functions:
        if place in one.variants:
            arguments = ", ".join(filter(None, (*given, one.arguments(place))))
            return f"{one.name}({arguments})"
    return ""


def _defined(one: Function, head: str, doc: str, code: Sequence[str]) -> str:
    from textwrap import indent

    body = "\n".join([f'"""{in_docstring(doc)}"""', *filter(None, code)])
    return f"def {one.name}({head}):\n{indent(body, '    ')}"


def _apart(code: str, varied: set[str], nested: bool) -> tuple[list[str], list[str]]:
    """The functions of blocks that can stand above, and what can't.

    A function that reads a parameter has to stand where that is known, and so does
    whatever calls it.
    """
    text = Text(code)
    first = next(
        k
        for k, one in enumerate(text.tree.body)
        if not isinstance(one, ast.FunctionDef)
    )
    start = text.lines_with_comments(text.tree.body[first])
    functions, rest = code[:start], code[start:]
    reads = {
        node.id
        for one in text.tree.body[:first]
        for node in ast.walk(one)
        if isinstance(node, ast.Name)
    }
    rest = _returned(rest)
    if nested or reads & varied:
        return [], [functions.strip("\n"), rest]
    return [functions.strip("\n")], [rest]


def _returned(code: str) -> str:
    """Code that gives the model which it makes."""
    text = Text(code)
    last = text.tree.body[-1]
    if isinstance(last, ast.Assign) and text.piece(last).startswith("model = "):
        start, _ = text.span(last)
        return f"{code[:start]}return {code[start:].removeprefix('model = ')}"
    return f"{code}\nreturn model"


def _without(lines: str, varied: set[str]) -> str:
    """Constants without those that are parameters."""
    text, left = Text(lines), ""
    end = 0
    for node in text.tree.body:
        start, until = end, text.lines_of(node)[1]
        end = until
        assert isinstance(node, ast.Assign)
        [target] = node.targets
        if ast.unparse(target).lower() not in varied:
            left += lines[start:until]
    return left.strip("\n")
