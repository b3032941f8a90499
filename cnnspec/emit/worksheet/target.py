"""The worksheet as a target."""

from cnnspec.emit.targets import Options
from cnnspec.model.summary import Model


class Worksheet:
    """Two notebooks with exercises: for students, and with the solutions."""

    name, usual = "worksheet", False
    ending = (".students.ipynb", ".solutions.ipynb")

    def refuse(self, model: Model) -> None:
        """Any model has something to ask about."""

    def make(self, model: Model, options: Options) -> tuple[str, str]:
        """Both notebooks as JSON."""
        from cnnspec.emit.worksheet.worksheet import render_worksheet

        lang, backend, templates = options.lang, options.backend, options.templates
        return render_worksheet(model, lang, backend, templates)


TARGETS = (Worksheet(),)
