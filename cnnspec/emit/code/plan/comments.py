"""What a script says beside its code, for those who learn from it."""

import re
from typing import Protocol

from cnnspec.emit.code.plan.outline import each_step
from cnnspec.emit.code.tree import Comment
from cnnspec.ground.columns import WIDTH, columns
from cnnspec.ground.shapes import Shapes, product, show
from cnnspec.ground.source.remarks import Remarks
from cnnspec.ground.visible import visible
from cnnspec.language.program import Block, CallStep, LayerStep


class Texts(Protocol):
    """Texts in the language of those who read the script."""

    def fill(self, name: str, **words: str) -> str:
        """A text with its words filled in."""


def ends_stage(shapes: tuple[Shapes, Shapes] | None) -> bool:
    """Whether the image comes out at most half as large, as after pooling."""
    if shapes is None:
        return False
    x, y = shapes
    if not isinstance(y, tuple) or len(y) != len(x) or len(y) < 3:
        return False
    assert isinstance(x, tuple)
    before, after = product(x[1:-1]), product(y[1:-1])
    return before is not None and after is not None and 2 * after <= before


def size_note(shapes: tuple[Shapes, Shapes] | None) -> str:
    """The output's sizes, where others than that of the channels have changed."""
    if shapes is None:
        return ""
    x, y = shapes
    if isinstance(y, list) or (len(x) == len(y) and x[1:-1] == y[1:-1]):
        return ""
    return show(y[1:])


def authors(remarks: Remarks, *, with_behind: bool = False) -> list[Comment]:
    """An author's comments as comments above a statement.

    Args:
        remarks: the comments.
        with_behind: whether what stands behind the line is said here too.
    """
    said = [*remarks.above, *([remarks.behind] if with_behind else [])]
    return [Comment(visible(one)) for one in said if one]


def own_name(name: str, keras: str) -> str:
    """The author's name of something that Keras calls otherwise; else nothing."""
    return "" if name == keras else " ".join(visible(name).split())


def own_names(name: str, keras: str) -> list[Comment]:
    """The comment that tells it."""
    said = own_name(name, keras)
    return [Comment(said)] if said else []


# ------------------------------------------------------------------ docstrings


def docstring(block: Block, texts: Texts) -> tuple[str, ...]:
    """The paragraphs that say what a block is, or what it consists of."""
    if not block.description.strip():
        return (in_docstring(_contents(block, texts)),)
    said = map(in_docstring, paragraphs(block.description))
    return tuple(_summarized(list(said)))


def in_docstring(paragraph: str) -> str:
    """A paragraph for a docstring: that ends at three quotes, and has escapes."""
    return paragraph.replace("\\", "\\\\").replace('"', "'")


def paragraphs(said: str) -> list[str]:
    """The paragraphs of a description, each in one line, with all of it to be seen.

    Where YAML folds lines, a blank one comes to a mere line break; a sentence that ends
    with the first line is a summary all the same.
    """
    said = said.strip()
    parts = re.split(r"\n\s*\n", said)
    if len(parts) == 1 and ".\n" in said:
        first, _, rest = said.partition(".\n")
        parts = [said] if "\n" in first else [f"{first}.", rest]
    return [visible(" ".join(part.split())) for part in parts]


def _summarized(parts: list[str]) -> list[str]:
    """Paragraphs of which the first is one line, if its first sentence is."""
    summary, _, rest = parts[0].partition(". ")
    is_sentence = summary.count("(") == summary.count(")") and not rest[:1].islower()
    if _fits(parts[0]) or not rest or not is_sentence or not _fits(f"{summary}."):
        return parts
    return [f"{summary}.", rest, *parts[1:]]


def _fits(summary: str) -> bool:
    return columns(f'    """{summary}"""') <= WIDTH


def _contents(block: Block, texts: Texts) -> str:
    """What a block consists of: `Apply Conv2D, BatchNormalization and Activation.`."""
    found: dict[str, None] = {}
    for step in each_step(block.steps):
        if isinstance(step, LayerStep):
            found[step.type] = None
        elif isinstance(step, CallStep):
            found[step.block] = None
    if not found:
        return texts.fill("block", block=block.name)
    parts = list(found)
    while True:
        more = len(parts) < len(found)
        listed, last = ", ".join(parts if more else parts[:-1]), parts[-1]
        form = "apply_more" if more else "apply" if listed else "apply_one"
        sentence = texts.fill(form, layers=listed, last=last)
        if columns(sentence) <= WIDTH - 10 or len(parts) == 1:
            return sentence
        parts.pop()
