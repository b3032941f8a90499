"""What a reader is told of a comparison, word by word and number by number.

A table of a terminal, of a Markdown file and of a page say the same in other looks.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from cnnspec.emit.words import words
from cnnspec.ground.visible import visible
from cnnspec.model.readable import count_text
from cnnspec.study.report.figures import Comparison, Row, brief, common
from cnnspec.study.report.numbers import MINUS, decimals, number, places_of
from cnnspec.study.results import LEFT_OUT, REMOVED, VALIDATION
from cnnspec.study.statistics import (
    BETTER,
    NOISE,
    NONE,
    ONE,
    TWO,
    WORSE,
    Difference,
    Spread,
)

NOTHING = "–"
_NAMED, _FIRST = 8, 5
"""Variants that a sentence names; of more the first, and how many others there are."""
_LONGEST = 20
"""Letters of the reference's name in a heading."""
_SEVERAL = 5
"""Intervals of which one may well leave out 0 by chance."""
_LEAST_DOUBTFUL = 1
_SAME = "same"
"""Of a difference that is 0 from every seed."""


class Column(NamedTuple):
    """A column of the table."""

    key: str
    heading: str
    is_text: bool = False
    """Whether it stands to the left, as words do."""


class Found(NamedTuple):
    """What was found, or is missing, and of which variants."""

    says: str
    items: tuple[str, ...]


class Wording:
    """The texts of a comparison in one language.

    Attributes:
        names: what each variant is called, in short where that leaves them different.
    """

    def __init__(
        self, comparison: Comparison, lang: str = "en", own: str | None = None
    ) -> None:
        """Reads the texts.

        Args:
            comparison: what is to be told.
            lang: the code of a language.
            own: a folder of templates of one's own.
        """
        self.comparison, self.lang = comparison, lang
        self.texts: dict[str, Any] = dict(words("study", lang, own))
        names = [row.name for row in comparison.rows]
        self.names = dict(zip(names, map(visible, brief(names)), strict=True))
        reference = comparison.results.reference
        self.reference = self.names.get(reference, visible(reference))
        self.held_out = comparison.results.held_out()
        rows = comparison.scored
        self.digits = decimals(f for row in rows for f in row.scores.values())
        self._bests = decimals(row.best.mean for row in comparison.rows if row.best)

    def say(self, key: str, /, **values: object) -> str:
        """A text with what stands in `{ }` filled in; dots lead into a mapping."""
        found: Any = self.texts
        for part in key.split("."):
            found = found[part]
        values.setdefault("reference", self.reference)
        return str(found).format(**values)

    # -------------------------------------------------------------- what it is about

    @property
    def score(self) -> str:
        """What variants are compared by: `test accuracy`."""
        figure = self.figure(self.comparison.score)
        return self.say(f"scores.{self.held_out}", figure=figure)

    @property
    def capital_score(self) -> str:
        """The same as a heading."""
        return self.score[:1].upper() + self.score[1:]

    def figure(self, name: str) -> str:
        """What a figure is called."""
        return str(self.texts["figures"].get(name, name))

    def summary(self) -> list[str]:
        """How much there is, and how it is compared."""
        comparison = self.comparison
        rows = [row for row in comparison.rows if row.outcome.state != REMOVED]
        higher = "higher" if comparison.higher_is_better else "lower"
        told = [
            self.say(
                "summary",
                variants=f"{len(rows):,}",
                finished=f"{sum(len(row.outcome.finished) for row in rows):,}",
                planned=f"{sum(row.planned for row in rows):,}",
                score=self.score,
                direction=self.say(higher),
            )
        ]
        reference = comparison.reference
        if len(comparison.rows) > 1:
            scored = reference is not None and reference.score
            told.append(self.say("to_reference" if scored else "no_reference"))
        return told

    def findings(self) -> list[Found]:
        """Which variants are better, worse, or can't be told apart."""
        found = []
        for verdict in (BETTER, WORSE, _SAME, NOISE, TWO, ONE, NONE):
            names = [
                self.names[row.name]
                for row in self.comparison.rows
                if row.difference and _verdict(row.difference) == verdict
            ]
            if names:
                found.append(Found(self.say(f"found.{verdict}"), self._some(names)))
        return found

    def _some(self, names: Sequence[str]) -> tuple[str, ...]:
        if len(names) <= _NAMED:
            return tuple(names)
        return (*names[:_FIRST], self.say("more", n=len(names) - _FIRST))

    def problems(self) -> list[Found]:
        """What isn't there or not whole, of which variants and why."""
        told: dict[str, list[str]] = {}
        for row in self.comparison.rows:
            name = self.names[row.name]
            for kind, text in self._problems(row):
                said = f"{name}: {visible(text)}" if text else name
                told.setdefault(kind, []).append(said)
        return [
            Found(self.say(f"problems.{kind}"), tuple(told[kind]))
            for kind in self.texts["problems"]
            if kind in told
        ]

    def _problems(self, row: Row) -> Iterator[tuple[str, str]]:
        """The kind of each thing that is to be told of a variant, and its text."""
        outcome = row.outcome
        if outcome.state == LEFT_OUT:
            yield "left_out", outcome.reason
        if outcome.state == REMOVED:
            yield "removed", ""
        elif outcome.unasked:
            yield "removed", self._seeds(outcome.unasked)
        if outcome.rungs_left and outcome.finished:
            yield "halved", self.say("halved", n=row.epochs_asked)
        for reason in dict.fromkeys(reason for _, reason in outcome.failed):
            seeds = [seed for seed, why in outcome.failed if why == reason]
            yield "failed", f"{self._seeds(seeds)}: {reason}"
        for kind, found in (
            ("missing", outcome.missing),
            ("diverged", row.diverged),
            ("overflowed", row.overflowed),
            ("uncounted", row.uncounted),
        ):
            if found:
                yield kind, self._seeds(found)
        if row.stopped_early:
            yield "early", self._early(row)
        if other := outcome.same_as:
            yield "same", self.names.get(other, visible(other))

    def _early(self, row: Row) -> str:
        """Which runs of a variant stopped early, and when."""
        runs = [run.record for run in row.outcome.finished if run.stopped_early]
        return self.say(
            "early",
            seeds=self._seeds(record.seed for record in runs),
            epochs=", ".join(f"{record.epochs}" for record in runs),
            asked=row.epochs_asked,
        )

    def _seeds(self, seeds: Iterable[int]) -> str:
        found = [f"{seed}" for seed in seeds]
        return self.say("seed" if len(found) == 1 else "seeds", n=", ".join(found))

    def notes(self) -> list[str]:
        """How the numbers are to be read."""
        rows = self.comparison.rows
        intervals = sum(
            row.difference is not None and row.difference.interval is not None
            for row in rows
        )
        kinds = ["spread"]
        if any(row.difference for row in rows):
            kinds.append("paired")
        if intervals:
            kinds.append("noise")
        told = [self.say(f"notes.{kind}") for kind in kinds]
        if intervals >= _SEVERAL:
            chance = max(round(0.05 * intervals), _LEAST_DOUBTFUL)
            told.append(self.say("notes.several", n=intervals, k=chance))
        if intervals:
            told.append(self.say("notes.seeds"))
        if self.held_out == VALIDATION:
            told.append(self.say("notes.validation"))
        elif any(row.best for row in rows):
            told.append(self.say("notes.best"))
        return [*told, self.say("notes.seconds")]

    # -------------------------------------------------------------- the table

    def columns(self) -> list[Column]:
        """Those of the table; what no variant has is left out."""
        rows = self.comparison.rows
        heading = self.texts["headings"]
        found = [
            Column("variant", heading["variant"], True),
            Column("seeds", heading["seeds"]),
            Column("score", self.capital_score),
        ]
        if any(row.difference for row in rows):
            short = len(self.reference) <= _LONGEST
            said = self.say("headings.difference" if short else "headings.alone")
            found.append(Column("difference", said))
            found.append(Column("verdict", heading["verdict"], True))
        if any(row.best for row in rows):
            figure = common(row.best_figure for row in rows)
            said = self.say("headings.best_of", figure=figure)
            found.append(Column("best", said if figure else heading["best"]))
        found += [Column(key, heading[key]) for key in ("params", "macs")]
        return [*found, *(Column(k, heading[k]) for k in ("epochs", "seconds"))]

    def cells(self, row: Row) -> dict[str, str]:
        """What stands in a row of the table, by the columns' keys."""
        outcome = row.outcome
        best = self.spread(row.best, self._bests)
        several = not common(each.best_figure for each in self.comparison.rows)
        return {
            "variant": self.names[row.name],
            "seeds": self.counted(row),
            "score": self.spread(row.score, self.digits),
            "difference": self.difference(row),
            "verdict": self.verdict(row),
            "best": f"{best} {row.best_figure}" if row.best and several else best,
            "params": NOTHING if outcome.params is None else f"{outcome.params:,}",
            "macs": NOTHING if outcome.macs is None else count_text(outcome.macs),
            "epochs": self._epochs(row),
            "seconds": self.spread(row.seconds, places_of(row.seconds)),
        }

    def counted(self, row: Row) -> str:
        """How many seeds have a score: `3`, or `2/3`."""
        count = row.score.size if row.score else 0
        if count == row.planned:
            return f"{count}" if count else NOTHING
        return f"{count}/{row.planned}"

    def score_note(self, row: Row) -> str:
        """The score, and of how many seeds it is where some have none."""
        said = self.spread(row.score, self.digits)
        whole = row.score is not None and row.score.size == row.planned
        return said if whole else f"{said} ({self.counted(row)})"

    def _epochs(self, row: Row) -> str:
        if row.epochs is None:
            return NOTHING
        least, most = f"{row.epochs.least:.0f}", f"{row.epochs.most:.0f}"
        taken = least if least == most else f"{least}–{most}"
        if row.stopped_early:
            return f"{taken}/{row.epochs_asked}"
        return taken

    def spread(self, found: Spread | None, digits: int) -> str:
        """`0.9712 ± 0.0031`."""
        if found is None:
            return NOTHING
        mean = number(found.mean, digits)
        if found.deviation is None:
            return mean
        return f"{mean} ± {number(found.deviation, digits)}"

    def score_text(self, figure: float) -> str:
        """A score, with as many digits as the table's have."""
        return number(figure, self.digits)

    def difference(self, row: Row) -> str:
        """`+0.0112 [+0.0051, +0.0173]`, or the two differences of two seeds."""
        found = row.difference
        if found is None or found.verdict in (ONE, NONE) or found.mean is None:
            return NOTHING
        if found.interval is None:
            return ", ".join(self.signed(figure) for _, figure in found.by_seed)
        low, high = map(self.signed, found.interval)
        return f"{self.signed(found.mean)} [{low}, {high}]"

    def signed(self, figure: float) -> str:
        """A difference with its sign."""
        said = number(abs(figure), self.digits)
        if not float(said.replace(",", "")):
            return said
        return f"{MINUS if figure < 0 else '+'}{said}"

    def verdict(self, row: Row) -> str:
        """What a difference allows to say."""
        if row.is_reference or row.outcome.state:
            return self.say(f"verdicts.{row.outcome.state or 'reference'}")
        if row.score is None and row.planned:
            status = row.outcome.status
            if row.outcome.finished:
                status = "diverged" if row.scores else "uncounted"
            return self.say(f"verdicts.{status}")
        if row.difference is None:
            halved = row.score and row.outcome.rungs_left
            return self.say("verdicts.halved") if halved else NOTHING
        return self.say(f"verdicts.{_verdict(row.difference)}")


def _verdict(difference: Difference) -> str:
    """What a difference says, told by whether there is any."""
    return _SAME if difference.interval == (0.0, 0.0) else difference.verdict
