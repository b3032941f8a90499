"""The process that talks to Ray for a study.

Run as a file: `driver.py OWN ADDRESS`. It stands apart from the study since Ray
takes a process over: its signals, what it prints, and its end when the cluster is gone.
A line of JSON that it reads is a run that is to be placed, or tells it to stop; a line
that it prints tells what became of a run. It ends with its input, and with it all runs.
"""

import json
import os
import queue
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnspec.study.cluster.task import Job

_MEMORY = 100 << 20
"""Bytes that Ray keeps for what its workers send, on a machine of its own."""
_WAIT = 0.2
"""Seconds until something else is looked at."""
_CHECK = 5.0
"""Seconds between two looks at the machines."""
_SHUTDOWN = 10.0
"""Seconds that Ray has for its own end."""

Order = dict[str, Any]
Tell = Callable[..., None]


def main(own: str, address: str) -> int:
    """Serves a study until its input ends; 1 where there is nothing to place runs on.

    Args:
        own: a folder for the files of a cluster of its own.
        address: of a cluster that is running; empty for one of its own.
    """
    # That of the package, which may be known to nobody but whoever has started this.
    sys.path[0] = os.path.abspath(f"{__file__}/../../../..")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Ray prints, too: what it says goes to the log.
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(**event: Any) -> None:
        with suppress(BrokenPipeError):  # the study has gone, and the input ends
            print(json.dumps(event), file=events, flush=True)

    orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    try:
        try:
            _connect(own, address)
        except Exception as error:  # noqa: BLE001 - Ray has a class for each reason
            print(_why(error), file=sys.stderr)
            return 1
        tell(event="ready")
        return _Placing(tell).serve(orders)
    finally:
        _disconnect()
        shutil.rmtree(own, ignore_errors=True)


def _read(orders: "queue.SimpleQueue[Order | None]") -> None:
    """Reads what is to be done; when the study has gone, the end is near."""
    for line in sys.stdin:
        orders.put(json.loads(line))
    orders.put(None)
    time.sleep(_SHUTDOWN)
    _end_all()


def _end_all() -> None:
    from cnnspec.study.cluster.sessions import end_session

    end_session(os.getpid())
    os._exit(1)


def _connect(own: str, address: str) -> None:
    """Connects to a cluster, or starts one on this machine.

    Raises:
        Exception: Ray can't; it has a class for each reason.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if not address:
        import secrets

        # It listens to the network: nobody else is to know its word.
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
        os.environ["PYTHONPATH"] = os.pathsep.join(
            filter(None, [sys.path[0], os.environ.get("PYTHONPATH")])
        )
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    if address:
        ray.init(address, **quiet)
    else:
        ray.init(
            "local",
            include_dashboard=False,
            object_store_memory=_MEMORY,
            _temp_dir=own,
            **quiet,
        )
    # Ray has put handlers of its own in their places.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _disconnect() -> None:
    import ray

    late = threading.Timer(_SHUTDOWN, _end_all)
    late.daemon = True
    late.start()
    ray.shutdown()
    from cnnspec.study.cluster.sessions import end_session

    # Some of its processes don't hear that it has ended.
    end_session(os.getpid())


class _Placing:
    """Runs that Ray has been given."""

    def __init__(self, tell: Tell) -> None:
        import ray

        from cnnspec.study.cluster.task import work

        self._ray, self._tell = ray, tell
        # Whoever asked for a run decides whether it is tried again.
        self._work: Any = ray.remote(max_retries=0)(work)
        self._going_on: dict[Any, Job] = {}
        self._checked = time.monotonic()

    def serve(self, orders: "queue.SimpleQueue[Order | None]") -> int:
        """Does what it is asked for, and tells what comes of it."""
        while True:
            try:
                order = orders.get(timeout=0 if self._going_on else _WAIT)
            except queue.Empty:
                self._listen()
                if not self._machines():
                    print("Ray has lost its last machine", file=sys.stderr)
                    return 1
                continue
            if order is None:
                return 0
            if order.get("order") == "stop":
                for generator in self._going_on:
                    self._ray.cancel(generator)
            else:
                self._place(order["job"])

    def _machines(self) -> bool:
        """Whether there is a machine; they are asked for every now and then."""
        if time.monotonic() - self._checked < _CHECK:
            return True
        self._checked = time.monotonic()
        return any(node["Alive"] for node in self._ray.nodes())

    def _place(self, asked: dict[str, Any]) -> None:
        from cnnspec.study.cluster.parcels import packed
        from cnnspec.study.cluster.task import Job

        job = Job(**asked)
        there = [n["Resources"] for n in self._ray.nodes() if n["Alive"]]
        most = max((one.get("GPU", 0) for one in there), default=0)
        if job.gpus is None:
            job = job._replace(gpus=most if job.is_spread else min(1, most))
        assert job.gpus is not None
        if not any(
            one.get("CPU", 0) >= job.cpus and one.get("GPU", 0) >= job.gpus
            for one in there
        ):
            text = f"no machine has {job.cpus:g} processors and {job.gpus:g} GPUs"
            self._tell(event="refused", folder=job.folder, value=text)
            return
        files = packed(f"{job.home}/{job.folder}") if job.is_fetched else {}
        placed = self._work.options(
            num_returns="streaming",
            num_cpus=job.cpus,
            num_gpus=job.gpus,
            name=job.folder,
        )
        self._going_on[placed.remote(job, files)] = job

    def _listen(self) -> None:
        """Tells what has happened, and waits for it, though not for long."""
        if not self._going_on:
            return
        ready, _ = self._ray.wait(list(self._going_on), timeout=_WAIT)
        for generator in ready:
            job = self._going_on[generator]
            happened = self._next(generator)
            if happened is None or happened[0] not in ("begun", "went_on", "sent"):
                del self._going_on[generator]
            if happened is None:
                continue
            what, value = happened
            if what == "sent":
                self._receive(job, value)
            else:
                self._tell(event=what, folder=job.folder, value=value)

    def _next(self, generator: Any) -> tuple[str, Any] | None:
        """What a run tells next; None where it is through."""
        errors = self._ray.exceptions
        try:
            happened: tuple[str, Any] = self._ray.get(next(generator))
            return happened
        except StopIteration:
            return None
        except errors.TaskCancelledError:
            return "stopped", None
        except errors.RayTaskError as error:
            return "refused", _in_a_line(error.cause or error)
        except errors.RayError as error:
            return "died", _in_a_line(error)

    def _receive(self, job: "Job", piece: Any) -> None:
        from cnnspec.study.cluster.parcels import put

        try:
            put(f"{job.home}/{job.folder}", piece)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            print(f"{job.folder}/{piece.name}: {why}", file=sys.stderr)


def _why(error: BaseException) -> str:
    """Why there is no cluster."""
    cause = error.__cause__ or error
    if "AuthenticationError" in f"{cause}{type(cause).__name__}":
        return "it wants its token; RAY_AUTH_MODE=token in the environment sends it"
    return _in_a_line(cause)


def _in_a_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}".removesuffix(": ")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
