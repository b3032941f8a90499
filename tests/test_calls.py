"""One tensor of several, and arguments of a call by their names."""

import pytest

from cnnspec import api
from cnnspec.judge.diff.comparison import compare
from cnnspec.judge.diff.wording import edits
from cnnspec.model.graph import reads
from cnnspec.model.readable import summary_data
from cnnspec.model.summary import Row

SEQ2SEQ = """\
inputs: {source: [20, 8], target: [10, 8]}
layers:
  - LSTM: {units: 8, return_state: true, name: enc, from: source}
  - LSTM:
      units: 8
      return_sequences: true
      name: dec
      from: {sequences: target, initial_state: [enc.1, enc.2]}
"""


def said(row: Row) -> str:
    """What a layer reads, as `from` would say it, with the settings of its call."""
    found = reads(row.inputs, row.parts, row.arguments)
    return " ".join([*found, *(f"{key}={one}" for key, one in row.settings.items())])


COMES_TO: dict[str, tuple[str, list[tuple[str, str]]]] = {
    # what it shows: the spec; some of its layers, and what each reads
    "states of one layer begin another": (
        SEQ2SEQ,
        [("dec", "sequences=target initial_state=enc.1 initial_state=enc.2")],
    ),
    "the first argument, left out, is the current tensor": (
        SEQ2SEQ + "  - GRU: {units: 8, from: {initial_state: enc.1}}\n",
        [("gru", "sequences=dec initial_state=enc.1")],
    ),
    "arguments stand in the order of the call": (
        SEQ2SEQ
        + "  - MultiHeadAttention: {num_heads: 2, key_dim: 4, name: mix,\n"
        + "                         from: {value: source, query: prev}}\n",
        [("mix", "query=dec value=source")],
    ),
    "what is no tensor": (
        SEQ2SEQ
        + "  - MultiHeadAttention: {num_heads: 2, key_dim: 4, name: mix,\n"
        + "      from: {value: prev, use_causal_mask: true, training: false}}\n",
        [("mix", "query=dec value=dec use_causal_mask=True training=False")],
    ),
    "settings alone, worked out": (
        (
            "input: [8]\nvars: {frozen: true}\nlayers:\n"
            "  - BatchNormalization: {from: {training: '${not frozen}'}, name: bn}\n"
        ),
        [("bn", "inputs=input_layer training=False")],
    ),
    "a name with a dot goes before a number": (
        (
            "input: [5, 8]\nlayers:\n"
            "  - LSTM: {units: 8, return_state: true, name: enc}\n"
            "  - Dense: {units: 4, name: enc.1, from: enc.0}\n"
            "  - ReLU: {from: enc.1}\n"
        ),
        [("enc.1", "enc.0"), ("re_lu", "enc.1")],
    ),
    "of prev, of the inputs, and of a tensor alone": (
        (
            "inputs: {a: [8], b: [8]}\nlayers:\n"
            "  - Dense: {units: 8, from: prev.1, name: d}\n"
            "  - Add: {from: [prev.0, d.0, a.0]}\n"
        ),
        [("d", "b"), ("add", "d d a")],
    ),
    "of a call that gives a layer's tensors and more": (
        (
            "input: [5, 8]\nblocks:\n  enc:\n    outputs: [seq, proj]\n    layers:\n"
            "      - LSTM: {units: 8, return_state: true, name: seq}\n"
            "      - Dense: {units: 8, name: proj, from: seq.0}\n"
            "layers:\n  - enc: {name: e}\n"
            "  - Add: {from: [e.0, e.2, e.3]}\n"
        ),
        [("e_proj", "e_seq.0"), ("add", "e_seq.0 e_seq.2 e_proj")],
    ),
    "a block takes a layer's tensors one by one": (
        (
            "input: [5, 8]\nblocks:\n  dec:\n    inputs: [x, h, c]\n    layers:\n"
            "      - Add: {from: [c, x]}\n      - Multiply: {from: [prev, h]}\n"
            "layers:\n  - LSTM: {units: 8, return_state: true}\n  - dec\n"
        ),
        [("add", "lstm.2 lstm.0"), ("multiply", "add lstm.1")],
    ),
    "a block's inputs by their names": (
        (
            "input: [5, 8]\nblocks:\n  dec:\n    inputs: [x, h, c]\n    layers:\n"
            "      - Add: {from: [x, h]}\n      - Multiply: {from: [prev, c]}\n"
            "layers:\n  - LSTM: {units: 8, return_state: true, name: enc}\n"
            "  - dec: {from: {c: enc.2, h: [[{Dense: {units: 8, from: enc.1}}]],"
            " x: prev.0}}\n"
        ),
        [("dense", "enc.1"), ("add", "enc.0 dense"), ("multiply", "add enc.2")],
    ),
    "outputs of a block and of the model": (
        (
            "input: [5, 8]\nblocks:\n  enc:\n    outputs: [rnn.2, rnn.1]\n    layers:\n"
            "      - LSTM: {units: 8, return_state: true, name: rnn}\n"
            "layers:\n  - enc\n  - Add\n"
        ),
        [("add", "enc_rnn.2 enc_rnn.1")],
    ),
    "a list of names takes its items' places": (
        (
            "input: [4]\nvars: {names: [a, b.0]}\nlayers:\n"
            "  - Dense: {units: 4, name: a}\n  - Dense: {units: 4, name: b}\n"
            "  - Add: {from: $names}\n  - Add: {from: [prev, $names], name: more}\n"
        ),
        [("add", "a b"), ("more", "add a b")],
    ),
    "each round of a repeat, in order": (
        (
            "input: [4]\nlayers:\n"
            "  - repeat: {times: 3, collect: true, layers: [{Dense: 4}]}\n"
            "  - Add\n"
            "  - repeat:\n      for: {n: [4, 4]}\n      collect: true\n"
            "      layers: [{Dense: {units: $n, from: add}}, ReLU]\n"
            "  - Multiply: {from: [add, prev]}\n"
        ),
        [
            ("dense_1", "dense"),
            ("add", "dense dense_1 dense_2"),
            ("dense_4", "add"),
            ("multiply", "add re_lu re_lu_1"),
        ],
    ),
    "a block takes what rounds gave": (
        (
            "input: [4]\nblocks:\n  pair:\n    inputs: [x, y]\n"
            "    layers: [{Subtract: {from: [y, x]}}]\nlayers:\n"
            "  - repeat: {times: 2, collect: true, layers: [{Dense: 4}]}\n  - pair\n"
        ),
        [("subtract", "dense_1 dense")],
    ),
    "a layer again": (
        SEQ2SEQ
        + "  - apply: {layer: dec, name: b, from: {initial_state: [enc.1, enc.0]}}\n",
        [("b", "sequences=dec initial_state=enc.1 initial_state=enc.0")],
    ),
    "a layer again whose first argument is given": (
        SEQ2SEQ
        + "  - apply: {layer: dec, from: {sequences: source, training: true}}\n"
        + "  - Dot: {axes: 2, from: [prev, dec]}\n",
        [("dec again", "sequences=source training=True")],
    ),
}


@pytest.mark.parametrize("case", COMES_TO)
def test_it_reads(case: str) -> None:
    spec, rows = COMES_TO[case]
    found = api.check(spec)
    assert [str(one) for one in found.diagnostics if one.severity == "error"] == []
    assert found.summary is not None
    read = {row.name: said(row) for row in found.summary.rows}
    assert [(name, read[name]) for name, _ in rows] == rows


def test_outputs_name_one_of_several() -> None:
    graph = api.loads(SEQ2SEQ + "outputs: [enc.2, dec, enc.0]\n").summary.graph
    assert reads(graph.outputs, graph.output_parts) == ["enc.2", "dec", "enc.0"]
    assert str(graph).endswith("outputs: enc.2, dec, enc.0")


def test_scores_are_a_second_tensor() -> None:
    layer = "MultiHeadAttention: {num_heads: 2, key_dim: 4, name: mix, from: "
    spec = f"{SEQ2SEQ}  - {layer}{{value: prev, return_attention_scores: true}}}}\n"
    model = api.loads(spec + "  - ReLU: {from: mix.1}\n")
    assert model.summary.rows[-1].output_shape == (None, 2, 10, 10)


def test_tied_weights_turn_vectors_back() -> None:
    model = api.loads(
        "input: {shape: [10], dtype: int32}\nlayers:\n"
        "  - ReversibleEmbedding: {input_dim: 50, output_dim: 8, name: tokens}\n"
        "  - LayerNormalization\n"
        "  - apply: {layer: tokens, from: {reverse: true}, name: scores}\n"
    )
    row = model.summary.rows[-1]
    assert (row.output_shape, row.params, row.macs) == ((None, 10, 50), 0, 4000)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "Dense: {units: 3, from: enc.3}",
            ("Dense reads 'enc.3', and 'enc' gives 3 tensors; write enc.2"),
        ),
        (
            "Dense: {units: 3, from: target.1}",
            "Dense reads 'target.1', and 'target' gives one tensor; write target",
        ),
        (
            "LSTM: {units: 3, from: {inputs: prev}}",
            (
                "LSTM is called with no 'inputs'; "
                "it takes 'sequences', 'initial_state', 'mask' and 'training'"
            ),
        ),
        (
            "LSTM: {units: 3, from: {initial_states: enc.1}}",
            "LSTM is called with no 'initial_states'; did you mean 'initial_state'?",
        ),
        (
            "Dropout: {rate: 0.5, from: {training: 1}}",
            "'training' must be true or false; found 1",
        ),
        (
            "repeat: {times: 0, collect: true, layers: [ReLU]}",
            (
                "a repeat that collects what its rounds give takes none here; "
                "let it take one"
            ),
        ),
        (
            "Add: {from: ['${[n for n in [1] if n > 1]}', prev]}",
            (
                "from lists no tensor: ${[n for n in [1] if n > 1]} comes to []; "
                "let it have a name"
            ),
        ),
        (
            "Add: {from: ['${[1, 2]}', prev]}",
            (
                "Add reads a tensor by its name; ${[1, 2]} comes to the list [1, 2]; "
                "let it list names alone"
            ),
        ),
        (
            "LSTM: {units: 3, from: {mask: true}}",
            "'mask' is given tensors by their names; found true (a truth value)",
        ),
        (
            "apply: {layer: dec, from: {query: prev}}",
            (
                "LSTM is called with no 'query'; "
                "it takes 'sequences', 'initial_state', 'mask' and 'training'"
            ),
        ),
        (
            "MultiHeadAttention: {num_heads: 2, key_dim: 4, from: {key: prev}}",
            (
                "'multi_head_attention' (MultiHeadAttention): needs a tensor as value; "
                "it reads 10x8 from 'dec' (line 4) and 10x8 from 'dec' (line 4); "
                "add value: to from"
            ),
        ),
        (
            "LSTM: {units: 3, from: {mask: [enc.1, enc.2]}}",
            (
                "'lstm' (LSTM): takes one tensor as mask, and is given 2; it reads "
                "10x8 from 'dec' (line 4), 8 from 'enc' (line 3) and 8 from 'enc' "
                "(line 3); give mask one of them"
            ),
        ),
        (
            "Dense: {units: 3, from: enc}",
            (
                "'dense' (Dense): takes 1 tensor, and is given 3; its input comes from "
                "'enc' (line 3); write from: enc.0"
            ),
        ),
    ],
)
def test_it_is_refused(layer: str, expected: str) -> None:
    found = api.check(f"{SEQ2SEQ}  - {layer}\n").diagnostics
    errors = [d for d in found if d.severity == "error"]
    assert [f"{d.message}; {d.hint}" if d.hint else d.message for d in errors] == [
        expected
    ]


def test_a_difference_tells_of_another_part_and_of_settings() -> None:
    other = SEQ2SEQ.replace("[enc.1, enc.2]", "[enc.2, enc.1], training: false")
    found = compare(api.loads(SEQ2SEQ).summary, api.loads(other).summary)
    pairing = found.pairings[1]
    assert pairing.before and pairing.after
    [edit] = edits(pairing, pairing.before, pairing.after)
    assert edit.startswith("reads sequences=target, initial_state=enc.1, ")
    assert edit.endswith("initial_state=enc.2, initial_state=enc.1, training=False")


def test_json_says_how_a_layer_is_called() -> None:
    found = api.loads(SEQ2SEQ).summary
    data = summary_data(found, None)["layers"]
    assert "reads" not in data[0]
    assert data[1]["reads"] == [
        *("sequences=target", "initial_state=enc.1", "initial_state=enc.2"),
    ]
