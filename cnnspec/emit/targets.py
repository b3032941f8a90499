"""What a model can be built to.

Each target stands in a folder of its own, whose module `target` lists it under
`TARGETS`; so another one is another folder, and nothing else knows its name.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple, Protocol

from cnnspec.emit.packages import BACKENDS
from cnnspec.model.summary import Model

LESSON, FULL = "lesson", "full"
STYLES = (LESSON, FULL)
"""How scripts are written: as a teacher shows them, or for long runs."""
SEQUENTIAL, FUNCTIONAL = "sequential", "functional"
FORMS = (SEQUENTIAL, FUNCTIONAL)
"""How lessons write a model that is a plain chain of layers."""
LOOKS = ("boxes", "volumes")
"""What a picture draws: layers as boxes with texts, or tensors by their sizes."""


class Options(NamedTuple):
    """How what is written for people is to be written."""

    lang: str = "en"
    """The language of the texts, by its code."""
    backend: str = BACKENDS[0]
    """What they run Keras on unless KERAS_BACKEND is set."""
    templates: str | None = None
    """A folder whose templates and texts go before cnnspec's."""
    style: str = LESSON
    """Of scripts: one of `STYLES`."""
    form: str = SEQUENTIAL
    """Of lessons and notebooks: one of `FORMS`."""
    look: str = LOOKS[0]
    """What a picture draws."""
    unroll: bool = False
    """Whether a picture has every round of a repeat, alike or not."""
    block: str | None = None
    """The call, or block, that alone is drawn."""
    results: str | None = None
    """Where a full script leaves its results; the folder of its name if none."""


class Target(Protocol):
    """One thing that a model is built to."""

    name: str
    """As `--to` takes it."""
    ending: str | tuple[str, ...]
    """Of its file: `.py`; of each where it writes several."""
    usual: bool
    """Whether it is written unless others are asked for."""

    def refuse(self, model: Model) -> None:
        """Refuses a model that this can't be made of, before anything is made.

        Raises:
            SpecError: it can't.
            NotInstalledError: nothing can, without a package that isn't installed.
        """

    def make(
        self, model: Model, options: Options
    ) -> str | bytes | tuple[str | bytes, ...]:
        """The whole file, sealed for `write_file`; several in the order of `ending`.

        Raises:
            SpecError: the model is not what its summary says, or the templates don't
                make a script.
        """
        ...


def endings(target: Target) -> tuple[str, ...]:
    """Those of a target's files."""
    ending = target.ending
    return (ending,) if isinstance(ending, str) else ending


def contents(target: Target, model: Model, options: Options) -> tuple[str | bytes, ...]:
    """What stands in a target's files, in the order of `endings`."""
    made = target.make(model, options)
    return made if isinstance(made, tuple) else (made,)


@cache
def targets() -> dict[str, Target]:
    """All targets by name, in the order of their folders."""
    return {target.name: target for target in _found()}


def _found() -> Iterator[Target]:
    from pkgutil import iter_modules

    import cnnspec.emit

    for folder in iter_modules(cnnspec.emit.__path__, "cnnspec.emit."):
        if folder.ispkg and find_spec(f"{folder.name}.target"):
            yield from import_module(f"{folder.name}.target").TARGETS


def usual_targets() -> list[str]:
    """The names of what is written unless others are asked for."""
    return [target.name for target in targets().values() if target.usual]
