"""The arguments that layers of a type have unless they say otherwise."""

from typing import Any

from cnnspec.catalogue.registry import all_names, is_layer, own_name
from cnnspec.ground.errors import Invalid, Path, Problem, nearest
from cnnspec.ground.yaml_text import describe
from cnnspec.language.arguments import check_arguments
from cnnspec.language.program import Defaults, EachDefaults
from cnnspec.language.variables import Notes


def read_defaults(
    data: dict[str, Any], written: dict[str, Any], notes: Notes
) -> EachDefaults:
    """The defaults of a spec and of the files that it includes.

    Args:
        data: of the spec, with the values of formulas.
        written: the same with formulas.
        notes: take what is wrong.
    """
    own = _of_file(data, written, (), notes)
    source, included = notes.source, list[Defaults]()
    for number in range(len(source.included)):
        path: Path = ("include", number)
        there = data["include"][number], written["include"][number]
        included.append(_of_file(*there, path, notes))
    return EachDefaults(own, tuple(included), source)


def _of_file(
    data: dict[str, Any], written: dict[str, Any], path: Path, notes: Notes
) -> Defaults:
    path = (*path, "defaults")
    return Defaults(
        _by_layer(data.get("defaults"), path, notes),
        written.get("defaults") or {},
        path,
    )


def _by_layer(given: Any, path: Path, notes: Notes) -> dict[str, dict[str, Any]]:
    """The arguments by layer, the faulty ones as well."""
    found: dict[str, dict[str, Any]] = {}
    for name, arguments in (given if isinstance(given, dict) else {}).items():
        try:
            _check_defaults(str(name), arguments)
        except Invalid as error:
            notes.add(error, (*path, name))
        if isinstance(arguments, dict):
            of_kind = found.setdefault(own_name(str(name)), {})
            of_kind |= {k: v for k, v in arguments.items() if k not in _OF_ONE_LAYER}
    return found


_OF_ONE_LAYER = ("name", "from")


def _check_defaults(name: str, arguments: Any) -> None:
    """Finds out whether all layers of a type can have these arguments.

    Raises:
        Invalid: they can't.
    """
    if not isinstance(arguments, dict):
        text = f"the defaults of a layer are a mapping; found {describe(arguments)}"
        hint = "as in Conv2D: {padding: same}"
        raise Invalid([Problem((), "wrong-type", text, hint)])
    if not is_layer(name):
        text = f"there is no layer '{name}' in Keras"
        hint = nearest(name, all_names()) or "a block has its defaults under params:"
        raise Invalid([Problem((), "unknown-layer", text, hint, True)])
    for own in _OF_ONE_LAYER:
        if own in arguments:
            text = f"'{own}' can't be the same for all layers of a type"
            raise Invalid([Problem((own,), "not-a-default", text, "remove it", True)])
    check_arguments(name, arguments)
