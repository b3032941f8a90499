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
    command = ["check", "--keras", "--format", "json", "a.yaml", "b.yaml", "c.yaml"]
    done = subprocess.run(
        [sys.executable, "-m", "cnnspec", *command],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])},
        capture_output=True,
        text=True,
        check=False,
    )
    specs = json.loads(done.stdout)["specs"]
    assert (done.returncode, [spec["ok"] for spec in specs]) == (1, [True, False, True])
    [error] = specs[1]["diagnostics"]
    assert (error["code"], error["line"]) == ("fails-at-run", 4)
    says = "'last' (Deadly) fails at the first batch: the process that ran Keras was"
    assert error["message"] == f"{says} ended by signal 11 (Segmentation fault)"
