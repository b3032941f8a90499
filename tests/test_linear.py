"""Layers that are linear, and what linear layers in a row can do."""

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.catalogue.components import Spread, _Scaled
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import layer_names
from cnnspec.model.linear import Lines
from tests.fidelity.judge import call_keras, keras_layer

OTHER = {
    *("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention"),
    *("RNN", "StackedRNNCells", "Dot", "Embedding", "ReversibleEmbedding"),
}
"""Layers that take whole numbers, or tensors of other shapes than their example's."""


def numeric_layers() -> list[str]:
    """Those that take arrays of floating-point numbers and give one of them."""
    found = []
    for name in layer_names():
        cls = layer_class(name)
        known = cls.is_public() or cls.module.startswith("src.applications")
        words = cls.family() in ("preprocessing", "augmentation") and not cls.linear
        if known and not words and name not in OTHER and "Cell" not in name:
            found.append(name)
    return found


@pytest.mark.parametrize("name", numeric_layers())
def test_a_layer_is_linear_where_keras_says_so(name: str) -> None:
    """f(a) + f(b) = f(a + b) + f(0) holds for affine maps alone."""
    cls = layer_class(name)
    arguments = cls.example if isinstance(cls.example, dict) else {}
    if isinstance(cls.example, str | int):
        arguments = {next(iter(cls.arguments())): cls.example}
    arguments = {k: v for k, v in arguments.items() if k != "activation"}
    if name == "Activation":
        arguments = {"activation": "linear"}
    if name == "Normalization":
        arguments = {"mean": 1.0, "variance": 4.0}
    layer, ours = keras_layer(name, arguments), make_layer(name, arguments)
    shapes = [(2, *(size or 3 for size in x[1:])) for x in cls.example_inputs]
    random = np.random.default_rng(0)

    def drawn() -> list[np.ndarray]:
        return [random.normal(size=shape).astype("float32") for shape in shapes]

    def given(arrays: list[np.ndarray]) -> np.ndarray:
        result = call_keras(layer, [keras.ops.convert_to_tensor(a) for a in arrays])
        return np.array(keras.tree.flatten(result)[0])

    given([np.zeros(shape, "float32") for shape in shapes])
    for weight in layer.weights:
        if "float" in str(weight.dtype) and "variance" not in weight.name:
            weight.assign(random.normal(size=weight.shape) * 0.3)
    zeros = given([np.zeros(shape, "float32") for shape in shapes])
    one, other = drawn(), drawn()
    both = [a + b for a, b in zip(one, other, strict=True)]
    error = np.abs(given(one) + given(other) - given(both) - zeros).max()
    assert (error < 1e-3) == ours.is_linear(), error


@pytest.mark.parametrize("activation", [None, "linear", "relu", {"ReLU": {}}])
def test_an_activation_makes_a_layer_nonlinear(activation) -> None:
    layer = make_layer("Conv2D", {"filters": 1, "kernel_size": 1,
                                  "activation": activation})  # fmt: skip
    assert layer.is_linear() == (activation in (None, "linear"))


# ------------------------------------------------------------------ in a row

PAIR = """\
input: [9, 9, 25]
layers:
  - Conv2D: {filters: 50, kernel_size: 3, padding: same}
  - Conv2D: {filters: 25, kernel_size: 1}
"""


@pytest.mark.parametrize("change", ["", "strides: 2, ", "dilation_rate: 2, "])
def test_a_pair_does_what_one_convolution_with_less_than_half_its_weights_does(
    change: str,
) -> None:
    """Borders and all, for a 1x1 convolution looks at no zero beside a position."""
    text = PAIR.replace("kernel_size: 3, ", f"kernel_size: 3, {change}")
    summary = api.loads(text).summary
    [pair] = Lines(summary).pairs()
    merged = pair.first.layer.merged(pair.second.layer)
    assert merged is not None
    [x] = pair.first.input_shapes
    one = sum(weight.size for weight in merged.weights(x))
    assert (pair.first.params + pair.second.params, one) == (12_575, 5_650)
    two = [keras_of(row.layer) for row in (pair.first, pair.second)]
    single = keras_of(merged)
    random = np.random.default_rng(0)
    samples = random.normal(size=(2, 9, 9, 25)).astype("float32")
    two[1](two[0](samples))
    for layer in two:
        layer.bias.assign(random.normal(size=layer.bias.shape))
    expected = two[1](two[0](samples))
    single.build(samples.shape)
    (kernel, bias), (mix, more) = (layer.get_weights() for layer in two)
    single.kernel.assign(kernel @ mix[0, 0])
    single.bias.assign(bias @ mix[0, 0] + more)
    np.testing.assert_allclose(single(samples), expected, atol=2e-4)


def keras_of(layer) -> keras.layers.Layer:
    arguments = {name: getattr(layer, name) for name in layer.arguments()}
    return getattr(keras.layers, type(layer).__name__)(**arguments)


def test_two_dense_layers_are_one() -> None:
    text = "input: [8]\nlayers: [{Dense: 5}, {Dropout: 0.5}, {Dense: 3}]\n"
    [pair] = Lines(api.loads(text).summary).pairs()
    merged = pair.first.layer.merged(pair.second.layer)
    assert [row.name for row in pair.between] == ["dropout"]
    assert sum(weight.size for weight in merged.weights((None, 8))) == 8 * 3 + 3


FIRST = "Conv2D: {filters: 2, kernel_size: 3, name: first}"
PAIRS = {
    "nothing": (["Conv2D: {filters: 2, kernel_size: 3}"], ["conv2d conv2d_1"]),
    "an activation": (["Conv2D: {filters: 2, kernel_size: 3}", "ReLU"], []),
    "the first one's activation": (
        ["Conv2D: {filters: 2, kernel_size: 3, activation: relu}"],
        [],
    ),
    "what is linear": (
        [FIRST, "BatchNormalization", "AveragePooling2D: 2"],
        ["first conv2d"],
    ),
    "max pooling": ([FIRST, "MaxPooling2D"], []),
    "a tensor that is read twice": (
        [
            FIRST,
            "Conv2D: {filters: 2, kernel_size: 1, name: side}",
            "Add: {from: [first, side]}",
        ],
        [],
    ),
}


@pytest.mark.parametrize("between", PAIRS)
def test_what_stands_between_decides(between: str) -> None:
    layers, expected = PAIRS[between]
    layers = [*layers, "Conv2D: {filters: 2, kernel_size: 1, activation: relu}"]
    text = "input: [9, 9, 1]\nlayers:\n" + "".join(f"  - {one}\n" for one in layers)
    found = Lines(api.loads(text).summary).pairs()
    pairs = [f"{pair.first.name} {pair.second.name}" for pair in found]
    assert pairs == expected


AROUND = {
    ("relu", "relu"): (True, True),
    ("null", "relu"): (False, True),
    ("relu", "null"): (True, False),
    ("null", "null"): (False, False),
}


@pytest.mark.parametrize("activations", AROUND)
def test_activations_on_both_sides(activations) -> None:
    before, behind = activations
    text = f"""\
input: [9, 9, 1]
layers:
  - Conv2D: {{filters: 2, kernel_size: 3, activation: {before}}}
  - BatchNormalization
  - Conv2D: {{filters: 2, kernel_size: 1, name: mix}}
  - BatchNormalization
  - Activation: {"linear" if behind == "null" else behind}
  - Conv2D: {{filters: 2, kernel_size: 3}}
"""
    assert Lines(api.loads(text).summary).around()["mix"] == AROUND[activations]


# ------------------------------------------------------------------ how weights begin


def drawn_by_fan() -> list[tuple[str, Spread]]:
    found = {cls.__name__: cls.drawn for cls in _Scaled.__subclasses__() if cls.drawn}
    return list(found.items())


@pytest.mark.parametrize(("name", "spread"), drawn_by_fan())
def test_an_initializer_draws_with_the_variance_that_is_told(name, spread) -> None:
    fans = {"fan_in": 300, "fan_out": 700, "fan_avg": 500}
    numbers = np.array(getattr(keras.initializers, name)(seed=0)((300, 700)))
    assert np.var(numbers) == pytest.approx(spread.factor / fans[spread.fan], rel=0.03)
    limit = np.sqrt(3 * spread.factor / fans[spread.fan])
    assert (np.abs(numbers).max() <= limit * 1.0001) == spread.uniform
