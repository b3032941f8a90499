"""What a script and a notebook are made with: the templates of one spec, rendered."""

import ast
from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import Any

from cnnspec.catalogue.registry import declaring
from cnnspec.emit.code.model import model_code
from cnnspec.emit.code.plan.comments import in_docstring, own_name, paragraphs
from cnnspec.emit.keras_script import custom
from cnnspec.emit.keras_script.pictures import pictures_view
from cnnspec.emit.keras_script.streaming import stream_view
from cnnspec.emit.keras_script.telling import (
    answer_view,
    data_view,
    needed_packages,
    train_view,
    words_view,
)
from cnnspec.emit.keras_script.templates import environment, place_of, refusal
from cnnspec.emit.keras_script.texts import Language, string
from cnnspec.emit.keras_script.view import (
    Font,
    ModelView,
    NotebookView,
    ScriptView,
    View,
)
from cnnspec.emit.packages import BACKENDS
from cnnspec.emit.targets import FULL
from cnnspec.emit.words import ENGLISH, complaint
from cnnspec.ground.errors import SpecError
from cnnspec.ground.file_names import file_name
from cnnspec.ground.source import stem
from cnnspec.ground.source.remarks import Remarks
from cnnspec.ground.visible import visible
from cnnspec.judge.adapting import adapted
from cnnspec.judge.subjects import sections
from cnnspec.language.program import Program
from cnnspec.language.results import results_folder
from cnnspec.model import readable
from cnnspec.model.depth import recursion_limit
from cnnspec.model.functional import Functional, each_node
from cnnspec.model.summary import Model, Summary


class Writer:
    """Renders the templates of one spec.

    Attributes:
        language: of the texts.
        view: what the templates are told.
    """

    def __init__(
        self,
        program: Program,
        summary: Summary,
        language: Language,
        backend: str = BACKENDS[0],
        *,
        own: str | None = None,
        style: str = FULL,
        sequential: bool = False,
        notebook: bool = False,
        results: str | None = None,
    ) -> None:
        """Finds out all that templates are told.

        Args:
            program: what the spec says.
            summary: what it comes to.
            language: of the texts.
            backend: the one that Keras uses unless KERAS_BACKEND says otherwise.
            own: a folder of templates of one's own.
            style: of the script.
            sequential: whether a chain of layers is written as a `keras.Sequential`.
            notebook: whether it is for a notebook.
            results: where a full script leaves all that it writes; the folder of its
                name if none, and callbacks' files where the spec says.

        Raises:
            SpecError: one's own templates can't be rendered.
        """
        self.language, self._own = language, own
        self._source, self._style = program.source, style
        self._sequential = sequential
        script = _script(program, language, backend, style)
        self.view = View(script._replace(results=results or script.results))
        data, train, ensemble = program.data, program.train, program.ensemble
        fit = sections(Model(program, summary)).training()
        if train is not None:
            view = train_view(fit, style, backend, is_run=results is not None)
            self.view = self.view._replace(train=view)
        if data is not None and train is not None:
            answers = tuple(answer_view(one, style) for one in fit.outputs)
            told = data_view(data, fit, backend)
            self.view = self.view._replace(
                data=told,
                stream=stream_view(fit, told, answers[0]),
                ensemble=ensemble,
                answer=answers[0] if len(fit.results) == 1 else None,
                answers=answers,
                pictures=pictures_view(fit, summary),
            )
            self.view = self.view._replace(words=words_view(self.view, self.say))
        if notebook:
            self.view = self.view._replace(notebook=self._notebook(program))
        self.view = self.view._replace(model=self._model(program, summary))

    def render(self, template: str, **more: Any) -> str:
        """The code that a template makes, each statement in a line.

        Args:
            template: its file, without the ending.
            more: what it is told beside the view.

        Raises:
            SpecError: one's own templates can't be rendered, or don't make Python.
        """
        code = self.text(f"{template}.py.j2", **more)
        try:
            ast.parse(code)
        except SyntaxError as error:
            if self._own is None:
                raise
            traced = self._rendered(f"{template}.py.j2", more, traced=True)
            place = place_of(traced, error.lineno or 1)
            raise complaint(place, f"this makes no Python: {error.msg}") from None
        return code

    def text(self, template: str, **more: Any) -> str:
        """What a template makes that is no Python.

        Args:
            template: its file.
            more: what it is told beside the view.

        Raises:
            SpecError: one's own template can't be rendered.
        """
        return self._rendered(template, more)

    def say(self, name: str, section: str = "script") -> str:
        """A text of the language."""
        return self.language.say(section, name, self.view._asdict())

    def _rendered(
        self, template: str, more: dict[str, Any], *, traced: bool = False
    ) -> str:
        try:
            found = environment(self._own, traced=traced).get_template(template)
            told = {**self.view._asdict(), **self._writers(), **more}
            return str(found.render(told))
        except SpecError:
            raise
        except Exception as error:
            if self._own is None:
                raise
            raise refusal(error, self._own) from None

    def _writers(self) -> dict[str, Callable[..., str]]:
        """The functions by which templates write texts."""
        from jinja2 import pass_context

        def writes(
            before: str,
            after: str,
            quote: bool = False,
            language: Language = self.language,
        ) -> Callable[..., str]:
            @pass_context
            def written(context: Any, name: str) -> str:
                said = language.say("script", name, context.get_all())
                return f"{before}{string(said) if quote else said}{after}"

            return written

        return {
            "said": self._said,
            "say": writes("", ""),
            "doc": writes('"""', '"""'),
            "note": writes("# ", ""),
            "label": writes("", "", quote=True),
            "caption": writes("", "", quote=True, language=self._drawn()),
            "show": writes("print(", ")", quote=True),
            "fail": writes("raise SystemExit(", ")", quote=True),
            "leave": writes("sys.exit(", ")", quote=True),
        }

    def _drawn(self) -> Language:
        """The language of what is drawn: the script's, where its letters are there."""
        lacks_letters = self.language.texts.get("font") and not self.view.script.font
        return Language(ENGLISH, self._own) if lacks_letters else self.language

    def _said(self, *keys: str, alone: bool = False) -> str:
        """What the author says of the keys of a spec that a line does justice to.

        Lines of their own, and a note for `laid_out`: `{{ said("data.scale") -}}`.
        Where no line does, they stand alone.
        """
        found = [self._remarks(key) for key in keys]
        lines = [f"# {said}" for one in found for said in one.above]
        behind = [one.behind for one in found if one.behind]
        lines += [f"# {said}" for said in (behind if alone else behind[:-1])]
        lines += [f"#:: {said}" for said in behind[-1:] if not alone]
        return "".join(f"{visible(line)}\n" for line in lines)

    def _remarks(self, key: str) -> Remarks:
        """What the author says of `data:` alone, or of `data.scale` and its parts."""
        steps = key.removesuffix(":").split(".")
        path = tuple(int(step) if step.isdigit() else step for step in steps)
        return self._source.remarks(path, whole=not key.endswith(":"))

    def _model(self, program: Program, summary: Summary) -> ModelView:
        """What templates are told of the model."""
        above: dict[str, Any] = {}
        if self.view.data and self._style == FULL:
            above = _constants(self.render("full/constants"))
        code = model_code(
            program, summary, self.language, above, sequential=self._sequential
        )
        layers = [n.layer for n in each_node(summary.graph) if not n.shares]
        files = [one.own_file for one in layers if isinstance(one, Functional)]
        with declaring(program.own):
            own = custom.classes(layers, *code.functions, code.body, code.model)
        classes = adapted(Model(program, summary))
        return ModelView(
            name=program.name,
            own_name=own_name(program.name, summary.graph.keras_name),
            params=summary.total_params,
            trainable=summary.trainable_params,
            non_trainable=summary.non_trainable_params,
            macs=summary.macs,
            imports=[*custom.imports(own), *custom.part_imports(program)],
            constants=code.constants,
            classes=custom.sources(own, self._own),
            adapted=[f"{cls.module}.{cls.__name__}" for cls in classes],
            keeps_adapted=all(cls.keeps_adapted for cls in classes),
            functions=code.functions,
            body=code.body,
            call=code.model,
            frozen=code.frozen,
            thawed=code.thawed,
            tuned=summary.tuned.trainable_params if summary.tuned else 0,
            has_weights=any(
                isinstance(one, Functional) and one.trained for one in layers
            ),
            weights_files=list(dict.fromkeys(filter(None, files))),
            recursion_limit=recursion_limit(summary.graph),
        )

    def _notebook(self, program: Program) -> NotebookView:
        data = program.data if self.view.data else None
        files = (data.path, data.train, data.validation) if data else ()
        named = [[one] if isinstance(one, str) else list(one or ()) for one in files]
        return NotebookView(
            spec=PurePath(program.source.path).name,
            files=[f"`{readable.in_code(file)}`" for one in named for file in one],
            data=self.say(f"data_{self.view.data.source}", section="notebook")
            if self.view.data
            else "",
        )


def _script(
    program: Program, language: Language, backend: str, style: str
) -> ScriptView:
    # The plots of a lesson have no letters but those of the spec.
    font = script_font(program, language) if style == FULL else None
    return ScriptView(
        introduction="\n\n".join(map(in_docstring, _introduction(program, language))),
        packages=needed_packages(program, backend, font, style),
        stem=file_name(stem(program.source.path)),
        is_full=style == FULL,
        backend=backend,
        is_usual_backend=backend == BACKENDS[0],
        results=results_folder(program),
        overrides=program.source.assignments,
        # By its name, since the package as a whole imports all wings.
        version=import_module("cnnspec").__version__,
        font=font,
    )


def _introduction(program: Program, language: Language) -> list[str]:
    """What the model is, in paragraphs: its description, and the head of the file."""
    above, behind = program.source.remarks(("description",), whole=False)
    head = [[*above, *([behind] if behind else [])], *program.source.head()]
    beside = ["\n".join(map(visible, lines)) for lines in head if lines]
    if said := program.description.strip():
        return [*paragraphs(said), *beside]
    name = {"model": {"name": program.name}}
    return beside or paragraphs(language.say("script", "model", name))


def script_font(program: Program, language: Language) -> Font | None:
    """The font that the plots of a script need."""
    found = language.texts.get("font")
    return Font(**found) if found and program.data and program.train else None


def _constants(code: str) -> dict[str, Any]:
    """The constants of the training, and the values of those that are mere numbers."""
    found: dict[str, Any] = {}
    for line in ast.parse(code).body:
        if not isinstance(line, ast.Assign):
            continue
        is_plain = isinstance(line.value, ast.Constant)
        for target in line.targets:
            if isinstance(target, ast.Name):
                found[target.id] = ast.literal_eval(line.value) if is_plain else None
    return found
