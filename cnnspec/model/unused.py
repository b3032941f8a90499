"""The layers that Keras drops, since no output of the model depends on them."""

from collections.abc import Sequence

from cnnspec.ground.errors import Problem
from cnnspec.model.graph import Node


def unused_layers(
    nodes: dict[str, Node], outputs: Sequence[str]
) -> tuple[frozenset[str], list[Problem]]:
    """The names of layers that lead to no output, and those that need their first use.

    Args:
        nodes: all layers by name, in order.
        outputs: the tensors that the model gives.
    """
    needed, found = set(outputs), []
    unused: set[str] = set()
    again: set[str] = set()  # layers that are used once more to some avail
    for name, node in reversed(nodes.items()):
        if name in needed:
            needed.update(node.inputs)
            again.add(node.shares)
        else:
            unused.add(name)
            if name in again:
                found.append(_first_use(node))
    return frozenset(unused), found[::-1]


def _first_use(node: Node) -> Problem:
    text = (
        f"no output depends on the first use of '{node.name}', which is applied again"
    )
    hint = "let the layer itself read what the apply reads, and remove the apply"
    return Problem(node.path, "unused-first-use", text, hint, True, node.trail)
