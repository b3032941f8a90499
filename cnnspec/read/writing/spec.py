"""The text of a spec."""

from typing import Any

from cnnspec.ground.yaml_text import flow
from cnnspec.read.found import Found


def written(found: Found, *, flat: bool = False) -> str:
    """The text of the spec of a model.

    Args:
        found: the model.
        flat: writes layer by layer, without blocks and repeats.
    """
    lines = list[str]()
    for key, value in found.document.items():
        if key == "layers":
            lines += ["layers:", *(f"  - {_step(step)}" for step in value)]
        else:
            lines.append(f"{key}: {flow(value, exact=True)}")
    return "\n".join([*lines, ""])


def _step(step: dict[str, Any]) -> str:
    [(kind, said)] = step.items()
    return f"{kind}: {flow(said, exact=True)}"
