"""`cnnspec diff`."""

from collections.abc import Sequence

from cnnspec.app.arguments import (
    loaded_variants,
    refuse_drawing,
    refuse_unknown_language,
)
from cnnspec.app.streams import print_picture, stop
from cnnspec.judge.diff import wording as differences
from cnnspec.judge.diff.comparison import compare


def run(
    before: str,
    after: str | None,
    format: str,
    to: str | None,
    unroll: bool,
    lang: str,
    overrides: Sequence[str],
    allow_outside: bool | None,
) -> None:
    """Compares two models: layers, shapes, params and MACs."""
    if after is None and not overrides:
        stop("diff takes two specs, or one and --set KEY=VALUE to change in it")
    if to is not None and format != "text":
        stop("--to svg draws a picture, which has no --format")
    if to is None:
        refuse_drawing("boxes", unroll, None, lang, wants="--to svg")
    refuse_unknown_language(lang, None)
    one, other = loaded_variants(
        (before, []), (after or before, overrides), allow_outside=allow_outside
    )
    difference = compare(one.summary, other.summary)
    titles = differences.titles(one, other, overrides)
    if to is not None:
        from cnnspec.emit.picture.drawing import difference_svg

        picture = difference_svg(difference, titles, lang, unroll)
        print_picture(picture, f"cnnspec diff {before} … --to svg > diff.svg")
    elif format == "text":
        from cnnspec.app.tables import difference as terminal_diff
        from cnnspec.app.tables import summary as terminal

        terminal_diff.show(difference, titles, terminal.make_console())
    elif format == "markdown":
        print(differences.markdown(difference, titles))
    else:
        print(differences.as_json(difference, one, other))
