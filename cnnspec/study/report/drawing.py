"""The pictures of a comparison, with their texts."""

from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

from cnnspec.model.readable import count_text
from cnnspec.study.report import histories
from cnnspec.study.report.figures import Row, shown
from cnnspec.study.report.pictures import curves, page, points, rows
from cnnspec.study.report.pictures.axes import scale
from cnnspec.study.report.pictures.rows import Mark, Name, Panel
from cnnspec.study.report.wording import Wording
from cnnspec.study.results import REMOVED
from cnnspec.study.statistics import BETTER, WORSE

MOST = 40
"""Variants that a picture has room for."""
_COLOURS = {BETTER: page.BLUE, WORSE: page.VERMILION}


class Picture(NamedTuple):
    """A picture, or why there is none."""

    name: str
    """Of its file, without the ending."""
    title: str
    describes: str
    svg: str
    """Nothing where there is none."""
    says: str = ""
    """What is told in its place."""


def pictures(wording: Wording) -> list[Picture]:
    """All pictures for which there are figures."""
    return [picture for make in _MAKERS.values() for picture in make(wording)]


def _shown(wording: Wording, rows: tuple[Row, ...]) -> tuple[list[Row], list[str]]:
    """The rows of a picture, and the note on those that it has no room for."""
    kept = shown(rows, MOST)
    if len(kept) == len(rows):
        return kept, []
    return kept, [wording.say("shown", n=len(kept), all=len(rows))]


def _names(wording: Wording, rows: list[Row]) -> list[Name]:
    return [Name(row.name, wording.names[row.name], row.is_reference) for row in rows]


# ------------------------------------------------------------------ the scores


def _scores(wording: Wording) -> Iterator[Picture]:
    kept, notes = _shown(wording, wording.comparison.scored)
    if not kept:
        return
    panels = [_score_panel(wording, kept)]
    compared = any(row.difference and row.difference.mean is not None for row in kept)
    if compared:
        panels.append(_difference_panel(wording, kept))
    title = wording.say(f"pictures.{'scores' if compared else 'scores_alone'}")
    describes = wording.say("alt.scores")
    svg = rows.rows(
        title, describes, wording.lang, _names(wording, kept), panels, notes
    )
    yield Picture("scores", title, describes, svg)


def _colour(row: Row) -> str:
    if row.is_reference:
        return "currentColor"
    return _COLOURS.get(row.difference.verdict if row.difference else "", page.GREY)


def _score_panel(wording: Wording, kept: list[Row]) -> Panel:
    marks = []
    for row in kept:
        assert row.score is not None
        mean, off = row.score.mean, row.score.deviation
        said = [
            (f, f"{wording.say('seed', n=seed)}: {wording.score_text(f)}")
            for seed, f in row.scores.items()
            if isfinite(f)
        ]
        reach = (mean - off, mean + off) if off is not None else None
        note = wording.score_note(row)
        marks.append(Mark(said, mean, reach, _colour(row), note))
    return _panel(wording.capital_score, wording.say("scores_says"), marks)


def _difference_panel(wording: Wording, kept: list[Row]) -> Panel:
    marks = []
    for row in kept:
        found = row.difference
        if found is None or found.mean is None:
            marks.append(Mark(note=wording.verdict(row)))
            continue
        said = [
            (f, f"{wording.say('seed', n=seed)}: {wording.signed(f)}")
            for seed, f in found.by_seed
        ]
        mean = found.mean if found.interval else None
        note = wording.verdict(row)
        marks.append(Mark(said, mean, found.interval, _colour(row), note))
    says = wording.say("difference_says")
    return _panel(wording.say("difference"), says, marks, zero=0.0)


def _panel(
    title: str, says: str, marks: list[Mark], zero: float | None = None
) -> Panel:
    figures = [f for mark in marks for f, _ in mark.points]
    figures += [f for mark in marks for f in mark.reach or ()]
    if zero is not None:
        figures.append(zero)
    axis = scale(figures, 0, 1)
    return Panel(title, says, marks, axis.low, axis.high, zero)


# ------------------------------------------------------------------ the curves


def _curves(wording: Wording) -> Iterator[Picture]:
    kept, notes = _shown(wording, wording.comparison.scored)
    found = [histories.histories(row) for row in kept]
    figure = _drawn(wording.comparison.score, found)
    if figure is None:
        return
    said = wording.figure(figure)
    drawn = [
        curves.Curves(
            name.whole,
            name.brief,
            name.is_reference,
            histories.course(each, figure),
            histories.course(each, f"val_{figure}"),
            wording.spread(row.score, wording.digits),
        )
        for row, name, each in zip(kept, _names(wording, kept), found, strict=True)
    ]
    title = wording.say("pictures.curves", figure=said)
    title, describes = title[:1].upper() + title[1:], wording.say("alt.curves")
    told = curves.Words(
        title,
        describes,
        wording.say("training", figure=said),
        wording.say("validation", figure=said),
        wording.say("reference_behind"),
        wording.say("epoch"),
        [wording.say("curve_note"), *notes],
        wording.lang,
    )
    falls = not wording.comparison.higher_is_better or figure == "loss"
    yield Picture("curves", title, describes, curves.picture(drawn, told, falls=falls))


def _drawn(score: str, found: list[list[histories.History]]) -> str | None:
    """The figure whose course is drawn: the score, or else the loss."""
    names = {name for each in found for history in each for name in history}
    for figure in (score, "loss"):
        if figure in names or f"val_{figure}" in names:
            return figure
    return None


# ------------------------------------------------------------------ cost and time


def _cost(wording: Wording) -> Iterator[Picture]:
    comparison = wording.comparison
    scored = list(comparison.scored)
    found = [
        points.Point(
            name.whole,
            name.brief,
            name.is_reference,
            (row.outcome.params, row.outcome.macs),
            row.score.mean,
            row.score.deviation or 0.0,
            wording.spread(row.score, wording.digits),
        )
        for row, name in zip(scored, _names(wording, scored), strict=True)
        if row.score
    ]
    costs = [{point.costs[k] for point in found} - {None} for k in (0, 1)]
    title, describes = wording.say("pictures.cost"), wording.say("alt.cost")
    if max(map(len, costs)) < 2:
        if len(found) > 1 and all(costs):
            [params], [macs] = costs
            same = wording.say("same_cost", params=f"{params:,}", macs=count_text(macs))
            yield Picture("cost", title, describes, "", same)
        return
    note = "cost_note" if len(found) <= points.NAMED else "cost_note_many"
    headings = wording.texts["headings"]
    told = points.Words(
        title,
        describes,
        wording.capital_score,
        (headings["params"], headings["macs"]),
        [wording.say(note)],
        wording.lang,
    )
    higher = comparison.higher_is_better
    svg = points.picture(found, told, higher_is_better=higher)
    yield Picture("cost", title, describes, svg)


def _time(wording: Wording) -> Iterator[Picture]:
    ran = (row for row in wording.comparison.rows if row.seconds)
    kept, notes = _shown(wording, tuple(r for r in ran if r.outcome.state != REMOVED))
    if not kept:
        return
    panels = [_time_panel(wording, kept, "seconds")]
    taken = {run.record.epochs for row in kept for run in row.outcome.finished}
    if len(taken) > 1:
        panels.append(_time_panel(wording, kept, "epochs"))
    title, describes = wording.say("pictures.time"), wording.say("alt.time")
    svg = rows.rows(
        title, describes, wording.lang, _names(wording, kept), panels, notes
    )
    yield Picture("time", title, describes, svg)


def _time_panel(wording: Wording, kept: list[Row], key: str) -> Panel:
    """The seconds of each run, or the epochs."""
    marks = []
    for row in kept:
        spread = row.seconds if key == "seconds" else row.epochs
        assert spread is not None
        said = [
            (float(found), f"{wording.say('seed', n=run.record.seed)}: {found:g}")
            for run in row.outcome.finished
            for found in (getattr(run.record, key),)
        ]
        colour = "currentColor" if row.is_reference else page.BLUE
        marks.append(Mark(said, spread.mean, None, colour, wording.cells(row)[key]))
    return _panel(wording.say(key), wording.say("time_says"), marks, zero=0.0)


_MAKERS = {"scores": _scores, "curves": _curves, "cost": _cost, "time": _time}
NAMES = tuple(_MAKERS)
"""Of the files of pictures, without the ending."""
