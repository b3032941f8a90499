"""Tables as Keras prints them: files in summaries/, and tables drawn by hypothesis.

The keras3_* files are Keras 3.15's own output and the three without a prefix Keras
2's; the keras2_* and keras26_* files were made by the printers in keras2.py.
"""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnnspec.read.tables.reading import read_summary
from cnnspec.read.tables.rows import PrintedRow, SummaryError
from tests.read.keras2 import (
    CONNECTED,
    HEADING,
    SEQUENTIAL,
    Made,
    print_keras2,
    print_keras26,
)

SUMMARIES = Path(__file__).parent / "summaries"
FILES = sorted(SUMMARIES.glob("*.txt"), key=lambda path: path.name)

SIGN_LANGUAGE = [
    ("conv2d", "Conv2D", (None, 28, 28, 75), 750),
    ("batch_normalization", "BatchNormalization", (None, 28, 28, 75), 300),
    ("max_pooling2d", "MaxPooling2D", (None, 14, 14, 75), 0),
    ("conv2d_1", "Conv2D", (None, 14, 14, 50), 33_800),
    ("dropout", "Dropout", (None, 14, 14, 50), 0),
    ("batch_normalization_1", "BatchNormalization", (None, 14, 14, 50), 200),
    ("max_pooling2d_1", "MaxPooling2D", (None, 7, 7, 50), 0),
    ("conv2d_2", "Conv2D", (None, 7, 7, 25), 11_275),
    ("batch_normalization_2", "BatchNormalization", (None, 7, 7, 25), 100),
    ("max_pooling2d_2", "MaxPooling2D", (None, 4, 4, 25), 0),
    ("flatten", "Flatten", (None, 400), 0),
    ("dense", "Dense", (None, 512), 205_312),
    ("dropout_1", "Dropout", (None, 512), 0),
    ("dense_1", "Dense", (None, 24), 12_312),
]
NIN = [
    ("conv2d", "Conv2D", (None, 28, 28, 50), 500),
    ("batch_normalization", "BatchNormalization", (None, 28, 28, 50), 200),
    ("activation", "Activation", (None, 28, 28, 50), 0),
    ("conv2d_1", "Conv2D", (None, 28, 28, 25), 1_275),
    ("max_pooling2d", "MaxPooling2D", (None, 14, 14, 25), 0),
    ("flatten", "Flatten", (None, 4900), 0),
    ("dense", "Dense", (None, 10), 49_010),
]
LONG_NAME = "a_rather_long_layer_name_that_will_wrap"
TWO_PATHS = [
    ("image", "InputLayer", (None, 32, 32, 3), 0),
    ("conv2d", "Conv2D", (None, 32, 32, 16), 448),
    ("batch_normalization", "BatchNormalization", (None, 32, 32, 16), 64),
    (LONG_NAME, "Conv2D", (None, 32, 32, 16), 2_320),
    ("add", "Add", (None, 32, 32, 16), 0),
    ("reshape", "Reshape", (None, 1024, 16), 0),
    ("gru", "GRU", [(None, 8), (None, 8)], 624),
    ("concatenate", "Concatenate", (None, 16), 0),
    ("dense", "Dense", (None, 1000), 17_000),
]
NESTED = [
    ("outer", "Sequential", (None, 14, 14, 4), 128),
    ("stem", "Sequential", (None, 14, 14, 4), 128),
    ("conv2d", "Conv2D", (None, 14, 14, 4), 112),
    ("batch_normalization", "BatchNormalization", (None, 14, 14, 4), 16),
    ("re_lu", "ReLU", (None, 14, 14, 4), 0),
    ("flatten", "Flatten", (None, 784), 0),
    ("dense", "Dense", (None, 3), 2_355),
]
STATES = [(None, 5, 4), (None, 4), (None, 4)]
STEM_AND_HEAD = [
    ("input_1", "InputLayer", (None, 224, 224, 3), 0),
    ("conv1_conv", "Conv2D", (None, 112, 112, 64), 9_472),
    ("conv1_bn", "BatchNormalization", (None, 112, 112, 64), 256),
    ("conv2_block1_0_conv_of_the_shortcut", "Conv2D", (None, 112, 112, 256), 16_640),
    ("conv2_block1_3_conv", "Conv2D", (None, 112, 112, 256), 16_640),
    ("conv2_block1_add", "Add", (None, 112, 112, 256), 0),
    ("lambda_states", "Lambda", [(None, 4), (None, 5)], 0),
    ("fc1", "Dense", (None, 4096), 102_764_544),
    ("unused", "Dense", None, 0),
]
WRAPPED = [
    ("conv2d", "Conv2D", (None, 26, 26, 32), 320),
    ("max_pooling2d", "MaxPooling2D", (None, 13, 13, 32), 0),
    ("batch_normalization", "BatchNormalization", (None, 13, 13, 32), 128),
    ("global_average_pooling2d", "GlobalAveragePooling2D", (None, 32), 0),
    ("dense_of_the_classifier_", "Dense", (None, 10), 330),
]
WIDE_NESTED = [*NESTED[:6], ("dense", "Dense", (None, 130_000), 102_764_544)]
NIN_TOTALS = (50_985, 50_885, 100, None, "nin")
PATHS_TOTALS = (20_456, 20_424, 32, None, "two_paths")
NESTED_TOTALS = (2_725, 120, 2_363, 242, "nested")
HEAD_TOTALS = (102_807_552, 102_807_424, 128, None, "stem_and_head")

EXPECTED = {
    "sign_language": (SIGN_LANGUAGE, (264_049, 263_749, 300, None, "sequential")),
    "keras3_nin_40": (NIN, NIN_TOTALS),
    "keras3_nin_80": (NIN, NIN_TOTALS),
    "keras3_nin_ascii": (NIN, NIN_TOTALS),
    "keras3_two_paths_40": (TWO_PATHS, PATHS_TOTALS),
    "keras3_two_paths_65": (TWO_PATHS, PATHS_TOTALS),
    "keras3_two_paths_120": (TWO_PATHS, PATHS_TOTALS),
    "keras3_nested_40": (NESTED, NESTED_TOTALS),
    "keras3_nested_65": (NESTED, NESTED_TOTALS),
    "keras3_states_65": (
        [
            ("input_layer", "InputLayer", (None, 5, 8), 0),
            ("lstm_returning_everything", "LSTM", STATES, 208),
        ],
        (208, 208, 0, None, "lstm_states"),
    ),
    "keras3_unbuilt_65": (
        [("conv2d", "Conv2D", None, None), ("dense", "Dense", None, None)],
        (0, 0, 0, None, "unbuilt"),
    ),
    "keras2_connected_98": (STEM_AND_HEAD, HEAD_TOTALS),
    "keras26_connected_98": (STEM_AND_HEAD, HEAD_TOTALS),
    "keras26_sequential_65": (WRAPPED, (778, 714, 64, None, "sequential")),
    "keras26_nested_76": (
        WIDE_NESTED,
        (102_764_672, 120, 102_764_552, None, "nested"),
    ),
}

# What the columns of these files are too narrow for: row, then what is lost of it.
LOST = {
    "keras3_nin_40": {6: "params"},
    "keras3_two_paths_40": {3: "params", 8: "params"},
    "keras3_nested_40": {6: "params"},
    "keras2_connected_98": {3: "shape", 4: "shape", 5: "shape", 6: "shape"},
}


def text_of(name):
    return (SUMMARIES / f"{name}.txt").read_text(encoding="utf-8")


def agrees(row, expected):
    """Hold a row against a name, type, shape and count, the texts as far as printed."""
    name, kind, shape, params = expected
    assert row.output_shape == shape
    assert row.params == params
    for printed, cut, whole in (
        (row.name, row.name_cut, name),
        (row.type, row.type_cut, kind),
    ):
        assert whole.startswith(printed)
        # What just fills its column might go on for all one can see.
        assert cut or printed == whole


@pytest.mark.parametrize("name", EXPECTED)
def test_reads_every_row_and_total(name):
    rows, totals = EXPECTED[name]
    summary = read_summary(text_of(name))
    assert len(summary.rows) == len(rows)
    for i, (row, expected) in enumerate(zip(summary.rows, rows, strict=True)):
        kind, size, shape, params = expected
        lost = LOST.get(name, {}).get(i)
        shape = None if lost == "shape" else shape
        params = None if lost == "params" else params
        agrees(row, (kind, size, shape, params))
    assert summary[1:6] == totals


@pytest.mark.parametrize(
    ("name", "count", "last", "totals"),
    [
        ("deep_cnn", 25, "dense_22", (137_510, 136_910, 600, None, None)),
        ("nin", 30, "dense_26", (87_135, 86_785, 350, None, None)),
    ],
)
def test_reads_tables_printed_by_keras_2(name, count, last, totals):
    summary = read_summary(text_of(name))
    assert len(summary.rows) == count
    assert summary.rows[-1].name == last
    assert summary[1:6] == totals
    assert sum(row.params for row in summary.rows) == summary.total_params


def test_every_file_is_tested():
    assert {path.stem for path in FILES} == {*EXPECTED, "deep_cnn", "nin"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_lines_point_at_the_rows(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    for row in read_summary("\n".join(lines)).rows:
        # At a narrow width a nested row's first line may hold no more than its corner.
        assert row.name[:6] in lines[row.line - 1] or "└" in lines[row.line - 1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "change",
    [
        lambda line: line + "\r",
        lambda line: "    " + line,
        lambda line: "# " + line,
        lambda line: ("# " + line).rstrip(),
        lambda line: ">>> " + line,
        lambda line: "\x1b[1m\x1b[38;5;33m" + line + "\x1b[0m",
        lambda line: line.rstrip(),
    ],
    ids=["crlf", "indent", "comment", "bare comment", "prompt", "colour", "stripped"],
)
def test_what_surrounds_lines_is_put_aside(path, change):
    text = path.read_text(encoding="utf-8")
    changed = "\n".join(change(line) for line in text.split("\n"))
    assert read_summary(changed) == read_summary(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_first_line_may_lack_the_indentation(path):
    text = path.read_text(encoding="utf-8")
    table = text[text.index("\n") + 1 :] if text.startswith("Model") else text
    indented = table.replace("\n", "\n      ").rstrip()
    assert read_summary(indented).rows == read_summary(table).rows


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_text_around_is_skipped(path):
    text = path.read_text(encoding="utf-8")
    summary = read_summary(text)
    around = read_summary(f"\n\n>>> model.summary()\n{text}\n\nEpoch 1/5\n[====] 5\n")
    assert around[1:7] == summary[1:7]
    assert [r._replace(line=r.line - 3) for r in around.rows] == summary.rows


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_totals_may_be_missing(path):
    text = path.read_text(encoding="utf-8")
    cut = text[: text.index("Total params")]
    summary = read_summary(cut)
    assert summary.rows == read_summary(text).rows
    assert summary[1:5] == (None, None, None, None)


@pytest.mark.parametrize("name", ["nin", "keras26_sequential_65", "keras3_nin_80"])
def test_rules_between_rows_may_be_lost(name):
    text = text_of(name)
    lines = text.split("\n")
    kept = [line for line in lines if line.strip(" _=─┼├┤")]
    assert len(kept) < len(lines)
    squeezed = read_summary("\n".join(kept)).rows
    assert [r[:4] for r in squeezed] == [r[:4] for r in read_summary(text).rows]


def test_keras_3_counts_the_optimizer_into_the_total():
    summary = read_summary(text_of("keras3_nested_65"))
    assert summary.model_params == 2_483
    assert summary.model_params == 120 + 2_363
    assert read_summary(text_of("keras3_nin_80")).model_params == 50_985
    assert summary._replace(total_params=None).model_params is None


def test_nested_layers_have_a_depth():
    for name in ("keras3_nested_65", "keras3_nested_40", "keras26_nested_76"):
        depths = [row.depth for row in read_summary(text_of(name)).rows]
        assert depths == [0, 1, 2, 2, 1, 0, 0]


def one_row(shape, kind="Lambda", name="x"):
    text = print_keras2([Made(name, kind, shape, 0)], 98, CONNECTED)
    return read_summary(text).rows[0].output_shape


@pytest.mark.parametrize(
    ("printed", "shape"),
    [
        ("(None, 10)", (None, 10)),
        ("(None,)", (None,)),
        ("()", ()),
        ("(32, ?, 3)", (32, None, 3)),
        ("[(None, 10)]", (None, 10)),
        ("[(None, 4), (3,)]", [(None, 4), (3,)]),
        ("{'a': (None, 4)}", (None, 4)),
        ("((1, 2), (3, 4))", [(1, 2), (3, 4)]),
        ("multiple", None),
        ("?", None),
        ("[]", None),
        ("", None),
        # Cut by a column of 20.
        ("(None, 112, 112, 1024)", None),
        ("[(None, 4), (None, 4), (None, 4)]", None),
        ("[(None, 224, 224, 3)]", None),
        ("{'a': (None, 4), 'b': (None, 4)}", None),
        ("{'abcdef': (None, 4), 'b': 5}", None),
        ("((None, 4), (None, 4))", None),
    ],
)
def test_shapes(printed, shape):
    assert one_row(printed) == shape


def test_a_cut_list_is_known_where_a_layer_has_one_output():
    assert one_row("[(None, 224, 224, 3)]", "InputLayer") == (None, 224, 224, 3)
    assert one_row("[(None, 224, 224, 3)]", "InputLayer", "x" * 40) is None


def test_keras_2_cuts_names_and_types():
    names = ["x" * 40, "y" * 26, "z" * 22, "conv"]
    text = print_keras2([Made(name, "Dense", (None, 1), 2) for name in names])
    rows = [(r.name, r.type, r.name_cut, r.type_cut) for r in read_summary(text).rows]
    assert rows == [
        ("x" * 28, "", True, True),
        ("y" * 26, "", False, True),
        ("z" * 22, "Dens", False, True),
        ("conv", "Dense", False, False),
    ]


WRONG = {
    "": "line 1: found no table as Keras prints it",
    "a page about\ncats": "line 1: found no table as Keras prints it",
    "Layer (type)": "line 1: found no table",
    "| Layer | a |\n|---|---|": "line 1: found no table",
    "x\nLayer (type)   Output Shape   Param #\n=========": "line 2: found the heading",
    "Layer (type)   Output Shape   Param #\nx (Dense)      (None, 3)      many": (
        "line 2: found 'many' in the column 'Param #'"
    ),
    "Layer (type)   Output Shape   Param #\nx (Dense)      (None, 3)": (
        "line 2: found nothing in the column 'Param #'"
    ),
    "Layer (type)   Output Shape   Param #\nsome x (None, 3)          5": (
        "line 2: found 'some x' before an output shape"
    ),
    "Layer (type)   Output Shape   Param #\nx (Dense)      (None, b)      5": (
        "line 2: found 'b' in the output shape (None, b)"
    ),
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_text_that_is_no_table(text):
    with pytest.raises(SummaryError) as caught:
        read_summary(text)
    assert str(caught.value).startswith(WRONG[text])
    assert str(caught.value) == f"line {caught.value.line}: {caught.value.message}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_two_tables_are_refused(path):
    text = path.read_text(encoding="utf-8")
    with pytest.raises(SummaryError, match="second table") as caught:
        read_summary(text + "\n" + text)
    lines = (text + "\n" + text).split("\n")
    near = "".join(lines[caught.value.line - 1 : caught.value.line + 2])
    assert "Layer" in near
    assert caught.value.line > len(text.split("\n"))


@given(st.data())
def test_only_summary_errors_are_raised(data):
    text = data.draw(st.sampled_from(FILES)).read_text(encoding="utf-8")
    alphabet = "┃│|─=_+ \n\t(),[]{}…└?0123456789aN\x1b[m#:\r\x0b\u2028"
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(len(text), start + 80)))
        text = text[:start] + data.draw(st.text(alphabet, max_size=12)) + text[stop:]
    try:
        summary = read_summary(text)
    except SummaryError as error:
        assert 1 <= error.line <= text.count("\n") + 1
    else:
        assert summary.rows


@given(st.text())
@example("Layer (type) Output Shape Param #\n" + "9" * 5000)
@example("┃ Layer (type) ┃ Output ┃ P ┃\n━\n┃ x (D) ┃ (" + "9" * 5000 + ",) ┃ 1 ┃")
@example("┃ Layer (type) ┃ Output ┃\n┃ ┃ ┃")
@example("| Layer (type) | Output | Param |\n|")
def test_any_text_is_read_or_refused(text):
    lines = text.count("\n") + 1
    try:
        rows = read_summary(text).rows
    except SummaryError as error:
        assert error.message
        assert 1 <= error.line <= max(lines, len(text.splitlines()))
    else:
        assert rows


SIZES = st.integers(1, 999)
NAMES = st.from_regex(r"\A[a-z][a-z0-9_]{0,34}\Z")
KINDS = st.sampled_from(
    ["Conv2D", "BatchNormalization", "Dense", "GlobalAveragePooling2D", "ReLU"]
)
SHAPES = st.lists(SIZES, min_size=1, max_size=4).map(lambda sizes: (None, *sizes))
MADE = st.tuples(NAMES, KINDS, SHAPES, st.integers(0, 9_999_999)).map(
    lambda parts: Made(*parts)
)


@given(st.lists(MADE, min_size=1, max_size=6))
def test_keras_26_tables_lose_nothing(layers):
    rows = read_summary(print_keras26(layers)).rows
    assert [(*row[:4], *row[5:7]) for row in rows] == [
        (*layer[:4], False, False) for layer in layers
    ]


@given(st.lists(MADE, min_size=1, max_size=6), st.integers(60, 120))
def test_keras_2_tables_lose_only_what_is_cut(layers, width):
    rows = read_summary(print_keras2(layers, width)).rows
    assert len(rows) == len(layers)
    for row, layer in zip(rows, layers, strict=True):
        shape = layer.output_shape if row.output_shape else None
        agrees(row, (*layer[:2], shape, layer.params))
        if len(str(layer.output_shape)) < int(width * 0.85) - int(width * 0.45):
            assert row.output_shape == layer.output_shape


@given(st.lists(MADE, min_size=1, max_size=4), st.sampled_from([76, 90, 109]))
def test_keras_26_tables_of_nested_models(layers, width):
    inner = Made("inner", "Sequential", (None, 3), 7, layers=tuple(layers))
    outer = Made("outer", "Functional", (None, 3), 7, layers=(inner, *layers))
    places = (*(place * 0.9 for place in SEQUENTIAL), 1.0)
    text = print_keras26([outer], width, places, heading=(*HEADING, "Trainable"))
    rows = read_summary(text).rows
    wanted = [(outer, 0), (inner, 1), *((x, 2) for x in layers)]
    wanted += [(x, 1) for x in layers]
    assert [(row[:4], row.depth) for row in rows] == [
        (layer[:4], depth) for layer, depth in wanted
    ]


def test_rows_print_as_rows():
    row = read_summary(text_of("keras2_connected_98")).rows[3]
    assert row == PrintedRow(
        "conv2_block1_0_conv_of_the_shor",
        "",
        None,
        16_640,
        11,
        True,
        True,
        reads="conv1_bn[0][0]",
    )
