"""The cells of a study's notebook: the comparison as a teacher shows it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from cnnspec.emit.keras_script.cells import (
    as_it_is,
    code,
    markdown,
    sealed,
    table,
    titled,
)
from cnnspec.emit.keras_script.imports import needed_imports
from cnnspec.emit.keras_script.notebook import Lesson
from cnnspec.emit.targets import Options
from cnnspec.ground.errors import Diagnostic, Mark, SpecError
from cnnspec.ground.visible import visible
from cnnspec.ground.yaml_text import flow
from cnnspec.model import readable
from cnnspec.study.facts import Counts, counts_of
from cnnspec.study.notebook.functions import Functions, Variant, variants_of
from cnnspec.study.notebook.told import StudyView
from cnnspec.study.plan import Plan
from cnnspec.study.statistics import t_quantile


def render_notebook(plan: Plan, options: Options) -> str:
    """The notebook of a study as JSON (nbformat 4.5), sealed for `write_file`.

    Args:
        plan: the study, whose variants are checked.
        options: its language, backend and templates.

    Raises:
        SpecError: no variant can be trained, or one's own templates don't make a
            notebook.
    """
    path = plan.study.source.path
    models = [one.model for one in plan.variants if one.model is not None]
    if not models or any(not (m.program.data and m.program.train) for m in models):
        text = "a notebook of a study trains its variants"
        hint = "give the base data: and train:"
        raise SpecError([Diagnostic("error", "unwritable", Mark(path), text, hint)])
    variants = variants_of(plan, options)
    return sealed(Comparison(plan, variants).cells(), PurePath(path).name)


class Comparison:
    """The cells, in their order."""

    def __init__(self, plan: Plan, variants: list[Variant]) -> None:
        self._study, self._variants = plan.study, variants
        self._functions = Functions(variants)
        self._writer = variants[0].writer
        self._lesson = Lesson(self._writer, *variants[0][1:3])
        self._told: set[object] = set()
        sound = [one.planned.variant.name for one in variants]
        seeds, functions = plan.study.seeds, self._functions
        t = t_quantile(0.975, len(seeds) - 1) if len(seeds) > 1 else None
        self._view = StudyView(
            file=PurePath(plan.study.source.path).name,
            seeds=seeds,
            reference=sound[0],
            variants=sound,
            left_out=[one.variant.name for one in plan.variants if one.model is None],
            t=f"{t:.3f}" if t else "",
            loads=bool(functions.load),
            builders=len(functions.build),
            build_differs=any(one.parameters for one in functions.build),
            train_differs=any(one.parameters for one in functions.train)
            or len(functions.train) > 1,
            votes=bool(functions.vote),
        )

    def cells(self) -> Iterator[dict[str, Any]]:
        """All cells: Markdown and code."""
        yield markdown(self._opening())
        packages = [
            name for one in self._variants for name in one.writer.view.script.packages
        ]
        yield as_it_is(f"%pip install -q {' '.join(dict.fromkeys(packages))}")
        yield markdown(self._compared())
        codes = list(self._codes())
        yield markdown(f"## {self._say('imports')}\n\n{self._say('imports_text')}")
        yield code(needed_imports(self._imports(), *(c for _, c in codes if c)))
        for said, text in codes:
            if said:
                yield markdown(said)
            if text:
                yield code(text)

    # ------------------------------------------------------------- what is said

    def _say(self, name: str, **more: Any) -> str:
        values = {**self._writer.view._asdict(), "study": self._view, **more}
        said = self._writer.language.say("notebook", name, values)
        return " ".join(said.split())

    def _opening(self) -> str:
        notebook = self._writer.view.notebook
        files = self._say("files") if notebook is not None and notebook.files else ""
        said = (self._say("needs"), files, self._say("study_written_by"))
        return titled(visible(self._study.title), self._study.source, said)

    def _compared(self) -> str:
        """The variants, with what they change and what that comes to."""
        columns = ("variant", "changes", "params", "macs")
        titles = [self._say(f"study_{one}_column") for one in columns]
        rows = (
            (
                readable.escaped(one.planned.variant.name),
                self._changes(one),
                f"{counts.params:,}",
                readable.count_text(counts.macs),
            )
            for one, counts in zip(self._variants, self._counts(), strict=True)
        )
        said = [f"## {self._say('study_compared')}", self._say("study_compared_text")]
        said.append(table(titles, rows))
        if self._view.left_out:
            said.append(self._say("study_left_out"))
        said += [self._say("study_seeds_text"), self._say("study_guess")]
        return "\n\n".join(said)

    def _counts(self) -> list[Counts]:
        """What each variant costs."""
        models = (one.planned.model for one in self._variants)
        return [counts_of(model) for model in models if model is not None]

    def _changes(self, one: Variant, beside: Mapping[str, Any] | None = None) -> str:
        """What a variant changes, in words.

        Args:
            one: the variant.
            beside: settings that aren't told, since it is held against what has them.
        """
        variant, known = one.planned.variant, beside or {}
        said = [
            f"`{readable.in_code(f'{key}: {flow(value)}')}`"
            for key, value in variant.settings.items()
            if (key in variant.places or not variant.places)
            and not (key in known and known[key] == value)
        ]
        if variant.spec != self._study.base:
            name = PurePath(variant.spec).name
            said.insert(0, self._say("study_spec", spec=name))
        return ", ".join(said) or self._say("study_nothing")

    # ------------------------------------------------------------- what is done

    def _imports(self) -> str:
        lines = [
            line
            for one in self._variants
            for line in one.writer.render("lesson/imports").strip("\n").split("\n")
        ]
        # An empty line parts what has to come first from the imports behind it.
        return "\n".join(dict.fromkeys(lines))

    def _codes(self) -> Iterator[tuple[str, str]]:
        """What is said, and the code below it."""
        yield "", f"SEEDS = {list(self._view.seeds)}"
        yield from self._data()
        yield from self._model()
        yield from self._training()
        yield from self._trainings()
        yield from self._results()
        yield self._questions(), ""

    def _data(self) -> Iterator[tuple[str, str]]:
        said = [*self._lesson.said_before("data"), self._say("study_data_text")]
        functions = self._functions
        if functions.load:
            doc = self._in_code("study_load")
            for loading in functions.loading(doc):
                yield "\n\n".join(filter(None, said)), loading
                said = []
            yield "", functions.first_load()
        else:
            yield "\n\n".join(filter(None, said)), self._variants[0].parts.data
        said = [*self._lesson.said_before("samples")]
        yield "\n\n".join(said), self._variants[0].parts.samples

    def _model(self) -> Iterator[tuple[str, str]]:
        for said in self._lesson.said_before("model"):
            yield said, ""
        classes = [text for one in self._variants for text in one.parts.classes]
        for text in dict.fromkeys(classes):
            yield "", text
        said = self._say("study_model_text")

        def doc(names: Sequence[str]) -> str:
            return self._in_code("study_build", names=names)

        for text in self._functions.building(doc):
            yield said, text
            said = ""
        view = self._functions.view(0)
        for said in self._lesson.said_before("summary"):
            yield said, f"model = {view.builds}\nmodel.summary()"

    def _training(self) -> Iterator[tuple[str, str]]:
        said = [
            *self._lesson.said_before("compile"),
            *self._lesson.said_before("fit"),
            self._say("study_train_text"),
        ]
        told = "\n\n".join(said)
        for one in self._functions.train:
            yield told, self._rendered("train", function=one)
            told = ""
        told = self._say("study_vote_text")
        for text in self._functions.voting(
            lambda ensemble: self._in_code("study_vote", ensemble=ensemble)
        ):
            yield told, text
            told = ""

    def _trainings(self) -> Iterator[tuple[str, str]]:
        yield (
            f"## {self._say('study_variants')}\n\n{self._say('study_variants_text')}",
            "results = {}",
        )
        for place, one in enumerate(self._variants):
            said = [f"### {readable.escaped(one.planned.variant.name)}"]
            reference = self._variants[0].planned.variant
            changes = self._changes(one, reference.settings)
            said.append(
                self._say("study_variant_text", changes=changes)
                if place
                else self._say("study_reference_text")
            )
            said += [text for text in self._new(one) if place]
            view = self._functions.view(place)
            yield "\n\n".join(said), self._rendered("variant", variant=view)

    def _new(self, one: Variant) -> Iterator[str]:
        """What is explained of a variant and hasn't been of one before it."""
        other = Lesson(one.writer, one.program, one.summary)
        for cls, said in other.layers().items():
            if cls not in self._told:
                yield said
        for found in other.explained:
            in_layer = found.about is not None and found.about not in self._told
            if found.key not in self._told and not in_layer:
                yield other.explain(found)
        self._told |= {*other.layers(), *(found.key for found in other.explained)}

    def _results(self) -> Iterator[tuple[str, str]]:
        said = f"## {self._say('study_results')}\n\n{self._say('study_results_text')}"
        yield said, self._rendered("table")
        yield self._say("study_curves_text"), self._rendered("curves")
        yield self._say("study_scores_text"), self._rendered("scores")

    def _questions(self) -> str:
        differ = len(set(self._counts())) > 1
        train = self._writer.view.train
        keys = ["noise" if len(self._view.seeds) > 1 else "more_seeds"]
        keys += ["curves", *(["cost"] if differ else [])]
        keys += ["early"] if train is not None and train.validates else []
        asked = [self._say(f"study_question_{key}") for key in (*keys, "own")]
        numbered = "\n".join(f"{k}. {one}" for k, one in enumerate(asked, start=1))
        head = f"## {self._say('study_questions')}"
        return f"{head}\n\n{numbered}\n\n{self._say('study_answer')}"

    def _in_code(self, name: str, **more: Any) -> str:
        values = {**self._writer.view._asdict(), "study": self._view, **more}
        return self._writer.language.say("script", name, values)

    def _rendered(self, template: str, **more: Any) -> str:
        return self._writer.render(f"lesson/study/{template}", study=self._view, **more)
