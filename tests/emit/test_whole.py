"""Whatever is drawn, in one file or in several: all that is made of it is one model."""

import os
from pathlib import Path
from random import Random

import pytest

from tests.emit.projects import Project, draw_project
from tests.emit.whole import differences

LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"
TRACED, RUN = (5_000, 500) if LONG else (50, 3)


@pytest.mark.parametrize("first", range(0, TRACED, 25))
def test_scripts_make_the_model_that_is_checked(first: int, tmp_path: Path) -> None:
    sound = 0
    for seed in range(first, first + 25):
        project = draw_project(Random(seed))
        if project is not None:
            folder = tmp_path / str(seed)
            folder.mkdir()
            assert differences(project, folder, keras=False) == [], seed
            sound += 1
    assert sound > 20


@pytest.mark.parametrize("seed", range(6_000, 6_000 + RUN))
def test_keras_makes_the_model_that_is_checked(seed: int, tmp_path: Path) -> None:
    project = draw_project(Random(seed))
    if project is None:
        pytest.skip("what was drawn can't be mended")
    assert differences(project, tmp_path, keras=True) == []


DENSE = "input: [4]\nlayers: [{Dense: 3}]"


@pytest.mark.parametrize("keras", [False, True])
def test_a_difference_is_found(keras: bool, tmp_path: Path) -> None:
    files = {"spec.yaml": f"name: spec\n{DENSE}\n"}
    assert differences(Project(files, files["spec.yaml"]), tmp_path, keras=keras) == []
    other = Project(files, "name: spec\n" + DENSE.replace("3", "5"))
    [found] = differences(other, tmp_path, keras=keras)
    assert found.startswith("in several files: [('dense', 'Dense'")


def test_own_layers_of_drawn_specs_read_what_keras_calls_sparse(tmp_path: Path) -> None:
    text = """
name: spec
input: [4]
custom:
  Gate:
    import: own_package.layers
    arguments: [units]
    inputs: [image, text]
    outputs: [$image, ["${units}"]]
    non_trainable: {seen: []}
layers:
  - ops.multiply: 2
  - Gate: {units: 3, from: [prev, prev]}
  - Concatenate
  - ops.add: 1
"""
    assert differences(Project({"spec.yaml": text}, text), tmp_path, keras=True) == []
