"""Runs of a study on a cluster of Ray, or on one of its own on this machine."""

import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, NamedTuple

from cnnspec.ground.errors import NotInstalledError
from cnnspec.ground.locks import is_free
from cnnspec.study import running
from cnnspec.study.cluster.sessions import end_session
from cnnspec.study.cluster.task import PATIENCE, Job
from cnnspec.study.files import LOCK
from cnnspec.study.plan import Plan, Run
from cnnspec.study.preparing import prepared
from cnnspec.study.progress import Listener, Progress
from cnnspec.study.running import Writing
from cnnspec.study.stopping import hearing

LOG = "ray.log"
"""What Ray says, in the folder of the study."""
_TRIES = 4
"""How often a run is started whose worker dies."""
_LOOK = 0.5
_START = 120.0
"""Seconds that Ray has to start, or to connect."""
_KNOCK = 5.0
_END = 15.0
_SENT = ("KERAS_", "TF_", "XLA_", "JAX_", "OMP_", "PYTHONPATH", "MPLBACKEND")
"""Beginnings of what is sent of the environment; machines have the rest themselves."""


class Cluster(NamedTuple):
    """Where runs are placed, and what each is given."""

    address: str = ""
    """Of a cluster that is running; empty for one of its own on this machine."""
    cpus: float = 1
    gpus: float | None = None
    """None: as the spec says."""
    is_fetched: bool = False
    """Whether files are sent to and fro, for want of a shared disk."""


def run(
    plan: Plan,
    todo: Sequence[Run],
    listener: Listener,
    *,
    jobs: int | None = None,
    writing: Writing,
    cluster: Cluster,
) -> int:
    """Trains runs to their ends, where Ray places them.

    Args:
        plan: of the study.
        todo: its runs that are to be trained, in this order.
        listener: hears of them.
        jobs: how many Ray is given at once; None: all.
        writing: how their scripts are written.
        cluster: where they are placed.

    Returns:
        The signal that stopped the study; 0 if none did.

    Raises:
        NotInstalledError: there is no cluster.
    """
    if not todo:
        return 0
    _refuse_silent(cluster.address)
    log = f"{plan.study.folder}/{LOG}"
    os.makedirs(plan.study.folder, exist_ok=True)
    with hearing() as heard, _driver(cluster.address, log) as driver:
        spread = {
            one.variant.name
            for one in plan.variants
            if (model := one.model)
            and (train := model.program.train)
            and train.distribute
        }
        return _Study(
            todo, listener, jobs, writing, cluster, spread, driver, heard
        ).work()


def _refuse_silent(address: str) -> None:
    """Makes sure that something answers at an address; Ray itself asks for minutes.

    Raises:
        NotInstalledError: nothing does.
    """
    host, _, port = address.rpartition(":")
    if not host:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _KNOCK).close()
    except OSError as error:
        text = f"Ray has no cluster at {address}: {error.strerror or error}"
        raise NotInstalledError(text) from None


@contextmanager
def _driver(address: str, log: str) -> Iterator["_Driver"]:
    """The process that talks to Ray; nothing of it is left afterwards."""
    # Ray makes sockets in it, whose paths may not be long.
    own = tempfile.mkdtemp(prefix="cnnspec-ray-", dir="/tmp")
    try:
        with open(log, "ab") as said:
            driver = _Driver(own, address, log, said)
        try:
            yield driver
        finally:
            driver.end()
    finally:
        shutil.rmtree(own, ignore_errors=True)


class _Driver:
    """What is told to the process that talks to Ray, and what it tells."""

    def __init__(self, own: str, address: str, log: str, said: Any) -> None:
        from cnnspec.study.cluster import driver

        self._log, self._begins = log, os.path.getsize(log)
        self._process = subprocess.Popen(
            [sys.executable, driver.__file__, own, address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put(json.loads(line))
        self._events.put(None)

    def tell(self, **order: Any) -> None:
        """Orders something; where the process has ended, that is heard as an event."""
        assert self._process.stdin is not None
        try:
            print(json.dumps(order), file=self._process.stdin, flush=True)
        except OSError:
            return

    def hear(self, seconds: float) -> dict[str, Any] | None:
        """What happens next; empty if nothing does, None if the process has ended."""
        try:
            return self._events.get(timeout=seconds)
        except queue.Empty:
            return {}

    def kill(self) -> None:
        """Ends it at once, and all of Ray that it has started."""
        end_session(self._process.pid)

    def end(self) -> None:
        """Lets it end, and ends what is left of it."""
        assert self._process.stdin is not None
        with suppress(OSError):  # it has ended
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END)
        self.kill()
        self._process.wait()

    def said(self) -> str:
        """The last line that Ray said, which mostly tells why it has ended."""
        with open(self._log, encoding="utf-8", errors="replace") as file:
            file.seek(self._begins)
            lines = [line.strip() for line in file if line.strip()]
        return lines[-1] if lines else "nothing says why"


class _Study:
    """The runs of a study that Ray has, or is to have."""

    def __init__(
        self,
        todo: Sequence[Run],
        listener: Listener,
        jobs: int | None,
        writing: Writing,
        cluster: Cluster,
        spread: set[str],
        driver: _Driver,
        heard: list[int],
    ) -> None:
        self._waiting, self._listener = deque(todo), listener
        self._jobs = jobs or len(todo)
        self._writing, self._cluster, self._spread = writing, cluster, spread
        self._driver, self._heard = driver, heard
        self._placed: dict[str, Run] = {}
        self._begun: set[str] = set()
        self._tries: dict[str, int] = {}
        self._lost: dict[str, str] = {}
        """Runs that Ray takes for dead, and why; their trainings may go on."""

    def work(self) -> int:
        """Trains all runs, unless a signal says otherwise; that signal, or 0.

        Raises:
            NotInstalledError: there is no cluster.
        """
        if not self._is_ready():
            return self._heard[0]
        while not self._heard and (self._waiting or self._placed):
            self._look_after_lost()
            if self._waiting and len(self._placed) < self._jobs:
                self._place(self._waiting.popleft())
                seconds = 0.0
            else:
                seconds = _LOOK
            if not self._listen(seconds):
                self._give_up()
                return 0
        if self._heard:
            self._stop()
        return self._heard[0] if self._heard else 0

    def _is_ready(self) -> bool:
        """Waits for the cluster; False if the study is stopped meanwhile.

        Raises:
            NotInstalledError: there is none.
        """
        deadline = monotonic() + _START
        while not self._heard:
            event = self._driver.hear(_LOOK)
            if event:
                return True
            if event is None or monotonic() > deadline:
                where = f" at {self._cluster.address}" * bool(self._cluster.address)
                text = f"Ray has no cluster{where}: {self._driver.said()}"
                raise NotInstalledError(text)
        return False

    def _place(self, run: Run) -> None:
        surroundings = prepared(run, self._writing, self._listener)
        if surroundings is None:
            return
        self._placed[run.folder] = run
        self._tries[run.folder] = self._tries.get(run.folder, 0) + 1
        job = Job(
            os.getcwd(),
            run.folder,
            run.key,
            _sent(surroundings),
            self._cluster.cpus,
            self._cluster.gpus,
            run.variant in self._spread,
            self._cluster.is_fetched,
        )
        self._driver.tell(job=job._asdict())

    def _listen(self, seconds: float) -> bool:
        """Hears what happens, and waits for it; False if Ray has ended."""
        event = self._driver.hear(seconds)
        while event:
            self._take(**event)
            event = self._driver.hear(0)
        return event is not None

    def _take(self, event: str, folder: str, value: Any) -> None:
        """Takes note of what happened to a run."""
        run = self._placed.get(folder)
        if run is None:
            return
        if event == "begun" and folder not in self._begun:
            self._begun.add(folder)
            self._listener.begun(run)
        elif event == "went_on":
            epochs, asked, seconds, left, best = value
            best = best and tuple(best)
            self._listener.went_on(run, Progress(epochs, asked, seconds, left, best))
        elif event in ("ended", "refused", "stopped"):
            self._tell_end(run, value or "it left no record")
        elif event == "died":
            self._lost[folder] = value

    def _look_after_lost(self) -> None:
        """Starts runs anew that Ray has lost, unless their records come first.

        A machine that Ray takes for dead may only be out of its reach: as long as a
        training goes on, no other takes its folder.
        """
        for folder, reason in list(self._lost.items()):
            run, tries = self._placed[folder], self._tries[folder]
            is_done = running.recorded(run) is not None
            if not is_done and not self._heard and not is_free(f"{folder}/{LOCK}"):
                continue
            del self._lost[folder]
            if is_done or self._heard or tries == _TRIES:
                self._tell_end(run, f"its worker died {tries} times: {reason}")
            else:
                del self._placed[folder]
                self._waiting.appendleft(run)

    def _tell_end(self, run: Run, reason: str) -> None:
        del self._placed[run.folder]
        record = running.recorded(run)
        stopped = bool(self._heard) and running.failed(run) is None
        self._listener.ended(run, record, "" if record or stopped else reason)

    def _give_up(self) -> None:
        """Tells of the runs that Ray leaves behind."""
        reason = f"Ray has ended: {self._driver.said()}"
        for run in list(self._placed.values()):
            self._tell_end(run, reason)
        for run in self._waiting if not self._heard else ():
            self._listener.ended(run, None, reason)

    def _stop(self) -> None:
        """Lets all runs end, at once if that takes long or is asked for again."""
        self._listener.stopping(len(self._begun & self._placed.keys()))
        self._driver.tell(order="stop")
        deadline, asked = monotonic() + PATIENCE, len(self._heard)
        while self._placed:
            self._look_after_lost()
            if monotonic() > deadline or len(self._heard) > asked:
                self._driver.kill()
            if not self._listen(_LOOK):
                self._give_up()


def _sent(surroundings: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in surroundings.items() if name.startswith(_SENT)
    }
