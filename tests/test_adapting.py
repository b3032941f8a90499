"""Scripts adapt layers that learn from data beforehand; `check` tells of the rest."""

import runpy
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import yaml
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from cnnspec import api
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import layer_names
from cnnspec.emit.keras_live.model import keras_object

SHOWN, DENSE = {"data": {"source": "digits"}}, {"units": 10, "activation": "softmax"}
TRAIN = {"loss": "sparse_categorical_crossentropy"}
BINS, LOOKUP = {"Discretization": {"num_bins": 4}}, "IntegerLookup"
SPREAD = {"Normalization": {"mean": 4.9, "variance": 36.0}}


def spec(*layers: Any, **sections: Any) -> str:
    whole = {"input": [8, 8, 1], "layers": [*layers, "Flatten", {"Dense": DENSE}]}
    return yaml.safe_dump(whole | sections, sort_keys=False)


def trained(*layers: Any, **train: Any) -> str:
    return spec(
        *layers, data={"source": "digits", "random_state": 0}, train=TRAIN | train
    )


def codes(text: str) -> list[str]:
    return [found.code for found in api.check(text).diagnostics]


BRANCHES = [
    {"Normalization": {"name": "a"}},
    {"Normalization": {"name": "b", "from": "input"}},
    {"Add": {"from": ["a", "b"]}},
]
IN_CALL = {"TimeDistributed": {"layer": "Normalization"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (trained("Normalization"), []),
        (trained(*BRANCHES), []),
        (trained(BINS), []),
        (trained(LOOKUP), []),
        (trained(SPREAD), []),
        (trained("Normalization", "Normalization"), ["never-adapted"] * 2),
        (trained("Normalization", SPREAD), ["never-adapted"]),
        (trained({"Rescaling": 2.0}, "Normalization"), ["never-adapted"]),
        (
            trained({"Pipeline": {"layers": ["Normalization"]}}),
            ["fails-at-run", "never-adapted"],
        ),
        (trained(IN_CALL), ["never-adapted"]),
        (trained({"Rescaling": 2.0}, BINS), ["not-adapted"]),
        (trained("Flatten", LOOKUP), ["not-adapted"]),
        (trained(BINS) + "ensemble: {members: 2}\n", ["not-adapted"]),
        (trained("Normalization") + "ensemble: {members: 2}\n", []),
        (spec("Normalization"), ["never-adapted"]),
        (spec(BINS), ["never-adapted"]),
        (spec("Normalization", **SHOWN), ["never-adapted"]),
    ],
)
def test_what_nothing_adapts_is_told(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize("name", layer_names())
def test_every_layer_that_adapts_says_so(name: str) -> None:
    cls = layer_class(name)
    theirs = hasattr(getattr(keras.layers, name, None), "adapt")
    assert bool(cls.adapts) == (theirs and name != "Pipeline")
    assert all(argument in cls.arguments() for argument in cls.adapts)


@pytest.mark.parametrize("name", ["Normalization", "Discretization", "IntegerLookup"])
def test_what_becomes_of_it_until_then(name: str) -> None:
    layer = make_layer(name, {"num_bins": 4} if name == "Discretization" else {})
    made, data = keras_object(layer), np.arange(12).reshape(4, 3)
    if "unchanged" in layer.unadapted:
        assert np.array_equal(made(data.astype("float32")), data)
    else:
        with pytest.raises(Exception, match=r"adapt|initialized|OOV"):
            made(data)
    made = keras_object(layer)
    made.adapt(data)
    assert layer.keeps_adapted == bool(made.weights)


def run(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The model that the script of a spec leaves."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    api.build("spec.yaml", ".", ["script"], force=True, style="full")
    runpy.run_path("spec.py", run_name="__main__")
    return keras.saving.load_model("results/spec/model.keras")


def samples() -> np.ndarray:
    """What a script trains on where a tenth of the samples validates."""
    images, labels = load_digits(return_X_y=True)
    images, *_ = train_test_split(images, labels, random_state=0)
    return images[: int(len(images) * 0.9)].astype("float32")


def test_a_script_adapts_to_what_it_trains_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {"validation_split": 0.1, "resume": True}
    text = trained("Normalization", **held)
    for epochs in (1, 2):  # the second one goes on with the first one's weights
        again = text.replace("train:\n", f"train:\n  epochs: {epochs}\n")
        mean, variance, _ = run(again, tmp_path, monkeypatch).layers[1].weights
        assert np.allclose(mean, samples().mean())
        assert np.allclose(variance, samples().var(), rtol=1e-3)


def test_a_script_adapts_bins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = trained(BINS, validation_split=0.1, resume=True)
    for epochs in (1, 2):
        again = text.replace("train:\n", f"train:\n  epochs: {epochs}\n")
        made = run(again, tmp_path, monkeypatch).layers[1]
        assert len(made.bin_boundaries) == 3


def test_a_batch_is_tried_with_what_a_script_adapts() -> None:
    for text in (trained(BINS), trained(LOOKUP), trained("Normalization")):
        assert api.check(text, keras=True).ok
