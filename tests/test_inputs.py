"""Inputs with more to say than their sizes: batches, sparse tensors, optional ones."""

from pathlib import Path
from typing import Any

import pytest

from cnnspec import api

STATEFUL: dict[str, Any] = {
    "input": {"shape": [10, 3], "batch_size": 3},
    "layers": [
        {"LSTM": {"units": 4, "stateful": True, "return_sequences": True}},
        {"GRU": {"units": 3, "stateful": True}},
        {"Dense": 5},
    ],
}
SEVERAL: dict[str, Any] = {
    "inputs": {
        "a": {"shape": [10], "sparse": True},
        "b": {"shape": [3], "dtype": "int32", "optional": True},
        "c": {"shape": [4], "dtype": "float16", "batch_size": 4},
    },
    "layers": [
        {"Dense": {"units": 4, "from": "a"}},
        {"Flatten": {"from": "b"}},
        {"Dense": 4},
        {"Concatenate": {"from": ["dense", "dense_1", "c"]}},
        {"Dense": 5},
    ],
}


def codes(spec: dict[str, Any], **chosen: Any) -> list[str]:
    return [found.code for found in api.check(spec, **chosen).diagnostics]


def test_a_stateful_layer_works_with_a_fixed_batch() -> None:
    assert codes(STATEFUL) == []
    model = api.load(STATEFUL)
    assert model.summary.rows[0].output_shape == (3, 10, 4)
    built = api.keras_model(model)
    assert built.output_shape == (3, 5)
    assert built.count_params() == model.summary.total_params
    [wrong] = api.check({**STATEFUL, "input": [10, 3]}).diagnostics
    assert wrong.code == "shape"
    assert "give the input a batch_size: beside its shape:" in wrong.hint


def test_every_kind_in_one_model(tmp_path: Path) -> None:
    assert codes(SEVERAL, keras=True) == []
    model = api.load(SEVERAL)
    a, b, c = api.keras_model(model).inputs
    assert (a.sparse, b.dtype, c.dtype) == (True, "int32", "float16")
    assert c.shape == (4, 4)
    assert [one.get("sparse") for one in model.to_dict()["inputs"]] == [
        True,
        None,
        None,
    ]
    [path] = api.build(SEVERAL, tmp_path, ["script"])
    script = Path(path).read_text()
    assert 'a = keras.Input((10,), sparse=True, name="a")' in script
    assert 'b = keras.Input((3,), dtype="int32", optional=True, name="b")' in script
    assert 'c = keras.Input((4,), batch_size=4, dtype="float16", name="c")' in script


def test_a_model_without_an_optional_input() -> None:
    import numpy as np

    b, c = SEVERAL["inputs"]["b"], SEVERAL["inputs"]["c"]
    layers = [{"Dense": {"units": 2, "from": "c"}}, {"Identity": {"from": "b"}}]
    spec = {"inputs": {"b": b, "c": c}, "layers": layers}
    model = api.keras_model(api.load(spec | {"outputs": ["dense", "identity"]}))
    [first, second] = model([None, np.ones((4, 4))])
    assert first.shape == (4, 2)
    assert second is None


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (
            ["BatchNormalization"],
            "reads a sparse tensor, and computes dense ones alone",
        ),
        (["Flatten", "ReLU"], "'re_lu' (ReLU) reads a sparse tensor"),
        ([{"Dense": 3}, "ReLU"], ""),
        ([{"Reshape": [2, 5]}, {"Dense": 3}], "a sparse tensor of 3 axes, and takes 2"),
        ([{"Reshape": [2, 5]}, "Flatten", {"Dense": 3}, "ReLU"], ""),
    ],
)
def test_layers_that_take_no_sparse_tensors(layers: list[Any], said: str) -> None:
    spec = {"input": {"shape": [10], "sparse": True}, "layers": layers}
    found = api.check(spec).diagnostics
    assert [said in one.message for one in found] == [True] * bool(said)
    if not said:
        assert codes(spec, keras=True) == []


def test_a_sparse_tensor_beside_a_dense_one() -> None:
    spec = {
        "inputs": {"a": {"shape": [4], "sparse": True}, "b": [4]},
        "layers": ["Add", {"Dense": 2}],
    }
    [wrong] = api.check(spec).diagnostics
    assert "reads a sparse tensor and a dense one" in wrong.message
    spec["inputs"]["b"] = {"shape": [4], "sparse": True}
    assert codes(spec, keras=True) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"batch_size": 0}, "'batch_size' must be a whole number above 0"),
        ({"batch": 2}, "an input has no field 'batch'"),
        ({"sparse": "yes"}, "'sparse' must be true or false"),
        ({"optional": 1}, "'optional' must be true or false"),
    ],
)
def test_wrong_values(given: dict[str, Any], said: str) -> None:
    [wrong] = api.check(
        {"input": {"shape": [4], **given}, "layers": ["ReLU"]}
    ).diagnostics
    assert said in wrong.message


def test_two_models_differ_by_their_inputs(tmp_path: Path) -> None:
    from cnnspec.judge.diff.comparison import compare

    one = api.load({"input": [4], "layers": ["ReLU"]})
    two = api.load({"input": {"shape": [4], "optional": True}, "layers": ["ReLU"]})
    assert [pair.change for pair in compare(one.summary, two.summary).inputs] == [
        "changed"
    ]


def test_a_model_inside_takes_batches_of_any_size(tmp_path: Path) -> None:
    spec = {
        "input": {"shape": [8, 4], "batch_size": 2},
        "blocks": {"tower": {"model": True, "layers": [{"Dense": 3}, "Flatten"]}},
        "layers": ["tower", {"Dense": 2}],
    }
    assert codes(spec, keras=True) == []
    [path] = api.build(spec, tmp_path, ["script"])
    assert "Sequential" not in Path(path).read_text()
