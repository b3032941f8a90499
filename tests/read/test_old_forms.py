"""What files of Keras 1 and 2 have in forms that today's Keras hasn't."""

from typing import Any

import pytest

from cnnspec import api
from cnnspec.catalogue.past.graph import called
from cnnspec.read.configs.model import from_config
from cnnspec.read.containers.json_text import parsed
from cnnspec.read.containers.stored import Stored
from cnnspec.read.containers.yaml_text import parsed_yaml
from cnnspec.read.found import Found, ReadError
from cnnspec.read.writing.spec import written

ABOUT = ("name", "from")


def chain(*layers: Any, shape: Any = (8, 8, 3), version: str = "2.4.0") -> Found:
    """A Sequential of layers, each a class and its arguments."""
    first, *others = layers
    first[1]["batch_input_shape"] = [None, *shape]
    items = [{"class_name": kind, "config": given} for kind, given in (first, *others)]
    config = {"class_name": "Sequential", "config": {"layers": items}}
    return from_config(Stored("keras-json", config, version))


def graph(entry: dict[str, Any], *inputs: str, shape: Any = (8, 8, 3)) -> Found:
    """A model of one layer over some inputs of a shape."""
    size = {"batch_input_shape": [None, *shape]}
    given = [
        {"class_name": "InputLayer", "name": name, "config": size, "inbound_nodes": []}
        for name in inputs
    ]
    reads = [[name, 0, 0, {}] for name in inputs]
    entry = {"name": "made", "inbound_nodes": [reads], **entry}
    ends = {"input_layers": [[name, 0, 0] for name in inputs]}
    ends["output_layers"] = [["made", 0, 0]]
    config = {"name": "m", "layers": [*given, entry], **ends}
    whole = {"class_name": "Functional", "config": config}
    return from_config(Stored("keras-json", whole, "2.3.0-tf"))


def plain(found: Found) -> list[Any]:
    """The layers without names."""
    assert api.check(found.document).ok
    return [
        {kind: {k: v for k, v in given.items() if k not in ABOUT}}
        for item in found.document["layers"]
        for kind, given in item.items()
    ]


@pytest.mark.parametrize(
    ("layers", "shape", "version", "now"),
    [
        (
            [("Embedding", {"input_dim": 9, "output_dim": 4, "dtype": "int32"})],
            (5,),
            "2.0.3",
            [{"Embedding": {"input_dim": 9, "output_dim": 4}}],
        ),
        ([("Dropout", {"rate": 0.5, "dtype": "float"})], (5,), "2.2.4-tf",
         [{"Dropout": {"rate": 0.5}}]),
        (
            [
                ("Bidirectional",
                 {"layer": {"class_name": "GRU", "config":
                            {"name": "gru", "units": 3, "go_backwards": True,
                             "implementation": 1}}}),
            ],
            (5, 2),
            "2.2.4-tf",
            [{"Bidirectional": {
                "layer": {"GRU": {"units": 3, "go_backwards": True, "name": "gru",
                                  "reset_after": False}},
                "backward_layer": {"GRU": {"units": 3, "name": "backward_gru",
                                           "reset_after": False}},
            }}],
        ),
        (
            [("Convolution2D", {"nb_filter": 4, "nb_row": 1, "dim_ordering": "th"}),
             ("UpSampling2D", {"size": [2, 2]})],
            (3, 8, 8),
            "1.0.5",
            [{"Conv2D": {"filters": 4, "kernel_size": [1, 1],
                         "data_format": "channels_first"}},
             {"UpSampling2D": {"data_format": "channels_first"}}],
        ),
        (
            [("Dense", {"output_dim": 2, "W_regularizer":
                        {"name": "L1L2Regularizer", "l1": 0, "l2": 0.02}})],
            (5,),
            "1.2.2",
            [{"Dense": {"units": 2, "kernel_regularizer": {"L2": {"l2": 0.02}}}}],
        ),
    ],
)  # fmt: skip
def test_it_is_as_it_was(layers: Any, shape: Any, version: str, now: Any) -> None:
    found = chain(*layers, shape=shape, version=version)
    assert plain(found) == now
    assert found.unknowns == ()


def test_the_words_of_the_first_layer_are_whole_numbers() -> None:
    given = {"input_dim": 9, "output_dim": 4, "dtype": "int32"}
    found = chain(("Embedding", given), shape=(5,), version="2.0.3")
    assert [*found.document["inputs"].values()] == [{"shape": [5], "dtype": "int32"}]


def test_a_mask_for_what_comes_later_is_given_at_the_call() -> None:
    entry = {"class_name": "Attention", "config": {"name": "made", "causal": True}}
    found = graph(entry, "a", "b", shape=(5, 4))
    [item] = found.document["layers"]
    given = {"inputs": ["a", "b"], "use_causal_mask": True}
    assert item == {"Attention": {"name": "made", "from": given}}
    assert api.check(found.document).ok


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("write", [parsed, parsed_yaml])
def test_what_is_no_finite_number_is_told_of_its_layer(value: str, write: Any) -> None:
    """Python writes such words into JSON, and Keras reads them."""
    words = {"NaN": ".nan", "Infinity": ".inf", "-Infinity": "-.inf"}
    text = f'{{"mask_value": {words[value] if write is parsed_yaml else value}}}'
    found = chain(("Masking", write(text.encode())), shape=(5, 4))
    assert plain(found) == [{"Masking": {}}]
    [one] = found.unknowns
    assert (one.layer, one.argument, one.counts) == ("layer_1", "mask_value", False)
    assert "numbers are finite" in one.why


@pytest.mark.parametrize(
    ("text", "read"),
    [('{"a": 1, "a": 1}', parsed), ("a: 1\na: 1", parsed_yaml)],
)
def test_a_key_may_say_the_same_twice(text: str, read: Any) -> None:
    assert read(text.encode()) == {"a": 1}
    with pytest.raises(ReadError, match="stands twice"):
        read(text.replace("1", "2", 1).encode())


# ------------------------------------------------------------------ nodes of graphs

WHOLE, PART = {"start": None, "stop": None, "step": None}, {"b": False}


def node(kind: str, **attributes: Any) -> dict[str, Any]:
    return {"op": kind, "attr": {"T": {"type": "DT_FLOAT"}, **attributes}}


@pytest.mark.parametrize(
    ("what", "constants", "count", "now"),
    [
        (node("Relu6"), {}, 1, {"ops.relu6": {}}),
        (node("AddV2"), {"1": 1.5}, 1, {"ops.add": {"x2": 1.5}}),
        (node("Sub"), {"0": 1.0}, 1, {"ops.subtract": {"x1": 1.0}}),
        (node("Mean", keep_dims={"b": True}), {"1": [1, 2]}, 1,
         {"ops.mean": {"axis": [1, 2], "keepdims": True}}),
        (node("Reshape"), {"1": [-1, 192]}, 1,
         {"ops.reshape": {"newshape": [-1, 192]}}),
        (node("ConcatV2", N={"i": "2"}), {"2": 3}, 2, {"ops.concatenate": {"axis": 3}}),
        (node("Pack", axis={"i": "1"}), {}, 2, {"ops.stack": {"axis": 1}}),
        (node("LeakyRelu", alpha={"f": 0.10000000149011612}), {}, 1,
         {"ops.leaky_relu": {"negative_slope": 0.1}}),
        (node("MirrorPad", mode={"s": "UkVGTEVDVA=="}),
         {"1": [[0, 0], [1, 1], [1, 1], [0, 0]]}, 1,
         {"ops.pad": {"pad_width": [[0, 0], [1, 1], [1, 1], [0, 0]],
                      "mode": "reflect"}}),
        (node("StridedSlice", begin_mask={"i": "5"}, end_mask={"i": "5"},
              shrink_axis_mask={"i": "8"}),
         {"1": [0, 1, 0, 0], "2": [0, 3, 0, 1], "3": [1, 1, 2, 1]}, 1,
         {"ops.get_item": {"key": ":, 1:3, ::2, 0"}}),
        (node("ResizeBilinear", half_pixel_centers={"b": True}), {"1": [4, 4]}, 1,
         {"ops.image.resize": {"size": [4, 4]}}),
    ],
)  # fmt: skip
def test_a_node_is_an_operation(
    what: Any, constants: Any, count: int, now: Any
) -> None:
    config = {"name": "it", "node_def": what, "constants": constants}
    entry = {"class_name": "TensorFlowOpLayer", "config": config}
    found = graph(entry, *"ab"[:count])
    assert plain(found) == [now]
    assert found.unknowns == ()


@pytest.mark.parametrize(
    "what",
    [
        node("LRN"),
        node("ResizeBilinear"),  # before TensorFlow 1.14 it had other corners
        node("ResizeBilinear", half_pixel_centers=PART),
        node("BiasAdd", data_format={"s": "TkNIVw=="}),
        {"op": ["Relu6"], "attr": 3},
        node("Mean", keep_dims={"b": 1, "i": 2}),
        {},
    ],
)
def test_another_node_is_named(what: Any) -> None:
    config = {"name": "it", "node_def": what, "constants": {"1": [4, 4]}}
    found = graph({"class_name": "TensorFlowOpLayer", "config": config}, "a")
    [why] = [one.why for one in found.unknowns if one.argument == "function"]
    assert why.startswith("a spec has no operation that does TensorFlow's")
    assert str(what.get("op")) in why


def test_an_input_may_stand_behind_a_constant() -> None:
    assert called(node("Split", num_split={"i": "2"}), [3, "x"]) == (
        "split",
        "x",
        {"axis": 3, "num_or_size_splits": 2},
    )


def test_no_comment_carries_what_a_terminal_would_obey() -> None:
    found = chain(("De\x1b[31mnse", {"units": 2}), shape=(5,))
    text = written(found)
    assert "\x1b" not in text
    assert r"the class De\x1b[31mnse" in " ".join(text.replace("#", "").split())


def test_a_call_without_tensors_is_told() -> None:
    """As Keras 2 wrote `tf.einsum("bi,bj->bij", a, b)`."""
    call = ["_CONSTANT_VALUE", -1, "bi,bj->bij", {}]
    config = {"name": "made", "function": "einsum"}
    entry = {"class_name": "TFOpLambda", "config": config, "inbound_nodes": [call]}
    with pytest.raises(ReadError, match="doesn't say which tensors 'made' reads"):
        graph(entry, "a", "b")
