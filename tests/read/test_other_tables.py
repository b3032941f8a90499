"""Tables of other printers than Keras's, and what pages and posts make of tables."""

import time
from contextlib import suppress

import pytest

from cnnspec.read.tables.reading import read_tables
from cnnspec.read.tables.rows import SummaryError

SMALL = [
    ("Conv2D", (None, 26, 26, 10), 100),
    ("BatchNormalization", (None, 26, 26, 10), 40),
    ("Flatten", (None, 6760), 0),
    ("Dense", (None, 10), 67_610),
]

TORCHSUMMARY = """
----------------------------------------------------------------
        Layer (type)               Output Shape         Param #
================================================================
            Conv2d-1           [-1, 10, 26, 26]             100
       BatchNorm2d-2           [-1, 10, 26, 26]              20
           Flatten-3                 [-1, 6760]               0
            Linear-4                   [-1, 10]          67,610
================================================================
Total params: 67,730
Trainable params: 67,730
Non-trainable params: 0
----------------------------------------------------------------
Input size (MB): 0.00
"""
TORCHINFO = """
==========================================================================================
Layer (type:depth-idx)                   Output Shape              Param #
==========================================================================================
Net                                      [1, 10]                   --
├─Sequential: 1-1                        [1, 10, 26, 26]           --
│    └─Conv2d: 2-1                       [1, 10, 26, 26]           100
│    └─BatchNorm2d: 2-2                  [1, 10, 26, 26]           20
├─Flatten: 1-2                           [1, 6760]                 --
├─Linear: 1-3                            [1, 10]                   67,610
==========================================================================================
Total params: 67,730
Trainable params: 67,730
Non-trainable params: 0
Total mult-adds (M): 0.08
"""
FASTAI = """
======================================================================
Layer (type)         Output Shape         Param #    Trainable
======================================================================
Conv2d               [64, 10, 26, 26]     100        True
______________________________________________________________________
BatchNorm2d          [64, 10, 26, 26]     20         True
______________________________________________________________________
Flatten              [64, 6760]           0          False
______________________________________________________________________
Linear               [64, 10]             67,610     True
______________________________________________________________________

Total params: 67,730
Total trainable params: 67,730
Total non-trainable params: 0
"""
TFJS = """
__________________________________________________________________________________________
Layer (type)                Input Shape               Output shape              Param #
==========================================================================================
conv2d_Conv2D1 (Conv2D)     [[null,28,28,1]]          [null,26,26,10]           100
__________________________________________________________________________________________
batch_normalization_Batch   [[null,26,26,10]]         [null,26,26,10]           40
__________________________________________________________________________________________
flatten_Flatten1 (Flatten)  [[null,26,26,10]]         [null,6760]               0
__________________________________________________________________________________________
dense_Dense1 (Dense)        [[null,6760]]             [null,10]                 67610
==========================================================================================
Total params: 67750
"""
MARKDOWN = r"""
Here is the model:

| Layer (type) | Output Shape | Param # |
|:-------------|:------------:|--------:|
| conv2d\_1 (Conv2D) | (None, 26, 26, 10) | 100 |
| bn (BatchNormalization) | (None, 26, 26, 10) | 40 |
| `flatten (Flatten)` | (None, 6760) | 0 |
| **dense (Dense)** | (None, 10) | 67,610 |

Total params: 67,750

| Epoch | Loss |
|---|---|
| 1 | 0.5 |
"""
BARE_MARKDOWN = """
Layer (type) | Output Shape | Param #
--- | --- | ---
conv2d (Conv2D) | (None, 26, 26, 10) | 100
bn (BatchNormalization) | (None, 26, 26, 10) | 40
flatten (Flatten) | (None, 6760) | 0
dense (Dense) | (None, 10) | 67610
"""
WEB_PAGE = """<p>My model</p><table><thead><tr>
<th>Layer (type)</th><th>Output Shape</th><th>Param #</th></tr></thead>
<tbody><tr><td>conv2d (Conv2D)</td><td>(None,&nbsp;26, 26, 10)</td><td>100</td></tr>
<tr><td>bn (BatchNormalization)</td>
<td>(None, 26, 26, 10)</td>
<td>40</td></tr><tr><td>flatten (Flatten)</td><td>(None, 6760)</td><td>0</td></tr>
<tr><td>dense (Dense)</td><td>(None, 10)</td><td>67,610</td></tr></tbody></table>
<p>Total params: 67,750</p>"""
ONE_LINE = (
    "Layer (type) Output Shape Param # ========================== conv2d (Conv2D) "
    "(None, 26, 26, 10) 100 ______________ bn (BatchNormalization) (None, 26, 26, 10) "
    "40 flatten (Flatten) (None, 6760) 0 dense (Dense) (None, 10) 67610 "
    "================== Total params: 67,750 Trainable params: 67,730"
)


@pytest.mark.parametrize(
    "text",
    [
        TORCHSUMMARY,
        TORCHINFO,
        FASTAI,
        TFJS,
        MARKDOWN,
        BARE_MARKDOWN,
        WEB_PAGE,
        ONE_LINE,
    ],
    ids=range(8),
)
def test_reads_the_layers(text):
    for changed in (text, " ".join(text.split(" ")), text.replace("  ", " \t")):
        [table] = read_tables(changed)
        leaves = [
            row
            for row, after in zip(table.rows, [*table.rows[1:], None], strict=True)
            if after is None or after.depth <= row.depth
        ]
        for row, (kind, shape, params) in zip(leaves, SMALL, strict=True):
            assert row.output_shape == shape
            assert row.params == params
            assert kind.startswith(row.type)
            assert row.type == kind or row.type_cut
        assert table.doubt is None
        assert table.total_params in (None, 67_750)


WRAPPED = """
Model: "model"
__________________________________________________________________________________
 Layer (type)           Output Shape         Param #     Connected to
==================================================================================
 conv2d (Conv2D)        (None, 7, 7, 512)    49408       ['a_layer_with_a_long_na[
                                                         0][0]']

==================================================================================
Total params: 49,408
"""


def test_a_wrapped_column_stays_out_of_the_number():
    [table] = read_tables(WRAPPED)
    assert [row.params for row in table.rows] == [49_408]
    shifted = WRAPPED.replace("  0][0]']", "0][0]']")
    assert [row.params for row in read_tables(shifted)[0].rows] == [49_408]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("67,610 |\n", "67,611 |\n", 11, "come to 67,751 params, and its total says"),
        ("| 40 |", "| 4O |", 7, "found '4O' in the column 'Param #'"),
        ("67,610 |\n", "67,61 |\n", 9, "found '67,61' in the column 'Param #'"),
        ("| 40 |", "| 040 |", 7, "found '040' in the column 'Param #'"),
        ("| bn (Batch", "| 100 |\n| bn (Batch", 6, ""),
    ],
)
def test_what_no_table_can_be_is_told_with_its_line(old, new, line, said):
    assert old in MARKDOWN
    text = MARKDOWN.replace(old, new)
    try:
        [table] = read_tables(text)
    except SummaryError as error:
        assert (error.line, said in error.message) == (line, True)
    else:
        if said:
            assert table.doubt.line == line
            assert said in table.doubt.message
        else:
            assert [row.params for row in table.rows] == [100, 40, 0, 67_610]


def test_several_tables_are_read_one_by_one():
    text = f'{TFJS}\nModel: "other"\n{ONE_LINE}\nno\n{MARKDOWN}'
    tables = read_tables(text)
    assert [len(table.rows) for table in tables] == [4, 4, 4]
    assert [table.model_name for table in tables] == [None, "other", None]
    assert [table.model_params for table in tables] == [67_750] * 3
    assert text.split("\n")[tables[2].line - 1].startswith("| Layer (type)")


def test_nested_layers_that_lost_their_indentation():
    text = """
    Layer (type) Output Shape Param #
    base (Sequential) (None, 4) 30
    └ inner (Sequential) (None, 4) 20
    └ one (Dense) (None, 4) 20
    └ two (Dense) (None, 4) 10
    top (Dense) (None, 1) 5
    Total params: 35
    """
    [table] = read_tables(text)
    assert [row.depth for row in table.rows] == [0, 1, 2, 1, 0]
    assert table.doubt is None
    [table] = read_tables(text.replace("(None, 4) 10", "(None, 4) 11"))
    assert table.doubt.line == 3
    assert "'base' has 30 params, and the rows of its layers come to" in (
        table.doubt.message
    )


@pytest.mark.parametrize(
    "text",
    [
        "Layer (type) Output Shape Param #\n" + "x (Dense) (None, 5) 3\n" * 10_000,
        "word " * 1_000_000,
        "Layer (type) Output Shape Param #\n" + "(" * 300_000,
        "Layer (type) Output Shape Param #\n" + "a (None, " * 100_000,
        "Layer (type) Output Shape Param # (" * 20_000,
        "| Layer (type) | Out | P |\n" * 5_000,
        "| Layer (type) | Output | Param |\n" + "| x (Dense) | (3, 4) | 5 |\n" * 20_000,
        "<td>" * 200_000 + "Layer (type) Output Shape Param #",
    ],
    ids=range(8),
)
def test_the_work_grows_with_the_length_alone(text):
    begun = time.process_time()
    with suppress(SummaryError):
        read_tables(text)
    assert time.process_time() - begun < 3
