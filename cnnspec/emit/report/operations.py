"""The operations of `keras.ops` in text: what `cnnspec layers` and its page list."""

from collections.abc import Iterator

from cnnspec.catalogue.operations import GROUPS, REFUSED, Operation, of_group
from cnnspec.catalogue.registry import OPERATION
from cnnspec.emit.schema.objects import comment
from cnnspec.ground.yaml_text import flow


def sections() -> Iterator[tuple[str, list[type[Operation]]]]:
    """What operations have in common, with those that do."""
    for group, title in GROUPS.items():
        yield f"operations: {title}", of_group(group)


def markdown() -> Iterator[str]:
    """The lines of the page that tell of operations."""
    count = sum(len(found) for _, found in sections())
    yield "## Operations"
    yield ""
    yield f"{count} functions of `keras.ops` can stand where a layer does, with Keras's"
    yield "arguments and defaults; [the language](language.md#operations) tells how. A"
    yield "tensor argument that may be a number is listed as one of the arguments, too."
    yield ""
    for group, title in GROUPS.items():
        yield f"### {title[:1].upper()}{title[1:]}"
        yield ""
        yield "| operation | tensors | arguments | what it gives |"
        yield "| --- | --- | --- | --- |"
        yield from map(_row, of_group(group))
        yield ""
    yield "### Operations that are refused"
    yield ""
    yield "| function | why, and what to use |"
    yield "| --- | --- |"
    for name, reason in REFUSED.items():
        yield f"| `{OPERATION}{name}` | {reason.replace('|', chr(92) + '|')} |"
    yield ""


def _row(cls: type[Operation]) -> str:
    names = [OPERATION + name for name in (cls.function, *cls.synonyms)]
    tensors = ", ".join(cls.tensor_arguments)
    least = ", ".join(n for n in cls.tensor_arguments if n not in cls.may_lack)
    few = f"`{least}`, or " if cls.may_lack else ""
    cells = (
        ", ".join(f"`{name}`" for name in names),
        f"a list, `{tensors}`" if cls.takes_list else f"{few}`{tensors}`",
        ", ".join(_argument(cls, name) for name in cls.arguments() if name != "name"),
        comment(cls),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _argument(cls: type[Operation], name: str) -> str:
    argument = cls.arguments()[name]
    if argument.required or name in cls.tensor_arguments:
        return f"`{name}`"
    return f"`{name}: {flow(argument.default, exact=True)}`"
