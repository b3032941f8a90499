"""The nodes of a YAML text, and what a scalar stands for.

Scalars are read by the core schema of YAML 1.2 (yaml.org/spec/1.2.2, section 10.3.2),
because PyYAML's own reading is that of YAML 1.1, where `no` is false, `010` is eight
and `1e-3` is a string.
"""

import re
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cnnspec.ground.errors import Mark
from cnnspec.ground.source.files import composed

DEPTH_LIMIT = 100
"""Nesting beyond this is no spec, and would exhaust the C parser's stack."""
DIGITS_LIMIT = 40
"""No size, seed or rate needs more, and Python won't print an integer of thousands."""

CORE = "tag:yaml.org,2002:"
PLAIN, STR = "?", CORE + "str"
"""The tags of a scalar without one: as it stands, and in quotes."""

INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_MAY_BE_NUMBER = frozenset("+-.0123456789")


def plain(text: str) -> Any:
    """The value of an unquoted scalar by YAML 1.2's core schema.

    An integer of more than `DIGITS_LIMIT` digits stays text.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _MAY_BE_NUMBER:
        if INT.fullmatch(text):
            base = {"0o": 8, "0x": 16}.get(text[:2], 10)
            return int(text, base) if len(text) <= DIGITS_LIMIT else text
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def mark_of(path: str, mark: Any) -> Mark:
    """The place in a file that a mark of libyaml's, which counts from 0, stands for."""
    return Mark(path, mark.line + 1, mark.column + 1)


def child(node: Node, step: str | int) -> tuple[Node, Node | None]:
    """The key node and value node that `step` leads to from `node`."""
    if isinstance(node, SequenceNode):
        if isinstance(step, int) and step < len(node.value):
            return node.value[step], node.value[step]
    elif isinstance(node, MappingNode):
        return _by_key(node).get(step, (node, None))
    return node, None


def _by_key(node: MappingNode) -> dict[Any, tuple[Node, Node]]:
    """The key node and value node of each key, as the data hold it; the first of it."""
    # Else a mapping of thousands of keys would be gone through for each of them.
    found: dict[Any, tuple[Node, Node]] | None = vars(node).get("by_key")
    if found is None:
        found = vars(node)["by_key"] = {}
        for pair in node.value:
            if type(pair[0]) is ScalarNode:
                text = pair[0].value
                for key in (text, plain(text), composed(text)):
                    found.setdefault(key, pair)
    return found
