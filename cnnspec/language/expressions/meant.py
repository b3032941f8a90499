"""What was meant as an expression by a text that isn't written as one."""

import _ast
import re
from collections.abc import Collection
from typing import Any

from cnnspec.ground.errors import Invalid
from cnnspec.ground.yaml_text import flow
from cnnspec.language.expressions import Formula
from cnnspec.language.expressions.compiling import compiled


def meant(value: Any, variables: Collection[str]) -> str:
    """How a spec writes the expression that a value was probably meant to be.

    `w`, `{w}` and `$(w)` become `$w`, and `w * 2` and `$w*2` become `"${w * 2}"`.

    Args:
        value: of a spec; a list may have such texts in it.
        variables: those that the expression may use.

    Returns:
        Nothing, if the value uses no variable or is an expression already.
    """
    if isinstance(value, list):
        items = [meant(item, variables) for item in value]
        shown = (new or flow(old) for old, new in zip(value, items, strict=True))
        return f"[{', '.join(shown)}]" if any(items) else ""
    is_text = isinstance(value, str)
    if not is_text and not (type(value) is Formula and value.is_interpolated):
        return ""
    text = re.sub(r"[${}]", "", str(value)).strip()
    try:
        expression = compiled(text)
    except Invalid:
        return ""
    if not expression.names or not expression.names <= set(variables):
        return ""
    if isinstance(expression.tree, _ast.Name):
        return f"${expression.tree.id}"
    quote = "'" if '"' in text else '"'
    return f"{quote}${{{text}}}{quote}"
