"""`cnnspec diff`."""

from collections.abc import Mapping, Sequence
from typing import Any

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
    model: Sequence[str],
    table: Sequence[int],
    cell: Sequence[int],
    lang: str,
    overrides: Sequence[str],
    allow_outside: bool | None,
) -> None:
    """Compares two models: layers, shapes, params and MACs."""
    for name, given in (("model", model), ("table", table), ("cell", cell)):
        if len(given) > 2:
            stop(f"--{name} is given {len(given)} times, and diff takes two models")
    two = any(len({*given}) > 1 for given in (model, table, cell))
    if after is None and not overrides and not two:
        stop("diff takes two specs, or one and --set KEY=VALUE to change in it")
    if to is not None and format != "text":
        stop("--to svg draws a picture, which has no --format")
    if to is None:
        refuse_drawing("boxes", unroll, None, lang, wants="--to svg")
    refuse_unknown_language(lang, None)
    choice = {"model": model, "table": table, "cell": cell}
    first, second = _chosen(before, after or before, choice)
    one, other = loaded_variants(
        (before, [], first),
        (after or before, overrides, second),
        allow_outside=allow_outside,
    )
    difference = compare(one.summary, other.summary)
    titles = differences.titles(one, other, overrides)
    if to is not None:
        from cnnspec.emit.picture.drawing import difference_svg

        picture = difference_svg(difference, titles, lang, unroll)
        print_picture(picture, f"cnnspec diff {before} … --to svg > diff.svg")
    elif format == "text":
        from cnnspec.app.tables.difference import show
        from cnnspec.app.tables.form import make_console

        show(difference, titles, make_console())
    elif format == "markdown":
        print(differences.markdown(difference, titles))
    else:
        print(differences.as_json(difference, one, other))


def _chosen(
    before: str, after: str, choice: Mapping[str, Sequence[Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Which model of each file is meant.

    What is given once is meant for both, or for that in which it chooses.

    Args:
        before, after: the files.
        choice: what is given, once or for each of them.
    """
    first: dict[str, Any] = {}
    second: dict[str, Any] = {}
    if any(choice.values()):
        from cnnspec.read.opening import chosen_by

        one, other = chosen_by(before), chosen_by(after)
    for name, given in choice.items():
        if given and (len(given) > 1 or name in one or name not in other):
            first[name] = given[0]
        if given and (len(given) > 1 or name in other):
            second[name] = given[-1]
    return first, second
