"""Runs of a study that Ray places, on this machine, and what becomes of them."""

import json
import os
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from cnnspec.app import engines
from cnnspec.emit import packages
from cnnspec.study.cluster import parcels
from cnnspec.study.cluster.parcels import lent_home, packed, pieces, put
from cnnspec.study.cluster.sessions import end_session
from tests.study import standin
from tests.study.standin import ended, notes, start, there, wait_for
from tests.study.test_kills import records
from tests.test_cli import Run, run

__all__ = ["run"]  # a fixture

LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"
FOLDER = Path("results/small_study")
VARIED = ("--vary", "train.batch_size=1,2", "--seeds", "2")
RAY = (*VARIED, "--engine", "ray", "--cpus", "1")
with_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray isn't installed")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    standin.write()
    yield
    for number in there():
        standin.kill(number)


def driver() -> int:
    """The process that talks to Ray, which leads a session; 0 where there is none."""
    for number in there():
        try:
            words = Path(f"/proc/{number}/cmdline").read_text()
        except OSError:
            continue
        if "cluster/driver.py" in words:
            return number
    return 0


def of_session(leader: int, mark: str = "") -> list[int]:
    """The processes of Ray, by what their command lines have."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, *_, session = (
                (process / "stat").read_text().rpartition(")")[2].split()[:4]
            )
            words = (process / "cmdline").read_text(errors="replace")
        except OSError:
            continue
        if leader and int(session) == leader and state != "Z" and mark in words:
            found.append(int(process.name))
    return found


# ------------------------------------------------------------------ without Ray

WRONG = {
    ("--address", "a:1"): "--address is for Ray; write --engine ray too",
    ("--cpus", "2"): "--cpus is for Ray; write --engine ray too",
    ("--fetch",): "--fetch is for Ray; write --engine ray too",
    (
        "--gpus",
        "1",
    ): "--gpus is for Ray and SLURM; here CUDA_VISIBLE_DEVICES chooses them",
    ("--engine", "ray", "--address", "ray://a:1"): "--address takes one as 10.0.0.1:",
    ("--engine", "ray", "--gpus", "all"): "--gpus takes 1, or 0.5 where two runs",
}


@pytest.mark.parametrize(("given", "said"), WRONG.items())
def test_what_cannot_be_had_is_told_in_a_line(given, said, run: Run) -> None:
    done = run("study", "small.yaml", *VARIED, *given)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert said in done.err


def test_where_ray_is_missing_one_line_says_what_installs_it(
    run: Run, monkeypatch
) -> None:
    known = packages.find_spec
    monkeypatch.setattr(
        packages, "find_spec", lambda name: None if name == "ray" else known(name)
    )
    done = run("study", "small.yaml", "--templates", "own", *RAY)
    line = "--engine ray wants pip install 'cnnspec[ray]': 'ray' is not installed"
    assert (done.code, done.err) == (2, f"cnnspec: {line}\n")
    assert not Path("results").exists()


def test_where_nothing_answers_that_is_told_at_once(run: Run, monkeypatch) -> None:
    monkeypatch.setattr(engines, "refuse_missing", lambda *_: None)
    where = ("--address", "127.0.0.1:1")
    done = run("study", "small.yaml", "--templates", "own", *RAY, *where)
    said = "Ray has no cluster at 127.0.0.1:1: Connection refused"
    assert (done.code, done.err) == (2, f"cnnspec: {said}\n")


def test_the_folder_of_a_run_is_sent_and_fetched_back(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(parcels, "_PIECE", 3)
    monkeypatch.setattr(parcels, "LIMIT", 60)
    home, run = Path("home").absolute(), "results/a_study/runs/he/seed_0"
    (home / run / "sub").mkdir(parents=True)
    (home / "data").mkdir()
    (home / "results/teacher").mkdir()
    (home / run / "small.py").write_text("print(1)")
    with lent_home(str(home), run, packed(f"{home}/{run}")) as lent:
        # What stands beside the study's results is there, and these are its own.
        seen = sorted(os.listdir(lent)), sorted(os.listdir(f"{lent}/results"))
        assert seen == ([".lock", "data", "results"], ["a_study", "teacher"])
        assert not Path(lent, "results/a_study").is_symlink()
        assert Path(lent, run, "small.py").read_text() == "print(1)"
        for name, text in {
            "record.json": "{}",
            "history.csv": "epoch\n1\n",
            "sub/empty": "",
            "model.keras": "x" * 100,
        }.items():
            Path(lent, run, name).parent.mkdir(exist_ok=True)
            Path(lent, run, name).write_text(text)
        sent = list(pieces(f"{lent}/{run}"))
    assert not Path(lent).exists()
    for piece in sent:
        put(f"{home}/{run}", piece)
    assert sent[-1].name == "record.json"
    assert (home / run / "history.csv").read_text() == "epoch\n1\n"
    assert (home / run / "sub/empty").read_text() == ""
    log = (home / run / "log.txt").read_text()
    assert log == "Not fetched back, for want of room: model.keras\n"
    assert not list((home / run).rglob("*.unfinished"))


# ------------------------------------------------------------------ with Ray


def lasting(seconds: float) -> dict[str, str]:
    """What lets an epoch of each training last so long."""
    return {"EPOCH_1": str(seconds), "EPOCH_2": str(seconds)}


def clean(leader: int, folder: Path) -> None:
    """Nothing of a study is left, and nothing of the Ray that it has started."""
    wait_for(lambda: not there() and not of_session(leader), 10)
    assert not folder.exists()


def started_on_ray(*arguments: str, **environment: str) -> tuple[Any, int, Path]:
    """A study whose first trainings have begun, and the session and folder of Ray."""
    before = notes("start")
    study = start(*RAY, *arguments, **environment)
    wait_for(lambda: notes("start") != before or study.poll() is not None)
    leader = driver()
    [folder] = re.findall(r"/tmp/cnnspec-ray-\w+", words_of(leader))
    return study, leader, Path(folder)


@with_ray
def test_what_the_death_of_a_worker_breaks_off_is_run_again() -> None:
    study, leader, folder = started_on_ray("--jobs", "1", **lasting(0.3))
    standin.kill(of_session(leader, "ray::results")[0])
    status, printed, errors = ended(study)
    assert (status, errors) == (0, "")
    assert "[4/4]" in printed
    assert len(records()) == 4
    assert sorted(notes("start").values()) == [1, 1, 1, 2]
    assert sorted(notes("end").values()) == [1, 1, 1, 1]
    clean(leader, folder)


SEARCH = """\
study: How large should batches be?
base: small.yaml
variants: {base: {}}
sample: {train.batch_size: {choice: [0, 8, 16, 64, 128]}}
trials: 5
halving: {epochs: 1, factor: 2}
"""


@with_ray
def test_the_best_samples_go_on_on_ray() -> None:
    Path("search.yaml").write_text(SEARCH)
    given = ("--engine", "ray", "--cpus", "1")
    status, printed, errors = ended(start(*given, spec="search.yaml"))
    assert (status, errors.count("warning[wrong-type]")) == (0, 1)
    assert "2 samples go on, with 3 epochs" in printed
    epochs = {
        path.split("/runs/")[1].split("/")[0]: json.loads(text)["epochs"]
        for path, text in records("search").items()
    }
    names = {f"train.batch_size={size}": 1 for size in (8, 16)}
    more = {f"train.batch_size={size}": 3 for size in (64, 128)}
    assert epochs == {"base": 3, **names, **more}
    # Nothing is run twice, and none of it by another engine.
    before = notes("start")
    assert sorted(before.values()) == [1, 1, 1, 2, 2]
    assert ended(start(spec="search.yaml"))[0] == 0
    assert notes("start") == before


KINDS = {
    "ray::results": "a worker",
    "study/launcher.py": "what starts a script",
    "/small.py": "a training",
    "cluster/driver.py": "what talks to Ray",
    "raylet/raylet": "Ray on this machine",
    "cnnspec study": "the study",
}


@with_ray
@pytest.mark.skipif(not LONG, reason="each start of Ray takes seconds")
@pytest.mark.parametrize("seed", range(30))
def test_kills_at_random_moments_lose_nothing_on_ray(seed: int) -> None:
    chance, kind = random.Random(seed), list(KINDS)[seed % len(KINDS)]
    study, leader, folder = started_on_ray(**lasting(chance.uniform(0.05, 0.5)))
    time.sleep(chance.uniform(0, 2))
    done = records()
    mine = of_session(leader, kind)
    mine += [one for one in there() if kind in words_of(one)]
    target = study.pid if kind == "cnnspec study" else chance.choice([*mine, 0])
    if target:
        standin.kill(target)
    status, _, _ = ended(study)
    assert status == -signal.SIGKILL if target == study.pid else status in (0, 1)
    clean(leader, folder)
    assert records().items() >= done.items()
    kept, before = records(), notes("start")
    assert ended(start(*VARIED))[0] == 0
    assert len(records()) == 4
    assert records().items() >= kept.items()
    again = {run for run, n in notes("start").items() if n > before[run]}
    assert not {path for path in kept if any(run in path for run in again)}


@with_ray
@pytest.mark.skipif(not LONG, reason="each start of Ray takes seconds")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_study_on_ray_with_all_of_it(number: int) -> None:
    study, leader, folder = started_on_ray(**lasting(100))
    os.kill(study.pid, number)
    status, _, errors = ended(study)
    assert status == 128 + number
    assert "0 of 4 runs are done; the same command goes on" in errors
    clean(leader, folder)


@with_ray
@pytest.mark.skipif(not LONG, reason="each start of Ray takes seconds")
def test_a_second_signal_ends_trainings_that_do_not_end() -> None:
    standin.write("import signal; signal.signal(15, signal.SIG_IGN); time.sleep(1000)")
    study, leader, folder = started_on_ray("--jobs", "1")
    time.sleep(1)
    os.kill(study.pid, signal.SIGINT)
    time.sleep(3)
    assert study.poll() is None
    os.kill(study.pid, signal.SIGINT)
    status, printed, errors = ended(study)
    assert status == 128 + signal.SIGINT
    assert "stopping 1 run; Ctrl-C again ends them now" in printed
    assert "failed" not in printed
    assert "0 of 4 runs are done; the same command goes on" in errors
    clean(leader, folder)


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A cluster on this machine that isn't ours: its address, and what lets us in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    surroundings = {
        **os.environ,
        **token,
        "RAY_USAGE_STATS_ENABLED": "0",
        "PYTHONPATH": str(standin.ROOT),
    }
    home = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head"]
    command += ["--block", f"--port={port}", "--node-ip-address=127.0.0.1"]
    command += ["--num-cpus=2", "--num-gpus=2"]
    command += ["--include-dashboard=false", f"--temp-dir={home}"]
    with open(f"{home}/said", "w") as said:
        head = subprocess.Popen(
            command,
            env=surroundings,
            cwd=home,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        wait_for(lambda: "--block" in Path(home, "said").read_text())
        yield {"--address": f"127.0.0.1:{port}", **token}
    finally:
        end_session(head.pid)
        head.kill()
        head.wait()
        shutil.rmtree(home, ignore_errors=True)


@with_ray
@pytest.mark.skipif(not LONG, reason="each start of Ray takes seconds")
def test_a_cluster_runs_them_on_a_shared_disk_or_fetches_them_back(cluster) -> None:
    token = {name: text for name, text in cluster.items() if name.isupper()}
    address = ("--address", cluster["--address"])
    standin.write("note('GPUs ' + os.environ['CUDA_VISIBLE_DEVICES'])")
    lent = set(Path(tempfile.gettempdir()).glob("cnnspec-run-*"))
    for more in ((), ("--fetch",)):
        shutil.rmtree("results", ignore_errors=True)
        Path("notes.txt").write_text("")  # which runs see that are sent elsewhere
        status, _, errors = ended(start(*RAY, *address, *more, **token))
        assert (status, errors) == (0, "")
        assert len(records()) == 4
        # A run has one of the GPUs that this cluster says it has.
        assert set(notes("GPUs 0 ") + notes("GPUs 1 ")) == set(notes("start"))
        for record in FOLDER.rglob("record.json"):
            names = {path.name for path in record.parent.iterdir()}
            assert names >= {"small.py", "history.csv", "metrics.json", "log.txt"}
    # Whoever is killed leaves nothing on the cluster, nor runs on there.
    standin.write("if Path('endless').exists(): time.sleep(1000)")
    Path("endless").touch()
    for more in ((), ("--fetch",)):
        shutil.rmtree("results", ignore_errors=True)
        study, leader, _ = started_on_ray(*address, *more, **token)
        assert trainings()
        for number in (study.pid, leader):
            standin.kill(number)
        ended(study)
        wait_for(lambda: not trainings(), 10)
    assert len(set(Path(tempfile.gettempdir()).glob("cnnspec-run-*")) - lent) <= 2
    status, _, errors = ended(start(*RAY, *address))
    assert "RAY_AUTH_MODE=token in the environment sends it" in errors


def trainings() -> list[int]:
    """The trainings of this study, wherever they are."""
    pattern = re.compile(r"start (\d+) ")
    known = {int(number) for number in pattern.findall(Path("notes.txt").read_text())}
    return [number for number in known if Path(f"/proc/{number}").exists()]


def words_of(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
