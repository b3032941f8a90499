"""Grad-CAM as JAX and PyTorch take its gradients, past shortcuts too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script

CHAIN = """
name: seen
input: [8, 8, 1]
layers:
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, activation: relu}
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: last}
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16}
train: {loss: sparse_categorical_crossentropy, show: [filters, feature_maps, grad_cam]}
"""
SHORTCUT = CHAIN.replace("  - Flatten", "  - Add: {from: [last, conv2d]}\n  - Flatten")
DRIVER = """
import runpy
import keras
import matplotlib.pyplot as plt
import numpy as np
names = runpy.run_path("script.py")
names["RESULTS"].mkdir(parents=True)
model = names["build_model"]()
samples = np.random.default_rng(0).random((4, 8, 8, 1), "float32")
convolutions = [one for one in model.layers if isinstance(one, keras.layers.Conv2D)]
answers = model.predict(samples, verbose=0).argmax(axis=1)
names["plot_filters"](convolutions)
names["plot_feature_maps"](model, convolutions, samples)
names["plot_grad_cam"](model, convolutions, samples, answers, answers)
shown = [axis.images[1].get_array() for axis in plt.gcf().axes if axis.images]
maps = keras.Model(model.inputs[0], convolutions[-1].output).predict(samples, verbose=0)
kernel = model.layers[-1].get_weights()[0].reshape(8, 8, 4, 10)
for seen, found, answer in zip(shown, maps, answers, strict=True):
    weights = kernel[:, :, :, answer].mean(axis=(0, 1))
    assert np.allclose(seen, np.maximum((weights * found).sum(axis=-1), 0), atol=1e-5)
assert any(seen.max() > 0 for seen in shown)
print(*sorted(path.name for path in names["RESULTS"].iterdir()))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize("text", [CHAIN, SHORTCUT], ids=["chain", "shortcut"])
def test_grad_cam_is_what_its_paper_says(text, backend, tmp_path: Path) -> None:
    script = render_script(*api.loads(text)[:2], backend=backend, style="full")
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    (tmp_path / "driver.py").write_text(DRIVER, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "driver.py"],
        cwd=tmp_path,
        env=os.environ | {"KERAS_BACKEND": backend, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["feature_maps.png", "filters.png", "grad_cam.png"]
    assert "UserWarning" not in done.stderr
