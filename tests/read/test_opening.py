"""A file that holds a model is known by its content, and is read by every command."""

import json
from pathlib import Path

import keras
import pytest

import cnnspec
from cnnspec import api
from cnnspec.__main__ import main


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )


@pytest.fixture
def saved(model: keras.Model, tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    return path


def command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *given: object
) -> tuple[object, str, str]:
    """The exit status of a command, and what it prints."""
    monkeypatch.setattr("sys.argv", ["cnnspec", *map(str, given)])
    with pytest.raises(SystemExit) as ended:
        main()
    return (ended.value.code, *capsys.readouterr())


def test_a_model_is_checked_as_it_stands(model: keras.Model, saved: Path) -> None:
    found = cnnspec.load(saved)
    assert found.summary.total_params == model.count_params()
    assert [row.name for row in found.summary.rows] == [x.name for x in model.layers]
    for ending in (".yaml", ".txt"):
        other = saved.rename(saved.with_suffix(ending))
        assert api.check(other).ok
        saved = other


def test_what_is_wrong_with_it_is_told_at_its_place(saved: Path) -> None:
    data = json.loads(saved.read_text())
    data["config"]["layers"][1]["config"]["kernel_size"] = [30, 30]
    data["config"]["layers"][6]["config"]["units"] = 0
    saved.write_text(json.dumps(data))
    found = api.check(saved).diagnostics
    assert [str(one).partition(": error")[0] for one in found] == [
        f'{saved}: layer "conv2d"',
        f'{saved}: layer "dense"',
    ]


def test_import_writes_a_spec_that_keras_builds_as_the_model(
    model: keras.Model,
    saved: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = saved.with_suffix(".yaml")
    status, out, error = command(capsys, monkeypatch, "import", saved, "-o", spec)
    assert (status, out, error) == (0, "", f"wrote {spec}\n")
    built = [layer.get_config() for layer in cnnspec.keras_model(spec).layers[1:]]
    assert built == [layer.get_config() for layer in model.layers]
    spec.write_text(spec.read_text().replace("units: 10", "units: 11"))
    status, _, error = command(capsys, monkeypatch, "import", saved, "-o", spec)
    assert status == 1
    assert "edited-file" in error
    status, out, _ = command(capsys, monkeypatch, "import", saved)
    assert status == 0
    assert cnnspec.loads(out).summary.total_params == model.count_params()
