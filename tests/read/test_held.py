"""A file whose weights are those of another model than its configuration's."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest

from cnnspec import api
from cnnspec.judge.imported import imported
from cnnspec.judge.settings import Settings
from cnnspec.read.opening import opened

OLD = Path(__file__).parent / "files" / "old.h5"


def narrower(layers: list[Any]) -> None:
    layers[-1]["config"]["units"] = 7


def counted_on(layers: list[Any]) -> None:
    """A file that names a layer otherwise than its weights."""
    layers[-1]["config"] |= {"units": 7, "name": "dense_5"}


def without_one(layers: list[Any]) -> None:
    layers[:] = [one for one in layers if one["config"]["name"] != "conv2d_1"]


@pytest.mark.parametrize(
    ("change", "in_file", "in_spec"),
    [
        (narrower, "'dense' (layer \"dense\"): 2,807, and the file holds 4,010",
         "'dense' (line 11): 2,807, and the file holds 4,010"),
        (counted_on, "'dense_5' (layer \"dense_5\"): 2,807, and the file holds 4,010",
         "'dense' (line 11): 2,807, and the file holds 4,010"),
        (without_one, "the file holds 1,168 for 'conv2d_1', which isn't in the model",
         "the file holds 1,168 for 'conv2d_1', which isn't in the model"),
    ],
)  # fmt: skip
def test_the_layer_is_named(
    change: Callable[[list[Any]], None], in_file: str, in_spec: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.h5"
    shutil.copy(OLD, path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        change(config["config"]["layers"])
        file.attrs["model_config"] = json.dumps(config)
    [one] = api.check(path).diagnostics
    assert one.code == "expected-mismatch"
    assert one.message.endswith(in_file)
    found = imported(opened(str(path)), "spec.yaml", Settings(), flat=False)
    [one] = found.checked.diagnostics
    assert one.message.endswith(in_spec)
