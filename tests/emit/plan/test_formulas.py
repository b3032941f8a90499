"""One call makes a layer each time that its step is taken, or none does."""

import pytest

from cnnspec.emit.code.plan.formulas import layer_call
from cnnspec.emit.code.print.python import expression
from tests.emit.plan import flow_of

START = "[{HeNormal: {seed: 1}}, {HeNormal: {seed: 2}}]"
INHERITED = "layers.Conv2D(1, 1, kernel_regularizer=keras.regularizers.L2(decay))"


@pytest.mark.parametrize(
    ("layer", "values", "code"),
    [
        ("Conv2D: {filters: $v, kernel_size: 3}", "[1, 2]", "layers.Conv2D(v, 3)"),
        (
            "Conv2D: {filters: 2, kernel_size: [$v, 1]}",
            "[1, 2]",
            "layers.Conv2D(2, (v, 1))",
        ),
        ('Reshape: "${[v, -1]}"', "[4, 2]", "layers.Reshape(tuple([v, -1]))"),
        (
            "Dense: {units: 2, kernel_regularizer: {L2: $v}}",
            "[0.1, 0.2]",
            "layers.Dense(2, kernel_regularizer=keras.regularizers.L2(v))",
        ),
        (
            "Dense: {units: 2, kernel_initializer: $v}",
            "[{HeNormal: {seed: 1}}, {HeNormal: {seed: 1}}]",
            "layers.Dense(2, kernel_initializer=keras.initializers.HeNormal(seed=1))",
        ),
        ("Dense: {units: 2, kernel_initializer: $v}", START, None),
        ("Conv2D: {filters: 1, kernel_size: 1}", "[1, 2]", INHERITED),
        (
            "Conv2D: {filters: $v, kernel_size: 1, kernel_regularizer: null}",
            "[1]",
            "layers.Conv2D(v, 1, kernel_regularizer=None)",
        ),
    ],
)
def test_the_call_of_a_layer(layer: str, values: str, code: str | None) -> None:
    inherits = code == INHERITED or "null" in layer
    defaults = "{Conv2D: {kernel_regularizer: {L2: $decay}}}" if inherits else "{}"
    flow = flow_of(f"""
        vars: {{decay: 0.1}}
        defaults: {defaults}
        layers:
        - repeat: {{for: {{v: {values}}}, layers: [{{Dense: 1}}, {{{layer}}}]}}
        """)
    steps = flow.program.steps[0].steps  # type: ignore[union-attr]
    step = steps[1]
    if code is None:
        assert [node.layer for node in flow.flat_nodes[("layers", 0, "repeat")]]
        return
    found = flow.layers_made(step.path)
    made = layer_call(
        flow.program, step, found, lambda f: f.python(str), lambda f: f.python(str), {}
    )
    assert made is not None and expression(made) == code
