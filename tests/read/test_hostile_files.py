"""No file harms whoever reads it: each is refused at once, in a sentence."""

import copy
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnspec import api
from tests.read import hostile_files

FILES = Path(__file__).parent / "files"

SLOWEST = 1.0
"""Seconds of processor time for a file."""
LARGEST = 120
"""MB that a process takes, those that it starts counted too."""

READ = """
import json, resource, sys, time
from cnnspec import api

def spent():
    uses = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)

found = []
for path in json.loads(sys.stdin.read()):
    start = spent()
    [told] = api.check(path).diagnostics
    found.append([path, told.code, told.text, spent() - start])
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
with open("/proc/self/status") as file:
    [own] = [line.split()[1] for line in file if line.startswith("VmHWM")]
print(json.dumps([found, [int(own), children]]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


def test_each_is_refused_at_once_in_little_memory(folder: Path) -> None:
    said = {str(path): what for path, what in hostile_files.make(folder).items()}
    if not os.path.exists("/proc/self/status"):
        pytest.skip("nothing says here what a process takes at most")
    run = subprocess.run(
        [sys.executable, "-c", READ],
        input=json.dumps([*said]),
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        check=True,
    )
    found, sizes = json.loads(run.stdout)
    assert len(found) == len(said)
    wrong = [
        (os.path.basename(path), code, text, seconds)
        for path, code, text, seconds in found
        if code != "unreadable-model"
        or said[path] not in text
        or not text.isprintable()
        or seconds > SLOWEST
    ]
    assert wrong == []
    assert max(sizes) < LARGEST * 1024
    assert not (folder / "CANARY").exists()


JUNK: tuple[object, ...] = (
    *(None, True, -1, 0, 2**40, 1.5, "", "x", "../x", "$x", "${1}", "__keras_tensor__"),
    *([], [[]], [None], {}, [1, 2, 3, 4, 5], {"class_name": "x"}, "same", "relu"),
    {"class_name": "Dense", "config": {}},
)
ROUNDS = 3000 if os.environ.get("CNNSPEC_FIDELITY") == "long" else 150


def test_a_model_with_anything_in_it_is_read_or_refused(tmp_path: Path) -> None:
    """One to three values of what Keras wrote are others, are gone, or stand twice."""
    path = tmp_path / "model.json"
    read = 0
    for seed in range(ROUNDS):
        draw = random.Random(seed)
        data = json.loads(draw.choice(MODELS))
        for _ in range(draw.choice((1, 1, 2, 3))):
            change(draw, data)
        path.write_text(json.dumps(data))
        checked = api.check(path)  # which raises what is a fault of ours
        assert all(str(found).isprintable() for found in checked.diagnostics)
        read += checked.ok
    assert ROUNDS / 10 < read < ROUNDS


MODELS = (
    (FILES / "keras2.json").read_text("utf-8"),
    zipfile.ZipFile(FILES / "keras2.keras").read("config.json").decode(),
    zipfile.ZipFile(FILES / "keras3.keras").read("config.json").decode(),
)


def change(draw: random.Random, data: object) -> None:
    places = [*places_in(data)]
    around, key = draw.choice(places)
    other, its = draw.choice(places)
    what = draw.random()
    if what < 0.65:
        around[key] = draw.choice(JUNK)
    elif what < 0.8:
        del around[key]
    else:
        around[key] = copy.deepcopy(other[its])


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in pairs:
        yield value, key
        if isinstance(item, dict | list):
            yield from places_in(item)
