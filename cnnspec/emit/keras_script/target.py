"""The script and the notebook as targets."""

from cnnspec.emit.targets import Options
from cnnspec.model.summary import Model


class Script:
    """A standalone script that builds and trains the model."""

    name, ending, usual = "script", ".py", True

    def refuse(self, model: Model) -> None:
        """Refuses a script that Python would import in the place of a module."""
        from cnnspec.emit.keras_script.script import refuse_module_name

        refuse_module_name(model.program.source.path)

    def make(self, model: Model, options: Options) -> str:
        """The Python code."""
        from cnnspec.emit.keras_script.script import render_script

        return render_script(
            *model,
            options.lang,
            options.backend,
            options.templates,
            style=options.style,
            form=options.form,
            results=options.results,
        )


class Notebook:
    """A Jupyter notebook that explains the model, and trains it where the spec does."""

    name, ending, usual = "notebook", ".ipynb", False

    def refuse(self, model: Model) -> None:
        """A notebook can be made of any model."""

    def make(self, model: Model, options: Options) -> str:
        """The notebook as JSON."""
        from cnnspec.emit.keras_script.notebook import render_notebook

        return render_notebook(
            *model,
            options.lang,
            options.backend,
            options.templates,
            form=options.form,
        )


TARGETS = (Script(), Notebook())
