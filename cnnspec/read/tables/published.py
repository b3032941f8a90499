"""Which model of keras.applications a row may be, by its name, shape and number.

Imported only for a table with a whole model in one row.
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.ground.errors import Invalid
from cnnspec.ground.shapes import Shape
from cnnspec.model.resolver import functional
from cnnspec.read.tables.rows import PrintedRow


def published(row: PrintedRow, x: Shape) -> tuple[str, dict[str, Any], int] | None:
    """The class and the arguments of the model; None if it isn't called as one.

    Args:
        row: a model's.
        x: what it is given, batch first.

    Returns:
        Also, how many of its numbers would be trained.
    """
    named = row.name.lower().replace("_", "").replace("-", "")
    names = registry.model_names()
    likely = [name for name in names if named.startswith(name.lower())]
    for name in sorted(likely, key=len, reverse=True):
        for given in _forms():
            model = _made(name, given, x)
            same = model and row.output_shape in (None, model.output(x))
            if model and same and model.inside(x).total_params == row.params:
                return name, given, model.inside(x).trainable_params
    return None


def _forms() -> Iterator[dict[str, Any]]:
    yield {"include_top": False}
    for pooling in ("avg", "max"):
        yield {"include_top": False, "pooling": pooling}
    yield {}


def _made(name: str, given: dict[str, Any], x: Shape) -> Any:
    """The model for what it is given; None if it can't take that."""
    try:
        layer: Any = registry.model_class(name)(**given)
        layer.check(x)
        return functional(layer, x)
    except (Invalid, ValueError):
        return None
