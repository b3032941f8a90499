"""A model that was read, as the text of a spec, and what can be said for it."""

import os
from typing import Any, NamedTuple

from cnnspec.ground.errors import Diagnostic
from cnnspec.ground.source import Source
from cnnspec.judge.check import Checked, check_read, check_source
from cnnspec.judge.settings import Settings
from cnnspec.model.summary import Summary
from cnnspec.read.found import Figures, Found, Place, Unknown
from cnnspec.read.placed import FoundSource, told
from cnnspec.read.writing.spec import proved


class Imported(NamedTuple):
    """A model that was read from what isn't a spec.

    Attributes:
        source: what messages call that.
        text: the spec.
        found: what the source says, and what it doesn't.
        checked: the spec and everything that was found out about it.
        open: what the source doesn't say, as findings: an error where a shape or a
            count depends on it.
    """

    source: str
    text: str
    found: Found
    checked: Checked
    open: list[Diagnostic]

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """What the source doesn't say."""
        return self.found.unknowns

    @property
    def totals_match(self) -> bool | None:
        """Whether the spec comes to the source's own figures; None if it has none."""
        return _agree(self.found.figures, self.checked.summary)

    def is_sound(self, *, strict: bool = False) -> bool:
        """Whether the spec checks, and nothing is open that a count depends on.

        Args:
            strict: whether nothing at all may be open.
        """
        open_points = any(one.counts or strict for one in self.unknowns)
        return self.checked.ok and not open_points and self.totals_match is not False

    def report(self) -> dict[str, Any]:
        """What was read, as plain data."""
        layers = _layers(self.found.document)
        names = {name for name in layers if name}
        open_layers = names & {one.layer for one in self.unknowns if one.counts}
        return {
            "source_format": self.found.format,
            "layers": len(layers),
            "explained": len(layers) - len(open_layers),
            "unknowns": [_unknown(one) for one in self.unknowns],
            "totals_match": self.totals_match,
        }


def imported(
    source: FoundSource, path: str, settings: Settings, *, flat: bool
) -> Imported:
    """The spec of a model that was read.

    Args:
        source: the model.
        path: what messages call the spec.
        settings: which warnings are told of it.
        flat: writes layer by layer, without blocks and repeats.
    """
    origin = os.path.basename(source.path)

    def read(text: str) -> Source:
        document = Source(text, path)
        document.everywhere = settings.allow_outside
        document.held = source.held
        return document

    def tried(found: Found, *, named: bool = False) -> tuple[Found, str, Checked]:
        text, program, graph = proved(
            found, flat=flat, named=named, origin=origin, read=read
        )
        if program is None or graph is None or program.own:
            return found, text, check_source(lambda: read(text), path, (), settings)
        return found, text, check_read(program, graph, settings)

    found, text, checked = tried(source.found if flat else _recognised(source.found))
    if any(one.code == EXPECTED for one in checked.diagnostics):
        # A table whose rows stand in another order is held against names.
        other = tried(found, named=True)
        found, text, checked = other if other[2].ok else (found, text, checked)
    if not checked.ok and any(key in found.document for key in _LEARNING):
        for less in (("metrics",), _LEARNING):
            other = tried(_without(less, found, checked))
            if other[2].ok:
                found, text, checked = other
                break
    open = told(source.path, found.unknowns)
    return Imported(source.path, text, found, checked, open)


def _recognised(found: Found) -> Found:
    """The same with the models of keras.applications that are in it as layers."""
    if not found.document.get("blocks"):
        return found
    from cnnspec.read.writing.applications import with_applications

    return with_applications(found)


EXPECTED = "expected-mismatch"
_LEARNING = ("train", "data", "ensemble")
"""The sections of a spec that say nothing of the model itself."""


def _without(keys: tuple[str, ...], found: Found, checked: Checked) -> Found:
    """What was read without that which no spec may say of training.

    Args:
        keys: of `train:` or of the document, which are left out.
        found: with how the model is trained.
        checked: what was found of its spec.
    """
    first = next(one for one in checked.diagnostics if one.severity == "error")
    place = found.places.get(("train", "loss"), Place())
    why = f"it is left out: {first.message}"
    document = {k: v for k, v in found.document.items() if k not in keys}
    if "train" in document:
        train = document["train"].items()
        document["train"] = {k: v for k, v in train if k not in keys}
    lost = Unknown("", keys[0], (), why, place, False)
    return found._replace(document=document, unknowns=(*found.unknowns, lost))


def _agree(figures: Figures | None, summary: Summary | None) -> bool | None:
    if figures is None or summary is None:
        return None
    ours = summary.total_params, summary.trainable_params, summary.non_trainable_params
    theirs = figures.total, figures.trainable, figures.non_trainable
    said = [
        (one, other)
        for one, other in zip(ours, theirs, strict=True)
        if other is not None
    ]
    return all(one == other for one, other in said) if said else None


def _layers(document: dict[str, Any]) -> list[str]:
    """The names of the layers that a document writes, in blocks too."""
    steps = list(document.get("layers", ()))
    for block in document.get("blocks", {}).values():
        steps += block.get("layers", ())
    return [_name(step) for step in steps]


def _name(step: Any) -> str:
    [said] = step.values() if isinstance(step, dict) and len(step) == 1 else [None]
    return str(said.get("name", "")) if isinstance(said, dict) else ""


def _unknown(unknown: Unknown) -> dict[str, Any]:
    layer, argument, candidates, why, place, _ = unknown
    return {
        "layer": layer,
        "argument": argument,
        "candidates": list(candidates),
        "why": why,
        "line": place.line or None,
    }
