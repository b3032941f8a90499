"""The blocks that come with cnnspec, as a person reads them."""

from collections.abc import Iterator
from typing import Any

from cnnspec.emit.report.layers import columns
from cnnspec.ground.source.include import carried, read_carried
from cnnspec.ground.yaml_text import flow
from cnnspec.language.program import NEEDED, Block
from cnnspec.language.reader import read_program


def overview() -> str:
    """Every file with its blocks, and what each does in a sentence."""
    lines: list[str] = []
    for file in carried():
        said, blocks = _read(file)
        lines += [f"{file}  {said}", *columns([(b.name, _sentence(b)) for b in blocks])]
        lines.append("")
    lines.append("cnnspec blocks NAME tells more of one; include: [FILE] brings them.")
    return "\n".join(lines)


def names() -> list[str]:
    """All that `describe` knows."""
    return [*carried(), *(block.name for file in carried() for block in _read(file)[1])]


def describe(name: str) -> str:
    """All that is known of a file, or of the blocks of a name; nothing if of none."""
    found = []
    for file in carried():
        said, blocks = _read(file)
        if name in (file, file.partition(":")[2]):
            found += [f"{file}  {said}", *(_described(block, file) for block in blocks)]
        found += [_described(block, file) for block in blocks if block.name == name]
    return "\n\n".join(found)


def _read(file: str) -> tuple[str, list[Block]]:
    """What a file says of itself, and its blocks."""
    program = read_program(read_carried(file))
    return program.description, list(program.blocks.values())


def _sentence(block: Block) -> str:
    return block.description.split("\n")[0].split(". ")[0].rstrip(".")


def _described(block: Block, file: str) -> str:
    import textwrap

    said = (textwrap.fill(part, 80) for part in block.description.split("\n"))
    lines = [block.name, "\n\n".join(said), "", *_parameters(block)]
    if block.inputs:
        lines.append(f"Reads {', '.join(block.inputs)}.")
    return "\n".join(
        [*lines, "Example", *(f"  {one}" for one in _example(block, file))]
    )


def _parameters(block: Block) -> Iterator[str]:
    if not block.params:
        return
    yield "Parameters"
    for name, default in block.params.items():
        has = "required" if default is NEEDED else f"default {_written(default)}"
        yield f"  {name:<23} {has}"
    yield ""


def _written(default: Any) -> str:
    return flow(default, exact=True)


def _example(block: Block, file: str) -> Iterator[str]:
    yield f"include: [{file}]"
    yield "layers:"
    needed = [f"{n}: …" for n, default in block.params.items() if default is NEEDED]
    yield (
        f"  - {block.name}: {{{', '.join(needed)}}}" if needed else f"  - {block.name}"
    )
