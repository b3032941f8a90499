"""`check --keras` where a layer of Keras ends its process."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.test_installed_layers import ROOT

KNOWN = '''
from cnnspec.catalogue.layers.base import Layer


class Deadly(Layer):
    """Ends whatever runs it."""

    package = "deadly"
'''
KERAS = """
import os
import signal

import keras


@keras.saving.register_keras_serializable("deadly")
class Deadly(keras.layers.Layer):
    def compute_output_shape(self, shape):
        return shape

    def call(self, x):
        os.kill(os.getpid(), signal.SIGSEGV)
"""
SPEC = "input: [4]\nlayers:\n  - Dense: 3\n"
BASE = """
input: [8, 8, 1]
layers: [Flatten, ReLU, {Dense: {units: 10, activation: softmax}}]
data: {source: digits}
train: {loss: sparse_categorical_crossentropy}
"""
STUDY = """
study: Which of them runs?
base: base.yaml
variants: {base: {}, deadly: {layers.1: Deadly}}
"""


def _installed(folder: Path) -> None:
    (folder / "deadly.py").write_text(KERAS)
    (folder / "deadly_known.py").write_text(KNOWN)
    about = folder / "deadly-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: deadly\n")
    points = "[cnnspec.layers]\nDeadly = deadly_known:Deadly\n"
    (about / "entry_points.txt").write_text(points)


def test_the_end_of_keras_swallows_nothing_of_other_specs(tmp_path: Path) -> None:
    _installed(tmp_path)
    for name, more in (("a", ""), ("b", "  - Deadly: {name: last}\n"), ("c", "")):
        (tmp_path / f"{name}.yaml").write_text(SPEC + more)
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "d.yaml").write_text(STUDY)
    files = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"]
    command = ["check", "--keras", "--format", "json", *files]
    done = subprocess.run(
        [sys.executable, "-m", "cnnspec", *command],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])},
        capture_output=True,
        text=True,
        check=False,
    )
    specs = json.loads(done.stdout)["specs"]
    ok = [spec["ok"] for spec in specs]
    assert (done.returncode, ok) == (1, [True, False, True, False])
    [error] = specs[1]["diagnostics"]
    assert (error["code"], error["line"]) == ("fails-at-run", 4)
    says = "'last' (Deadly) fails at the first batch: the process that ran Keras was"
    assert error["message"] == f"{says} ended by signal 11 (Segmentation fault)"
    [error] = specs[3]["diagnostics"]
    assert error["code"] == "fails-at-run"
    assert error["message"].startswith("a variant fails at the first batch of 'deadly'")
