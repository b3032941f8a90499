"""The picture as a target."""

from pathlib import PurePath

from cnnspec.emit.targets import Options
from cnnspec.emit.write import seal_markup
from cnnspec.model.summary import Model


class Picture:
    """The model as an SVG picture."""

    name, ending, usual = "svg", ".svg", False

    def refuse(self, model: Model) -> None:
        """Any model has a picture."""

    def make(self, model: Model, options: Options) -> str:
        """The SVG document."""
        from cnnspec.emit.picture.drawing import svg

        picture = svg(model.summary, options)
        return seal_markup(picture, PurePath(model.program.source.path).name)


TARGETS = (Picture(),)
"""A model as a picture."""
