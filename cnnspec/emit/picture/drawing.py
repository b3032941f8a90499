"""The picture that is asked for."""

from cnnspec.emit.picture.captions import Captions
from cnnspec.emit.targets import Options
from cnnspec.judge.diff.comparison import Difference
from cnnspec.model.summary import Summary


def svg(summary: Summary, options: Options) -> str:
    """The picture of a model whose every number is known: the text of an SVG file.

    The same summary gives the same text.

    Raises:
        SettingsError: the model has no such block.
    """
    captions = Captions(options.lang, options.templates)
    if options.block is not None:
        from cnnspec.emit.picture.excerpt import excerpt

        summary = excerpt(summary, options.block)
    if options.look == "volumes":
        from cnnspec.emit.picture.volumes import volumes

        return volumes(summary, captions, options.unroll)
    from cnnspec.emit.picture.diagram import diagram

    return diagram(summary, captions, options.unroll)


def difference_svg(
    difference: Difference, titles: tuple[str, str], lang: str, unroll: bool
) -> str:
    """Two models side by side: the text of an SVG file.

    Args:
        difference: of the models.
        titles: what to call them.
        lang: the language of the texts, by its code.
        unroll: draws every round of a repeat, alike or not.
    """
    from cnnspec.emit.picture.difference import side_by_side

    return side_by_side(difference, titles, Captions(lang), unroll)
