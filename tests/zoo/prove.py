"""Proves that a spec and its script are a model of keras.applications."""

import gc
import resource
import time
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model, compare
from cnnspec.emit.keras_live.published import withheld
from cnnspec.emit.keras_script.script import render_script
from tests.emit import same
from tests.zoo import rows, weights
from tests.zoo.applications import build
from tests.zoo.match import differences, match
from tests.zoo.names import APPLICATIONS, spec_path
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
    script: float | None
    """The largest between two outputs of the script's model and of the Graph's."""
    differ: list[str]

    def __str__(self) -> str:
        macs = "?" if self.macs is None else f"{self.macs:,}"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        state = f"{len(self.differ)} DIFFERENCES" if self.differ else "same"
        return (
            f"{self.name:<20} {self.layers:>5} layers {self.params:>12,} params "
            f"{macs:>15} MACs {self.seconds:6.1f} s {peak:4.1f} GB  max difference: "
            f"Keras {_shown(self.difference)}, script {_shown(self.script)}  {state}"
        )


def _shown(difference: float | None) -> str:
    return "none" if difference is None else f"{difference:.1e}"


def prove(
    name: str, path: Path | None = None, predict: bool = True, sizes: bool = True
) -> Proof:
    """Compares the model of a spec with those of keras.applications and its script.

    Args:
        name: of the spec, as in specs/zoo.
        path: of the spec, where it stands elsewhere.
        predict: whether their answers are compared too, which takes longest.
        sizes: whether its rows are compared at other sizes of images too.
    """
    start = time.perf_counter()
    program, summary, *_ = api.load(path or spec_path(name))
    keras.utils.clear_session()
    with withheld():
        model = build_model(summary.graph)
    differ = compare(model, summary)
    difference = None
    if name in APPLICATIONS:
        found, difference = _against_keras(name, model, predict and not differ)
        differ += found
        differ += rows.unlike(APPLICATIONS[name].function) if sizes else ()
        # Layers and what they gave refer to one another; a large model must not wait
        # until Python happens to look for that.
        gc.collect()
    found, script = _against_script(
        render_script(program, summary, style="full"), model, predict
    )
    differ += found
    return Proof(
        name,
        len(summary.rows),
        summary.total_params,
        summary.macs,
        time.perf_counter() - start,
        difference,
        script,
        differ,
    )


Found = tuple[list[str], float | None]
"""What differs, and how far the outputs are apart where they were computed."""


def _against_keras(name: str, model: Any, predict: bool) -> Found:
    """Layer by layer, and by the answers with lively weights, which the model keeps."""
    truth = build(name)
    theirs, ours = take_apart(truth), take_apart(model)
    pairs = match(theirs, ours)
    differ = list(differences(theirs, ours, pairs))
    if truth.count_params() != model.count_params():
        total = f"{truth.count_params():,} params, here {model.count_params():,}"
        differ.append(f"the model: Keras has {total}")
    if differ or not predict:
        return differ, None
    samples = samples_for(truth.input_shape)
    weights.enliven(truth, samples)
    weights.copy(theirs, ours, pairs)
    weights.finalize(model)
    expected = weights.answer(truth, samples)
    got = weights.answer(model, samples)
    return _unequal(expected, got), float(np.abs(expected - got).max())


def _against_script(script: str, model: Any, predict: bool) -> Found:
    """The model that the script builds, with the weights of the Graph's copied over."""
    theirs = same.built(script)
    differ = same.differences(theirs, model)
    if differ or not predict:
        return differ, None
    apart = same.distance(theirs, model)
    if not apart <= same.TOLERANCE:
        differ.append(f"the outputs of the script's model differ by {apart:.1e}")
    return differ, apart


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
