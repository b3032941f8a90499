"""A beginning that no backend can make in its type.

Orthogonal takes a random matrix apart (a QR decomposition), and no backend of
Keras does so in bfloat16 (keras/src/initializers/random_initializers.py, 3.15;
TensorFlow 2.21 has Qr for half, float, double and complex numbers). Layers with
a state begin so where nothing else is said: their recurrent_initializer is
orthogonal. mixed_bfloat16 keeps weights in float32, and works.

Wrong:

    - Dense: {units: 10, kernel_initializer: orthogonal, dtype: bfloat16}

Right:

    - Dense: {units: 10, kernel_initializer: orthogonal, dtype: mixed_bfloat16}
"""

from collections.abc import Iterator

from cnnspec.catalogue.components import component_of
from cnnspec.catalogue.layers.base import all_nested
from cnnspec.ground.errors import Problem
from cnnspec.model.graph import DEFAULT_POLICY
from cnnspec.model.summary import Model, Row, each_row

CODE = "initializer-type"
SEVERITY = "error"


def find(model: Model) -> Iterator[Problem]:
    """Finds each argument that a layer begins by, and can't in its type."""
    for row in each_row(model.summary, written=True):
        # What all weights have, nearly always; to ask each one costs time.
        if set(row.weight_dtypes) - {DEFAULT_POLICY}:
            for argument, dtype in sorted(_unmade(row)):
                title = f"'{row.name}' ({row.type})"
                text = f"{title} can't begin with {argument} in {dtype}: no backend "
                text = f"{text}takes a matrix of this type apart"
                hint = f"write dtype: mixed_{dtype}, which keeps weights in "
                hint = f"{hint}{DEFAULT_POLICY}, or another {argument}"
                yield Problem(row.path, CODE, text, hint, True, row.trail)


def _unmade(row: Row) -> set[tuple[str, str]]:
    """Arguments that can't make their weights, with the type of these."""
    found = set()
    for weight, dtype in zip(row.weights, row.weight_dtypes, strict=True):
        for layer in (row.layer, *all_nested(row.layer)):
            name = weight.name
            argument = f"{layer.begins_as.get(name, name)}_initializer"
            begins = component_of(argument, getattr(layer, argument, None))
            if begins is not None and dtype in begins.unmade:
                found.add((argument, dtype))
    return found
