"""Where samples come from: a source by its name, or a function of one's own."""

from typing import Any

from cnnspec.catalogue.sources import SOURCES, elsewhere
from cnnspec.ground.errors import nearest
from cnnspec.ground.kinds import choice, kind

NAMED_SOURCES = tuple(name for name, about in SOURCES.items() if about.has_name)


def _about_source(found: Any) -> str:
    """The source that is meant."""
    if str(found) in SOURCES or ":" in str(found):
        return "write python: my_package.data:load in its place"
    return nearest(found, NAMED_SOURCES, elsewhere())


SOURCE = choice(*NAMED_SOURCES, hint=_about_source)


def _function(value: Any) -> str:
    """A function, named by its module and its own name."""
    module, _, name = str(value).partition(":")
    parts = [*module.split("."), name]
    if not isinstance(value, str) or not all(map(str.isidentifier, parts)):
        raise ValueError
    return value


def _about_function(found: Any) -> str:
    """How a function is named, where a file or a dotted name stands."""
    text = str(found).removesuffix("()")
    if text.endswith(".py"):
        module = text.removesuffix(".py").replace("/", ".")
        return f"name a function of it, as {module}:load"
    if text.count(":") == 1 and text != str(found):
        return f"write {text}"
    module, _, name = text.replace("/", ".").rpartition(".")
    if ".py:" in text:
        module, _, name = text.replace("/", ".").partition(".py:")
    is_function = all(map(str.isidentifier, [*module.split("."), name]))
    return f"write {module}:{name}" if is_function else ""


PYTHON = kind(
    _function,
    "a function without arguments, as my_package.data:load",
    {"type": "string", "pattern": r"^\w+(\.\w+)*:\w+$"},
    hint=_about_function,
)
