"""A summary's numbers as a reader sees them, and a row as plain data.

What the numbers are called and how they are written is decided here, for the terminal,
for reports and for differences, so that no two of them can differ in more than their
looks.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from cnnspec.catalogue.layers.base import WHOLE
from cnnspec.ground.shapes import Shape, Shapes, show
from cnnspec.ground.source import Source
from cnnspec.ground.visible import visible
from cnnspec.language import naming
from cnnspec.model.graph import DEFAULT_POLICY, Graph, Input
from cnnspec.model.receptive import UNKNOWN, Seen, receptive_fields
from cnnspec.model.summary import Row, Summary, each_row

NOT_KNOWN = "?"
NOTHING = "-"


class Line(NamedTuple):
    """A layer's row of a report, each number as a reader sees it."""

    name: str
    type: str
    output: tuple[str, ...]
    """A shape for each tensor that the layer gives, without the batch axis."""
    sums: tuple[str, ...]
    """How its sizes come about, each once: `(28 + 2·1 − 3) / 1 + 1 = 28`."""
    params: str
    why: str
    """The parameters with their arithmetic: `3·3·50·25 + 25 = 11,275`."""
    trainable: str
    macs: str
    memory: str
    field: str
    share: float
    """The layer's part of all parameters, 0 to 1."""


def lines(summary: Summary, *, expand: bool = False) -> list[Line]:
    """The rows of a report, in the order of the layers.

    Args:
        summary: of a model.
        expand: whether a model inside has its layers' rows below its own.
    """
    fields = receptive_fields(summary)
    total = summary.total_params
    return [
        Line(
            name=visible(row.name),
            type=row.type,
            output=tuple(map(shape_text, _several(row.output_shape))),
            sums=tuple(row.size_sums),
            params=f"{row.params:,}",
            why=_why(row),
            trainable=f"{row.trainable_params:,}",
            macs=count_text(row.macs),
            memory=bytes_text(row.activation_bytes),
            field=field_text(fields[row.name]),
            share=row.params / total if total else 0.0,
        )
        for row in (each_row(summary) if expand else summary.rows)
    ]


def heading(summary: Summary) -> tuple[str, str]:
    """The model's name, and its inputs in words."""
    inputs = ", ".join(
        f"{visible(tensor.name)} {shape_text(tensor.shape)} {tensor.about}"
        for tensor in summary.graph.inputs
    )
    return visible(summary.graph.name), inputs


def in_short(summary: Summary) -> str:
    """`nin: 510 params in 3 layers`."""
    count = len(summary.rows)
    layers = f"{count:,} layer{'' if count == 1 else 's'}"
    return f"{visible(summary.graph.name)}: {summary.total_params:,} params in {layers}"


def totals(summary: Summary) -> list[tuple[str, str, str]]:
    """The sums of a report: what is counted, the number, and what to know about it."""
    split = (
        f"{summary.trainable_params:,} trainable, "
        f"{summary.non_trainable_params:,} non-trainable"
    )
    if summary.tuned is not None:
        split += f"; {summary.tuned.trainable_params:,} trainable in fine-tuning"
    kept = _types(dtype for row in summary.rows for dtype in row.weight_dtypes)
    given = _types(row.dtype for row in summary.rows)
    return [
        ("Params", f"{summary.total_params:,}", split),
        ("Weights", bytes_text(summary.weight_bytes), f"memory of params as {kept}"),
        ("MACs", count_text(summary.macs), "multiply-accumulates for one sample"),
        (
            "Activations",
            bytes_text(summary.activation_bytes),
            f"memory of outputs for one sample as {given}",
        ),
    ]


def _types(found: Iterable[str]) -> str:
    """`float32`, or `float16, float32 and int64`."""
    *others, last = sorted(set(found)) or [DEFAULT_POLICY]
    return f"{', '.join(others)} and {last}" if others else last


def shape_text(shape: Shape) -> str:
    """`28x28x50`: a shape without its batch axis."""
    return show(shape[1:]) or "scalar"


def count_text(count: int | None) -> str:
    """`15.47 G`: a count with the SI prefix that leaves one to three digits."""
    if count is None:
        return NOT_KNOWN
    if count < 1000:
        return str(count)
    return _scaled(count, 1000, 2, ("", "k", "M", "G", "T", "P", "E"))


def bytes_text(count: int | None) -> str:
    """`153.1 KiB`: an amount of memory with its binary prefix."""
    if count is None:
        return NOT_KNOWN
    if count < 1024:
        return f"{count} B"
    return _scaled(count, 1024, 1, ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"))


def _scaled(count: int, base: int, digits: int, units: tuple[str, ...]) -> str:
    value, *left = float(count), *units
    while len(left) > 1 and round(value, digits) >= base:
        value /= base
        left.pop(0)
    return f"{value:,.{digits}f} {left[0]}"


def field_text(seen: Seen) -> str:
    """`212`, or `7x1` where the axes differ; the word for what has no such number."""
    sizes = field_sizes(seen)
    if isinstance(sizes, list):
        return show(sizes[:1] if len(set(sizes)) == 1 else sizes)
    return sizes or (NOT_KNOWN if seen == UNKNOWN else NOTHING)


def field_sizes(seen: Seen) -> list[int] | str | None:
    """A receptive field's size along each axis, or `WHOLE`; None if it has none."""
    if isinstance(seen, str):
        return WHOLE if seen == WHOLE else None
    return [ceil(field.size) for field in seen] or None


def share_text(share: float) -> str:
    """`56.2 %`: nothing for a layer without parameters."""
    if not share:
        return ""
    return f"{share:.1%}".replace("%", " %") if share >= 0.0005 else "<0.1 %"


def _why(row: Row) -> str:
    if not row.arithmetic:
        return f"{row.params:,}"
    return f"{row.arithmetic} = {row.params:,}"


def _several(shapes: Shapes) -> list[Shape]:
    return shapes if isinstance(shapes, list) else [shapes]


def summary_data(summary: Summary, source: Source | None) -> dict[str, Any]:
    """A summary as plain data, for JSON.

    Args:
        summary: of a model.
        source: the document, which knows in which line each layer stands; None where
            that isn't asked.
    """
    graph, fields = summary.graph, receptive_fields(summary)
    sizes = ("dtype", "activation_bytes")
    facts = (*LAYER_FACTS, *(("line",) if source else ()), *sizes)
    return {
        "name": graph.name,
        "keras_name": graph.keras_name,
        "inputs": [input_data(tensor, graph) for tensor in graph.inputs],
        "outputs": list(graph.outputs),
        "total_params": summary.total_params,
        "trainable_params": summary.trainable_params,
        "non_trainable_params": summary.non_trainable_params,
        **tuned_data(summary),
        "weight_bytes": summary.weight_bytes,
        "macs": summary.macs,
        "activation_bytes": summary.activation_bytes,
        "layers": _layers_data(summary, source, facts, fields),
    }


def tuned_data(summary: Summary) -> dict[str, Any]:
    """What a second fit trains, as plain data; nothing where there is none."""
    if summary.tuned is None:
        return {}
    counts = ("trainable_params", "non_trainable_params")
    return {"fine_tune": {key: getattr(summary.tuned, key) for key in counts}}


def _layers_data(
    summary: Summary,
    source: Source | None,
    facts: Sequence[str],
    fields: Mapping[str, Seen],
    within: str = "",
) -> list[dict[str, Any]]:
    """A model's rows as plain data; one that is a model has `layers` of its own."""
    found = []
    for row in summary.rows:
        data = row_data(row, summary.graph, source, facts)
        full = f"{within}{row.name}"
        data |= {
            "receptive_field": field_sizes(fields[full]),
            "weights": _weights_data(row),
            "arithmetic": row.arithmetic,
            "size_arithmetic": row.size_sums,
        }
        if inside := row.layer.inside(*row.input_shapes):
            below = naming.in_model(full, "")
            data["layers"] = _layers_data(inside, source, facts, fields, below)
        found.append(data)
    return found


LAYER_FACTS = (
    *("name", "keras_name", "type", "inputs", "output_shape"),
    *("params", "trainable_params", "macs"),
)
"""What plain data tell of a layer everywhere: attributes of its row, and what Keras
calls it."""


def row_data(
    row: Row, graph: Graph, source: Source | None, facts: Sequence[str]
) -> dict[str, Any]:
    """A layer's row as plain data, for JSON.

    Args:
        row: of the layer.
        graph: the model that has it.
        source: the document that the layer stands in; needed for its line.
        facts: what to tell, in this order: attributes of the row, and `line`.
    """
    beside: dict[str, Any] = {"keras_name": graph.called(row.name, row.shares)}
    if source:
        beside["line"] = source.mark(row.path, at_key=True).line or None
    found = {
        fact: beside[fact] if fact in beside else _listed(getattr(row, fact))
        for fact in facts
    }
    if row.parts or row.arguments or row.settings:
        found["reads"] = row.reads
    return found


def _weights_data(row: Row) -> list[dict[str, Any]]:
    return [
        {
            "name": weight.name,
            "shape": list(weight.shape),
            "trainable": weight.trainable,
            "dtype": dtype,
        }
        for weight, dtype in zip(row.weights, row.weight_dtypes, strict=True)
    ]


def input_data(tensor: Input, graph: Graph) -> dict[str, Any]:
    """An input of a model as plain data, for JSON."""
    kinds = ("optional", "sparse")
    return {
        "name": tensor.name,
        "keras_name": graph.called(tensor.name),
        "shape": list(tensor.shape),
        "dtype": tensor.dtype,
        **{kind: True for kind in kinds if getattr(tensor, kind)},
    }


def _listed(value: Any) -> Any:
    """Tuples as lists, as JSON has them."""
    return list(map(_listed, value)) if isinstance(value, list | tuple) else value


_MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>#|~&"})


def escaped(text: str) -> str:
    """A text that Markdown shows as it is."""
    return text.translate(_MARKDOWN)


_PROSE = str.maketrans(
    {"\\": r"\\", "[": r"\[", "#": r"\#", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
)


def prose(text: str) -> str:
    """A text that Markdown may format, without HTML, headings, links and images."""
    return text.translate(_PROSE)


def in_code(text: str) -> str:
    """A text to stand between the backticks of Markdown's code."""
    return visible(text).replace("`", "'")
