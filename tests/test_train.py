"""`cnnspec train` runs the very script that `build` would write, and shows it run."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.app import running
from cnnspec.emit import packages
from cnnspec.emit.keras_script.script import render_script
from cnnspec.ground.processes import launched
from tests.emit.test_script import load_script
from tests.test_cli import Run, run

__all__ = ["run"]  # a fixture

ROOT = Path(__file__).parents[1]
LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"
SPEC = """
name: small
input: [8, 8, 1]
layers:
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16}
train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  epochs: 3
  seed: 1
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SPEC, encoding="utf-8")


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cnnspec", "train", *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # As from a shell: Ctrl-C reaches the whole group.
        start_new_session=True,
    )


Refused = Callable[..., str]


@pytest.fixture
def refused(run: Run) -> Refused:
    """What `train` says of a spec that it doesn't run."""

    def refused(*arguments: str) -> str:
        ended = run("train", *arguments)
        assert ended.code in (1, 2)
        return ended.err

    return refused


def test_it_runs_the_script_with_the_changes_asked_for() -> None:
    process = start("small.yaml", "--set", "train.epochs=2", "--lang", "ko")
    printed, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert printed.startswith("running results/small/small.py\n")
    assert "Epoch 2/2" in printed
    assert "테스트 accuracy: 0." in printed
    script = Path("results/small/small.py").read_text(encoding="utf-8")
    changed = api.load("small.yaml", ["train.epochs=2"])
    assert script == render_script(*changed[:2], "ko", style="full")
    assert "EPOCHS = 2" in script
    figures = json.loads(Path("results/small/metrics.json").read_text())
    assert (figures["epochs"], figures["overrides"]) == (2, ["train.epochs=2"])


def test_ctrl_c_keeps_what_was_reached_and_says_where_it_is() -> None:
    process = start("small.yaml", "--set", "train.epochs=5000")
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Epoch 3/"):
            break
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Stopped. The model as it is now is in results/small/model.keras" in errors
    assert "Traceback" not in errors
    assert Path("results/small/model.keras").exists()
    assert Path("results/small/history.csv").exists()


@pytest.mark.parametrize("seconds", [0, 2])
def test_ctrl_c_while_modules_load_is_told_in_a_line(seconds: float) -> None:
    process = start("small.yaml")
    assert process.stdout is not None
    assert process.stdout.readline() == "running results/small/small.py\n"
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    printed, errors = process.communicate(timeout=120)
    assert (process.returncode, printed) == (130, "")
    assert errors.splitlines()[-1] == "cnnspec: interrupted"
    assert "Traceback" not in errors


LOADING = """
import time
try:
    print("there", flush=True)
    time.sleep(600)
except BaseException:
    raise ImportError("a module made this of it")
"""
WORKING = """
import time
def main():
    try:
        print("there", flush=True)
        time.sleep(600)
    finally:
        print("let go", flush=True)
main()
"""


@pytest.mark.parametrize(
    ("script", "printed"), [(LOADING, ""), (WORKING, "let go\n")], ids=["load", "work"]
)
def test_ctrl_c_that_a_script_does_not_take_is_told_in_a_line(script, printed) -> None:
    process = launch(script)
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == (printed, "cnnspec: interrupted\n")
    assert process.returncode == 130


def test_a_script_that_fails_does_so_as_without_us() -> None:
    process = launch("def main():\n    raise ValueError('no')\nmain()\n")
    errors = process.communicate(timeout=60)[1]
    plain = subprocess.run(
        [sys.executable, "script.py"], capture_output=True, text=True, check=False
    )
    assert process.returncode == plain.returncode == 1
    assert errors == plain.stderr.replace(f"{os.getcwd()}/", "")


def launch(text: str) -> subprocess.Popen[str]:
    Path("script.py").write_text(text, encoding="utf-8")
    return subprocess.Popen(
        launched("alone", "script.py"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_fails_in_the_script_fails_the_command() -> None:
    Path("no.npz").write_text("no archive")
    process = start("small.yaml", "--set", "data={source: npz, path: no.npz}")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "no.npz can't be read as a NumPy file" in errors


def test_missing_data_are_told_before_anything_is_started(refused: Refused) -> None:
    data = "data={source: csv, train: a.csv, validation: b.csv, image_shape: [8, 8, 1]}"
    told = refused("small.yaml", "--set", data)
    for file in ("a.csv", "b.csv"):
        assert f"error[not-found]: '{file}' is missing in the folder where" in told
    assert not Path("results").exists()


def test_results_of_another_spec_are_kept(
    run: Run, refused: Refused, monkeypatch
) -> None:
    monkeypatch.setattr(running, "run", lambda *_: 0)
    run("train", "small.yaml")
    Path("copy.yaml").write_text(SPEC, encoding="utf-8")
    told = refused("copy.yaml")
    assert told.startswith("results/small/small.py:1:1: error[other-results]: ")
    assert "holds the results of another spec, with 'small.py'" in told
    assert "give this spec a name: of its own" in told


def test_runs_with_other_overrides_are_kept_apart(monkeypatch, run: Run) -> None:
    monkeypatch.setattr(running, "run", lambda *_: 0)
    train = ("train", "small.yaml", "--set", "train.epochs=2")
    assert run(*train).code == 0
    # A script alone is no result.
    assert run(*train, "--set", "train.seed=2").code == 0
    Path("results/small/history.csv").touch()
    assert run(*train, "--set", "train.seed=2").code == 0
    for others, said in (
        (train, "this one has --set train.epochs=2; "),
        (train[:2], "this one has no --set; "),
    ):
        script = Path("results/small/small.py").read_bytes()
        done = run(*others)
        assert done.code == 1
        place = "results/small/small.py:1:1: error[other-results]: "
        assert done.err.startswith(f"{place}'results/small' holds the results of a ")
        assert f"train.epochs=2 --set train.seed=2, and {said}" in done.err
        assert "--set name=small_2 gives this run a folder of its own" in done.err
        assert Path("results/small/small.py").read_bytes() == script
    assert run(*train, "--set", "name=small_2").code == 0
    Path("results/small_2/history.csv").touch()
    assert "--set name=small_3 gives" in run(*train[:2]).err
    assert run(*train[:2], "--force").code == 0
    header = Path("results/small/small.py").read_text("utf-8").partition("\n")[0]
    assert header == "# Generated by cnnspec from small.yaml"


def test_a_second_run_is_refused_until_the_first_is_killed(
    run: Run, monkeypatch
) -> None:
    process = start_endless(*ENDLESS)
    script = Path("results/small/small.py").read_bytes()
    done = run("train", "small.yaml", "--set", "train.epochs=1", "--force")
    assert done.code == 1
    assert f"'results/small' is in use: process {process.pid} on " in done.err
    assert re.search(r" since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d trains there", done.err)
    assert "--set name=small_2 gives this run a folder of its own" in done.err
    assert Path("results/small/small.py").read_bytes() == script
    # The lock of a process that was killed is no lock, and it leaves none behind.
    process.kill()
    assert process.wait(timeout=120) == -signal.SIGKILL
    wait_for(lambda: running_here() == [], 60)
    monkeypatch.setattr(running, "run", lambda *_: 0)
    assert run("train", "small.yaml", "--set", "train.epochs=1", "--force").code == 0


def test_machines_that_train_together_may_share_a_folder(monkeypatch) -> None:
    spec = SPEC + "  distribute: data_parallel\n"
    Path("small.yaml").write_text(spec, encoding="utf-8")
    code = "import sys; from cnnspec import api; from cnnspec.app import running; "
    code += "running.training_script(api.load('small.yaml')); print(flush=True); "
    code += "sys.stdin.read()"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    def process(number: str) -> subprocess.Popen[str]:
        started = subprocess.Popen(
            [sys.executable, "-c", code],
            env=environment | {"KERAS_DISTRIBUTION_PROCESS_ID": number},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert started.stdout is not None
        started.stdout.readline()
        return started

    one, other, second = (process(number) for number in ("0", "1", "1"))
    assert "is in use: process" in second.communicate(timeout=60)[1]
    for each in (one, other):
        each.communicate(timeout=60)
        assert each.returncode == 0


def test_a_spec_without_training_is_refused(refused: Refused) -> None:
    Path("model.yaml").write_text(SPEC.partition("data:")[0], encoding="utf-8")
    told = refused("model.yaml")
    assert "model.yaml:1:1: error[missing-field]: there is nothing to train" in told
    Path("loop.yaml").write_text("input: [8]\nlayers: [Dense: 1]\ntrain: {loss: mse}\n")
    said = "the spec has no 'data'; add data:; or build its script, for a training loop"
    assert (
        f"loop.yaml:1:1: error[missing-field]: there is nothing to train with: {said}"
        in refused("loop.yaml")
    )
    assert not Path("results").exists()


def test_a_wrong_command_line_is_refused(refused: Refused) -> None:
    assert "--jobs is for ensembles" in refused("small.yaml", "--jobs", "2")
    assert "--lang takes 'en' or 'ko'; found 'xx'" in refused(
        "small.yaml", "--lang", "xx"
    )
    told = refused("small.yaml", "--backend", "mxnet")
    assert "--backend takes 'tensorflow', 'jax' or 'torch'; found 'mxnet'" in told
    assert not Path("results").exists()


def test_a_missing_package_is_named_before_anything_is_written(
    refused: Refused, monkeypatch
) -> None:
    monkeypatch.setattr(packages, "is_installed", lambda name: False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    told = refused("small.yaml", "--backend", "jax")
    said = "'keras', 'jax', 'matplotlib' and 'scikit-learn' are not installed"
    assert f"training wants pip install 'cnnspec[jax,scripts]': {said}" in told
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    told = refused("small.yaml", "--backend", "jax")
    assert "pip install 'cnnspec[torch,scripts]'" in told
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    said = (
        "another KERAS_BACKEND than 'numpy'; it may be 'tensorflow', 'jax' or 'torch'"
    )
    assert said in refused("small.yaml")
    assert not Path("results").exists()


def test_an_edited_script_is_kept(run: Run, refused: Refused, monkeypatch) -> None:
    monkeypatch.setattr(running, "run", lambda *_: 0)
    assert run("train", "small.yaml").code == 0
    script = Path("results/small/small.py")
    script.write_text(script.read_text("utf-8") + "# mine\n", encoding="utf-8")
    told = refused("small.yaml")
    assert "was edited after cnnspec wrote it, so it is kept" in told
    assert "python results/small/small.py runs it; --force writes anew" in told
    assert run("train", "small.yaml", "--force").code == 0
    assert "# mine" not in script.read_text("utf-8")


@pytest.mark.skipif(not LONG, reason="three processes that load TensorFlow")
def test_members_are_trained_at_once_if_asked(tmp_path: Path, monkeypatch) -> None:
    """Each in a process of its own, with what it comes to in its turn."""
    spec = SPEC + "ensemble: {members: 2}\n"
    Path("small.yaml").write_text(spec, encoding="utf-8")
    process = start("small.yaml", "--jobs", "2", "--set", "train.epochs=1")
    printed, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert "member 1 of 2 is trained" in printed
    assert "soft voting: test accuracy 0." in printed
    results = Path("results/small").absolute()
    assert "member 2 of 2" in (results / "member_2.log").read_text("utf-8")
    in_turn = tmp_path / "in_turn"
    in_turn.mkdir()
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(in_turn)
    script = (results / "small.py").read_text("utf-8")
    load_script(script, in_turn / "small.py").main()
    at_once, by_turns = (
        json.loads((folder / "metrics.json").read_text("utf-8"))["members"]
        for folder in (results, in_turn / "results" / "small")
    )
    assert at_once == pytest.approx(by_turns, abs=0.01)


ENDLESS = ("--set", "train.epochs=100000")


def wait_for(condition, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def running_here() -> list[str]:
    """The command lines of all processes that were started in this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd") == os.getcwd():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it has ended meanwhile, or is somebody else's
            continue
    return [command for command in found if "small.py" in command]


def trains() -> bool:
    logs = [Path("out.txt"), *Path("results/small").glob("member_*.log")]
    return sum("Epoch 2/" in log.read_text("utf-8") for log in logs) >= len(logs) / 2


STARTED: list[subprocess.Popen[bytes]] = []
"""Trainings that would go on where a test fails."""


@pytest.fixture(autouse=True)
def _end_all():
    yield
    while STARTED:
        STARTED.pop().kill()


def start_endless(*arguments: str) -> subprocess.Popen[bytes]:
    """A training in a process that nobody but this test ends."""
    with open("out.txt", "wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cnnspec", "train", "small.yaml", *arguments],
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    STARTED.append(process)
    wait_for(trains)
    return process


def test_sigterm_keeps_what_was_reached_and_leaves_nothing_running() -> None:
    process = start_endless(*ENDLESS)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 1
    assert running_here() == []
    said = Path("out.txt").read_text("utf-8")
    assert "Stopped. The model as it is now is in results/small/model.keras" in said
    assert "Traceback" not in said
    assert Path("results/small/model.keras").exists()


def test_a_training_ends_with_its_terminal() -> None:
    process = start_endless(*ENDLESS)
    process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=120) == -signal.SIGHUP
    wait_for(lambda: running_here() == [], 60)


ENDS = [signal.SIGTERM, signal.SIGKILL] if LONG else [signal.SIGKILL]
"""What no process can catch asks most of its members."""


@pytest.mark.parametrize("number", ENDS)
def test_members_end_with_the_command_and_keep_what_they_reached(number) -> None:
    spec = SPEC + "ensemble: {members: 3}\n"
    Path("small.yaml").write_text(spec, encoding="utf-8")
    process = start_endless(*ENDLESS, "--jobs", "2")
    assert len(running_here()) == 3
    process.send_signal(number)
    process.wait(timeout=120)
    wait_for(lambda: running_here() == [], 60)
    for member in ("member_1", "member_2"):
        assert Path("results/small", member, "model.keras").exists()
        assert "Stopped." in Path(f"results/small/{member}.log").read_text("utf-8")
    assert not Path("results/small/member_3/model.keras").exists()
    if number == signal.SIGTERM:
        assert process.returncode == 1
        assert "What the members have reached is in" in Path("out.txt").read_text()


def test_where_no_process_takes_anothers_place_the_child_ends_with_it() -> None:
    Path("small.py").write_text(
        "import sys, time\n"
        "print(sys.argv, sys.path[0] == '', __file__, __name__, flush=True)\n"
        "if len(sys.argv) > 1: sys.exit(7)\n"
        "time.sleep(600)\n",
        encoding="utf-8",
    )
    code = "import os, sys; from cnnspec.app import running; "
    code += "sys.exit(running.run_as_child(sys.argv[1:], dict(os.environ)))"
    command = [sys.executable, "-c", code, "small.py"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, "x"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 7
    assert done.stdout == "['small.py', 'x'] True small.py __main__\n"
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    assert len(running_here()) == 2
    process.kill()
    process.wait()
    wait_for(lambda: running_here() == [], 30)
