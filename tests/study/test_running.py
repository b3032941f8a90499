"""What the runs of a study leave behind, and what is run again."""

import csv
import json
import os
import re
import shutil
import signal
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.app.running import training_script
from cnnspec.app.studying import keep_folder
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.words import languages
from cnnspec.ground.errors import SpecError
from cnnspec.judge.settings import Settings
from cnnspec.study import running, sharing
from cnnspec.study.checking import plan
from cnnspec.study.document import read
from cnnspec.study.failures import reason
from cnnspec.study.plan import Plan, Run
from cnnspec.study.records import RECORD, TASK, Record, Task, record_of, write
from tests.study import standin
from tests.study.standin import ended, notes, start

FOLDER = Path("results/small_study")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    standin.write()


# ------------------------------------------------------------------ edited studies


def planned(sizes: str, spec: str = standin.SPEC, seeds: int = 1) -> Plan:
    Path("small.yaml").write_text(spec, encoding="utf-8")
    return plan(read("small.yaml", [f"train.batch_size={sizes}"], seeds))


def finish(run: Run, mark: float = 0.5) -> None:
    """Puts what a run leaves into its folder, without running it."""
    os.makedirs(run.folder, exist_ok=True)
    about = (run.variant, run.seed, run.key)
    sizes = (650, 650, 640)
    write(run.folder, TASK, Task(*about, "small.py", *sizes, 3, "accuracy", True))
    record = Record(
        *about, "", *sizes, 3, 3, 1.0, None, {"accuracy": mark}, "accuracy", True
    )
    write(run.folder, RECORD, record)


def due(study: Plan) -> list[str]:
    return [f"{run.variant} {run.seed}" for run in running.due(study)]


def test_what_is_new_is_run_and_what_is_no_more_stays() -> None:
    both = planned("8,16")
    assert due(both) == ["train.batch_size=8 0", "train.batch_size=16 0"]
    for run in both.runs:
        finish(run)
    assert due(both) == []
    other = planned("16,32", seeds=2)
    assert due(other) == [
        "train.batch_size=16 1",
        *("train.batch_size=32 0", "train.batch_size=32 1"),
    ]
    [(folder, record)] = running.removed(other)
    assert folder.endswith("runs/train.batch_size=8/seed_0")
    assert record.variant == "train.batch_size=8"
    assert due(planned("8,16")) == []


def test_results_of_a_changed_variant_give_way_and_come_back_with_it() -> None:
    before = planned("8,16")
    for number, run in enumerate(before.runs):
        finish(run, number / 10)
    changed = planned("8,16", standin.SPEC.replace("epochs: 3", "epochs: 4"))
    assert len(due(changed)) == 2
    assert not list(Path(f"{FOLDER}/runs").rglob("record.json"))
    finish(changed.runs[0], 0.9)
    # What doesn't matter to a training is no change.
    described = standin.SPEC.replace("name: small", "name: other\ndescription: new")
    assert due(planned("8,16", described)) == []
    [first, _] = before.runs
    assert record_of(first.folder).test == {"accuracy": 0.0}
    assert len(due(changed)) == 1
    assert record_of(first.folder).test == {"accuracy": 0.9}


def test_a_record_that_the_power_cut_is_missing() -> None:
    [run] = planned("8").runs
    finish(run)
    path = Path(run.folder, RECORD)
    whole = path.read_bytes()
    assert record_of(run.folder) is not None
    for size in range(len(whole)):
        path.write_bytes(whole[:size] + b"\0" * (size % 2) * (len(whole) - size))
        assert record_of(run.folder) is None


@pytest.mark.parametrize("resumes", [False, True])
def test_a_run_that_broke_off_begins_anew_or_goes_on(resumes: bool) -> None:
    spec = f"{standin.SPEC}  resume: {str(resumes).lower()}\n"
    [run] = planned("8", spec).runs
    writing = running.Writing(Settings(), templates="own")
    running.prepare(run, writing)
    done = Path(run.folder, "checkpoint/epoch_00003")
    done.mkdir(parents=True)
    (done.parents[1] / "history.csv").touch()
    running.prepare(run, writing)
    assert done.exists() is resumes
    assert sorted(os.listdir(run.folder)) == sorted(
        [".lock", "small.py", "task.json", *["checkpoint", "history.csv"] * resumes]
    )


def test_a_folder_with_somebody_elses_files_is_kept() -> None:
    [run] = planned("8").runs
    theirs = Path(run.folder, "notes.md")
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    with pytest.raises(
        FileExistsError, match="it holds 'notes.md', which isn't a run's"
    ):
        running.prepare(run, running.Writing(Settings()))
    assert theirs.read_text() == "mine"


def test_a_study_and_a_training_do_not_share_a_folder() -> None:
    study = planned("8").study
    FOLDER.mkdir(parents=True)
    (FOLDER / "small.py").touch()
    said = "holds the results of a training, with 'small.py'"
    with pytest.raises(SpecError, match=said):
        keep_folder(study)
    shutil.rmtree("results")
    os.makedirs(FOLDER)
    (FOLDER / "study.json").touch()
    model = api.load("small.yaml", ["name=small_study"])
    with pytest.raises(
        SpecError, match="'results/small_study' holds the results of a st"
    ):
        training_script(model)
    shutil.rmtree("results")
    Path("results").touch()
    said = "'results/small_study' can't be made: not a directory"
    with pytest.raises(SpecError, match=said):
        keep_folder(study)


# ------------------------------------------------------------------ failures

FULL = "open('/dev/full', 'w').write(' ' * 100_000)"
UNFINISHED = "os.symlink('/dev/full', RESULTS / '{}.json.unfinished')"
FAILS = {
    "2": ("raise ValueError('too\\nlong')", "ValueError: too"),
    "3": (
        "print('a') or exit('no data:\\n  put it\\n\\n  there')",
        "no data: put it there",
    ),
    "4": ("os.abort()", "it was ended by SIGABRT; its last line: Fatal Python"),
    "5": (FULL, "OSError: [Errno 28] No space left on device"),
    "6": (
        f"{UNFINISHED.format('record')}, {UNFINISHED.format('failure')}",
        "its record can't be written: no space left on device",
    ),
    "7": ("note('end') or os._exit(0)", "it ended well, but left no scores"),
    "8": ("raise SystemExit(3)", "it ended with status 3, and said nothing"),
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is full here")
def test_runs_that_fail_say_why_and_stop_no_other() -> None:
    lines = "".join(
        f"if BATCH_SIZE == {n}: {code}\n    " for n, (code, _) in FAILS.items()
    )
    lines = lines.replace("os.abort()", "print('so far', flush=True) or os.abort()")
    standin.write("import faulthandler; faulthandler.disable()\n    " + lines)
    sizes = ",".join(map(str, range(1, 10)))
    varied = ("--vary", f"train.batch_size={sizes}", "--jobs", "3")
    status, printed, errors = ended(start(*varied))
    assert status == 1
    assert errors == "cnnspec: 7 runs failed; the same command tries again\n"
    for number, (_, said) in FAILS.items():
        said = said.replace("Fatal Python", "so far")
        where = f"{FOLDER}/runs/train.batch_size={number}/seed_0/log.txt"
        assert f"batch_size={number}, seed 0 failed: {said} ({where})\n" in printed
    found = {path.parts[3][-1] for path in FOLDER.rglob("record.json")}
    assert found == {"1", "9"}
    # A file that nothing could be written to is no half record, and none is left.
    assert {path.parts[3][-1] for path in FOLDER.rglob("failure.json")} == set("234578")
    assert not list(FOLDER.rglob("*.unfinished"))
    failure = json.loads(next(FOLDER.rglob("*=2/*/failure.json")).read_text())
    assert (failure["reason"], failure["epochs"]) == ("ValueError: too", 3)
    assert failure["best"] == ["val_accuracy", 0.023, 3]
    standin.write()
    assert ended(start(*varied))[0] == 0
    assert {n for run, n in notes("start").items()} == {1, 2}


KERAS = """
Traceback (most recent call last):
  File "small.py", line 5, in <module>
    m(np.zeros((2, 5)))
ValueError: Exception encountered when calling Dense.call().

\x1b[1mInput 0 is incompatible with the layer\x1b[0m

Arguments received by Dense.call():
  • training=None
"""
TENSORFLOW = """
1/3 ━━━━ 1s 20ms/step\r3/3 ━━━━ 0s 10ms/step
Traceback (most recent call last):
tensorflow.python.framework.errors_impl.InvalidArgumentError: Graph execution error:

Detected at node loss/Softmax defined at (most recent call last):
  File "small.py", line 308, in <module>

Received a label value of 7 out of range
\t [[{{node loss/Softmax}}]] [Op:__inference_multi_step_on_iterator_482]
"""


LEAVES = re.compile(r'\{\{ (?:fail|leave)\("(\w+)"')


@pytest.mark.parametrize(
    ("log", "status", "said"),
    [
        (KERAS, 1, "ValueError: Input 0 is incompatible with the layer"),
        (
            TENSORFLOW,
            1,
            "InvalidArgumentError: Received a label value of 7 out of range",
        ),
        ("a\x1b[31mb\x07\n\n", 2, "ab"),
        ("x" * 400, 1, "x" * 299 + "…"),
        ("one\n  two\n\n  three\n", 1, "one two three"),
        ("  two\n  three\n", 1, "three"),
        ("one\n", -signal.SIGSEGV, "it was ended by SIGSEGV; its last line: one"),
        ("", -99, "it was ended by signal 99"),
    ],
)
def test_a_reason_is_one_line_of_what_was_printed(log, status, said) -> None:
    Path("log.txt").write_text(log, encoding="utf-8")
    assert reason("log.txt", status) == said


def test_a_reason_is_that_of_the_last_start() -> None:
    before, after = KERAS.encode(), b"no data\n"
    Path("log.txt").write_bytes(before + after)
    assert reason("log.txt", 1, len(before)) == "no data"


@pytest.mark.parametrize("lang", languages())
def test_a_script_leaves_with_one_line_and_what_is_indented_below_it(lang) -> None:
    templates = Path(standin.ROOT / "templates").rglob("*.j2")
    names = {n for path in templates for n in LEAVES.findall(path.read_text("utf-8"))}
    assert {"download_failed", "process_ended", "npz_missing"} <= names
    texts = Language(lang).texts["script"]
    for name in names:
        first, *more = texts[name].strip().split("\n")
        assert not first[0].isspace(), name
        assert all(line.startswith("  ") for line in more), name


# ------------------------------------------------------------------ shares


def test_runs_share_processors_and_gpus(monkeypatch) -> None:
    for name in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TF_NUM_INTEROP_THREADS", "7")
    monkeypatch.setattr(sharing, "_processors", lambda: 8)
    threads = {"TF_NUM_INTRAOP_THREADS": "2", "OMP_NUM_THREADS": "2"}

    def shares(told: str, jobs: int) -> list[str | None]:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", told)
        found = [sharing.share(place, jobs) for place in range(jobs)]
        return [one.get("CUDA_VISIBLE_DEVICES") for one in found]

    assert sharing.share(0, 1) == {}
    assert shares("0,1,2,3", 2) == ["0,2", "1,3"]
    assert shares("4,MIG-a", 3) == ["4", "MIG-a", "4"]
    assert shares("-1", 2) == shares("", 2) == [None, None]
    assert sharing.share(3, 4) == threads


# ------------------------------------------------------------------ a real training


def test_a_training_leaves_its_record_and_its_files_in_its_folder() -> None:
    spec = standin.SPEC.replace("epochs: 3", "epochs: 2")
    Path("small.yaml").write_text(f"{spec}  callbacks: [{{CSVLogger: a.csv}}]\n")
    status, printed, errors = ended(start("--vary", "train.batch_size=64", own=False))
    assert (status, errors) == (0, "")
    folder = FOLDER / "runs/train.batch_size=64/seed_0"
    record, metrics = (
        json.loads((folder / f"{name}.json").read_text())
        for name in ("record", "metrics")
    )
    assert record["test"] == metrics["test"]
    assert f"accuracy {record['test']['accuracy']:.4g}, 2 epochs in" in printed
    assert (record["epochs"], record["params"]) == (2, 650)
    name, best, epoch = record["best"]
    rows = list(csv.DictReader((folder / "history.csv").open()))
    assert float(rows[epoch - 1][name]) == best == max(float(r[name]) for r in rows)
    assert (folder / "callbacks/a.csv").read_text().count("\n") == 3
    assert sorted(os.listdir()) == ["own", "results", "small.yaml"]
    assert (FOLDER / "report.html").exists()
