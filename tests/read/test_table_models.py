"""Tables become models: every row is explained, and comes out again as it went in."""

import os
from collections import Counter
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.read.found import Choice, ReadError
from cnnspec.read.tables.model import from_text
from cnnspec.read.tables.solving import answers
from tests.read.test_printed import SUMMARIES

SPECS = Path(__file__).parents[2] / "specs"
LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"
QUICK = [
    "alexnet",
    "googlenet",
    "mobilenet_v2",
    "crnn",
    "seq2seq_attention",
    "two_inputs",
]
MODELS_INSIDE = {"siamese", "deeplab_v3_plus", "unet_mobilenet_v2"}
"""Their tables have models in one row, or what no table says how to write."""


def table_of(summary):
    """The table of a model, as Markdown: layouts of printers are tested elsewhere."""
    calls, called = Counter(), {}
    outputs = {row.name: row.output_shape for row in summary.rows}
    lines = [
        "| Layer (type) | Output Shape | Param # | Connected to |",
        "|---|---|---|",
    ]
    for one in summary.graph.inputs:
        called[one.name] = (one.name, 0)
        lines.append(f"| {one.name} (InputLayer) | {one.shape} | 0 | - |")
    reads = {}
    for row in summary.rows:
        layer = row.shares or row.name
        called[row.name] = (layer, calls[layer])
        calls[layer] += 1
        parts = row.parts or (None,) * len(row.inputs)
        for name, part in zip(row.inputs, parts, strict=True):
            several = isinstance(outputs.get(name), list) and part is None
            places = range(len(outputs[name])) if several else [part or 0]
            whole = "{}[{}]".format(*called[name])
            reads.setdefault(layer, []).extend(f"{whole}[{n}]" for n in places)
    lines += [
        f"| {row.name} ({row.type}) | {row.output_shape} | {row.params} | "
        f"{', '.join(reads[row.name])} |"
        for row in summary.rows
        if not row.shares
    ]
    counts = ("total", "trainable", "non_trainable")
    for which in counts:
        count = getattr(summary, f"{which}_params")
        lines.append(f"{which.replace('_', '-').capitalize()} params: {count}")
    return "\n".join(lines) + "\n"


def read_back(text):
    """The model of a table, which checks against that very table."""
    found = from_text(text, Choice())
    expect = {"summary": text, "total_params": found.figures.total}
    if found.figures.trainable is not None:
        expect["trainable_params"] = found.figures.trainable
    checked = api.check(found.document | {"expect": expect})
    assert [d for d in checked.diagnostics if d.severity == "error"] == []
    return found, checked.summary


def spec_files():
    files = [*SPECS.glob("*.yaml"), *(SPECS / "zoo").glob("*.yaml")]
    if LONG:
        return [one for one in files if one.stem not in MODELS_INSIDE]
    return [SPECS / "zoo" / f"{name}.yaml" for name in QUICK] + sorted(
        SPECS.glob("[dns]*.yaml")
    )


@pytest.mark.parametrize("path", spec_files(), ids=lambda path: path.stem)
def test_a_table_becomes_a_model_with_the_same_rows(path):
    summary = api.check(path).summary
    if "convnext" in path.stem:  # models inside
        return
    found, read = read_back(table_of(summary))
    rows = [(row.output_shape, row.params) for row in summary.rows]
    assert sorted(map(str, rows)) == sorted(
        str((row.output_shape, row.params)) for row in read.rows
    )
    assert found.format == "table"
    assert read.trainable_params == summary.trainable_params or (
        found.figures.trainable is None
    )


@pytest.mark.parametrize("name", ["deep_cnn", "nin", "sign_language", "keras3_nin_80"])
def test_printed_tables_become_models(name):
    text = (SUMMARIES / f"{name}.txt").read_text(encoding="utf-8")
    found, _ = read_back(text)
    assert not any(unknown.counts for unknown in found.unknowns)
    for path, place in found.places.items():
        [[_, arguments]] = found.document["layers"][path[1]].items()
        assert arguments["name"][:8] in text.split("\n")[place.line - 1]


N = None
ROWS = [
    ("Conv2D", [(N, 28, 28, 1)], (N, 26, 26, 32), 320, {"kernel_size": 3}),
    (
        *("Conv2D", [(N, 224, 224, 3)], (N, 112, 112, 64), 9_408),
        {"kernel_size": 7, "strides": 2, "padding": "same", "use_bias": False},
    ),
    (
        "Conv2D",
        [(N, 56, 56, 64)],
        (N, 56, 56, 32),
        608,
        {"kernel_size": 3, "groups": 32},
    ),
    ("Conv2D", [(N, 17, 17, 8)], (N, 17, 17, 8), 456, {"kernel_size": [1, 7]}),
    (
        "DepthwiseConv2D",
        [(N, 14, 14, 8)],
        (N, 12, 12, 16),
        160,
        {"depth_multiplier": 2},
    ),
    ("SeparableConv2D", [(N, 16, 16, 3)], (N, 14, 14, 8), 59, {"kernel_size": 3}),
    ("Conv2DTranspose", [(N, 12, 12, 8)], (N, 24, 24, 3), 99, {"strides": 2}),
    (
        "MaxPooling2D",
        [(N, 114, 114, 8)],
        (N, 56, 56, 8),
        0,
        {"pool_size": 3, "strides": 2},
    ),
    ("BatchNormalization", [(N, 26, 26, 32)], (N, 26, 26, 32), 96, {"scale": False}),
    ("Dense", [(N, 100)], (N, 10), 1_000, {"units": 10, "use_bias": False}),
    ("GRU", [(N, 20, 8)], (N, 32), 3_936, {"reset_after": False}),
    (
        *("LSTM", [(N, 20, 8)], ((N, 20, 16), (N, 16), (N, 16)), 1_600),
        {"units": 16, "return_sequences": True, "return_state": True},
    ),
    (
        *("Bidirectional", [(N, 20, 128)], (N, 20, 128), 98_816),
        {"layer": {"LSTM": {"units": 64, "return_sequences": True}}},
    ),
    (
        "TimeDistributed",
        [(N, 20, 16)],
        (N, 20, 5),
        85,
        {"layer": {"Dense": {"units": 5}}},
    ),
    ("Embedding", [(N, 100)], (N, 100, 128), 2_560_000, {"input_dim": 20_000}),
    (
        "ZeroPadding2D",
        [(N, 12, 12, 8)],
        (N, 13, 13, 8),
        0,
        {"padding": [[0, 1], [0, 1]]},
    ),
    ("Concatenate", [(N, 3, 24), (N, 5, 24)], (N, 8, 24), 0, {"axis": 1}),
    ("PReLU", [(N, 26, 26, 32)], (N, 26, 26, 32), 32, {"shared_axes": [1, 2]}),
    ("MultiHeadAttention", [(N, 16, 24)] * 2, (N, 16, 24), 2_400, {"num_heads": 8}),
    ("Reshape", [(N, 24)], (N, 2, 12), 0, {"target_shape": [2, 12]}),
    ("Permute", [(N, 3, 4, 5)], (N, 5, 3, 4), 0, {"dims": [3, 1, 2]}),
    ("UpSampling2D", [(N, 3, 4, 5)], (N, 6, 4, 5), 0, {"size": [2, 1]}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_arguments_of_a_row(row):
    kind, shapes, output, params, wanted = row
    first = dict(answers(kind, tuple(shapes), output, params)[0])
    assert wanted.items() <= first.items()


def test_what_no_arguments_explain_is_no_answer():
    assert answers("Conv2D", ((N, 26, 26, 32),), (N, 26, 26, 32), 77) == ()


HEAD = "Layer (type) Output Shape Param #\n"


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        ("a (Dense) (None, 4) 20\nTotal params: 21", 3, "come to 20 params"),
        (
            (
                "a (Dense) (None, 4) 20\nb (Dense) (None, 3) 16\n"
                "c (Dense) (None, 2) 8\nTotal params: 43"
            ),
            3,
            "in the row 'b', no Dense makes 3 of 4 with 16 params",
        ),
        ("a (Dense) ? 0 (unbuilt)", 2, "had no weights when this was printed"),
        ("m (Functional) (None, 4) 20\n", 2, "whole model"),
        (
            "i (InputLayer) (None, 8, 8, 3) 0\nm (Functional) (None, 4) 20",
            3,
            "whole model",
        ),
        (
            "i (InputLayer) (None, 8) 0\nc (Concatenate) (None, 9) 0",
            3,
            "what else it reads",
        ),
        ("nothing", 1, "no rows under it"),
    ],
)
def test_what_can_not_be_explained_is_told(rows, line, said):
    with pytest.raises(ReadError) as caught:
        from_text(HEAD + rows, Choice())
    assert said in caught.value.message
    assert caught.value.place.line == line


def test_a_class_of_ones_own_is_declared_and_told():
    rows = "i (InputLayer) (None, 9) 0\na (Own) (None, 4) 7\nb (Dense) (None, 1) 5"
    found, summary = read_back(HEAD + rows)
    [open_] = [one for one in found.unknowns if one.counts]
    assert (open_.layer, open_.place.line) == ("a", 3)
    assert [row.params for row in summary.rows] == [7, 5]


def test_frozen_layers_and_published_models():
    text = """
    Layer (type) Output Shape Param #
    input_1 (InputLayer) (None, 160, 160, 3) 0
    mobilenetv2_1.00_160 (Functional) (None, 5, 5, 1280) 2257984
    global_average_pooling2d (GlobalAveragePooling2D) (None, 1280) 0
    dense (Dense) (None, 1) 1281
    Total params: 2,259,265
    Trainable params: 1,281
    Non-trainable params: 2,257,984
    """
    found, summary = read_back(text)
    arguments = found.document["layers"][0]["MobileNetV2"]
    assert (arguments["include_top"], arguments["trainable"]) == (False, False)
    assert summary.trainable_params == 1_281


def test_several_tables_are_chosen_by_their_numbers():
    dense = "d (Dense) (None, 4) 20\nTotal params: 20\n"
    text = HEAD + dense + "\n" + HEAD + dense.replace("20", "40")
    assert from_text(text, Choice()).figures.total == 40
    first = from_text(text, Choice(table=1))
    assert (first.figures.total, first.others) == (20, ("2",))
    with pytest.raises(ReadError, match="there is no table 3"):
        from_text(text, Choice(table=3))


def test_the_input_that_no_row_shows():
    rows = {
        "vgg16 (Model) (None, 4, 4, 512) 14714688": [150, 150, 3],
        "conv2d_1 (Conv2D) (None, 26, 26, 32) 320": [28, 28, 1],
        "conv2d_1 (Conv2D) (None, 148, 148, 32) 896": [150, 150, 3],
        "conv2d (Conv2D) (None, 55, 55, 96) 34944": [227, 227, 3],
        "dense_1 (Dense) (None, 512) 401920 dense_input_1[0][0]": [784],
        "lstm (LSTM) (None, 10, 64) 17408": [10, 3],
        "embedding_1 (Embedding) (None, 100, 64) 320000": [100],
        "flatten (Flatten) (None, 784) 0": [28, 28, 1],
        "conv1d (Conv1D) (None, 98, 64) 256": [100, 1],
        "conv2d (Conv2D) (None, 28, 28, 50) 22550": [28, 28, 50],
        "my_code (Lambda) (None, 160, 320, 3) 0": [160, 320, 3],
    }
    for row, sizes in rows.items():
        found, _ = read_back(f"{HEAD}{row}\n")
        assert [*found.document["inputs"].values()] == [sizes], row


def test_a_name_that_is_cut_short_is_the_nearest_row_above():
    box = (
        "│ Layer (type) │ Output Shape │ Param # │ Connected to │\n"
        "│ i (InputLayer) │ (None, 8) │ 0 │ - │\n"
        "│ dense_of_a (Dense) │ (None, 4) │ 36 │ i[0][0] │\n"
        "│ dense_of_b (Dense) │ (None, 3) │ 15 │ dense_of… │\n"
        "│ dense (Dense) │ (None, 1) │ {} │ dense_of… │\n"
    )
    found, _ = read_back(box.format(4))
    [open_] = [one for one in found.unknowns if one.argument == "from"]
    assert (open_.layer, open_.candidates) == ("dense", ("dense_of_b", "dense_of_a"))
    with pytest.raises(ReadError, match="are cut short, and may be of others"):
        from_text(box.format(5), Choice())


BROKEN = """\
____________________________________________________________
Layer (type)              Output Shape          Param #
============================================================
conv2d (Conv2D)           (None, 26, 26, 8)     80
____________________________________________________________
max_pooling2d (MaxPooling (None, 13, 13, 8)     0
____________________________________________________________
flatten (Flatten)         (None, 1352)          0
____________________________________________________________
dense (Dense)             (None, 10)            13530
============================================================
Total params: 13,610
"""


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        (
            "max_pooling2d (MaxPooling (None, 13, 13, 8)     0\n",
            "",
            7,
            "no Flatten makes 1352 of 26x26x8, so a row before it is missing",
        ),
        (
            "(None, 10)",
            "(None, 12)",
            10,
            "no Dense makes 12 of 1352 with 13,530 params",
        ),
    ],
)
def test_a_row_that_does_not_follow_tells_what_it_does_not_follow_from(
    before, after, line, said
):
    found = from_text(BROKEN.replace(before, after), Choice())
    [lost] = [one for one in found.unknowns if one.counts]
    assert lost.place.line == line
    assert lost.why.startswith(said)


FIRST = "a (Dense) (None, 3) {}\nb (Dense) (None, 2) 8\nTotal params: 23\n"
INNER = """\
i (InputLayer) (None, 4) 0
m (Sequential) (None, 3) {}
└ a (Dense) (None, 3) {}
└ b (Dense) (None, 3) {}
c (Dense) (None, 2) 8
Total params: 35
"""


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        (FIRST.format(16), 2, "15 in place of 16 in the row 'a'"),
        (INNER.format(28, 15, 12), 3, "27 in place of 28 in the row 'm'"),
        (INNER.format(27, 18, 12), 4, "no Dense makes 3 of 4 with 18 params"),
        (INNER.format(27, 15, 16), 5, "no Dense makes 3 of 3 with 16 params"),
    ],
)
def test_a_wrong_number_is_told_in_its_row(rows, line, said):
    with pytest.raises(ReadError) as caught:
        from_text(HEAD + rows, Choice())
    assert said in caught.value.message
    assert caught.value.place.line == line


EXPANDED = Path(__file__).parent / "expanded"


@pytest.mark.parametrize(
    ("name", "layers", "models"),
    [
        ("keras3_three_deep", 2, ["inner", "middle", "outer"]),
        ("keras2_two_deep", 2, ["a", "b"]),
        ("keras2_frozen", 3, ["base"]),
        ("keras2_twins", 4, ["twin"]),
        ("keras2_wrapped_and_trainable", 17, []),
    ],
)
def test_an_expanded_table_gives_the_models_in_it(name, layers, models):
    found = from_text((EXPANDED / f"{name}.txt").read_text(encoding="utf-8"), Choice())
    assert [*found.document.get("blocks", {})] == models
    read = api.import_model(EXPANDED / f"{name}.txt")
    assert read.is_sound(), read.checked.diagnostics
    assert read.totals_match
    assert len(read.checked.summary.rows) == layers
    guesses = [one.candidates[0] for one in read.unknowns if one.layer == "inner_conv"]
    assert "softmax" not in guesses


OUT_OF_ORDER = """\
i (InputLayer) (None, 4) 0 -
dense_3 (Dense) (None, 3) 15 i[0][0]
dense_2 (Dense) (None, 4) 20 i[0][0]
dense_5 (Dense) (None, 3) 15 dense_2[0][0]
add (Add) (None, 3) 0 dense_3[0][0], dense_5[0][0]
"""


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("\x1b[1ma (Dense)\x1b[0m (None, 3) 15\n", "expect:"),
        ("input_layer (Dense) (None, 3) 15\n", "inputs: {input_layer_1: [4]}"),
        (OUT_OF_ORDER, "add"),
    ],
)
def test_a_spec_holds_its_own_table(tmp_path, rows, said):
    path = tmp_path / "table.txt"
    path.write_text(HEAD + rows, encoding="utf-8")
    read = api.import_model(path)
    assert read.checked.ok, read.checked.diagnostics
    assert said in read.text


def test_no_spec_has_an_input_of_one_value_a_sample():
    with pytest.raises(ReadError, match="each sample is one value"):
        from_text(f"{HEAD}i (InputLayer) (None,) 0\na (Dense) (None, 3) 15", Choice())
