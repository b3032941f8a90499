"""Models, and the values and objects that they are made of, as the text of code."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from cnnspec.emit.code.plan.comments import Texts
from cnnspec.emit.code.plan.planning import planned
from cnnspec.emit.code.plan.values import call, value
from cnnspec.emit.code.print.python import expression, printed
from cnnspec.emit.code.tree import Code
from cnnspec.ground.records import Record
from cnnspec.language.program import Program
from cnnspec.model.summary import Summary


class ModelCode(NamedTuple):
    """The parts of a script that make its model, one statement a line."""

    constants: str
    functions: list[str]
    """Those of the blocks."""
    body: str
    """The statements that make its tensors; nothing where it is a chain."""
    model: str
    """The call that makes the model at the end."""
    frozen: str
    """The statements that freeze layers of it."""
    thawed: str
    """Those that let a second fit train some of them."""


def model_code(
    program: Program,
    summary: Summary,
    texts: Texts,
    constants: Mapping[str, Any],
    *,
    sequential: bool,
) -> ModelCode:
    """The code that builds a model.

    What can't be written with the structure of its spec is written layer by layer: that
    part alone, unless what it depends on can't be kept either.

    Args:
        program: the structure.
        summary: what it comes to.
        texts: of its comments.
        constants: names that the script gives to values above the model.
        sequential: whether a chain of layers becomes a `keras.Sequential`.
    """
    script = planned(program, summary, texts, constants, sequential=sequential)
    return ModelCode(
        printed(script.constants),
        [*map(printed, script.functions)],
        printed(script.body),
        expression(script.model),
        printed(script.frozen),
        printed(script.thawed),
    )


def call_text(record: Record, codes: Mapping[str, str] = MappingProxyType({})) -> str:
    """The call that makes the object of Keras that a record stands for.

    Args:
        record: of a layer, an initializer, an optimizer, …
        codes: of arguments that aren't written as the record has them.
    """
    return expression(call(record, {name: Code(codes[name]) for name in codes}))


def value_text(found: Any) -> str:
    """A value as Python writes it."""
    return expression(value(found))
