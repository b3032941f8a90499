from cnnspec.catalogue.layers import make_layer
from cnnspec.catalogue.layers.base import WHOLE
from tests.layers.refusals import Refused, check_refused, each_refused
from tests.layers.table import Row, check_complete, check_row, each

QUERY, VALUE = (None, 10, 64), (None, 20, 64)
X = (None, 5, 4)
TWO_HEADS = {"num_heads": 2, "key_dim": 3}
GROUPS = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}

ROWS = [
    # 10·20 pairs, each with 64 products to compare and 64 to weigh the value.
    Row("Attention", None, [QUERY, VALUE], QUERY, params=0, macs=25_600, reach=WHOLE),
    # Comparing by sums takes no products; the weight of the scores is one number.
    Row(
        "Attention",
        {"score_mode": "concat"},
        [QUERY, VALUE],
        QUERY,
        params=1,
        macs=12_800,
        reach=WHOLE,
    ),
    Row(
        "Attention",
        {"score_mode": "concat", "use_scale": True},
        [QUERY, VALUE],
        QUERY,
        params=2,
        macs=25_600,
        reach=WHOLE,
    ),
    # 3·5 pairs, 4 features to compare and 6 to weigh.
    Row(
        "Attention",
        None,
        [(None, 3, 4), (None, 5, 6), (None, 5, 4)],
        (None, 3, 6),
        params=0,
        macs=150,
        reach=WHOLE,
    ),
    Row(
        "AdditiveAttention",
        None,
        [QUERY, VALUE],
        QUERY,
        params=64,
        macs=25_600,
        reach=WHOLE,
    ),
    Row(
        "AdditiveAttention",
        {"use_scale": False},
        [(2, None, 64), VALUE],
        (2, None, 64),
        params=0,
        macs=None,
        reach=WHOLE,
    ),
    # Kernels 4·2·3 for query, key and value, 2·3·4 for the output: 4·24 + 3·6 + 4.
    # 5·96 for them; 5·5 pairs in 2 heads, 3 to compare and 3 to weigh: 300.
    Row("MultiHeadAttention", TWO_HEADS, [X, X], X, 118, macs=780, reach=WHOLE),
    # A query of 5 steps, a key and a value of 6, 2 heads: kernels of 4·2·3 (query),
    # 9·2·3 (key), 4·2·5 (gate), 8·2·5 (value), 2·5·7 (output).
    # 5·(24 + 40 + 70) + 6·54 + 6·80, and 5·6·2·(3 + 5) between them.
    Row(
        "MultiHeadAttention",
        {
            **TWO_HEADS,
            "value_dim": 5,
            "output_shape": 7,
            "use_bias": False,
            "use_gate": True,
        },
        [X, (None, 6, 8), (None, 6, 9)],
        (None, 5, 7),
        params=268,
        macs=1954,
        reach=WHOLE,
    ),
    # The output's kernel is 2·3·2·6, its bias 2·6: 3·30 + 72 + 12.
    # 5·(3·24 + 72) + 300.
    Row(
        "MultiHeadAttention",
        {**TWO_HEADS, "output_shape": [2, 6], "sliding_window": 3},
        [X, X],
        (None, 5, 2, 6),
        params=174,
        macs=1020,
        reach=((5, 1),),
    ),
    # Over the axis of 5 alone: 4·5 queries of 1 head, with 5 keys each.
    # 3·(6·2 + 2) + 2·6 + 6 weights; 20·48 + 20·5·(2 + 2).
    Row(
        "MultiHeadAttention",
        {"num_heads": 1, "key_dim": 2, "attention_axes": -2},
        [(None, 4, 5, 6), (None, 4, 5, 6)],
        (None, 4, 5, 6),
        params=60,
        macs=1360,
        reach=WHOLE,
    ),
    # 4 heads for the query, 2 for key and value: 60 + 30 + 30 + 52.
    # 5·(48 + 24 + 24 + 48), and 5·5·4·(3 + 3) between them.
    Row("GroupQueryAttention", GROUPS, [X, X], X, 172, macs=1320, reach=WHOLE),
    # The gate adds 4·4·3 + 4·3 weights, used 5 times.
    Row(
        "GroupQueryAttention",
        {**GROUPS, "use_gate": True, "sliding_window": 1},
        [X, X],
        X,
        params=232,
        macs=1560,
        reach=((1, 1),),
    ),
]

REFUSED = [
    Refused(
        "AdditiveAttention", None, [(None, 5, None), X], "the number of features of its"
    ),
    Refused(
        "MultiHeadAttention",
        TWO_HEADS,
        [X, X, (None, 6, 4)],
        "the value is 5x4 and the key 6x4",
    ),
    Refused("MultiHeadAttention", TWO_HEADS, [X, (None,)], "needs a value with feat"),
    Refused(
        "MultiHeadAttention", {**TWO_HEADS, "attention_axes": 4}, [X, X], "attend over"
    ),
    Refused(
        "MultiHeadAttention",
        {**TWO_HEADS, "dropout": 0.1, "flash_attention": True},
        [X, X],
        "can't have dropout 0.1 and flash_attention",
    ),
    Refused(
        "MultiHeadAttention",
        {**TWO_HEADS, "kernel_initializer": None},
        [X, X],
        "kernel_initializer must be an initializer",
    ),
    Refused(
        "GroupQueryAttention",
        {**GROUPS, "num_query_heads": 5},
        [X, X],
        "can't share 5 query heads out to 2",
    ),
    Refused("GroupQueryAttention", GROUPS, [X, (None, 5, 3)], "they have 4 and 3"),
    Refused("GroupQueryAttention", GROUPS, [X, (None, 4)], "(steps, features)"),
]


@each(ROWS)
def test_row(row):
    check_row(row)


@each_refused(REFUSED)
def test_refused(case):
    check_refused(case)


def test_every_layer_has_a_row():
    check_complete("attention", ROWS)


def test_attention_with_heads_makes_a_softmax_and_a_dropout_as_keras_does():
    inner = make_layer("MultiHeadAttention", {**TWO_HEADS, "dropout": 0.1}).nested()
    assert [type(layer).__name__ for layer in inner] == ["Softmax", "Dropout"]
