"""`cnnspec check`: a model held against what is expected, and how it is reported."""

import gc
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.app import cli, findings
from cnnspec.ground.errors import Diagnostic, Mark

ROOT = Path(__file__).parents[1]
SPECS = ROOT / "specs"
PRINTED = ("nin", "deep_cnn", "sign_language")
"""The specs whose summaries were printed by Keras 2."""
SMALL = """\
name: small
input: [28, 28, 1]
layers:
  - Conv2D: {filters: 4, kernel_size: 3, activation: relu}
  - BatchNormalization
  - Dropout: 0.5
  - Flatten
  - Dense: {units: 10, activation: softmax}
"""
CONV, NORM, DENSE = 3 * 3 * 1 * 4 + 4, 4 * 4, 26 * 26 * 4 * 10 + 10
KERAS_3 = """\
Model: "sequential_7"
┏━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)           ┃ Output Shape          ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ conv2d_41 (Conv2D)     │ (None, 26, 26, 4)     │            40 │
├────────────────────────┼───────────────────────┼───────────────┤
│ activation_9           │ (None, 26, 26, 4)     │             0 │
│ (Activation)           │                       │               │
├────────────────────────┼───────────────────────┼───────────────┤
│ batch_normalization_3  │ (None, 26, 26, 4)     │            16 │
│ (BatchNormalization)   │                       │               │
├────────────────────────┼───────────────────────┼───────────────┤
│ flatten_2 (Flatten)    │ (None, 2704)          │             0 │
├────────────────────────┼───────────────────────┼───────────────┤
│ dense_5 (Dense)        │ (None, 10)            │        27,050 │
└────────────────────────┴───────────────────────┴───────────────┘
 Total params: 27,106 (105.88 KB)
 Trainable params: 27,098 (105.85 KB)
 Non-trainable params: 8 (32.00 B)
"""


def found(tmp_path: Path, text: str) -> list[Diagnostic]:
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    checked = api.check(path)
    assert checked.ok == (not checked.diagnostics)
    return checked.diagnostics


def expecting(more: str, text: str = SMALL) -> str:
    """The small spec with an `expect:` of those lines."""
    return f"{text}expect:\n{indented(more)}"


def indented(text: str, by: str = "  ") -> str:
    return re.sub("^(?=.)", by, text, flags=re.MULTILINE)


# ------------------------------------------------------------------ expect


@pytest.mark.parametrize(
    "more",
    [
        f"total_params: {CONV + NORM + DENSE}",
        f"trainable_params: {CONV + NORM // 2 + DENSE}",
        f"non_trainable_params: {NORM // 2}",
        "output_shape: [10]",
        "output_shape: 10",
        f"layers: {{conv2d: {{params: {CONV}, output_shape: [26, 26, 4]}}}}",
        f"layers: {{batch_normalization: {{params: {NORM}}}}}",
        "layers: {dropout: {output_shape: [26, 26, 4]}, flatten: {}}",
        f"summary: |\n{indented(KERAS_3)}",
    ],
)
def test_what_agrees(tmp_path: Path, more: str) -> None:
    assert found(tmp_path, expecting(more)) == []


@pytest.mark.parametrize(
    ("more", "column", "said"),
    [
        (
            "total_params: 27105",
            17,
            "expect.total_params is 27,105 but the model has 27,106 (+1)",
        ),
        (
            "trainable_params: 27106",
            21,
            "expect.trainable_params is 27,106 but the model has 27,098 (-8)",
        ),
        (
            "non_trainable_params: 0",
            25,
            "expect.non_trainable_params is 0 but the model has 8 (+8)",
        ),
        (
            "output_shape: [11]",
            17,
            "expect.output_shape is [11] but the model gives [10]",
        ),
        (
            "layers: {dense: {output_shape: [9]}}",
            34,
            "'dense' (Dense) gives [10]; expected [9]",
        ),
        (
            "layers: {dense: {params: 13525}}",
            28,
            (
                "'dense' (Dense) has 27,050 params (2704·10 + 10); expected 13,525; "
                "write units: 5 in line 8"
            ),
        ),
        (
            "layers: {conv2d: {params: 104}}",
            29,
            (
                "'conv2d' (Conv2D) has 40 params (3·3·1·4 + 4); expected 104; "
                "write kernel_size: 5 in line 4"
            ),
        ),
        (
            "layers: {conv2: {params: 40}}",
            19,
            (
                "expect.layers names 'conv2', which the model doesn't have; "
                "did you mean 'conv2d'?"
            ),
        ),
    ],
)
def test_what_differs(tmp_path: Path, more: str, column: int, said: str) -> None:
    [diagnostic] = found(tmp_path, expecting(more))
    assert (diagnostic.code, diagnostic.mark[1:]) == ("expected-mismatch", (10, column))
    assert str(diagnostic).endswith(f": error[expected-mismatch]: {said}")


# ------------------------------------------------------------------ summaries


@pytest.mark.parametrize("name", PRINTED)
def test_a_table_of_keras_2_agrees(name: str) -> None:
    """Its names are numbered on from other models, its types cut short."""
    checked = api.check(SPECS / f"{name}.yaml")
    assert checked.program.expect.summary == f"expected/{name}.txt"
    table = (SPECS / f"expected/{name}.txt").read_text(encoding="utf-8")
    assert "(Batc" in table or "(BatchNo" in table
    assert checked.diagnostics == []


@pytest.mark.parametrize("name", PRINTED)
def test_every_number_of_a_table_counts(name: str, tmp_path: Path) -> None:
    """Each row's and total's params are changed in turn, and each is reported."""
    table = (SPECS / f"expected/{name}.txt").read_text(encoding="utf-8")
    text = (SPECS / f"{name}.yaml").read_text(encoding="utf-8")
    (tmp_path / "expected").mkdir()
    rows = [m.start(1) for m in re.finditer(r"\) +([1-9]\d*) *\n", table)]
    totals = [m.start(1) for m in re.finditer(r"params: (\d)", table)]
    assert len(totals) == 3
    assert len(rows) >= 5
    for place in (*rows, *totals):
        digit = str((int(table[place]) % 9) + 1)
        changed = table[:place] + digit + table[place + 1 :]
        (tmp_path / f"expected/{name}.txt").write_text(changed, encoding="utf-8")
        [diagnostic] = found(tmp_path, text)
        line = table[:place].count("\n") + 1
        said = f"expected/{name}.txt line {line}" if place in rows else "the summary's "
        assert said in diagnostic.message


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (
            " 40 │",
            "140 │",
            15,
            (
                "'conv2d' (Conv2D) differs from the summary's row 'conv2d_41' "
                "(line 15): 40 params (3·3·1·4 + 4), not 140; its rows come to its "
                "total with the former, so mend that row"
            ),
        ),
        (
            "26, 4)     │            16",
            "26, 5)     │            20",
            20,
            (
                "'batch_normalization' (BatchNormalization) differs from the "
                "summary's row 'batch_normalization_3' (line 20): "
                "16 params (4 + 4 + 4 + 4), not 20; "
                "output (?, 26, 26, 4), not (?, 26, 26, 5); its rows come to its "
                "total with the former, so mend that row"
            ),
        ),
        (
            "(None, 2704)",
            "(None, 2700)",
            7,
            (
                "'flatten' (Flatten) differs from the summary's row 'flatten_2' "
                "(line 23): output (?, 2704), not (?, 2700)"
            ),
        ),
        (
            "flatten_2 (Flatten)   ",
            "reshape_2 (Reshape)   ",
            7,
            (
                "'flatten' (Flatten) differs from the summary's row 'reshape_2' "
                "(line 23): its type is Flatten, not Reshape"
            ),
        ),
        (
            "27,106 (",
            "27,107 (",
            10,
            (
                "the summary's total params are 27,107 but the model has 27,106 (-1); "
                "its own rows don't come to that"
            ),
        ),
    ],
)
def test_a_table_of_keras_3_that_differs(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert KERAS_3.count(old) == 1
    table = KERAS_3.replace(old, new)
    [diagnostic] = found(tmp_path, expecting(f"summary: |\n{indented(table)}"))
    assert str(diagnostic).partition("error[expected-mismatch]: ")[2] == said
    assert diagnostic.mark.line == line


def test_every_differing_row_is_reported(tmp_path: Path) -> None:
    text = SMALL.replace("filters: 4", "filters: 6").replace("units: 10", "units: 9")
    diagnostics = found(tmp_path, expecting(f"summary: |\n{indented(KERAS_3)}", text))
    layers = [d.message.split()[0] for d in diagnostics if d.mark.line < 9]
    assert layers == ["'conv2d'", "'batch_normalization'", "'flatten'", "'dense'"]
    assert len(diagnostics) == 4 + 3


def test_a_layer_that_only_one_side_has(tmp_path: Path) -> None:
    table = f"summary: |\n{indented(KERAS_3)}"
    text = SMALL.replace("  - BatchNormalization\n", "")
    said = str(found(tmp_path, expecting(table, text))[0])
    assert "the summary's row 'batch_normalization_3' (line 19) has 16 params" in said
    assert said.endswith("the model has no such layer; add it, or remove its row")
    text = SMALL.replace("  - Flatten", "  - PReLU\n  - Flatten")
    said = str(found(tmp_path, expecting(table, text))[0])
    assert "spec.yaml:7:5: " in said
    assert "'p_re_lu' (PReLU) has 2,704 params (26·26·4)" in said
    assert said.endswith("the summary has no such row; remove it, or add its row")


def test_a_row_without_weights_that_fits_nowhere(tmp_path: Path) -> None:
    table = KERAS_3.replace(
        "│ conv2d_41 (Conv2D)     │ (None, 26, 26, 4)     │            40 │",
        "│ input_4 (InputLayer)   │ (None, 28, 28, 3)     │             0 │\n"
        "│ conv2d_41 (Conv2D)     │ (None, 26, 26, 4)     │            40 │\n"
        "│ crop (Cropping2D)      │ (None, 25, 26, 4)     │             0 │",
    )
    first, second = found(tmp_path, expecting(f"summary: |\n{indented(table)}"))
    assert first.mark.line == 2
    assert first.message == (
        "'input_layer' (InputLayer) differs from the summary's row 'input_4' "
        "(line 15): output (?, 28, 28, 1), not (?, 28, 28, 3)"
    )
    assert second.message == (
        "the summary's row 'crop' (line 17) gives (?, 25, 26, 4); "
        "the model has no such layer, and no other of that output"
    )


def test_a_total_names_the_first_row_that_differs(tmp_path: Path) -> None:
    table = KERAS_3.replace(" 40 │", "140 │")
    more = f"total_params: 27206\nsummary: |\n{indented(table)}"
    messages = [d.message for d in found(tmp_path, expecting(more))]
    assert (
        "expect.total_params is 27,206 but the model has 27,106 (-100); the first "
        "difference is 'conv2d' (line 4): 40, expected 140"
    ) in messages


def test_a_table_that_is_missing_or_is_none(tmp_path: Path) -> None:
    [diagnostic] = found(tmp_path, expecting("summary: tables/none.txt"))
    assert (diagnostic.code, diagnostic.mark.line) == ("not-found", 10)
    assert diagnostic.hint == "name it as seen from the spec's folder"
    (tmp_path / "table.txt").write_text("no table\n", encoding="utf-8")
    [diagnostic] = found(tmp_path, expecting("summary: table.txt"))
    assert (diagnostic.code, diagnostic.mark[1:]) == ("summary", (1, 1))
    assert diagnostic.mark.path == str(tmp_path / "table.txt")


@pytest.mark.parametrize("more", ["summary: ''", "summary: |", 'summary: " \\n\\n"'])
def test_a_summary_of_nothing(tmp_path: Path, more: str) -> None:
    [diagnostic] = found(tmp_path, expecting(f"{more}\n"))
    assert (diagnostic.code, diagnostic.mark.line) == ("wrong-type", 10)
    assert diagnostic.message.startswith("expect.summary must be the table that model.")


def test_a_wrong_line_of_an_inline_summary(tmp_path: Path) -> None:
    table = KERAS_3.replace("2704)  ", "27o4)  ")
    [diagnostic] = found(tmp_path, expecting(f"summary: |\n{indented(table)}"))
    assert (diagnostic.code, diagnostic.mark.line) == ("summary", 23)
    assert diagnostic.message.startswith("found '27o4' in the output shape")
    quoted = "\\n".join(table.splitlines()).replace('"', "")
    [diagnostic] = found(tmp_path, expecting(f'summary: "{quoted}"'))
    assert (diagnostic.code, diagnostic.mark.line) == ("summary", 10)


def test_a_file_that_is_no_summary_is_told_once_what_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "table.txt").write_text("root:x:0:0\n", encoding="utf-8")
    [diagnostic] = found(tmp_path, expecting("summary: table.txt"))
    assert str(diagnostic).count("model.summary()") == 1


def test_a_folder_as_a_summary(tmp_path: Path) -> None:
    [diagnostic] = found(tmp_path, expecting("summary: ."))
    assert diagnostic.code == "not-a-file"
    assert str(diagnostic).endswith(
        "the summary '.': this is a folder; name a file in it"
    )


def test_sections_that_do_not_fit_the_model(tmp_path: Path) -> None:
    training = "data: {source: cifar10}\ntrain: {loss: categorical_crossentropy}\n"
    diagnostics = found(tmp_path, SMALL + training)
    assert [d.code for d in diagnostics] == ["sample-shape", "loss-labels"]
    assert "cifar10" in diagnostics[0].message
    assert "one_hot" in diagnostics[1].message


def test_keras_is_asked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnspec.emit.keras_live import model as keras_model

    assert api.check(SPECS / "nin.yaml", keras=True).diagnostics == []
    monkeypatch.setattr(keras_model, "compare", lambda *_: ["1 in Keras and 2 here"])
    checked = api.check(SPECS / "nin.yaml", keras=True)
    assert [str(d).partition(": ")[2] for d in checked.diagnostics] == [
        "error[keras-mismatch]: 1 in Keras and 2 here"
    ]


# ------------------------------------------------------------------ the command

Run = Callable[..., tuple[object, str, str]]
WRONG = "input: [4]\nlayers:\n  - Dens: 4\n"


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Runs `cnnspec check` in a folder that holds a good and a wrong spec."""
    (tmp_path / "specs/more").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "specs/good.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "specs/more/wrong.yml").write_text(WRONG, encoding="utf-8")
    (tmp_path / "specs/notes.txt").write_text("no spec", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["cnnspec", "check", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capsys.readouterr()

    return run


OK = (
    "specs/good.yaml: ok: small: 27,106 params (27,098 trainable, 8 not) in 5 layers, "
    f"{26 * 26 * 3 * 3 * 4 + 2704 * 10:,} MACs\n"
)
NOT_OK = (
    "specs/more/wrong.yml:3:5: error[unknown-layer]: there is no layer 'Dens' in "
    "Keras; did you mean 'Dense'?\n"
)


def test_one_spec(run: Run) -> None:
    assert run("specs/good.yaml") == (0, OK, "")
    assert run("specs/more/wrong.yml") == (1, NOT_OK, "")


@pytest.mark.parametrize("paths", [[], ["specs"], ["specs/good.yaml", "specs/more"]])
def test_several_specs(run: Run, paths: list[str]) -> None:
    assert run(*paths) == (1, f"{OK}{NOT_OK}2 specs, 1 error\n", "")


def test_what_is_not_there(run: Run) -> None:
    code, out, err = run("specs/goood.yaml")
    assert (code, err) == (1, "")
    assert out == (
        "specs/goood.yaml:1:1: error[not-found]: there is no such file; "
        "did you mean 'good.yaml'?\n"
    )
    said = "cnnspec: the folder 'empty' holds no .yaml file\n"
    assert run("empty") == (2, "", said)


def test_a_name_without_its_ending(run: Run) -> None:
    for name in ("d.yaml", "e.yml", "e.yang"):
        Path("specs", name).write_text(SMALL, encoding="utf-8")
    for name, meant in (("d", "d.yaml"), ("e", "e.yml")):
        code, out, _ = run(f"specs/{name}")
        assert code == 1
        assert out.endswith(f"there is no such file; did you mean '{meant}'?\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without such pipes")
def test_what_is_no_regular_file(run: Run) -> None:
    os.mkfifo("pipe.yaml")
    code, out, _ = run("pipe.yaml")
    assert code == 1
    assert out.startswith("pipe.yaml:1:1: error[not-a-file]: this is a pipe or a ")


def test_no_specs_to_begin_with(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("empty")
    said = "cnnspec: there is no folder specs/ here; name a spec or a folder\n"
    assert run() == (2, "", said)


@pytest.mark.parametrize(
    "arguments",
    [["--format", "xml"], ["--sett", "a=1"], ["--set"], ["--set", "epochs"]],
)
def test_a_wrong_command_line(run: Run, arguments: list[str]) -> None:
    code, out, err = run("specs/good.yaml", *arguments)
    assert (code, out) == (2, "")
    assert err


def test_changed_values(run: Run) -> None:
    code, out, _ = run(
        *("specs/good.yaml", "--set", "layers.0.Conv2D.filters=8"),
        *("--set", "expect.layers.conv2d.params=80", "--set", "name=other"),
    )
    assert code == 0
    assert ": ok: other: " in out
    code, out, _ = run("specs/good.yaml", "--set", "layers.0.Conv2D.filters=none")
    assert code == 1
    assert out.startswith("specs/good.yaml:4:23: error[wrong-type]: Conv2D.filters ")
    assert out.endswith("(given by --set layers.0.Conv2D.filters=none)\n")


KEYS = [
    *("path", "name", "keras_name", "ok"),
    *("total_params", "trainable_params", "non_trainable_params", "macs"),
    *("layers", "diagnostics"),
]


def test_json(run: Run) -> None:
    code, out, err = run("specs", "--format", "json")
    assert (code, err) == (1, "")
    whole = json.loads(out)
    assert list(whole) == ["ok", "specs"]
    assert whole["ok"] is False
    good, wrong = whole["specs"]
    assert list(good) == list(wrong) == KEYS
    layers = good.pop("layers")
    assert good == {
        "path": "specs/good.yaml",
        "name": "small",
        "keras_name": "small",
        "ok": True,
        "total_params": 27_106,
        "trainable_params": 27_098,
        "non_trainable_params": 8,
        "macs": 51_376,
        "diagnostics": [],
    }
    assert [layer["name"] for layer in layers] == [
        *("conv2d", "batch_normalization", "dropout", "flatten", "dense"),
    ]
    assert layers[1] == {
        "name": "batch_normalization",
        "keras_name": "batch_normalization",
        "type": "BatchNormalization",
        "inputs": ["conv2d"],
        "output_shape": [None, 26, 26, 4],
        "params": 16,
        "trainable_params": 8,
        "macs": 0,
        "line": 5,
    }
    for key in ("trainable_params", "macs"):
        assert sum(layer[key] for layer in layers) == good[key]
    assert sum(layer["params"] for layer in layers) == good["total_params"]
    assert wrong == {
        "path": "specs/more/wrong.yml",
        "name": "wrong",
        "keras_name": "wrong",
        "ok": False,
        "total_params": None,
        "trainable_params": None,
        "non_trainable_params": None,
        "macs": None,
        "layers": [],
        "diagnostics": [
            {
                "severity": "error",
                "code": "unknown-layer",
                "path": "specs/more/wrong.yml",
                "line": 3,
                "column": 5,
                "message": "there is no layer 'Dens' in Keras",
                "hint": "did you mean 'Dense'?",
            }
        ],
    }


@pytest.mark.parametrize(
    ("text", "known", "layers"),
    [
        (expecting("total_params: 1"), True, 5),
        (SMALL + "name: again\n", False, 5),
        (SMALL.replace("units: 10", "unit: 10"), False, 4),
        (SMALL.replace("kernel_size: 3", "kernel_size: 30"), False, 0),
        (SMALL.replace("Flatten", "Flatten: {from: nowhere}"), False, 3),
        ("", False, 0),
        ("input: [null, 4]\nlayers: [{Dense: 3}]\nname: 배치", True, 1),
    ],
)
def test_totals_are_null_where_an_error_hides_them(
    run: Run, text: str, known: bool, layers: int
) -> None:
    Path("a.yaml").write_text(text, encoding="utf-8")
    [spec] = json.loads(run("a.yaml", "--format", "json")[1])["specs"]
    assert list(spec) == KEYS
    totals = [spec["total_params"], spec["trainable_params"]]
    assert (None not in totals) == known
    assert len(spec["layers"]) == layers
    assert (spec["name"] == "배치") == ("배치" in text)


def test_github(run: Run) -> None:
    code, out, err = run("specs", "--format", "github")
    assert (code, err) == (1, "")
    assert out == (
        "::error file=specs/more/wrong.yml,line=3,col=5,title=unknown-layer::"
        "there is no layer 'Dens' in Keras; did you mean 'Dense'?\n2 specs, 1 error\n"
    )


def test_github_escapes_what_would_end_a_command(run: Run) -> None:
    name = "100%, a:b.yaml"
    Path(name).write_text(
        'input: [4]\nlayers:\n  - Dense: {units: "5 %0A"}\n', encoding="utf-8"
    )
    annotation, closing, *rest = run(name, "--format", "github")[1].split("\n")
    assert annotation.startswith(
        "::error file=100%25%2C a%3Ab.yaml,line=3,col=20,title=wrong-type::"
    )
    assert "5 %250A" in annotation
    assert (closing, rest) == ("1 spec, 1 error", [""])
    diagnostic = Diagnostic("error", "shape", Mark("a.yaml"), "5 %\r\n::error::", "b")
    text = findings.as_github([api.Checked("a.yaml", None, None, [diagnostic])])
    annotation, _ = text.split("\n")
    assert annotation.endswith(r"::5 %25\r\n::error::; b")


def test_python_m_cnnspec() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "cnnspec", "check", "specs/nin.yaml"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        "specs/nin.yaml: ok: nin: 87,135 params (86,785 trainable, 350 not) in 30 "
        "layers, 25,109,550 MACs\n"
    )


def test_what_a_sound_check_makes_is_freed_without_the_collector() -> None:
    spec = SPECS / "zoo" / "resnet50.yaml"
    assert api.check(spec).ok  # what stays for the next check is made
    gc.collect()
    gc.disable()
    try:
        api.check(spec)
        assert gc.collect() == 0
    finally:
        gc.enable()
