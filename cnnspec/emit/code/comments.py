"""What a script says beside its code, for those who learn from it."""

from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.code.print.layout import WIDTH, columns, wrapped
from cnnspec.emit.code.python import paragraphs
from cnnspec.emit.code.steps import each_step
from cnnspec.emit.keras_script.texts import Language
from cnnspec.ground.shapes import Shapes, product, show
from cnnspec.language.program import Block, CallStep, LayerStep


class Explained:
    """The layers that a script has explained so far, or needn't."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._kinds: set[type[Layer]] = set()

    def copy(self) -> "Explained":
        """As it is now."""
        other = Explained(self._language)
        other._kinds = set(self._kinds)
        return other

    def lines(self, layer: Layer, width: int) -> list[str]:
        """What a layer does, where the script first has one of its type."""
        kind = type(layer)
        known = kind.speaks_for_itself or kind in self._kinds
        if known or not layer.as_described():
            return []
        self._kinds.add(kind)
        said = self._language.layer(kind)
        # × looks like x, which linters don't like in a comment.
        return [f"# {line}" for line in wrapped(said.replace("×", "x"), width - 2)]


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


def size_comment(shapes: tuple[Shapes, Shapes] | None) -> str:
    """The output's sizes, where others than that of the channels have changed."""
    if shapes is None:
        return ""
    x, y = shapes
    if isinstance(y, list) or (len(x) == len(y) and x[1:-1] == y[1:-1]):
        return ""
    return f"  # {show(y[1:])}"


def docstring(block: Block, language: Language) -> list[str]:
    """What a block is, or what it consists of."""
    if not block.description.strip():
        return [f'    """{_contents(block, language)}"""']
    first, *rest = _summarized(paragraphs(block.description))
    if not rest and _fits(first):
        return [f'    """{first}"""']
    lines = wrapped(f'"""{first}', WIDTH - 4)
    for paragraph in rest:
        lines += ["", *wrapped(paragraph, WIDTH - 4)]
    return [*(f"    {line}" if line else "" for line in lines), '    """']


def _summarized(parts: list[str]) -> list[str]:
    """Paragraphs of which the first is one line, if its first sentence is."""
    summary, _, rest = parts[0].partition(". ")
    is_sentence = summary.count("(") == summary.count(")") and not rest[:1].islower()
    if _fits(parts[0]) or not rest or not is_sentence or not _fits(f"{summary}."):
        return parts
    return [f"{summary}.", rest, *parts[1:]]


def _fits(summary: str) -> bool:
    return columns(f'    """{summary}"""') <= WIDTH


def _contents(block: Block, language: Language) -> str:
    """What a block consists of: `Apply Conv2D, BatchNormalization and Activation.`."""
    found: dict[str, None] = {}
    for step in each_step(block.steps):
        if isinstance(step, LayerStep):
            found[step.type] = None
        elif isinstance(step, CallStep):
            found[step.block] = None
    if not found:
        return language.fill("block", block=block.name)
    parts = list(found)
    while True:
        more = len(parts) < len(found)
        listed, last = ", ".join(parts if more else parts[:-1]), parts[-1]
        form = "apply_more" if more else "apply" if listed else "apply_one"
        sentence = language.fill(form, layers=listed, last=last)
        if columns(sentence) <= WIDTH - 10 or len(parts) == 1:
            return sentence
        parts.pop()
