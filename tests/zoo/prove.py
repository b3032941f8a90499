"""Proves that a spec is a model of keras.applications."""

import resource
import time
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from cnnspec import api
from cnnspec.emit.keras_model import build_model, compare
from tests.zoo import weights
from tests.zoo.applications import build
from tests.zoo.match import differences, match
from tests.zoo.names import spec_path
from tests.zoo.parts import take_apart

TOLERANCE = 1e-4


class Proof(NamedTuple):
    """What was compared, and what differs."""

    name: str
    layers: int
    params: int
    macs: int | None
    seconds: float
    difference: float | None
    """The largest between two probabilities; None where none was computed."""
    differ: list[str]

    def __str__(self) -> str:
        macs = "?" if self.macs is None else f"{self.macs:,}"
        off = "not run" if self.difference is None else f"{self.difference:.1e}"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        state = f"{len(self.differ)} DIFFERENCES" if self.differ else "same"
        return (
            f"{self.name:<20} {self.layers:>5} layers {self.params:>12,} params "
            f"{macs:>15} MACs {self.seconds:6.1f} s {peak:4.1f} GB  "
            f"max difference {off}  {state}"
        )


def prove(name: str, path: Path | None = None, predict: bool = True) -> Proof:
    """Builds both models, and compares them layer by layer and by their answers.

    Args:
        name: of the spec, as in specs/zoo.
        path: of the spec, where it stands elsewhere.
        predict: whether their answers are compared too, which takes longest.
    """
    start = time.perf_counter()
    summary = api.load(path or spec_path(name)).summary
    truth = build(name)
    keras.utils.clear_session()
    model = build_model(summary.graph)
    differ = compare(model, summary)
    theirs, ours = take_apart(truth), take_apart(model)
    found = match(theirs, ours)
    differ += differences(theirs, ours, found)
    if truth.count_params() != summary.total_params:
        total = f"{truth.count_params():,} params, here {summary.total_params:,}"
        differ.append(f"the model: Keras has {total}")
    difference = None
    if predict and not differ:
        samples = samples_for(truth.input_shape)
        weights.enliven(truth, samples)
        weights.copy(theirs, ours, found)
        weights.finalize(model)
        expected = weights.answer(truth, samples)
        got = weights.answer(model, samples)
        difference = float(np.abs(expected - got).max())
        differ += _unequal(expected, got)
    return Proof(
        name,
        len(ours.parts) - len(ours.inputs),
        summary.total_params,
        summary.macs,
        time.perf_counter() - start,
        difference,
        differ,
    )


def samples_for(shape: tuple[int | None, ...]) -> np.ndarray:
    """Two images, coarse with some noise, of numbers from 0 to 255; one is darker."""
    rng = np.random.default_rng(0)
    height, width, channels = (size or 224 for size in shape[1:])
    coarse = rng.uniform(0, 255, (2, 4, 4, channels))
    rows = np.arange(height) * 4 // height
    columns = np.arange(width) * 4 // width
    images = coarse[:, rows][:, :, columns]
    images = images * 0.7 + rng.uniform(0, 255, images.shape) * 0.3
    images[1] *= 0.5
    return images.astype("float32")


def _unequal(expected: np.ndarray, got: np.ndarray) -> list[str]:
    """What is wrong with two answers, or with the comparison itself."""
    if not np.isfinite(expected).all():
        return ["the answers aren't finite, so nothing was compared"]
    apart = np.abs(expected[0] - expected[1]).max()
    if apart < 100 * TOLERANCE:
        return [f"the answers to two images differ by {apart:.0e}, which proves little"]
    off = np.abs(expected - got).max()
    if off > TOLERANCE:
        return [f"the probabilities differ by up to {off:.1e}"]
    relative = (np.abs(expected - got) / np.maximum(expected, 1e-6)).max()
    if relative > 100 * TOLERANCE:
        return [f"the probabilities differ by up to {relative:.1%} of themselves"]
    return []
