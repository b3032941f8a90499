"""A layer of another package: one class and an entry point, and no file of ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

KNOWN = '''\
"""The layer as cnnspec knows it, without Keras, so that checks stay quick."""

from cnnspec.catalogue.layers.base import Layer, Weight, need_size
from cnnspec.ground.kinds import Positive
from cnnspec.ground.shapes import Shape


class Scaled(Layer):
    """Stretches each channel by a factor that is learned, some times over."""

    package = "stretching"
    shape_rule = "the shape of the input"
    weight_rule = "factor: channels"
    example = {"times": 2}

    times: Positive = 1

    def check(self, x: Shape) -> None:
        need_size(x, -1)

    def weights(self, x: Shape) -> list[Weight]:
        return [Weight("factor", (x[-1],))]
'''
KERAS = '''\
"""The layer as Keras runs it."""

import keras


@keras.saving.register_keras_serializable("stretching")
class Scaled(keras.layers.Layer):
    def __init__(self, times=1, **kwargs):
        super().__init__(**kwargs)
        self.times = times

    def build(self, shape):
        self.factor = self.add_weight(name="factor", shape=shape[-1:])

    def call(self, x):
        return x * self.factor**self.times

    def get_config(self):
        return super().get_config() | {"times": self.times}
'''
SPEC = """\
input: [8, 8, 3]
layers:
  - Conv2D: {filters: 4, kernel_size: 3}
  - Scaled: {times: 2, name: wide}
  - Scaled
  - GlobalAveragePooling2D
expect: {total_params: 120}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as pip would leave it there."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "stretching").mkdir()
    (folder / "stretching" / "__init__.py").write_text(KERAS)
    (folder / "stretching_known.py").write_text(KNOWN)
    about = folder / "stretching-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stretching\n")
    (about / "entry_points.txt").write_text(
        "[cnnspec.layers]\n"
        "Scaled = stretching_known:Scaled\nLost = stretching_no:Lost\n"
    )
    (folder / "net.yaml").write_text(SPEC)
    return folder


def run(site: Path, *command: str, code: int = 0) -> str:
    paths = os.pathsep.join([str(ROOT), str(site)])
    found = subprocess.run(
        [sys.executable, *command],
        cwd=site,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == code, found.stdout + found.stderr
    return found.stdout + found.stderr


def cnnspec(site: Path, *arguments: str, code: int = 0) -> str:
    return run(site, "-m", "cnnspec", *arguments, code=code)


def test_it_is_checked_and_shown(site: Path) -> None:
    assert "ok: net: 120 params" in cnnspec(site, "check", "net.yaml")
    code = (
        "import sys; from cnnspec import api; api.check('net.yaml')\n"
        "assert 'keras' not in sys.modules"
    )
    run(site, "-c", code)
    shown = cnnspec(site, "show", "net.yaml")
    assert "wide" in shown
    assert "scaled " in shown  # the automatic name
    (site / "wrong.yaml").write_text(SPEC.replace("times: 2", "tims: 2"))
    told = cnnspec(site, "check", "wrong.yaml", code=1)
    assert "Scaled has no field 'tims'" in told
    assert "did you mean 'times'?" in told


def test_a_script_imports_its_package_and_builds_what_keras_builds(site: Path) -> None:
    cnnspec(site, "build", "net.yaml", "--form", "functional", "-o", "built")
    [script] = (site / "built").glob("*.py")
    text = script.read_text("utf-8")
    assert "from stretching import Scaled\n" in text
    assert 'Scaled(2, name="wide")' in text
    code = (
        "import sys; sys.path.insert(0, 'built'); import keras\n"
        f"import {script.stem} as made\n"
        "model = made.model\n"
        f"kept = keras.saving.load_model('built/{script.stem}.keras')\n"
        "assert model.to_json() == kept.to_json()\n"
        "print(model.count_params(), type(model.get_layer('wide')).__module__)"
    )
    assert "120 stretching" in run(site, "-c", code)


def test_keras_is_compared_with_it(site: Path) -> None:
    assert "ok" in cnnspec(site, "check", "--keras", "net.yaml")


def test_it_is_documented(site: Path) -> None:
    assert "\ninstalled\n" in (listed := cnnspec(site, "layers"))
    assert "Stretches each channel" in listed
    told = cnnspec(site, "layers", "Scaled")
    assert "(?, 28, 28, 3) → (?, 28, 28, 3), 3 params" in told
    schema = json.loads(cnnspec(site, "schema"))
    forms = schema["$defs"]["Scaled"]["anyOf"]
    assert "times" in forms[0]["properties"]


def test_a_package_that_cannot_be_imported_is_told(site: Path) -> None:
    (site / "lost.yaml").write_text("input: [8]\nlayers:\n  - Lost\n")
    told = cnnspec(site, "check", "lost.yaml", code=1)
    assert "lost.yaml:3:5: error[refused-layer]: Lost can't be imported from" in told
    assert "No module named 'stretching_no'" in told


def test_without_it_the_layer_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(SPEC)
    told = cnnspec(tmp_path, "check", "net.yaml", code=1)
    assert "there is no layer 'Scaled' in Keras" in told


def test_entry_points_are_not_looked_up_for_layers_of_ours(site: Path) -> None:
    code = (
        "import sys; from cnnspec import api\n"
        f"api.check({str(ROOT / 'specs/nin.yaml')!r})\n"
        "assert 'importlib.metadata' not in sys.modules"
    )
    run(site, "-c", code)
