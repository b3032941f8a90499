"""Made-up results of a study, in the files that its runs would leave."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnspec.study.outline import Outline, Place, results_of, write_outline
from cnnspec.study.records import FAILURE, RECORD, Record, write
from cnnspec.study.results import Outcome, Results

NAN = math.nan


def run(
    folder: Path,
    variant: str,
    seed: int,
    accuracy: float,
    *,
    epochs: int = 4,
    asked: int = 4,
    reason: str = "",
    key: str = "now",
    **more: Any,
) -> Place:
    """Writes what a run leaves, and says where it is."""
    inside = f"runs/{variant.replace('/', '_')}/seed_{seed}"
    there = folder / inside
    there.mkdir(parents=True)
    record = Record(
        variant=variant,
        seed=seed,
        key="now",
        reason=reason,
        params=more.get("params", 650),
        trainable_params=more.get("params", 650),
        macs=more.get("macs", 640),
        epochs=epochs,
        epochs_asked=asked,
        seconds=more.get("seconds", 10.0 + seed),
        best=("val_accuracy", accuracy, epochs),
        test={} if reason else {"loss": more.get("loss", 0.5), "accuracy": accuracy},
        score=more.get("score", "accuracy"),
        higher_is_better=more.get("score", "accuracy") != "loss",
    )
    write(str(there), FAILURE if reason else RECORD, record)
    lines = ["epoch,accuracy,loss,val_accuracy,val_loss"]
    for epoch in range(1, epochs + 1):
        reached = accuracy * epoch / epochs
        lines.append(f"{epoch},{reached},{1 / epoch},{reached},{1.1 / epoch}")
    (there / "history.csv").write_text("\n".join(lines) + "\n")
    metrics = {more.get("held_out", "test"): {"accuracy": accuracy}}
    (there / "metrics.json").write_text(json.dumps(metrics))
    return Place(variant, seed, inside, key)


def study(
    folder: Path,
    scores: Mapping[str, Sequence[float]],
    *,
    title: str = "What helps?",
    places: Iterable[Place] = (),
    outcomes: Iterable[Outcome] = (),
    **more: Any,
) -> Results:
    """Writes a study's results, a score for each seed of each variant, and reads them.

    Args:
        folder: of its results.
        scores: by variant; the first is the reference.
        title: of the study.
        places: of further runs.
        outcomes: further variants.
        more: for all runs.
    """
    found = [
        run(folder, name, seed, score, **more)
        for name, each in scores.items()
        for seed, score in enumerate(each)
    ]
    counts = (more.get("params", 650), more.get("params", 650), more.get("macs", 640))
    variants = [Outcome(name, {}, "small.yaml", "", "", *counts) for name in scores]
    outline = Outline(
        title,
        folder.name,
        next(iter(scores)),
        (*variants, *outcomes),
        (*found, *places),
    )
    write_outline(outline, str(folder))
    return results_of(outline, str(folder))
