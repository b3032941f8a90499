"""The blocks that come with cnnspec: what they make is what they say."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import cnnspec
from cnnspec import api
from cnnspec.ground.source.include import carried, read_carried
from cnnspec.language.blocks import each_call

ALL = """\
name: all_blocks
include: [cnnspec:attention, cnnspec:channels]
input: [12, 12, 8]
layers:
  - squeeze_excite: 4
  - window_attention: {heads: 2, window: 4}
  - window_partition: {window: 6}
  - window_merge: {height: 12, width: 12, window: 6}
  - patch_embedding: {width: 8, patch: 3}
  - ClassToken
  - PositionEmbedding
  - transformer_encoder: {heads: 2, dropout: 0.1, drop_path: 0.2}
  - transformer_encoder: 4
  - transformer_decoder: {heads: 2, name: last}
  - rms_decoder: {heads: 2, hidden: 12}
  - swiglu: 10
  - geglu: 10
  - glu: {hidden: 6, activation: sigmoid, use_bias: true}
  - feed_forward: {expansion: 2}
  - drop_path: 0.3
  - Flatten
"""


def test_every_block_is_tried_here() -> None:
    program = api.load(ALL).program
    called = {call.block for call in each_call(program.steps)}
    brought = {name for file in carried() for name in read_carried(file).data["blocks"]}
    assert called == brought


def test_keras_builds_and_runs_what_they_say() -> None:
    assert [str(d) for d in api.check(ALL, keras=True).diagnostics] == []


def test_a_script_of_them_is_the_same_model(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(ALL)
    model = api.load(tmp_path / "all.yaml")
    [path] = api.build(model, tmp_path, ["script"])
    made: dict[str, Any] = {}
    keras.utils.clear_session()  # whose names count on
    exec(compile(Path(path).read_text("utf-8"), path, "exec"), made)  # noqa: S102
    rows = {row.name: row.params for row in model.summary.rows}
    # Keras has them in another order where paths part.
    _, *theirs = made["model"].layers
    assert rows == {layer.name: layer.count_params() for layer in theirs}


def test_windows_hold_the_pixels_of_squares_and_come_back() -> None:
    text = """
include: [cnnspec:attention]
input: [6, 4, 3]
layers:
  - window_partition: {window: 2, name: cut}
  - window_merge: {height: 6, width: 4, window: 2, name: whole}
outputs: [cut, whole]
"""
    given = np.random.default_rng(1).standard_normal((2, 6, 4, 3)).astype("float32")
    cut, whole = cnnspec.keras_model(text).predict(given, verbose=0)
    np.testing.assert_array_equal(whole, given)
    assert cut.shape == (2, 6, 4, 3)
    for row in range(3):
        for column in range(2):
            square = given[:, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            window = cut[:, 2 * row + column]
            np.testing.assert_array_equal(window, square.reshape(2, 4, 3))


def test_a_decoder_does_not_look_ahead() -> None:
    text = """
include: [cnnspec:attention]
input: [5, 8]
layers: [{BLOCK: {heads: 2}}]
"""
    given = np.random.default_rng(1).standard_normal((1, 5, 8)).astype("float32")
    other = given.copy()
    other[0, 3:] **= 2
    for block in ("transformer_decoder", "transformer_encoder"):
        model = cnnspec.keras_model(text.replace("BLOCK", block))
        one, two = model(given).numpy(), model(other).numpy()
        same = np.allclose(one[0, :3], two[0, :3], atol=1e-6)
        assert same == (block == "transformer_decoder")


PUBLISHED = {"vit_tiny": 5717416, "vit_b16": 86567656, "se_resnext50": 27559896}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_counts_are_come_to(name: str) -> None:
    specs = Path(__file__).parent.parent / "specs" / "zoo"
    summary = api.load(specs / f"{name}.yaml").summary
    assert summary.trainable_params == PUBLISHED[name]
