from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnspec.judge import align as align_module
from cnnspec.judge.align import (
    align,
    differing,
    is_difference,
    same_shape,
    same_type,
)
from cnnspec.read.tables.reading import read_summary
from cnnspec.read.tables.rows import PrintedRow
from tests.read.keras2 import Made, print_keras2, print_keras26

SUMMARIES = Path(__file__).parent / "summaries"


class Layer(NamedTuple):
    name: str
    type: str
    output_shape: object
    params: int


def chain(*parts):
    """Layers from (type, output shape without the batch, params), named as by Keras."""
    seen: dict[str, int] = {}
    layers = []
    for kind, shape, params in parts:
        stem = SNAKE.get(kind, kind.lower())
        number = seen.setdefault(stem, 0)
        seen[stem] += 1
        name = f"{stem}_{number}" if number else stem
        layers.append(Layer(name, kind, (None, *shape), params))
    return layers


SNAKE = {
    "BatchNormalization": "batch_normalization",
    "MaxPooling2D": "max_pooling2d",
    "ReLU": "re_lu",
}


def rows_of(layers):
    return [PrintedRow(*layer, line) for line, layer in enumerate(layers, 1)]


def differences(rows, layers):
    """Names on either side of each pair that differs, and a check that none is lost."""
    pairs = align(rows, layers)
    assert [row for row, _ in pairs if row] == list(rows)
    assert [layer for _, layer in pairs if layer] == list(layers)
    return [
        (row and row.name, layer and layer.name)
        for row, layer in pairs
        if is_difference(row, layer)
    ]


def nin():
    def stage(size, first):
        c_in, stages = first, []
        for _ in range(2):
            stages += [
                ("Conv2D", (size, size, 50), 9 * c_in * 50 + 50),
                ("Conv2D", (size, size, 25), 1_275),
                ("BatchNormalization", (size, size, 25), 100),
                ("Activation", (size, size, 25), 0),
            ]
            c_in = 25
        return [*stages, ("MaxPooling2D", (size // 2, size // 2, 25), 0)]

    first = [("Conv2D", (28, 28, 50), 500), ("BatchNormalization", (28, 28, 50), 200)]
    return chain(
        *first,
        ("Activation", (28, 28, 50), 0),
        *stage(28, 50)[:1],
        *stage(28, 50)[1:4],
        *stage(28, 50)[-1:],
        *stage(14, 25),
        *stage(7, 25),
        ("Flatten", (225,), 0),
        ("Dense", (50,), 11_300),
        ("Dropout", (50,), 0),
        ("Dense", (10,), 510),
    )


def printed_nin():
    return read_summary((SUMMARIES / "nin.txt").read_text(encoding="utf-8")).rows


def test_a_printed_table_agrees_with_its_model():
    assert len(nin()) == 30
    assert differences(printed_nin(), nin()) == []
    assert all(row and layer for row, layer in align(printed_nin(), nin()))


def test_a_changed_layer_is_paired_with_its_row():
    layers = nin()
    layers[4] = layers[4]._replace(params=2_040)
    assert differences(printed_nin(), layers) == [("conv2d_47", "conv2d_2")]


def test_activations_may_stand_inside_the_layers():
    inside = [layer for layer in nin() if layer.type != "Activation"]
    assert differences(printed_nin(), inside) == []
    outside = [row for row in printed_nin() if row.type != "Activation"]
    assert differences(outside, nin()) == []


def test_layers_without_weights_may_be_missing():
    assert differences(printed_nin(), [x for x in nin() if x.params]) == []
    assert differences([r for r in printed_nin() if r.params], nin()) == []


@pytest.mark.parametrize("at", [i for i, layer in enumerate(nin()) if layer.params])
def test_a_missing_layer_with_weights_is_a_difference(at):
    layers, rows = nin(), printed_nin()
    # A missing layer can't be told from an equal neighbour, of which nin has none.
    fewer = differences(rows, layers[:at] + layers[at + 1 :])
    assert fewer == [(rows[at].name, None)]
    assert differences(rows[:at] + rows[at + 1 :], layers) == [(None, layers[at].name)]


def test_a_pooling_that_differs_is_a_difference_and_its_dropout_is_not():
    rows = rows_of(
        chain(
            ("Conv2D", (8, 8, 4), 40),
            ("MaxPooling2D", (4, 4, 4), 0),
            ("Dropout", (4, 4, 4), 0),
            ("Dense", (3,), 195),
        )
    )
    layers = chain(
        ("Conv2D", (8, 8, 4), 40),
        ("MaxPooling2D", (2, 2, 4), 0),
        ("Dropout", (2, 2, 4), 0),
        ("Dense", (3,), 51),
    )
    assert differences(rows, layers) == [
        ("max_pooling2d", "max_pooling2d"),
        ("dense", "dense"),
    ]


SHRINKING = (
    ("InputLayer", (8, 8, 1), 0),
    ("Conv2D", (8, 8, 4), 40),
    ("MaxPooling2D", (4, 4, 4), 0),
    ("Flatten", (64,), 0),
    ("Dense", (3,), 195),
)


def changed(at, kind, shape):
    """Rows of the model SHRINKING with another one in the place of one."""
    parts = list(SHRINKING)
    parts[at] = (kind, shape, 0)
    return rows_of(chain(*parts))


@pytest.mark.parametrize(
    ("at", "kind", "shape"),
    [
        (0, "InputLayer", (8, 8, 2)),
        (2, "AveragePooling2D", (4, 4, 4)),
        (3, "Reshape", (64,)),
    ],
)
def test_a_row_without_weights_that_contradicts_its_layer(at, kind, shape):
    rows, layers = changed(at, kind, shape), chain(*SHRINKING)
    assert differing(rows, layers) == [(rows[at], layers[at])]


@pytest.mark.parametrize(
    ("kind", "shape", "fits"),
    [
        ("Dropout", (4, 4, 4), True),
        ("Activation", (64,), True),
        ("Dropout", (4, 4, 5), True),
        ("Flatten", (256,), True),
        ("Flatten", (255,), False),
        ("Reshape", (16, 16), True),
        ("AveragePooling2D", (2, 2, 4), False),
        ("InputLayer", (9, 9, 1), False),
    ],
)
@pytest.mark.parametrize("cut", [False, True])
def test_a_row_that_the_model_lacks_has_the_shape_of_a_tensor(kind, shape, fits, cut):
    row = PrintedRow("x", kind[:6] if cut else kind, (None, *shape), 0, 9, type_cut=cut)
    layers = chain(*SHRINKING)
    rows = rows_of(layers)
    rows = [*rows[:2], row, *rows[2:]]
    assert differing(rows, layers) == ([] if fits else [(row, None)])


def test_what_keeps_a_shape_may_stand_in_anothers_place():
    layers = chain(("Dense", (3,), 6), ("Dropout", (3,), 0), ("Rescaling", (3,), 0))
    for kind in ("Activation", "TFOpLambda"):
        rows = rows_of(chain(("Dense", (3,), 6), (kind, (3,), 0)))
        assert differing(rows, layers) == []


def test_relu_may_be_written_as_an_activation():
    dense = ("Dense", (3,), 6)
    rows = rows_of(chain(dense, ("Activation", (3,), 0)))
    layers = chain(dense, ("ReLU", (3,), 0))
    assert align(rows, layers) == list(zip(rows, layers, strict=True))
    assert differences(rows, layers) == []


def test_a_layer_in_anothers_place_is_one_difference():
    rows = rows_of(chain(("LSTM", (8,), 544), ("Dense", (3,), 27)))
    layers = chain(("GRU", (8,), 432), ("Dense", (3,), 27))
    assert differences(rows, layers) == [("lstm", "gru")]
    # With another output it is rather one missing and one too many.
    layers = chain(("Conv1D", (5, 8), 544), ("Dense", (3,), 27))
    assert differences(rows, layers) == [("lstm", None), (None, "conv1d")]


def test_names_decide_between_layers_that_are_alike():
    layers = [Layer(f"block{i}_conv", "Conv2D", (None, 8), 72) for i in range(6)]
    rows = rows_of(layers)
    for i in range(6):
        missing = differences(rows[:i] + rows[i + 1 :], layers)
        assert missing == [(None, f"block{i}_conv")]


def test_numbers_in_automatic_names_decide_nothing():
    layers = chain(*[("Conv2D", (8, 8, 8), 584)] * 5)
    rows = [
        row._replace(name=f"conv2d_{i + 40}") for i, row in enumerate(rows_of(layers))
    ]
    assert differences(rows, layers) == []
    assert differences(rows[1:], layers) == [(None, "conv2d_4")]


def test_what_the_table_does_not_show_is_no_difference():
    layers = chain(
        ("Conv2D", (8, 8, 4), 40), ("Flatten", (256,), 0), ("Dense", (3,), 9)
    )
    rows = [r._replace(output_shape=None, params=None) for r in rows_of(layers)]
    assert differences(rows, layers) == []
    assert all(row and layer for row, layer in align(rows, layers))
    assert differences(rows[1:], layers) == [(None, "conv2d")]
    assert differing([*rows, rows[1]._replace(params=0)], layers) == []


def test_a_count_that_is_not_shown_does_not_take_anothers_layer():
    layers = chain(("Dense", (3,), 9))
    unknown = PrintedRow("dense_7", "Dense", (None, 3), None, 1)
    rows = [unknown, *rows_of(layers)]
    assert align(rows, layers) == [(unknown, None), (rows[1], layers[0])]
    assert differences(rows, layers) == []


def test_counts_tell_which_layer_is_missing():
    layers = chain(*[("Conv2D", (8, 8, 8), count) for count in (5, 10, 20, 30, 5)])
    counts = {0: 6, 1: 10, 3: 30, 4: 7}
    rows = [rows_of(layers)[i]._replace(params=count) for i, count in counts.items()]
    assert differences(rows, layers) == [
        ("conv2d", "conv2d"),
        (None, "conv2d_2"),
        ("conv2d_4", "conv2d_4"),
    ]


def test_another_type_is_a_difference_though_the_numbers_agree():
    row = PrintedRow("lstm", "LSTM", (None, 8), 544, 1)
    assert is_difference(row, Layer("gru", "GRU", (None, 8), 544))
    assert not is_difference(row, Layer("lstm", "LSTM", (None, 8), 544))


def test_a_nested_models_own_row_is_left_out():
    text = (SUMMARIES / "keras3_nested_65.txt").read_text(encoding="utf-8")
    rows = read_summary(text).rows
    layers = chain(
        ("Conv2D", (14, 14, 4), 112),
        ("BatchNormalization", (14, 14, 4), 16),
        ("ReLU", (14, 14, 4), 0),
        ("Flatten", (784,), 0),
        ("Dense", (3,), 2_355),
    )
    assert [row.name for row, _ in align(rows, layers)] == [x.name for x in layers]
    assert not any(is_difference(*pair) for pair in align(rows, layers))


def test_one_side_may_be_empty():
    layers = nin()
    weighted = [layer.name for layer in layers if layer.params]
    assert align([], []) == []
    assert differences([], layers) == [(None, name) for name in weighted]
    assert differences(rows_of(layers), []) == [(name, None) for name in weighted]


@pytest.mark.parametrize(
    ("printed", "cut", "kind", "same"),
    [
        ("Conv2D", False, "Conv2D", True),
        ("Conv2D", False, "Conv2DTranspose", False),
        ("Conv2D", True, "Conv2DTranspose", True),
        ("Batch", True, "BatchNormalization", True),
        ("Batch", False, "BatchNormalization", False),
        ("Batc", True, "Dense", False),
        ("", True, "Dense", True),
        ("BatchNormalizationV2", False, "BatchNormalization", True),
        ("BatchNormalizationV", True, "BatchNormalization", True),
        ("CuDNNLSTM", False, "LSTM", True),
        ("Activation", False, "ReLU", True),
        ("Acti", True, "ReLU", True),
        ("LeakyReLU", False, "Activation", True),
        ("Activation", False, "Dropout", False),
    ],
)
def test_types(printed, cut, kind, same):
    row = PrintedRow("x", printed, None, 0, 1, type_cut=cut)
    assert same_type(row, Layer("x", kind, (None,), 0)) is same


@pytest.mark.parametrize(
    ("printed", "shape", "same"),
    [
        (None, (None, 3), True),
        ((None, 3), (None, 3), True),
        ((None, 3), [None, 3], True),
        ((32, 3), (None, 3), True),
        ((None, 3), (32, 3), True),
        ((16, 3), (32, 3), False),
        ((None, 3), (None, 4), False),
        ((None, None), (None, 4), False),
        ((None, 3), (None, 3, 1), False),
        ((), (), True),
        ((None,), (), False),
        ([(None, 3), (None, 4)], ((None, 3), (None, 4)), True),
        ([(None, 3), (None, 4)], [[None, 3], [None, 4]], True),
        ([(None, 3), (None, 4)], [(None, 3)], False),
        ([(None, 3), (None, 4), (2,)], [(None, 3), [(None, 4), (2,)]], True),
        ((None, 3), [(None, 3)], True),
        ((None, 3), None, False),
    ],
)
def test_same_shape(printed, shape, same):
    assert same_shape(printed, shape) is same


# Layers drawn by hypothesis: a size that shrinks now and then, so that shapes repeat as
# they do in real models.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "Conv2D",
                "Conv2D",
                "BatchNormalization",
                "Activation",
                "Dropout",
                "MaxPooling2D",
                "DepthwiseConv2D",
            ]
        ),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=40,
)


def model(steps):
    size, channels, parts = 64, 3, []
    for kind, factor in steps:
        params = 0
        if kind == "Conv2D":
            params, channels = 9 * channels * 8 * factor + 8 * factor, 8 * factor
        elif kind == "DepthwiseConv2D":
            params = 10 * channels
        elif kind == "BatchNormalization":
            params = 4 * channels
        elif kind == "MaxPooling2D":
            size = max(size // 2, 1)
        parts.append((kind, (size, size, channels), params))
    return chain(*parts)


@st.composite
def printed_models(draw):
    """A printed model, with layers without weights gone from the rows and the layers.

    Pooling is gone from one side only: two poolings that each lack their counterpart
    are taken for one that differs.
    """
    whole = model(draw(STEPS))
    kept = st.lists(st.booleans(), min_size=len(whole), max_size=len(whole))
    complete = draw(st.sampled_from(["rows", "layers"]))

    def some(side):
        return [
            layer
            for layer, keep in zip(whole, draw(kept), strict=True)
            if keep
            or layer.params
            or (side == complete and layer.type == "MaxPooling2D")
        ]

    first, width = draw(st.integers(0, 5_000)), draw(st.integers(58, 90))
    layers = some("layers")
    made = [
        Made(f"{layer.name.rstrip('_0123456789')}_{first + i}", *layer[1:])
        for i, layer in enumerate(some("rows"))
    ]
    printer = draw(st.sampled_from([print_keras2, print_keras26]))
    rows = read_summary(printer(made, width)).rows if made else []
    return rows, layers


@given(printed_models())
def test_every_layer_with_weights_finds_its_row(drawn):
    rows, layers = drawn
    pairs = align(rows, layers)
    assert not any(is_difference(*pair) for pair in pairs)
    weighted = [pair for pair in pairs if any(side and side.params for side in pair)]
    assert [row for row, _ in weighted] == [row for row in rows if row.params]
    assert [layer for _, layer in weighted] == [x for x in layers if x.params]


@given(printed_models(), st.data())
def test_a_changed_count_is_found_on_its_row(drawn, data):
    rows, layers = drawn
    weighted = [i for i, layer in enumerate(layers) if layer.params]
    if not weighted:
        return
    at = data.draw(st.sampled_from(range(len(weighted))))
    expected = [row for row in rows if row.params][at]
    # The count may become a neighbour's.
    other = data.draw(st.sampled_from([layers[i].params for i in weighted]))
    changed = layers[weighted[at]]
    changed = changed._replace(params=other + (other == changed.params))
    layers[weighted[at]] = changed
    differing = [pair for pair in align(rows, layers) if is_difference(*pair)]
    assert differing == [(expected, changed)]


def blocks(count):
    return chain(
        *[
            ("Conv2D", (28, 28, 50), 22_550),
            ("BatchNormalization", (28, 28, 50), 200),
            ("Activation", (28, 28, 50), 0),
        ]
        * count
    )


def test_long_models_with_differences_all_over():
    layers = blocks(1_000)
    rows = rows_of(layers)
    changed = [
        row._replace(params=row.params + 1) if i % 30 == 0 else row
        for i, row in enumerate(rows)
    ]
    names = [row.name for row in rows[::30]]
    assert differences(changed, layers) == [(name, name) for name in names]
    fewer = [row for i, row in enumerate(rows) if i % 30]
    missing = differences(fewer, layers)
    assert len(missing) == len(names)
    assert all(row is None for row, _ in missing)
    every = [row._replace(params=row.params + 1 if row.params else 0) for row in rows]
    weighted = [row.name for row in rows if row.params]
    assert differences(every, layers) == [(name, name) for name in weighted]


@pytest.mark.parametrize("more", ["rows", "layers"])
def test_long_models_of_which_one_starts_with_other_layers(more):
    layers = chain(*[("Dense", (3,), 12)] * 30, *[("Conv2D", (8, 8, 8), 584)] * 400)
    rows = [row._replace(params=row.params + 1) for row in rows_of(layers)]
    pairs = [(row.name, layer.name) for row, layer in zip(rows, layers, strict=True)]
    if more == "rows":
        lone = [(row.name, None) for row in rows[:30]]
        assert differences(rows, layers[30:]) == lone + pairs[30:]
    else:
        lone = [(None, layer.name) for layer in layers[:30]]
        assert differences(rows[30:], layers) == lone + pairs[30:]


@pytest.mark.parametrize(("rows", "layers"), [(3, 5), (5, 3), (4, 4)])
def test_a_window_ends_where_either_side_does(rows, layers):
    conv = chain(*[("Conv2D", (8, 8, 8), 584)] * 5)
    steps = align_module._cheapest(rows_of(conv)[:rows], conv[:layers], whole=False)
    shorter = min(rows, layers)
    assert steps == [(i, i, align_module._PAIR) for i in range(shorter)]


def test_the_work_grows_with_the_length_alone(monkeypatch):
    looks = 0

    def counted(row, layer, cost=align_module._pair_cost):
        nonlocal looks
        looks += 1
        return cost(row, layer)

    monkeypatch.setattr(align_module, "_pair_cost", counted)
    layers = blocks(3_334)
    rows = rows_of(layers)
    weighted = [row for row in rows if row.params]
    assert differences(weighted, layers) == []
    assert looks <= len(layers)
    looks = 0
    every = [row._replace(params=row.params + 1 if row.params else 0) for row in rows]
    assert len(differences(every, layers)) == len(weighted)
    assert looks <= 150 * len(layers)
