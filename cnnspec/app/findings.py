"""What `cnnspec check` found: as text, JSON, GitHub's annotations, and SARIF."""

import os
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cnnspec.app.streams import say
from cnnspec.ground.errors import Diagnostic, Mark
from cnnspec.ground.source import stem
from cnnspec.ground.visible import json_text, visible
from cnnspec.judge.check import Checked
from cnnspec.language.program import Program
from cnnspec.model.summary import Summary

if TYPE_CHECKING:
    from cnnspec.judge.imported import Imported
    from cnnspec.study.plan import Plan


def text(checked: Checked) -> str:
    """A line for each diagnostic; without errors, one more with verdict and totals."""
    lines = [str(diagnostic) for diagnostic in checked.diagnostics]
    if checked.ok and checked.summary is not None:
        at = f" at {checked.at}" if checked.at else ""
        told = f"{checked.path}: {checked.verdict}: {totals(checked.summary)}{at}"
        lines.append(visible(told))
    if checked.ok and checked.study is not None:
        lines.append(visible(f"{checked.path}: ok: {study_totals(checked.study)}"))
    return "\n".join(lines)


def study_totals(plan: "Plan") -> str:
    """`study of specs/lab.yaml: 9 variants, 3 seeds each: 27 runs`."""
    left_out = sum(one.model is None for one in plan.variants)
    variants = _count(len(plan.variants) - left_out, "variant")
    seeds = _count(len(plan.study.seeds), "seed")
    text = f"study of {plan.study.base}: {variants} from {seeds}: "
    text += _count(len(plan.runs), "run")
    return text + (f"; {left_out:,} left out" if left_out else "")


def totals(summary: Summary) -> str:
    """`nin: 510 params (500 trainable, 10 not) in 3 layers, 5,000 MACs`."""
    macs = "?" if summary.macs is None else f"{summary.macs:,}"
    layers = _count(len(summary.rows), "layer")
    return f"{summary.graph.name}: {params(summary)} in {layers}, {macs} MACs"


def params(summary: Summary) -> str:
    """`510 params (500 trainable, 10 not)`; `(500 trained, then 510)` with two fits."""
    text = f"{summary.total_params:,} params"
    if summary.tuned is not None:
        then = f"then {summary.tuned.trainable_params:,}"
        text += f" ({summary.trainable_params:,} trained, {then})"
    elif still := summary.non_trainable_params:
        text += f" ({summary.trainable_params:,} trainable, {still:,} not)"
    return text


def built(checked: Checked, program: Program, summary: Summary) -> str:
    """What `build` says of a spec before it writes anything."""
    expected = program.expect is not None and any(
        given is not None for given in program.expect.given.values()
    )
    verdict = checked.verdict
    if verdict == "ok" and expected and not program.is_variant:
        verdict = "ok, as expected"
    return visible(f"{program.source.path}: {verdict}: {params(summary)}")


def closing(results: Sequence[Checked]) -> str:
    """How many specs there are, and how many errors."""
    severities = [d.severity for checked in results for d in checked.diagnostics]
    parts = [_count(len(results), "spec"), _count(severities.count("error"), "error")]
    if warnings := severities.count("warning"):
        parts.append(_count(warnings, "warning"))
    return ", ".join(parts)


def _count(number: int, thing: str) -> str:
    several = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
    return f"{number:,} {thing if number == 1 else several}"


def as_json(results: Sequence[Checked]) -> str:
    """One JSON object for all specs."""
    specs = [_spec(checked) for checked in results]
    whole = {"ok": all(checked.ok for checked in results), "specs": specs}
    return json_text(whole)


def _spec(checked: Checked) -> dict[str, Any]:
    from cnnspec.language.naming import keras_name
    from cnnspec.model.readable import LAYER_FACTS, row_data, tuned_data

    program, summary = checked.program, checked.summary
    known = program and summary and not _problems(program, summary)
    name = program.name if program else visible(stem(checked.path))
    totals = ("total_params", "trainable_params", "non_trainable_params", "macs")
    more = tuned_data(summary) if known and summary else {}
    return {
        "path": checked.path,
        "name": name,
        "keras_name": keras_name(name, "model"),
        "ok": checked.ok,
        **{key: getattr(summary, key) if known else None for key in totals},
        **more,
        "layers": (
            [
                row_data(row, summary.graph, program.source, (*LAYER_FACTS, "line"))
                for row in summary.rows
            ]
            if summary and program
            else []
        ),
        **({"study": _study(checked.study)} if checked.study else {}),
        "diagnostics": [_diagnostic(d) for d in checked.diagnostics],
    }


def _study(plan: "Plan") -> dict[str, Any]:
    from cnnspec.study.facts import plan_data

    return plan_data(plan)


def _problems(program: Program, summary: Summary) -> Sequence[object]:
    """What keeps the model's totals from being known; that they differ does not."""
    found = (*program.problems, *summary.graph.problems, *summary.problems)
    return (*program.source.problems, *found)


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    severity, code, mark, message, hint = diagnostic
    return {
        "severity": severity,
        "code": code,
        "path": mark.path,
        **({"part": mark.part} if mark.part else {}),
        "line": mark.line or None,
        "column": mark.column or None,
        "message": message,
        "hint": hint,
    }


def as_github(results: Sequence[Checked]) -> str:
    """GitHub's workflow commands, which annotate the lines of a pull request."""
    lines = [_annotation(d) for checked in results for d in checked.diagnostics]
    return "\n".join([*lines, closing(results)])


def _annotation(diagnostic: Diagnostic) -> str:
    mark = diagnostic.mark
    where = f"file={_property(mark.path)}"
    if _has_line(mark):
        where += f",line={mark.line},col={mark.column}"
    where += f",title={_property(diagnostic.code)}"
    return f"::{diagnostic.severity} {where}::{_escape(_with_place(diagnostic))}"


def _has_line(mark: Mark) -> bool:
    """Whether a place is a line of its file, and not one of a part of it."""
    return bool(mark.line) and not mark.part


def _with_place(diagnostic: Diagnostic) -> str:
    """What was found, and in front the place where that is no line of the file."""
    mark, text = diagnostic.mark, diagnostic.text
    if _has_line(mark):
        return text
    place = str(mark).removeprefix(visible(mark.path)).strip(": ")
    return f"{place}: {text}" if place else text


def _escape(text: str) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(text)


def _property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(results: Sequence[Checked]) -> str:
    """A log of SARIF (Static Analysis Results Interchange Format 2.1.0, OASIS)."""
    from cnnspec import __version__
    from cnnspec.judge.explain import explanations

    found = [d for checked in results for d in checked.diagnostics]
    rules = [
        {"id": code, "shortDescription": {"text": explanations()[code].says}}
        for code in sorted({one.code for one in found} & explanations().keys())
    ]
    driver = {"name": "cnnspec", "version": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one) for one in found],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json_text({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _result(diagnostic: Diagnostic) -> dict[str, Any]:
    from urllib.parse import quote

    mark = diagnostic.mark
    uri = quote(mark.path.replace(os.sep, "/"))
    place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if _has_line(mark):
        place["region"] = {"startLine": mark.line, "startColumn": mark.column}
    return {
        "ruleId": diagnostic.code,
        "level": diagnostic.severity,
        "message": {"text": _with_place(diagnostic)},
        "locations": [{"physicalLocation": place}],
    }


def _of_printed(read: "Imported") -> Checked:
    """What was found in a spec that is printed: no file is there by its name."""
    spec = f"spec of {read.source}"
    found = [
        one._replace(mark=one.mark._replace(path=spec))
        for one in read.checked.diagnostics
    ]
    return read.checked._replace(path=read.source, diagnostics=found)


def others(path: str, names: Sequence[str]) -> str:
    """Which models a file holds beside the one that was read."""
    several = f"{path} holds {_count(len(names), 'other model')}, too"
    return visible(f"cnnspec: {several}: {', '.join(names)}")


def tell_others(program: Program | None) -> None:
    """Says which further models the file holds that a model was read from."""
    if program is not None and program.source.others:
        say(others(program.source.path, program.source.others))


def of_import(
    read: "Imported", written: Collection[str], *, strict: bool = False
) -> Iterator[str]:
    """What `import` says of what it has read, line by line.

    Args:
        read: the model.
        written: the files that were written.
        strict: whether nothing may be open.
    """
    yield from map(str, read.open)
    if read.found.others:
        yield others(read.source, read.found.others)
    for path in written:
        yield visible(f"wrote {path}")
    checked = read.checked
    if checked.path not in written:
        checked = _of_printed(read)
    if checked.ok and not read.is_sound(strict=strict):
        count = sum(strict or found.severity == "error" for found in read.open)
        settle = "settle it" if count == 1 else "settle them"
        points = f"{_count(count, 'open point')} told above"
        yield from map(str, checked.diagnostics)
        yield visible(f"{checked.path}: checks, but for {points}; {settle} in the spec")
        return
    yield from text(checked).splitlines()
