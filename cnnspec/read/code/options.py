"""`argparse` while code is read: options have their defaults."""

from typing import Any

from cnnspec.read.code.values import Call, Native, Unknown
from cnnspec.read.found import Place


class Parser:
    """An `ArgumentParser`, which knows the defaults of what it is told."""

    def __init__(self) -> None:
        self.defaults: dict[str, Any] = {}


def parser_attribute(machine: Any, parser: Parser, name: str, place: Place) -> Any:
    """What an `ArgumentParser` can do."""

    def add(call: Call) -> None:
        names = [one for one in call.args if isinstance(one, str)]
        longest = max(names, key=len, default="").lstrip("-").replace("-", "_")
        default = False if call.named.get("action") == "store_true" else None
        dest = call.named.get("dest", longest)
        why = Unknown(f"the option {longest}", call.place)
        given = call.named.get("default", why if default is None else default)
        parser.defaults[str(dest)] = given

    if name == "add_argument":
        return Native(name, add)
    if name in ("parse_args", "parse_known_args"):
        pair = name != "parse_args"
        return Native(
            name, lambda call: (parser.defaults, []) if pair else parser.defaults
        )
    if name in ("add_argument_group", "add_mutually_exclusive_group"):
        return Native(name, lambda call: parser)
    return Native(name, lambda call: None)
