"""Whatever ends a study, no process is left, no record is half, and none is lost."""

import json
import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cnnspec.app.studying import keep_folder
from cnnspec.ground.errors import SpecError
from cnnspec.study.document import read
from tests.study import standin
from tests.study.standin import ended, notes, of_kind, start, there, wait_for

KINDS = ("study", "study and launchers", "launcher", "training")
ROUNDS = 10 if os.environ.get("CNNSPEC_FIDELITY") == "long" else 1
"""Of a kill of each kind."""
VARIED = ("--vary", "train.batch_size=2,1", "--seeds", "2", "--jobs", "3")
FOLDER = Path("results/small_study")

pytestmark = pytest.mark.skipif(
    not Path("/proc").is_dir(), reason="processes are looked up in /proc"
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    standin.write()
    yield
    for number in there():
        standin.kill(number)


def records(study: str = FOLDER.name) -> dict[str, bytes]:
    """What stands in all records of a study; a half one fails here."""
    folder = FOLDER.with_name(study) / "runs"
    found = {str(path): path.read_bytes() for path in folder.rglob("record.json")}
    assert all(json.loads(text)["reason"] == "" for text in found.values())
    return found


def kill(study: subprocess.Popen[str], kind: str, chance: random.Random) -> None:
    """Ends one of a kind, if there is one, or the study with all of its launchers."""
    if kind == "study and launchers":
        for number in [*of_kind("launcher"), study.pid]:
            standin.kill(number)
    elif mine := [study.pid] if kind == "study" else of_kind(kind):
        standin.kill(chance.choice(mine))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_kills_at_random_moments_lose_nothing(seed: int) -> None:
    chance = random.Random(seed)
    done: dict[str, bytes] = {}
    # The last two end no study.
    for kinds in (KINDS[:1], KINDS[1:2], KINDS[2:]):
        before = notes("start")
        # One of the two variants never ends, but where the study is to.
        slow = "0.2" if kinds == KINDS[2:] else "100"
        study = start(*VARIED, EPOCH_1=str(chance.uniform(0.02, 0.2)), EPOCH_2=slow)
        wait_for(lambda s=study, b=before: notes("start") != b or s.poll() is not None)
        for kind in kinds:
            time.sleep(chance.uniform(0, 0.8))
            kill(study, kind, chance)
        status, _, _ = ended(study)
        assert status in ((0, 1) if kinds == KINDS[2:] else (-signal.SIGKILL,))
        wait_for(lambda: there() == [], 5)
        found = records()
        assert found.items() >= done.items()
        started = {run for run, n in notes("start").items() if n > before[run]}
        assert not {path for path in done if any(run in path for run in started)}
        done = found
    assert ended(start(*VARIED))[0] == 0
    assert len(records()) == 4
    assert records().items() >= done.items()
    assert there() == []


def test_what_asks_for_an_end_is_told_in_a_line() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        before = sum(notes("start").values())
        study = start(*VARIED, EPOCH_1="0.3", EPOCH_2="0.3")
        wait_for(lambda b=before: sum(notes("start").values()) >= b + 3)
        os.killpg(study.pid, number)
        status, printed, errors = ended(study)
        assert status == 128 + number
        assert "stopping 3 runs; Ctrl-C again ends them now\n" in printed
        said = r"cnnspec: stopped; \d of 4 runs are done; the same command goes on "
        assert re.fullmatch(said + "with the rest\n", errors)
        assert there() == []
        assert not list(FOLDER.rglob("failure.json"))


def test_a_second_study_is_refused_and_a_killed_training_stops_no_other() -> None:
    study = start(*VARIED, EPOCH_1="0.2", EPOCH_2="0.2")
    wait_for(lambda: of_kind("training"))
    standin.kill(of_kind("training")[0])
    other = read("small.yaml", VARIED[1:2], 2)
    with pytest.raises(SpecError) as refused:
        keep_folder(other)
    [found] = refused.value.diagnostics
    assert found.message.startswith(f"'{FOLDER}' is in use: process {study.pid} on ")
    assert found.message.endswith(" runs a study there")
    assert found.hint == "wait for its end, or stop it"
    status, printed, errors = ended(study)
    assert status == 1
    assert "failed: it was killed (SIGKILL), as the system does where mem" in printed
    assert errors == "cnnspec: 1 run failed; the same command tries again\n"
    assert len(records()) == 3
    assert len(list(FOLDER.rglob("failure.json"))) == 1
    assert ended(start(*VARIED))[0] == 0
    assert not list(FOLDER.rglob("failure.json"))
