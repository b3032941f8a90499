"""Names that Keras doesn't take: what it is given instead, and who knows which."""

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnspec import api
from cnnspec.app import findings
from cnnspec.ground.errors import OverrideError
from cnnspec.ground.file_names import file_name
from cnnspec.language.legal import is_legal
from cnnspec.language.naming import keras_name

NAMES = [
    # the author's, and Keras's where the class is Conv2D
    *(("conv", "conv"), ("Conv-1.x", "Conv-1_x"), ("1conv", "1conv")),
    *(("a>b", "a>b"), ("enc.1", "enc_1"), (".a", "conv2d_a"), ("x_", "x_")),
    *(("손글씨", "songeulssi"), ("합성곱 1층", "habseonggob_1cheung")),
    *(("학교", "haggyo"), ("왕십리", "wangsibli"), ("값", "gabs"), ("꽃잎", "kkochip")),
    *(("입력층", "iblyeogcheung"), ("출력", "chullyeog"), ("은닉", "eunnig")),
    *(("Größe", "Grosse"), ("Ärger", "Arger"), ("été", "ete"), ("Ñ", "N")),
    *(("слой", "sloy"), ("Слой", "Sloy"), ("мальчик", "malchik"), ("β", "v")),
    *(("層", "ceng"), ("かな", "kana"), ("カナ", "kana"), ("हिन्दी", "hindi")),
    *(("a b", "a_b"), ("a+b", "a_b"), ("a:b", "a_b"), ("a\\b", "a_b"), ("a,b", "a_b")),
    *(("q\"t's", "q_t_s"), ("{b}", "conv2d_b_"), ("①", "conv2d_"), ("x²", "x_")),
    *(("_a", "conv2d_a"), ("__a", "conv2d__a"), ("-a", "conv2d_a"), (">a", "conv2d_a")),
    *(("+a", "conv2d_a"), ("_", "conv2d_"), (" ", "conv2d_"), ("😀", "conv2d_")),
]


@pytest.mark.parametrize(("name", "keras"), NAMES)
def test_a_name_as_keras_takes_it(name: str, keras: str) -> None:
    assert keras_name(name, "Conv2D") == keras
    assert is_legal(keras)
    assert (is_legal(name) and name) in (False, keras)
    # As macOS has it in the names of files.
    assert keras_name(unicodedata.normalize("NFD", name), "Conv2D") == keras


@given(st.text(min_size=1, max_size=20))
def test_any_text_comes_to_a_legal_name_that_stays(name: str) -> None:
    found = keras_name(name, "Dense")
    assert is_legal(found)
    assert keras_name(found, "Conv2D") == found


SPECS: dict[str, tuple[str, dict[str, str]]] = {
    # what it shows: the layers (and more), and Keras's names of those that have others
    "legal names stay, given ones and automatic ones": (
        """\
layers:
- Dense: {units: 2, name: 가}
- Dense: {units: 2, name: ga}
- Dense: {units: 2, name: "-1"}
- Dense: {units: 2}
- Dense: {units: 2}
""",
        {"가": "ga_1", "-1": "dense_1_1"},
    ),
    "of those that come to one name the first has it": (
        """\
layers:
- Dense: {units: 2, name: a+b}
- Dense: {units: 2, name: "a b"}
- Dense: {units: 2, name: a_b_1}
- Dense: {units: 2, name: "a:b"}
""",
        {"a+b": "a_b", "a b": "a_b_2", "a:b": "a_b_3"},
    ),
    "a call's name stands before those inside, which end as they do anywhere": (
        """\
blocks:
  층:
    layers:
    - Dense: {units: 2, name: _속}
    - Dense: 2
    - repeat: {times: 2, layers: [{Dense: 2}]}
layers:
- 층
- 층: {name: 앞}
- 층: {name: ap}
""",
        {
            "층__속": "cheung__sog",
            "앞": "ap_1",
            "앞__속": "ap_1__sog",
            "앞_dense": "ap_1_dense",
            "앞_1_dense_1": "ap_1_1_dense_1",
            "앞_2_dense_1": "ap_1_2_dense_1",
            "ap__속": "ap__sog",
        },
    ),
    "a block's name, where a call in a named one has none": (
        """\
blocks:
  _속: {layers: [{Dense: 2}]}
  밖: {layers: [_속, {Dense: 3}]}
layers:
- 밖: {name: a}
- _속: {name: _b}
""",
        {
            "a__속": "a__sog",
            "a__속_dense": "a__sog_dense",
            "_b": "block_sog_b",
            "_b_dense": "block_sog_b_dense",
        },
    ),
    "inputs": (
        """\
inputs: {사진: [4], _x: [4], sajin: [4]}
layers:
- Add: {from: [사진, _x, sajin]}
""",
        {"사진": "sajin_1", "_x": "input_layer_x"},
    ),
    "a further use of a layer has the layer's name": (
        """\
layers:
- Dense: {units: 4, name: 가}
- apply: {layer: ga, name: 나}
""",
        {"가": "ga", "나": "ga"},
    ),
    "each round of a repeat": (
        """\
layers:
- repeat: {for: {n: [머리, 몸]}, layers: [{Dense: {units: 2, name: $n}}]}
""",
        {"머리": "meoli", "몸": "mom"},
    ),
}


def data_of(text: str, path: str = "<spec>") -> dict:
    """What `show --format json` says."""
    from cnnspec.model import readable

    if "input" not in text.split(":", 1)[0]:
        text = f"input: [4]\n{text}"
    model = api.loads(text, path)
    return readable.summary_data(model.summary, model.program.source)


@pytest.mark.parametrize("shows", SPECS)
def test_names_in_a_model(shows: str) -> None:
    text, others = SPECS[shows]
    data = data_of(text)
    rows = [*data["inputs"], *data["layers"]]
    names = {row["name"]: others.get(row["name"], row["name"]) for row in rows}
    assert {row["name"]: row["keras_name"] for row in rows} == names
    own = [row["keras_name"] for row in rows if row["name"] != "나"]
    assert len(set(own)) == len(own)


BOTH = """\
input: [4]
blocks:
  블록:
    outputs: [{inner}, prev]
    layers:
    - Dense: {{units: 4, name: 안}}
    - Dense: {{units: 4, from: {inner}}}
layers:
- Dense: {{units: 4, name: 가}}
- Dense: {{units: 4, name: ga}}
- 블록: {{name: 앞, from: {first}}}
- Add: {{from: {call}}}
- Add: {{from: [{outer}, prev], name: 끝}}
- apply: {{layer: {first}}}
outputs: [{end}]
expect: {{layers: {{{first}: {{params: 20}}, {outer}: {{output_shape: [4]}}}}}}
"""
OWN = {"inner": "안", "first": "가", "call": "앞", "outer": "앞_안", "end": "끝"}
KERAS = {"inner": "an", "first": "ga_1", "call": "ap", "outer": "ap_an", "end": "kkeut"}


def test_both_names_are_known_wherever_one_is_used() -> None:
    def graph(names: dict[str, str]) -> object:
        return api.loads(BOTH.format(**names)).summary.graph

    own = graph(OWN)
    assert graph(KERAS) == own
    for key in OWN:
        assert graph({**OWN, key: KERAS[key]}) == own


def test_an_authors_name_goes_before_keras_name() -> None:
    text = "layers: [{Dense: {units: 2, name: 가}}, {Dense: {units: 3, name: ga}}, "
    data = data_of(f"{text}{{Dense: {{units: 1, from: ga}}}}]")
    assert data["layers"][2]["params"] == 4


def test_an_unknown_name_is_still_one(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "input: [4]\nlayers:\n- Dense: {units: 2, name: 가}\n- ReLU: {from: b}"
    )
    [found] = api.check(path).diagnostics
    assert found.code == "unknown-input"


def test_overrides_know_both_names(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("input: [4]\nlayers: [{Dense: {units: 2, name: 가 나}}]")
    for name in ("가 나", "ga_na", unicodedata.normalize("NFD", "가 나")):
        model = api.load(path, [f"layers.{name}.units=7"])
        assert model.summary.total_params == 35
    with pytest.raises(OverrideError):
        api.load(path, ["layers.ga_nb.units=7"])


def test_decomposed_letters_are_the_same_letters() -> None:
    text = "input: [4]\nvars: {폭: 3}\nblocks: {블록: {layers: [{Dense: $폭}]}}\n"
    text += "layers: [{블록: {name: 앞}}, {Dense: {units: 2, name: 뒤, from: %s}}]\n"
    text += "outputs: [뒤]\nexpect: {layers: {뒤: {params: 8}}}\n"
    composed = text % "앞"
    mixed = text % unicodedata.normalize("NFD", "앞")
    models = [
        api.loads(one).summary.graph
        for one in (composed, mixed, unicodedata.normalize("NFD", composed))
    ]
    assert models[0] == models[1] == models[2]


def test_a_key_in_two_forms_is_one_key() -> None:
    decomposed = unicodedata.normalize("NFD", "폭")
    text = f"input: [4]\nvars: {{폭: 3, {decomposed}: 4}}\nlayers: [Flatten]"
    assert "duplicate-key" in findings.text(api.check(text))


FILES = [
    # a model's name, or that of a spec's file; and the name of the file that is written
    *(("nin", "nin"), ("my net", "my net"), ("손글씨", "손글씨"), ("a'b", "a'b")),
    *(("1+1", "1+1"), ("a:b", "a_b"), ("a?b*c", "a_b_c"), ("..", "model")),
    *((".hidden", "hidden"), ("con", "con_"), ("NUL.x", "NUL.x_"), ("com1", "com1_")),
    *(("a.", "a"), (" ", "model"), ("console", "console"), ("a.b", "a.b")),
]


@pytest.mark.parametrize(("name", "file"), FILES)
def test_the_file_of_a_name(name: str, file: str) -> None:
    assert file_name(name) == file


def test_long_names_have_short_files() -> None:
    names = ["a" * 300, "a" * 301, "손" * 300, "손" * 299 + "글"]
    files = [file_name(name) for name in names]
    assert len(set(files)) == 4
    assert all(len(file.encode()) <= 100 for file in files)
    assert file_name("a" * 100) == "a" * 100


def test_json_of_a_check_has_both_names(tmp_path: Path) -> None:
    path = tmp_path / unicodedata.normalize("NFD", "손 글씨.yaml")
    path.write_text("input: [4]\nlayers: [{Dense: {units: 2, name: 출력}}]")
    [spec] = json.loads(findings.as_json([api.check(path)]))["specs"]
    assert (spec["name"], spec["keras_name"]) == ("손 글씨", "son_geulssi")
    [layer] = spec["layers"]
    assert (layer["name"], layer["keras_name"]) == ("출력", "chullyeog")


@pytest.mark.parametrize(("name", "loads"), [("conv_1", False), ("합", True)])
def test_legal_names_cost_no_import(tmp_path: Path, name: str, loads: bool) -> None:
    path = tmp_path / "a.yaml"
    layer = f"Dense: {{units: 2, name: {name}}}"
    path.write_text(f"name: a\ninput: [4]\nlayers: [{{{layer}}}]", encoding="utf-8")
    code = (
        "import sys; from cnnspec import api; assert api.check(sys.argv[1]).ok;"
        "print(sorted({'anyascii', 'cnnspec.language.legal'} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    expected = ["anyascii", "cnnspec.language.legal"] if loads else []
    assert done.stdout == f"{expected}\n"
