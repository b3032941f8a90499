"""What a picture says of a layer: beside its type, and to who points at it.

A layer may stand for others that are like it, in the other rounds of a repeat. What
differs between them is told as the first and the last: `896 … 9,248 params`.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.picture.measure import SMALL, TYPE, shortened, text_width
from cnnspec.emit.picture.swatches import TENSOR, Swatch, swatch
from cnnspec.emit.words import words
from cnnspec.ground.shapes import Shape, Shapes
from cnnspec.language.naming import in_call
from cnnspec.model.graph import DEFAULT_POLICY, Input
from cnnspec.model.readable import count_text, shape_text
from cnnspec.model.summary import Row, Summary

Bundle = tuple[Row, ...]
"""Layers that are drawn as one: those of one place in rounds that are alike."""

INDENT = 7.0
"""From a layer's border to its text."""
GAP = 5.0
"""Between a layer's type and its arguments, in place of a blank: at the edge of an
element a blank is dropped by some programs and kept by others."""


class Entry(NamedTuple):
    """A layer, an input or an output, as its rectangle says it."""

    name: str
    swatch: Swatch
    type: str
    arguments: str = ""
    note: str = ""
    """To the right of the name."""
    tooltip: str = ""
    label: str = ""
    """Its name, as far as the boxes around it don't say it."""
    brief: str = ""
    """What it says where it goes with the layer above: `relu`, `Dropout 0.5`."""
    is_tensor: bool = False
    """Whether it is an input or an output."""
    others: tuple["Entry", ...] = ()
    """What may be drawn in its place."""

    @property
    def width(self) -> float:
        """What its texts need in two lines."""
        first = text_width(self.type, TYPE, bold=True) + GAP
        first += text_width(self.arguments, SMALL + 1)
        second = text_width(f"{self.label}   {self.note}", SMALL)
        own = max(first, second) + 2 * INDENT
        return max([own, *(other.width for other in self.others)])

    @property
    def short_width(self) -> float:
        """What that needs."""
        own = text_width(self.brief, SMALL) + 2 * INDENT
        return max([own, *(other.short_width for other in self.others)])


class Captions:
    """The texts of a picture in one language."""

    def __init__(self, lang: str, own: str | None = None) -> None:
        """Reads the texts.

        Args:
            lang: the code of a language.
            own: a folder of templates of one's own.
        """
        self.texts: dict[str, Any] = dict(words("picture", lang, own))
        self.lang = lang

    def say(self, key: str, /, **values: object) -> str:
        """A text with what stands in `{ }` filled in."""
        return str(self.texts[key]).format(**values)

    def family(self, swatch: Swatch) -> str:
        """What the legend says of a colour."""
        return str(self.texts["families"][swatch.family])

    def counts(self, summary: Summary) -> str:
        """The line below a model's name."""
        count = len(summary.rows)
        layers = "one_layer" if count == 1 else "layers"
        return self.say(
            "counts",
            layers=self.say(layers, n=f"{count:,}"),
            params=f"{summary.total_params:,}",
            macs=count_text(summary.macs),
        )

    # -------------------------------------------------------------- entries

    def layer(self, bundle: Bundle) -> Entry:
        """What the rectangle of a layer says.

        Args:
            bundle: the layer, and those that are drawn as one with it.
        """
        row = bundle[0]
        note = ""
        if any(each.params for each in bundle):
            count = spanned(f"{each.params:,}" for each in bundle)
            note = self.say("params", n=count)
        if row.shares:
            note = self.say("weights_of", name=shortened(row.shares))
        arguments = spanned(self.arguments(each.layer) for each in bundle)
        named = arguments and row.layer.family() == "activations"
        return Entry(
            row.name,
            swatch(row.layer),
            row.type,
            arguments,
            note,
            self._tooltip(bundle),
            spanned(map(local_name, bundle)),
            arguments if named else f"{row.type} {arguments}".strip(),
        )

    def input(self, tensor: Input) -> Entry:
        """What the rectangle of an input says."""
        shape, note = shapes_text(tensor.shape), tensor.about
        return self._tensor(tensor.name, "input", shape)._replace(note=note)

    def output(self, name: str, shapes: Shapes) -> Entry:
        """What the rectangle of an output says."""
        return self._tensor(name, "output", shapes_text(shapes))

    def _tensor(self, name: str, kind: str, shape: str) -> Entry:
        label = shortened(name)
        return Entry(name, TENSOR, self.say(kind), shape, label=label, is_tensor=True)

    def _tooltip(self, bundle: Bundle) -> str:
        """Everything about a layer, for who points at it."""
        row = bundle[0]
        given = spanned(_all_shapes(each.input_shapes) for each in bundle)
        made = spanned(shapes_text(each.output_shape) for each in bundle)
        lines = [
            f"{row.name}: {row.layer!r}",
            f"{given or self.say('nothing')} → {made}",
        ]
        if len(bundle) > 1:
            names = ", ".join(each.name for each in bundle)
            lines.append(self.say("stands_for", n=len(bundle), names=names))
        if row.shares:
            lines.append(self.say("shares", name=row.shares))
        elif row.params:
            counts = dict.fromkeys((each.arithmetic, each.params) for each in bundle)
            lines += (
                self.say("arithmetic", sum=sum, n=f"{params:,}")
                for sum, params in counts
            )
        if row.macs:
            count = spanned(f"{each.macs:,}" for each in bundle)
            lines.append(self.say("macs", n=count))
        if row.dtype != DEFAULT_POLICY:
            lines.append(self.say("dtype", name=row.dtype))
        return "\n".join(lines)

    # -------------------------------------------------------------- arguments

    def arguments(self, layer: Layer) -> str:
        """What tells layers of a type apart: `3×3, 50 filters, stride 2`."""
        given = {name: getattr(layer, name) for name in _ALWAYS if hasattr(layer, name)}
        given |= layer.given
        sayings = self.texts["arguments"]
        said = []
        for name, value in given.items():
            if _goes_without_saying(name, value, given):
                continue
            if name in sayings or name in _PLAIN:
                one = f"one_{name}" if value == 1 else ""
                saying = sayings.get(one) or sayings.get(name, "{n}")
                said.append(str(saying).format(n=self._value(name, value)))
        # The window comes first, as people say it: a 3×3 convolution with 50 filters.
        said.sort(key=lambda text: "×" not in text)
        return shortened(", ".join(said))

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, Layer):
            return f"{type(value).__name__} {self.arguments(value)}".strip()
        if isinstance(value, float):
            return f"{value:.4g}"
        if not isinstance(value, tuple | list):
            return str(value)
        axes = ["/".join(dict.fromkeys(map(str, _sequence(axis)))) for axis in value]
        if len(set(axes)) == 1 and name not in _WINDOWS:
            return axes[0]
        return "×".join(axes)


_PLAIN = (
    *("activation", "kernel_size", "pool_size", "output_size", "size", "rate", "dims"),
    *("target_shape", "n", "cropping", "interpolation", "max_value", "height"),
    *("width", "input_dim", "output_dim"),
)
"""Arguments that say what they mean by their value."""
_ALWAYS = ("kernel_size", "pool_size", "size")
"""Arguments that are worth knowing where they have their default, too."""
_WINDOWS = ("kernel_size", "pool_size", "target_shape")
"""Arguments that are told axis by axis, even where all are equal."""


def _goes_without_saying(name: str, value: Any, given: dict[str, Any]) -> bool:
    ones = ("strides", "dilation_rate", "groups")
    return (
        value in (None, "linear", "valid", "same", "causal")
        or (name in ones and set(_sequence(value)) == {1})
        or (name == "strides" and value == given.get("pool_size"))
    )


def _sequence(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def shapes_text(shapes: Shapes) -> str:
    """The sizes of tensors without the batch: `28×28×50`."""
    return _all_shapes(shapes if isinstance(shapes, list) else [shapes])


def _all_shapes(several: Sequence[Shape]) -> str:
    return ", ".join(shape_text(shape).replace("x", "×") for shape in several)


def first_shape(shapes: Shapes) -> Shape:
    """The shape of the first of several tensors."""
    return shapes[0] if isinstance(shapes, list) else shapes


def spanned(texts: Iterable[str]) -> str:
    """A text for several: what they all say, or the first and the last."""
    found = list(texts)
    if len(set(found)) == 1:
        return found[0]
    return f"{found[0]} … {found[-1]}"


def local_name(row: Row) -> str:
    """A layer's name as far as the call that it stands in doesn't say it."""
    around = [frame.name for frame in row.trail if frame.name]
    return shortened(within(row.name, around[-1] if around else ""))


def within(name: str, call: str) -> str:
    """A name without that of the call around it: `conv` for `block1_conv`."""
    return (name.removeprefix(in_call(call, "")) if call else name) or name
