"""Weights that Keras 2 saved answer in today's Keras as they did there."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.emit.keras_live.carrying import carry
from cnnspec.read import opening
from cnnspec.read.containers.reading import stored
from cnnspec.read.found import ReadError
from tests.read.round_trip import rebuilt

_FOLDER = Path(__file__).parent / "old"
_FILES = sorted(_FOLDER.glob("*.h5"))
_APART = 1e-5
"""How far answers may be from each other."""


def _carried(path: Path) -> Any:
    found = opening.read(str(path))
    assert found is not None
    model = rebuilt(found)
    carry(model, stored(str(path), "keras-h5"), str(path))
    return model


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_an_old_file_answers_as_it_did(path: Path) -> None:
    with np.load(_FOLDER / "answers.npz") as answers:
        told = {
            word: [answers[n] for n in answers if n.startswith(f"{path.stem} {word}")]
            for word in ("given", "said")
        }
    model = _carried(path)
    given = told["given"]
    found = model(given[0] if len(given) == 1 else given, training=False)
    several = found if isinstance(found, list) else [found]
    for one, said in zip(several, told["said"], strict=True):
        answer = keras.ops.convert_to_numpy(one)
        assert np.abs(answer - said).max() <= _APART
        assert np.ptp(said) > 100 * _APART  # or the weights could be any


def test_weights_of_another_model_are_refused() -> None:
    found = opening.read(str(_FOLDER / "chain.h5"))
    assert found is not None
    config = stored(str(_FOLDER / "chain.h5"), "keras-h5")
    with pytest.raises(ReadError, match="the weights don't fit 'conv2d'"):
        carry(rebuilt(found), config, str(_FOLDER / "gru.h5"))


def test_weights_of_an_archive_go_by_name(tmp_path: Path) -> None:
    """A Sequential comes back functional, under which Keras files weights elsewhere."""
    layers = keras.layers
    tower = keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(2, 3)])
    frames = keras.Sequential(
        [keras.Input((4, 4, 2)), layers.Conv2D(3, 2), layers.Flatten()]
    )
    left, right = keras.Input((6, 6, 1)), keras.Input((6, 6, 1))
    both = keras.ops.stack([tower(left), tower(right)], axis=1)
    read = layers.Bidirectional(layers.GRU(2))(layers.TimeDistributed(frames)(both))
    model = keras.Model([left, right], layers.Dense(2)(read + 1.0))
    path = str(tmp_path / "siamese.keras")
    model.save(path)
    kept = tmp_path / "kept.keras"
    kept.write_bytes(api.kept_weights(path))
    given = [np.random.default_rng(n).random((3, 6, 6, 1)) for n in (0, 1)]
    said, answer = (
        keras.ops.convert_to_numpy(one(given, training=False))
        for one in (model, keras.models.load_model(kept))
    )
    assert np.ptp(said) > 100 * _APART
    assert np.abs(answer - said).max() <= _APART
