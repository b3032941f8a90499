"""The parts of a training program: what a script holds, and a notebook in its cells."""

from collections.abc import Callable, Iterator, Mapping
from textwrap import indent as indented
from typing import Any, NamedTuple

from cnnspec.emit.code.model import model_code
from cnnspec.emit.code.print.layout import WIDTH, wrapped
from cnnspec.emit.code.python import (
    Code,
    Group,
    lay_out,
    paragraphs,
    text,
    whole,
)
from cnnspec.emit.keras_script import custom
from cnnspec.emit.keras_script.texts import (
    Language,
    comment,
    docstring,
    statement,
    string,
    template_folder,
)
from cnnspec.emit.keras_script.view import training_values
from cnnspec.language.program import Program
from cnnspec.model.summary import Summary

BACKENDS = ("tensorflow", "jax", "torch")
_PACKAGES = {"digits": "scikit-learn", "csv": "pandas"}
"""What a source needs beside Keras, NumPy and Matplotlib."""


class Part(NamedTuple):
    """A piece of code with what it is called in the catalogue of texts."""

    name: str
    code: str


class Parts(NamedTuple):
    """The code of a training program, in its order."""

    setup: str
    """What is set and imported before all else."""
    constants: str
    functions: list[Part]
    steps: list[Part]
    """What `main()` does, one after the other."""


class Writer:
    """Renders the templates of one spec.

    Attributes:
        values: what the templates are told.
        language: of the texts.
        trains: whether the program trains the model, or just builds it.
        model: the code of `build_model()`.
    """

    def __init__(
        self,
        program: Program,
        summary: Summary,
        language: Language,
        backend: str = BACKENDS[0],
        *,
        notebook: bool = False,
    ) -> None:
        self.language = language
        self.trains = bool(program.data and program.train)
        self.values: dict[str, Any] = {
            "program": program,
            "name": program.name,
            "params": f"{summary.total_params:,}",
            "total_params": summary.total_params,
            "data": program.data,
            "train": program.train,
            "ensemble": program.ensemble if self.trains else None,
            "trains": self.trains,
            "backend": backend,
            "notebook": notebook,
            "font": language.texts["font"] if self.trains else None,
            "margin": 0,
            "distributes": False,
        }
        self._environment = _environment()
        self._environment.globals |= self._texts()
        if self.trains:
            self.values |= training_values(program, summary, notebook=notebook)
            self.values |= self._named_values()
        constants = self.render("constants") if self.trains else ""
        self.model = model_code(program, summary, language, _constants(constants))
        nodes = summary.graph.nodes
        layers = [node.layer for node in nodes if not node.shares]
        self.values["model"] = self.model
        self.values["custom"] = custom.sources(layers, template_folder())
        self._constants = constants

    def render(self, template: str, **values: Any) -> str:
        """The code that a template makes, without the line's end."""
        found = self._environment.get_template(f"{template}.py.j2")
        rendered: str = found.render({**self.values, **values})
        return rendered.strip("\n")

    def say(self, name: str, section: str = "script", **values: Any) -> str:
        """A text of the language."""
        return self._filled(name, self.values | values, section)

    # ------------------------------------------------------------- the parts

    def parts(self, margin: int = 4) -> Parts:
        """All parts.

        Args:
            margin: how far the steps will be indented.
        """
        constants = [self._constants, "\n".join(self.model.constants)]
        functions = list(self._functions())
        steps = list(self._steps(margin)) if self.trains else []
        uses = self._uses([part.code for part in (*functions, *steps)], constants)
        return Parts(
            setup=self.render("setup", uses=uses),
            constants="\n".join(filter(None, constants)),
            functions=functions,
            steps=steps,
        )

    def _functions(self) -> Iterator[Part]:
        ensemble = self.values["ensemble"]
        if self.trains:
            yield Part("data", self.render("data"))
        for source in self.values["custom"]:
            yield Part("custom", source.strip("\n"))
        for lines in self.model.functions:
            yield Part("block", "\n".join(lines))
        yield Part("model", self.render("model"))
        if not self.trains:
            return
        yield Part("devices", self.render(self._devices()))
        yield Part("stop", self.render("stop"))
        if self.values["fuses"]:
            yield Part("fused", self.render("fused"))
        if self.values["resumes"]:
            yield Part("checkpoint", self.render("checkpoint"))
        yield Part("plots", self.render("plots"))
        if ensemble:
            inside = self.render("fit", folder="folder", margin=4)
            fit_code = indented(inside, "    ")
            yield Part("members", self.render("members", fit_code=fit_code))
            if not self.values["notebook"]:
                yield Part("processes", self.render("processes"))

    def _devices(self) -> str:
        return "distribute" if self.values["distributes"] else "devices"

    def _steps(self, margin: int) -> Iterator[Part]:
        names = ["begin", "data", "train", "evaluate", "predict"]
        if self.values["ensemble"]:
            names = ["begin", "members", "vote"]
        if self.values["distributes"]:
            names.append("end")
        for name in names:
            yield Part(name, self.render(f"steps/{name}", margin=margin))

    def _uses(self, codes: list[str], constants: list[str]) -> dict[str, bool]:
        """The modules that the code uses."""
        used = set(_names([*codes, *constants]))
        data, ensemble = self.values["data"], self.values["ensemble"]
        processes = bool(ensemble) and not self.values["notebook"]
        return {
            "argparse": processes,
            "processes": processes,
            "subprocess": "subprocess" in used,
            "csv": "csv" in used,
            "json": "json" in used,
            "math": "math" in used,
            "pickle": "pickle" in used,
            "path": "Path" in used,
            "sys": "sys" in used,
            "numpy": "np" in used,
            "pandas": "pd" in used,
            "digits": self.trains and data.source == "digits",
            "split": self.trains and data.splits,
        }

    # ------------------------------------------------------------- texts

    def introduction(self) -> str:
        """A docstring without its end: what the script is, and what it needs."""
        program: Program = self.values["program"]
        said = program.description.strip() or self.say("model")
        parts = paragraphs(said)
        lines = ["\n".join(wrapped(part, WIDTH)) for part in parts]
        lines[0] = "\n".join(wrapped(f'"""{parts[0]}', WIDTH))
        lines.append(self.say("needs", packages=" ".join(self.packages())))
        return "\n\n".join(lines)

    def packages(self) -> list[str]:
        """What has to be installed for the code to run."""
        backend = self.values["backend"]
        found = ["tensorflow"] if backend == "tensorflow" else ["keras", backend]
        if self.trains:
            data = self.values["data"]
            found += ["matplotlib"]
            found += [_PACKAGES[s] for s in (data.source,) if s in _PACKAGES]
            if data.splits and "scikit-learn" not in found:
                found.append("scikit-learn")
            callbacks = self.values["train"].callbacks
            if any(type(callback).__name__ == "TensorBoard" for callback in callbacks):
                # Keras writes its files with TensorFlow, whatever the backend is.
                found += ["tensorboard"] + ["tensorflow"] * (backend != "tensorflow")
            if font := self.values["font"]:
                found.append(font["package"])
        return found

    def _named_values(self) -> dict[str, Any]:
        """Words that other texts are made of."""
        read, say = self.values["answer"], self.say
        labels = "labels_one_hot" if self.values["one_hot"] else "labels_sparse"
        labels = {"two classes": "labels_two", "number": "labels_number"}.get(
            read.form, labels
        )
        many = "probabilities" if read.probabilities else "class_scores"
        one = "probability" if read.probabilities else "class_score"
        jobs: list[tuple[str, Code]] = [("", '"--jobs"'), ("type=", "int")]
        jobs += [("default=", "1"), ("metavar=", '"N"'), ("help=", text(say("jobs")))]
        return {
            "labels_are": say(labels),
            "figure_name": say(self.values["figure"]),
            "figure_names": _dictionary({k: say(k) for k in self.values["figures"]}),
            "held_out_text": say(self.values["held_out_name"]),
            "score_name": say(one),
            "plural_name": say(many),
            "jobs_argument": Group("parser.add_argument(", jobs, ")"),
        }

    def _texts(self) -> dict[str, Callable[..., str]]:
        """The functions by which templates write texts."""
        from jinja2 import pass_context

        def in_lines(write: Callable[[str, int], list[str]]) -> Callable[..., str]:
            @pass_context
            def written(context: Any, name: str, indent: int = 0) -> str:
                said = self._filled(name, context.get_all())
                margin = context["margin"]
                return _without(write(said, indent + margin), margin)

            return written

        def a_call(opening: str) -> Callable[..., str]:
            @pass_context
            def written(
                context: Any, name: str, indent: int = 0, after: str = ""
            ) -> str:
                said = self._filled(name, context.get_all())
                margin = context["margin"]
                lines = statement(opening, said, f"){after}", indent + margin)
                return _without(lines, margin)

            return written

        @pass_context
        def say(context: Any, name: str) -> str:
            return self._filled(name, context.get_all())

        @pass_context
        def label(context: Any, name: str) -> str:
            return string(self._filled(name, context.get_all()))

        @pass_context
        def doc(context: Any, name: str, indent: int = 4) -> str:
            return "\n".join(docstring(self._filled(name, context.get_all()), indent))

        return {
            "say": say,
            "label": label,
            "doc": doc,
            "note": in_lines(comment),
            "show": a_call("print("),
            "fail": a_call("raise SystemExit("),
            "leave": a_call("sys.exit("),
        }

    def _filled(
        self, name: str, values: Mapping[str, Any], section: str = "script"
    ) -> str:
        """A text of the catalogue, with what is in `{{ }}` filled in."""
        text = self.language.section(section)[name]
        filled: str = self._environment.from_string(text).render(values)
        return filled


def _dictionary(texts: Mapping[str, str]) -> str:
    """A mapping of texts as Python writes it."""
    return f"{{{', '.join(f'{text(k)}: {text(v)}' for k, v in texts.items())}}}"


def _without(lines: list[str], margin: int) -> str:
    """Lines that will be indented once more."""
    return "\n".join(line[margin:] for line in lines)


def _constants(code: str) -> dict[str, Any]:
    """The constants of the training, and the values of those that are mere numbers."""
    import ast

    found: dict[str, Any] = {}
    for line in ast.parse(code).body:
        if not isinstance(line, ast.Assign):
            continue
        [target] = line.targets
        assert isinstance(target, ast.Name)
        found[target.id] = None
        if isinstance(line.value, ast.Constant):
            found[target.id] = line.value.value
    return found


def _names(codes: list[str]) -> Iterator[str]:
    """The names that code takes something from."""
    import ast

    for code in codes:
        # Steps may hold a `return`, as they stand in a function.
        for node in ast.walk(
            ast.parse(f"def _():\n{indented(code, '    ')}\n    pass")
        ):
            if isinstance(node, ast.Name):
                yield node.id


def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

    environment = Environment(
        loader=FileSystemLoader(template_folder()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

    @pass_context
    def code(context: Any, found: Code, before: str = "", indent: int = 0) -> str:
        margin = context["margin"]
        return _without(lay_out(found, before, "", indent + margin), margin)

    def in_width(said: str, indent: int) -> str:
        pad = " " * indent
        return "\n".join(f"{pad}{line}" for line in wrapped(said, WIDTH - indent))

    environment.filters |= {"code": code, "text": text, "wrap": in_width}
    environment.filters |= {"whole": whole, "python": repr}
    return environment
