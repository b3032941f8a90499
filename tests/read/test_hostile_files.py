"""No file harms whoever reads it: each is refused at once, in a sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.read import hostile_files

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
