"""`cnnspec show`: what it prints, held in the files of show/."""

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from cnnspec import api
from cnnspec.app.tables import summary as terminal
from cnnspec.app.tables.form import make_console
from cnnspec.emit.report import summary as report
from cnnspec.model import readable
from cnnspec.model.readable import bytes_text, count_text, share_text
from tests.layers.table import value_of
from tests.models import NIN, VGG16, spec

FOLDER = Path(__file__).parent / "show"
HARD = r"""
name: "[bold]left | <b>right"
inputs: {image_of_the_left_camera_in_daylight: [null, null, 3], meta: [10]}
layers:
  - Conv2D:
      from: image_of_the_left_camera_in_daylight
      filters: 64
      kernel_size: 3
      name: encoder_stage_one_first_convolution_with_small_kernel_and_more
  - Conv2D: {filters: 64, kernel_size: [1, 7], name: aLongNameWithoutAnyPlaceToBreakIt}
  - BatchNormalization: {name: 배치_정규화_하나_둘_셋_넷_다섯_여섯_일곱_여덟}
  - Dense: {units: 8, trainable: false, name: "a|b `c` *d* [e](f) & <i>g"}
  - Reshape: [-1, 8]
  - LSTM: {units: 32, return_state: true}
  - Bidirectional: {from: reshape, layer: {LSTM: {units: 16}}}
outputs: [lstm, bidirectional]
"""
MODELS = {
    name: api.loads(text)
    for name, text in {"nin": NIN, "vgg16": VGG16, "hard": HARD}.items()
}


def printed(name: str, width: int, why: bool = False, **options: Any) -> str:
    file = options.pop("file", io.StringIO())
    console = Console(file=file, width=width, **options)
    terminal.show(MODELS[name].summary, why=why, console=console)
    file.seek(0)
    return str(file.read())


def texts() -> dict[str, str]:
    """Every golden file's name, and what belongs into it."""
    hard = MODELS["hard"]
    data = readable.summary_data(hard.summary, hard.program.source)
    return {
        "nin_80.txt": printed("nin", 80),
        "nin_120_why.txt": printed("nin", 120, why=True),
        "vgg16_80.txt": printed("vgg16", 80),
        "vgg16_80_why.txt": printed("vgg16", 80, why=True),
        "vgg16_120.txt": printed("vgg16", 120),
        "hard_80.txt": printed("hard", 80),
        "hard_100_why.txt": printed("hard", 100, why=True),
        "nin.md": report.markdown(MODELS["nin"].summary, why=False) + "\n",
        "hard_why.md": report.markdown(hard.summary, why=True) + "\n",
        "nin.html": report.html(MODELS["nin"].summary, why=False) + "\n",
        "hard_why.html": report.html(hard.summary, why=True) + "\n",
        "hard.json": json.dumps(data, indent=2, ensure_ascii=False) + "\n",
    }


TEXTS = texts()


@pytest.mark.parametrize("name", TEXTS)
def test_golden(name: str, golden: bool) -> None:
    if golden:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / name).write_text(TEXTS[name], encoding="utf-8")
    assert TEXTS[name] == (FOLDER / name).read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(TEXTS)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("why", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_fits(name: str, width: int, why: bool) -> None:
    text = printed(name, width, why)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    assert not re.search(r"[ \t]$", text, re.MULTILINE)


@pytest.mark.parametrize("why", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_rows_sum_to_the_totals(name: str, why: bool) -> None:
    summary = MODELS[name].summary
    table = report.markdown(summary, why).split("\n\n")[2].splitlines()[2:]
    cells = [re.split(r"(?<!\\)\|", line) for line in table]
    params = [row[4].rpartition("=")[2] for row in cells]
    trainable = [row[5] for row in cells]
    assert sum(int(text.replace(",", "")) for text in params) == summary.total_params
    assert sum(int(t.replace(",", "")) for t in trainable) == summary.trainable_params


@pytest.mark.parametrize("name", MODELS)
def test_layers_of_the_data_sum_to_its_totals(name: str) -> None:
    model = MODELS[name]
    data = readable.summary_data(model.summary, model.program.source)
    layers = data["layers"]
    for key in ("trainable_params", "macs", "activation_bytes"):
        counts = [layer[key] for layer in layers]
        assert data[key] == (None if None in counts else sum(counts))
    weights = [weight for layer in layers for weight in layer["weights"]]
    sizes = {True: 0, False: 0}
    for weight in weights:
        size = 1
        for axis in weight["shape"]:
            size *= axis
        sizes[weight["trainable"]] += size
    assert sizes[True] == data["trainable_params"]
    assert sizes[False] == data["non_trainable_params"]
    assert sum(layer["params"] for layer in layers) == data["total_params"]
    for layer in layers:
        assert sum_of(layer["arithmetic"]) == layer["params"]
        for text in layer["size_arithmetic"]:
            worked_out, _, size = text.rpartition(" = ")
            assert value_of(worked_out) == int(size)


def sum_of(arithmetic: str) -> int:
    """The value of `3·3·50·25 + 25`."""
    return int(eval(arithmetic.replace("·", "*") or "0", {}))


def test_data_of_a_layer() -> None:
    model = api.loads("""\
inputs: {image: [32, 32, 50], words: [5, 3]}
layers:
  - Conv2D: {from: image, filters: 25, kernel_size: 3}
  - LSTM: {from: words, units: 2, return_state: true}
outputs: [conv2d, lstm]
""")
    conv, lstm = readable.summary_data(model.summary, model.program.source)["layers"]
    assert conv == {
        "name": "conv2d",
        "keras_name": "conv2d",
        "type": "Conv2D",
        "inputs": ["image"],
        "output_shape": [None, 30, 30, 25],
        "params": 11_275,
        "trainable_params": 11_275,
        "macs": 30 * 30 * 3 * 3 * 50 * 25,
        "line": 3,
        "dtype": "float32",
        "activation_bytes": 4 * 30 * 30 * 25,
        "receptive_field": [3, 3],
        "weights": [
            {"name": name, "shape": shape, "trainable": True, "dtype": "float32"}
            for name, shape in (("kernel", [3, 3, 50, 25]), ("bias", [25]))
        ],
        "arithmetic": "3·3·50·25 + 25",
        "size_arithmetic": ["(32 − 3) / 1 + 1 = 30"],
    }
    assert lstm["output_shape"] == [[None, 2], [None, 2], [None, 2]]
    assert lstm["receptive_field"] == "whole"


def test_colour_only_in_a_terminal() -> None:
    assert "\x1b" not in printed("hard", 80)
    coloured = printed("nin", 80, force_terminal=True, color_system="standard")
    assert "\x1b[" in coloured


def test_a_pipe_has_one_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert make_console().width == 80
    monkeypatch.setenv("COLUMNS", "132")
    assert make_console().width == 132


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp949"])
def test_an_output_that_lacks_characters(encoding: str) -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    text = printed("hard", 80, why=True, file=file)
    assert "3*3*3*64 + 64" in text
    assert printed("vgg16", 80, file=io.TextIOWrapper(io.BytesIO(), encoding=encoding))


def test_markdown_cells_stay_in_their_columns() -> None:
    table = [line for line in TEXTS["hard_why.md"].splitlines() if line[:1] == "|"]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {10}


class Page(HTMLParser):
    """The elements of a page, and the texts of its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_page_stands_alone_and_lets_no_name_through() -> None:
    page = Page(TEXTS["hard_why.html"])
    rows = MODELS["hard"].summary.rows
    assert page.tags["tr"] == len(rows) + 1
    assert page.tags["th"] + page.tags["td"] == 9 * (len(rows) + 1)
    assert "b" in page.tags
    assert page.tags["b"] == 4
    assert page.tags["i"] == sum(1 for row in rows if row.params)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not {"src", "href", "onload"} & page.attributes
    assert "url(" not in TEXTS["hard_why.html"]
    assert "a|b `c` *d* [e](f) & <i>g" in page.words
    assert "\x1b" not in TEXTS["hard_why.html"]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "?"),
        (0, "0"),
        (999, "999"),
        (1000, "1.00 k"),
        (999_994, "999.99 k"),
        (999_995, "1.00 M"),
        (15_470_264_320, "15.47 G"),
        (2 * 10**15, "2.00 P"),
        (10**22, "10,000.00 E"),
    ],
)
def test_counts(count: int | None, text: str) -> None:
    assert count_text(count) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "?"),
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1024**2 - 1, "1.0 MiB"),
        (4 * 87_135, "340.4 KiB"),
    ],
)
def test_memory(count: int | None, text: str) -> None:
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, ""),
        (0.0001, "<0.1 %"),
        (0.0005, "0.1 %"),
        (0.562, "56.2 %"),
        (1, "100.0 %"),
    ],
)
def test_shares(share: float, text: str) -> None:
    assert share_text(share) == text


def test_a_model_without_parameters() -> None:
    summary = api.loads(spec(["Flatten", "Activation: relu"])).summary
    file = io.StringIO()
    terminal.show(summary, why=True, console=Console(file=file, width=80))
    assert "%" not in file.getvalue()
    assert "%" not in report.markdown(summary, why=True)
