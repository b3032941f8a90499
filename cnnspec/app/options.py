"""What several commands take, and the forms in which they print."""

from enum import StrEnum
from typing import Annotated

import typer

Override = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a value of the spec, as in train.epochs=2. May be repeated.",
    ),
]
Lang = Annotated[
    str,
    typer.Option("--lang", metavar="CODE", help="Language of the texts, as in ko."),
]


class Backend(StrEnum):
    """What Keras runs on."""

    tensorflow = "tensorflow"
    jax = "jax"
    torch = "torch"


BackendOption = Annotated[
    Backend, typer.Option("--backend", help="What Keras runs on by default.")
]
Templates = Annotated[
    str | None,
    typer.Option(
        "--templates", metavar="DIR", help="Templates that go before cnnspec's own."
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Overwrite files that a person edited.")
]
SpecPath = Annotated[str, typer.Argument(metavar="SPEC", help="A YAML file.")]


class CheckFormat(StrEnum):
    """How `check` prints what it found."""

    text = "text"
    json = "json"
    github = "github"


class ShowFormat(StrEnum):
    """How `show` prints a summary."""

    text = "text"
    json = "json"
    markdown = "markdown"
    html = "html"


class DiffFormat(StrEnum):
    """How `diff` prints what differs."""

    text = "text"
    markdown = "markdown"
    json = "json"


class ListFormat(StrEnum):
    """How `layers` and `explain` print what there is."""

    text = "text"
    markdown = "markdown"
