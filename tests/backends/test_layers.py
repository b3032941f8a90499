"""The layers whose text a script carries, on JAX and on PyTorch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script

CARRIED = """
input: [8, 8, 3]
layers:
  - Reshape: [64, 3]
  - ClassToken
  - PositionEmbedding: {name: tokens}
  - SinusoidalPositionEmbedding
  - LayerScale: {init_values: 0.5, projection_dim: 3}
  - LearnedQueries: {count: 4, width: 3}
  - MultiHeadAttention: {num_heads: 1, key_dim: 4, from: [prev, tokens]}
  - StochasticDepth: {drop_path_rate: 0.2}
  - Flatten
  - Dense: 2
"""
TRAINED = """
model.compile("adam", "mse")
history = model.fit(keras.ops.ones((4, 8, 8, 3)), keras.ops.zeros((4, 2)), verbose=0)
assert history.history["loss"][0] >= 0
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_carried_layers_train(tmp_path: Path, backend: str) -> None:
    model = api.loads(CARRIED)
    script = render_script(*model, backend=backend, style="lesson")
    (tmp_path / "script.py").write_text(script + TRAINED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
