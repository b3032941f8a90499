"""Tables as Keras 2 printed them, written anew from how it laid them out."""

from typing import NamedTuple


class Made(NamedTuple):
    name: str
    type: str
    output_shape: object
    params: int | str
    connected: tuple[str, ...] = ()
    layers: tuple["Made", ...] = ()
    trainable: str = "Y"


HEADING = ("Layer (type)", "Output Shape", "Param #")
SEQUENTIAL = (0.45, 0.85, 1.0)
CONNECTED = (0.33, 0.55, 0.67, 1.0)


def fields(layer):
    return (f"{layer.name} ({layer.type})", layer.output_shape, layer.params)


def totals(counts):
    names = ("Total", "Trainable", "Non-trainable")
    return [f"{n} params: {c:,}" for n, c in zip(names, counts, strict=True)]


def places(relative, width):
    return [int(width * place) for place in relative]


def print_keras2(layers, width=65, relative=SEQUENTIAL, counts=None, heading=HEADING):
    """Keras 2.0 to 2.5: each cell is cut where its column ends."""
    ends = places(relative, width)

    def line(cells):
        text = ""
        for cell, end in zip(cells, ends, strict=False):
            text = (text[:-1] + " " if text else "") + str(cell)
            text = text[:end].ljust(end)
        return text

    out = ["_" * width, line(heading), "=" * width]
    for i, layer in enumerate(layers):
        first, *more = layer.connected or ("",)
        out.append(line((*fields(layer), first)))
        out += [line(("", "", "", other)) for other in more]
        out.append(("=" if i == len(layers) - 1 else "_") * width)
    if counts:
        out += [*totals(counts), "_" * width]
    return "\n".join(out) + "\n"


def print_keras26(layers, width=65, relative=SEQUENTIAL, counts=None, heading=HEADING):
    """Keras 2.6 to 2.15: each cell wraps, and nested layers stand between bars."""
    ends = places(relative, width)
    out = []

    def row(cells, depth=0):
        left = [str(cell) for cell in cells]
        while any(left):
            text = ""
            for column, end in enumerate(ends):
                begin = ends[column - 1] if column else 0
                gap = 0 if column == len(ends) - 1 else 2
                fit = left[column][: end - begin - gap]
                breaks = [
                    fit.find(mark) + len(mark)
                    for mark in ("),", "},", "],", "',")
                    if mark in fit
                ]
                fit = fit[: min(breaks)] if breaks else fit
                left[column] = left[column][len(fit) :]
                text += ("|" * depth + " " if column == 0 else "") + fit + " " * gap
                text += " " * (end - len(text) - depth)
            out.append(text + "|" * depth)

    def layer_rows(layer, depth=0, last=False):
        cells = list(fields(layer))
        if len(heading) > 3 and heading[3] == "Connected to":
            cells.append(str(list(layer.connected)))
        if heading[-1] == "Trainable":
            cells.append(layer.trainable)
        row(cells, depth)
        if layer.layers:
            bars, inner = "|" * (depth + 1), width - 2 * depth - 2
            out.append(bars + "¯" * inner + bars)
            for k, nested in enumerate(layer.layers):
                layer_rows(nested, depth + 1, k == len(layer.layers) - 1)
            out.append("|" * depth + "¯" * (width - 2 * depth) + "|" * depth)
        if not last:
            out.append("|" * depth + " " * (width - 2 * depth) + "|" * depth)

    out.append("_" * width)
    row(heading)
    out.append("=" * width)
    for layer in layers:
        layer_rows(layer)
    out.append("=" * width)
    if counts:
        out.extend([f"{line} ({7.5:.2f} KB)" for line in totals(counts)])
        out.append("_" * width)
    return "\n".join(out) + "\n"
