"""The text of a spec: pass by pass, each of which is proved."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cnnspec.catalogue.registry import declaring
from cnnspec.ground.errors import Path, SpecError
from cnnspec.ground.source import Source
from cnnspec.ground.yaml_layout import laid_out
from cnnspec.language.program import Program
from cnnspec.model.changing import read_changed
from cnnspec.model.graph import Graph
from cnnspec.read.found import Found
from cnnspec.read.placed import FoundSource
from cnnspec.read.writing.beside import remarks, shapes_of, sizes
from cnnspec.read.writing.branches import put_into_branches
from cnnspec.read.writing.defaults import make_defaults
from cnnspec.read.writing.document import document_of
from cnnspec.read.writing.items import APPLY, Spec, TooMuch, written_out
from cnnspec.read.writing.names import free_to_change, leave_out
from cnnspec.read.writing.order import put_in_order
from cnnspec.read.writing.proof import graph_of, same
from cnnspec.read.writing.reading import spec_of
from cnnspec.read.writing.rounds import make_long_rounds, make_rounds
from cnnspec.read.writing.shortening import shorten
from cnnspec.read.writing.windows import lines


def make_blocks(spec: Spec) -> None:
    """As in `blocks`, which nobody imports for a text that is short anyhow."""
    if sum(lines(scope.items) for scope in spec.scopes()) > _SHORT:
        from cnnspec.read.writing import blocks

        blocks.make_blocks(spec)


_SHORT = 12
"""Lines of layers, of which no block saves any."""
Pass = Callable[[Spec], None]
Remarks = Mapping[Path, Sequence[str]]
"""Comments by the paths of the written-out document."""
FLAT: tuple[Pass, ...] = (shorten, put_in_order, leave_out)
"""What changes no line but its own; the last leaves names out."""
FOLDING: tuple[Pass, ...] = (
    put_into_branches,
    make_long_rounds,
    make_defaults,
    make_blocks,
    make_rounds,
    make_blocks,
    make_rounds,
    make_defaults,
)
"""What finds what belongs together."""


class Proved(NamedTuple):
    """The text of a spec, and what it was read as to prove it.

    `program` and `graph` are None where nothing could be proved.
    """

    text: str
    program: Program | None = None
    graph: Graph | None = None


def written(found: Found, *, flat: bool = False, origin: str = "") -> str:
    """The text of the spec of a model, as `proved` has it."""
    return proved(found, flat=flat, origin=origin).text


def proved(
    found: Found,
    *,
    flat: bool = False,
    named: bool = False,
    origin: str = "",
    read: Callable[[str], Source] = Source,
) -> Proved:
    """The spec of a model.

    Each pass makes another spec of the last one. What the passes come to is read again
    and compared with the model that was found; as long as it differs, the last pass is
    taken back. So a pass can make a spec longer than it could be, and never wrong.

    Args:
        found: the model.
        flat: writes layer by layer, without blocks and repeats.
        named: keeps the names that Keras counted.
        origin: the name of the file that it was read from, for a comment.
        read: makes a document of a text.
    """
    source = FoundSource(found._replace(unknowns=()), "spec")
    program = read_changed(source)
    with declaring(program.own):
        before = graph_of(source, program)
        document = dict(found.document)
        if found.figures and found.figures.expected:
            document["expect"] = found.figures.expected
        said = remarks(found, origin)
        spec = spec_of(document, said)
        spec.automatic = found.automatic
        plain = FLAT[:-1] if named else FLAT
        made = [*_each(spec, plain if flat else (*plain, *FOLDING))]
        if before is None:  # nothing to hold it against
            return Proved(_text(made[0], said))
        return _proved(made, before, said, read)


def _proved(
    made: Sequence[Spec],
    before: Graph,
    said: Remarks,
    read: Callable[[str], Source],
) -> Proved:
    """The last spec that is the model, and isn't longer for its branches.

    Args:
        made: the spec as it is found, and after each pass.
        before: the Graph of the model.
        said: comments.
        read: makes a document of a text.
    """
    shapes = shapes_of(before)
    plain = made[: len(FLAT) + 1]
    table = _lines_of_table(made[0])
    for spec in reversed(made[1:]):
        text = _text(spec, said, sizes(spec, shapes))
        count = text.count("\n") - table
        # Most are much shorter, and none of the others needs to be written for that.
        may_be_long = spec not in plain and count > len(before.nodes)
        if may_be_long:
            longest = _LONGER * (_text(plain[-1], said).count("\n") - table)
            if count > longest:
                continue
        if proof := _proof(read, text, spec, before):
            return proof
    return Proved(_text(made[0], said))


_LONGER = 1.15
"""How much longer a spec with branches may be than one without."""


def _each(spec: Spec, passes: Sequence[Pass]) -> Iterator[Spec]:
    """The spec as it is found, and after each pass."""
    yield spec
    for make in passes:
        spec = spec.copy()
        try:
            make(spec)
        except TooMuch:
            return
        yield spec


def _lines_of_table(spec: Spec) -> int:
    """The lines that a printed table takes in a spec, however that is written."""
    expect = spec.main.keys.get("expect")
    table = expect.get("summary") if isinstance(expect, dict) else None
    return table.count("\n") if isinstance(table, str) else 0


def _proof(
    read: Callable[[str], Source], text: str, spec: Spec, before: Graph
) -> Proved | None:
    """What a text is read as, if that is the model."""
    try:
        source = read(text)
        program = read_changed(source)
        after = graph_of(source, program)
    except SpecError:
        return None
    if after is None or not same(before, after, _free(spec)):
        return None
    return Proved(text, program, after)


def _free(spec: Spec) -> set[str]:
    """The names of tensors that may be others: Keras doesn't know them."""
    items = [item for scope in spec.scopes() for item in written_out(scope.items)]
    return free_to_change(spec) | {
        item.key
        for item in items
        if item.form == APPLY or item.layer is not None and item.layer.named_by_keras
    }


def _text(spec: Spec, said: Remarks, notes: Mapping[Path, str] = {}) -> str:
    document = document_of(spec)
    head = {path: lines for path, lines in said.items() if len(path) < 2}
    return laid_out(document.data, {**head, **document.comments}, notes)
