"""Examples a second of generated scripts beside the tutorials' own code, on this CPU.

Both sides train on the same random samples, some epochs each in turn. What is timed is
the processor time of every epoch but the first, which compiles.
"""

import contextlib
import importlib.util
import io
import statistics
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import tutorials_by_hand

from cnnspec import api

ROOT = Path(__file__).parent.parent
SIZES = {
    "nin": ((28, 28, 1), 1_000, 50, 0.2),
    "mlp_ensemble": ((784,), 20_000, 32, 0.0),
}
"""A sample's shape, the samples of an epoch, those of a batch, and the part that
validates."""


class Clock(keras.callbacks.Callback):
    """Keeps the processor seconds of every epoch but the first."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.start = time.process_time()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch:
            self.seconds.append(time.process_time() - self.start)


def script(name: str) -> ModuleType:
    """The script that `cnnspec train` runs, as a module."""
    spec_file, folder = ROOT / "specs" / f"{name}.yaml", tempfile.mkdtemp()
    [path] = api.build(spec_file, folder, ["script"], style="full")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def samples(name: str) -> tuple[np.ndarray, np.ndarray]:
    shape, count, *_ = SIZES[name]
    rng = np.random.default_rng(0)
    labels = keras.utils.to_categorical(rng.integers(0, 10, count), 10)
    return rng.random((count, *shape), dtype="float32"), labels


def generated(name: str, epochs: int) -> list[float]:
    """The seconds of the epochs that the script's own code trains."""
    module, (x, y), clock = script(name), samples(name), Clock()
    module.EPOCHS = epochs
    fit = keras.Model.fit

    def timed(self: Any, *args: Any, **options: Any) -> Any:
        options["callbacks"] = [*options["callbacks"], clock]
        return fit(self, *args, **options)

    keras.Model.fit = timed
    try:
        if name == "mlp_ensemble":
            module.MEMBERS = 1
        module.load_data = lambda: ((x, y), (x[:64], y[:64]))
        module.RESULTS = Path(tempfile.mkdtemp()) / "results"
        with contextlib.redirect_stdout(io.StringIO()):
            module.main()
    finally:
        keras.Model.fit = fit
    return clock.seconds


def by_hand(name: str, epochs: int) -> list[float]:
    """The seconds of the epochs that the tutorial's code trains."""
    (x, y), clock = samples(name), Clock()
    model = getattr(tutorials_by_hand, name)()
    _, _, batch, part = SIZES[name]
    with contextlib.redirect_stdout(io.StringIO()):
        model.fit(
            x,
            y,
            epochs=epochs,
            batch_size=batch,
            validation_split=part,
            callbacks=[clock],
        )
    return clock.seconds


def ratio(name: str, rounds: int) -> float:
    """Examples a second of the script, as a multiple of the tutorial's.

    The fastest epoch of each side, in turn and in changing order: single epochs differ
    by a tenth and more on a shared machine.
    """
    found = []
    for number in range(rounds):
        sides = [generated, by_hand] if number % 2 else [by_hand, generated]
        seconds = {side: min(side(name, 6)) for side in sides}
        found.append(seconds[by_hand] / seconds[generated])
    return statistics.median(found)
