"""Files to train on: one, or pairs of them in two folders."""

from typing import Any, NamedTuple

from cnnspec.ground.errors import Invalid, Problem
from cnnspec.ground.kinds import Kind, NotAllowed, file_name, kind
from cnnspec.ground.yaml_text import describe

_FILE = file_name("the name of a file or folder", 0)
_KEYS = ("input", "target")


class Pair(NamedTuple):
    """Two folders, in which files of the same name belong together."""

    input: str
    """What the model is given."""
    target: str
    """What it learns to give."""


def _files(value: Any) -> Any:
    """The name of a file or folder, or two folders."""
    if not isinstance(value, dict):
        try:
            return _FILE.validated(value)
        except NotAllowed:
            raise ValueError from None
    problems = []
    for key, name in value.items():
        if key not in _KEYS:
            text, hint = (
                f"a pair of folders has no '{key}'",
                "its keys are input and target",
            )
            problems.append(Problem((key,), "unknown-field", text, hint, at_key=True))
        elif not isinstance(name, str) or not name:
            text = f"a folder is named by text; found {describe(name)}"
            problems.append(Problem((key,), "wrong-type", text))
    for key in _KEYS:
        if key not in value and not problems:
            text = f"a pair of folders needs '{key}'"
            problems.append(Problem((), "missing-field", text, f"add {key}:"))
    if problems:
        raise Invalid(problems)
    return Pair(value["input"], value["target"])


FILES: Kind = kind(
    _files,
    "the name of a file or folder, or {input: FOLDER, target: FOLDER}",
    {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {
                    key: {"type": "string", "minLength": 1} for key in _KEYS
                },
                "required": list(_KEYS),
                "additionalProperties": False,
            },
        ]
    },
    hint=_FILE.hint,
)
