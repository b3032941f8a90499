"""What Keras calls the steps of a function, as code."""

from collections.abc import Callable

from cnnspec.emit.code.plan.flow import Flow
from cnnspec.emit.code.plan.values import text
from cnnspec.language.expressions import Formula
from cnnspec.language.legal import inside
from cnnspec.language.naming import keras_name
from cnnspec.language.program import CallStep, LayerStep


def keras_title(
    flow: Flow,
    step: LayerStep | CallStep,
    named: bool,
    write: Callable[[Formula], str],
) -> str | None:
    """The code of what Keras calls a step where it stands.

    Args:
        flow: all functions.
        step: whose name it is; where it has none, of what it is called in a round.
        named: whether it stands in a named call.
        write: writes a formula.

    Returns:
        None where no one code comes to the names that it has had.
    """
    if step.name is None and not named:
        return ""  # Keras counts it
    found = flow.names.get((step.path, named), {})
    if any(len(names) > 1 for names in found.values()):
        return None
    pairs = [(name, keras) for name, names in found.items() for keras in names]
    if isinstance(step.name, Formula):
        given = [(name, keras) for name, keras in pairs if name]
        return _looked_up(write(step.name), given)
    if step.name is None:
        # What rounds put around a label is theirs, and legal.
        plain = all(keras == inside(name) for name, keras in pairs)
        return text(inside(step.label)) if plain else None
    if not pairs:  # in a branch that no run takes
        kind = step.type if isinstance(step, LayerStep) else step.block
        own = inside(step.name) if named else keras_name(step.name, kind)
        return text(own)
    [(_, keras)] = pairs
    return text(keras)


def _looked_up(code: str, pairs: list[tuple[str, str]]) -> str:
    """The code of what Keras calls something whose name is worked out.

    Args:
        code: of the name.
        pairs: the names that it comes to, and Keras's.
    """
    if all(name == keras for name, keras in pairs):
        return code
    listed = ", ".join(f"{text(name)}: {text(keras)}" for name, keras in pairs)
    return f"{{{listed}}}[{code}]"
