"""The report of a study: its tables, its pages and its pictures."""

import csv
import io
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cnnspec.app.tables.comparison import show
from cnnspec.emit.folders import template_folder
from cnnspec.ground.errors import SpecError
from cnnspec.study.outline import read_outline, results_of
from cnnspec.study.report.figures import brief, comparison
from cnnspec.study.report.histories import course
from cnnspec.study.report.numbers import number
from cnnspec.study.report.wording import Wording
from cnnspec.study.report.writing import ReportView, report, write_report
from cnnspec.study.results import LEFT_OUT, Outcome, Results
from tests.study.made import NAN, run, study

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = ["en", "ko"]


@pytest.fixture
def all_kinds(tmp_path: Path) -> Results:
    """A study in which everything happens that can."""
    folder = tmp_path / "results"
    places = [
        run(folder, "some", 0, 0.61),
        run(folder, "some", 1, 0.0, reason="out of memory"),
        run(folder, "some", 2, 0.63, key="of another variant"),
        run(folder, "early", 0, 0.70, epochs=2),
        run(folder, "early", 1, 0.72),
        run(folder, "early", 2, 0.71),
        run(folder, "blown", 0, NAN, loss=NAN),
        run(folder, "blown", 1, 0.1, loss=NAN),
        run(folder, "wide", 0, 0.66, params=6500, macs=6400),
        run(folder, "wide", 1, 0.65, params=6500, macs=6400),
        run(folder, "wide", 2, 0.68, params=6500, macs=6400),
        run(folder, "other", 0, 0.4, score="loss"),
    ]
    run(folder, "old", 0, 0.5)
    places += [run(folder, "none", k, 0.0, reason="no such file") for k in range(3)]
    counts = dict.fromkeys(("params", "trainable_params", "macs"), 650)
    names = dict.fromkeys(place.variant for place in places)
    outcomes = [Outcome(name, {"vars.a": name}, **counts) for name in names]
    outcomes.append(Outcome("deep", {}, "", LEFT_OUT, "a window is too large"))
    scores = {"base": (0.6, 0.62, 0.61), "he": (0.61, 0.6, 0.62), "<b>|*": (0.5,) * 3}
    return study(folder, scores, places=places, outcomes=outcomes)


def told(results: Results, lang: str = "en") -> dict[str, dict[str, str]]:
    """The cells of each row by the variant's name."""
    wording = Wording(comparison(results), lang)
    return {row.name: wording.cells(row) for row in wording.comparison.rows}


def test_each_variant_is_told_for_what_it_is(all_kinds: Results) -> None:
    cells = told(all_kinds)
    said = {name: (row["seeds"], row["verdict"]) for name, row in cells.items()}
    assert said == {
        "early": ("3", "better"),
        "wide": ("3", "better"),
        "base": ("3", "reference"),
        "some": ("1/3", "open: one seed"),
        "he": ("3", "within the noise"),
        "<b>|*": ("3", "worse"),
        "blown": ("1/2", "open: one seed"),
        "other": ("0/1", "another figure"),
        "deep": ("–", "left out"),
        "none": ("0/3", "failed"),
        "old": ("1", "removed"),
    }
    assert cells["base"]["score"] == "0.6100 ± 0.0100"
    assert cells["early"]["difference"] == "+0.1000 [+0.1000, +0.1000]"
    assert cells["early"]["epochs"] == "2–4/4"
    assert cells["wide"]["params"] == "650"


def test_what_is_missing_is_told_with_its_reason(all_kinds: Results) -> None:
    problems = {f.says: f.items for f in Wording(comparison(all_kinds)).problems()}
    assert problems == {
        "Left out, since they can't be built or trained": (
            "deep: a window is too large",
        ),
        "Failed": (
            "some: seed 1: out of memory",
            "none: seeds 0, 1, 2: no such file",
        ),
        "Still to come": ("some: seed 2",),
        "Diverged: the score is no number, and isn't in the mean": ("blown: seed 0",),
        "A figure of the test is no number, though the score is one and counts": (
            "blown: seed 1",
        ),
        "Compared by another figure, so without a difference": ("other: seed 0",),
        "Stopped early": ("early: seed 0: 2 of 4 epochs",),
        "No longer in the study, and kept": ("old",),
    }


@pytest.mark.parametrize(
    ("seeds", "difference", "verdict"),
    [
        (1, "–", "open: one seed"),
        (2, "+0.2000, +0.3000", "open: two seeds"),
        (3, "+0.2667 [+0.1232, +0.4101]", "better"),
    ],
)
def test_fewer_than_three_seeds_allow_no_claim(
    tmp_path: Path, seeds: int, difference: str, verdict: str
) -> None:
    scores = {"base": (0.5, 0.4, 0.5)[:seeds], "he": (0.7, 0.7, 0.8)[:seeds]}
    results = study(tmp_path, scores)
    cells = told(results)["he"]
    assert (cells["difference"], cells["verdict"]) == (difference, verdict)
    texts = Wording(comparison(results))
    found = {each.says: each.items for each in texts.findings()}
    assert [*found.values()] == [("he",)]
    assert any("better" in said.lower() for said in found) == (seeds > 2)
    picture = report(results)[1]["scores.svg"]
    assert ("95 % interval" in picture) == (verdict != "open: one seed")


def test_variants_that_set_the_same_are_told(tmp_path: Path) -> None:
    place = run(tmp_path, "again", 0, 0.5)
    again = Outcome("again", same_as="base")
    results = study(tmp_path, {"base": (0.5,)}, places=[place], outcomes=[again])
    problems = {f.says: f.items for f in Wording(comparison(results)).problems()}
    said = "Set nothing else than another variant, so alike but for chance"
    assert problems == {said: ("again: base",)}


def test_a_lower_loss_is_better_and_comes_first(tmp_path: Path) -> None:
    scores = {"base": (0.5, 0.5, 0.5), "he": (0.5, 0.5, 0.5)}
    results = study(tmp_path / "a", scores, score="loss", loss=0.4)
    cells = told(results)
    assert cells["he"]["score"] == "0.4000 ± 0.0000"
    assert cells["he"]["verdict"] == "the same"
    findings = Wording(comparison(results)).findings()
    assert [(f.says, f.items) for f in findings] == [
        ("The same from every seed", ("he",))
    ]
    assert "Test loss" in report(results)[1]["report.md"]


def test_samples_are_compared_with_those_that_trained_as_long(tmp_path: Path) -> None:
    scores = (0.9, 0.91, 0.92)
    places = [run(tmp_path, "cut", seed, 0.8, asked=2, epochs=2) for seed in range(3)]
    places += [run(tmp_path, "won", seed, f + 0.01) for seed, f in enumerate(scores)]
    cut = Outcome("cut", rungs_left=1)
    results = study(
        tmp_path, {"base": scores}, places=places, outcomes=[cut, Outcome("won")]
    )
    cells = told(results)
    assert [*cells] == ["won", "base", "cut"]
    assert (cells["cut"]["difference"], cells["cut"]["verdict"]) == (
        "–",
        "fewer epochs",
    )
    problems = Wording(comparison(results)).problems()
    assert [each.items for each in problems] == [("cut: epochs: 2",)]
    both = results._replace(reference="cut")
    assert told(both)["base"]["verdict"] == "–"


def test_validation_scores_are_not_called_test_scores(tmp_path: Path) -> None:
    results = study(tmp_path, {"base": (0.5, 0.6)}, held_out="validation")
    page = report(results)[1]["report.md"]
    assert "Validation accuracy" in page
    assert "There were no test data" in page
    assert "Test accuracy" not in page


def test_the_reference_may_have_no_score(tmp_path: Path) -> None:
    gone = Outcome("base", {}, "", LEFT_OUT, "too deep")
    results = study(tmp_path, {"he": (0.5, 0.6, 0.7)}, outcomes=[gone])
    results = results._replace(reference="base")
    assert "base, which the others are held against" in report(results)[1]["report.md"]
    assert told(results)["he"]["verdict"] == "–"


# ------------------------------------------------------------------ files


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_tables_hold_every_variant_and_every_run(all_kinds: Results) -> None:
    compared, files = report(all_kinds)
    table, runs = rows(files["table.csv"]), rows(files["runs.csv"])
    assert [row["variant"] for row in table] == [o.name for o in all_kinds.variants]
    by_name = {row["variant"]: row for row in table}
    he = by_name["he"]
    [row] = [each for each in compared.rows if each.name == "he"]
    assert row.score is not None
    assert float(he["score_mean"]) == row.score.mean
    assert float(he["difference_low"]) < 0 < float(he["difference_high"])
    assert (he["verdict"], he["runs"], he["pairs"]) == ("noise", "3", "3")
    assert by_name["deep"]["reason"] == "a window is too large"
    assert by_name["some"]["reason"] == "out of memory"
    assert by_name["some"]["set vars.a"] == '"some"'
    statuses = {name: row["status"] for name, row in by_name.items()}
    assert {statuses[name] for name in ("deep", "old", "some", "he")} == {
        "left_out",
        "removed",
        "failed",
        "complete",
    }
    assert len(runs) == sum(row.planned for row in compared.rows)
    failed = [row for row in runs if row["status"] == "failed"]
    assert [(row["variant"], row["seed"]) for row in failed] == [
        ("some", "1"),
        *(("none", f"{seed}") for seed in range(3)),
    ]
    assert runs[0]["test_accuracy"] == "0.6"


def test_every_column_is_documented(all_kinds: Results) -> None:
    page = (ROOT / "docs/studies.md").read_text("utf-8")
    told = page.partition("### The columns of table.csv")[2]
    files = report(all_kinds)[1]
    for name in ("table.csv", "runs.csv"):
        for column in rows(files[name])[0]:
            column = re.sub("^set .*", "set KEY", column)
            assert f"`{re.sub('^test_.*', 'test_FIGURE', column)}`" in told


class Page(HTMLParser):
    """What a page asks a network for, and the tags that it leaves open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.asks: list[str] = []
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(
        self, tag: str, attrs: Sequence[tuple[str, str | None]]
    ) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.asks += [found[key] or "" for key in ("src", "href") if key in found]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_one_file_that_needs_no_network(
    all_kinds: Results, lang: str
) -> None:
    text = report(all_kinds, lang)[1]["report.html"]
    page = Page(text)
    assert page.asks == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not re.search(r"@import|url\(", text)
    assert re.findall(r"https?://[^\s\"]*", text) == (
        ["http://www.w3.org/2000/svg"] * page.tags.count("svg")
    )
    assert page.tags.count("svg") == 4
    assert "b" not in {t for t in page.tags[page.tags.index("table") :] if t == "b"}
    assert "<b>|*" in page.said
    assert f'<html lang="{lang}">' in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pictures_are_svg_and_name_every_variant(all_kinds: Results, lang: str) -> None:
    files = report(all_kinds, lang)[1]
    for name in ("scores", "curves", "cost", "time"):
        root = ElementTree.fromstring(files[f"{name}.svg"])
        texts = {found.text for found in root.iter(f"{SVG}text")}
        assert {"base", "he", "wide", "early", "<b>|*"} <= texts, name
        assert "deep" not in texts
        assert "Hangul" not in texts
        said = "".join(filter(None, texts))
        assert bool(re.search("[가-힣]", said)) == (lang == "ko"), name
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for found in root.iter(f"{SVG}text"):
            if "transform" not in found.attrib:
                assert -40 <= float(found.attrib["x"]) <= width
                assert -40 <= float(found.attrib["y"]) <= height


def test_a_hostile_name_breaks_nothing(tmp_path: Path) -> None:
    name = "</svg><script>&\n|x\x1b[31m"
    scores = {name: (0.5, 0.6, 0.7), "he": (0.6, 0.7, 0.9)}
    files = report(study(tmp_path, scores, title=f"{name}?"))[1]
    for file, text in files.items():
        assert "\x1b" not in text or file.endswith(".csv")
        assert "<script" not in text.lower() or file.endswith((".csv", ".md"))
        if file.endswith(".svg"):
            ElementTree.fromstring(text)
    assert "<script" not in re.sub(r"\\<", "", files["report.md"])
    assert [row["variant"] for row in rows(files["table.csv"])] == [name, "he"]


def test_every_seed_has_its_point(tmp_path: Path) -> None:
    results = study(tmp_path, {"base": (0.5, 0.6, 0.7), "he": (0.5, 0.7, 0.9)})
    root = ElementTree.fromstring(report(results)[1]["scores.svg"])
    said = [found[0].text for found in root.iter(f"{SVG}circle")]
    assert sorted(filter(None, said)) == sorted(
        ["seed 0: 0.5000", "seed 1: 0.6000", "seed 2: 0.7000"]
        + ["seed 0: 0.5000", "seed 1: 0.7000", "seed 2: 0.9000"]
        + ["seed 0: 0.0000", "seed 1: +0.1000", "seed 2: +0.2000"]
    )


def test_many_variants_are_shown_beside_one_another(tmp_path: Path) -> None:
    names = ["base", *(f"vars.width={k},train.batch_size=8" for k in range(60))]
    scores = {name: (0.5 + k / 100, 0.6) for k, name in enumerate(names)}
    files = report(study(tmp_path, scores))[1]
    for name in ("scores", "curves", "time"):
        root = ElementTree.fromstring(files[f"{name}.svg"])
        texts = [found.text for found in root.iter(f"{SVG}text")]
        assert "base" in texts
        assert "width=59, batch_size=8" in texts
        assert "width=2, batch_size=8" not in texts
        assert "The 40 best of 61 variants; table.csv has all." in texts
    assert len(rows(files["table.csv"])) == 61


def test_a_long_name_of_the_reference_is_no_heading(tmp_path: Path) -> None:
    names = [f"vars.width={k},train.optimizer.Adam.learning_rate=0.1" for k in (1, 2)]
    results = study(tmp_path, dict.fromkeys(names, (0.5, 0.6)))
    wording = Wording(comparison(results))
    assert "Difference" in [column.heading for column in wording.columns()]
    for text in (str(wording.summary()), report(results)[1]["report.html"]):
        assert "differences are to width=1, learning_rate=0.1" in text.lower()
        # A picture says the whole name to whoever points at it.
        assert "vars." not in re.sub("<title>.*?</title>", "", text)
    page = " ".join(report(results)[1]["report.md"].replace("\\_", "_").split())
    assert "| width=2, learning_rate=0.1 | 2 |" in page
    assert "vars." not in page


@pytest.mark.parametrize(
    ("figure", "digits", "said"),
    [
        (0.91236, 4, "0.9124"),
        (-0.2, 3, "−0.200"),
        (0.0, 4, "0.0000"),
        (-2e-9, 4, "−2e-09"),
        (123456.7, 0, "123,457"),
        (2e30, 0, "2.000e+30"),
    ],
)
def test_a_figure_has_as_many_digits_as_tell(figure, digits, said) -> None:
    assert number(figure, digits) == said


def test_short_names_stay_different() -> None:
    assert brief(["base", "vars.a=1,train.b=2"]) == ["base", "a=1, b=2"]
    same = ["vars.a=1", "train.a=1"]
    assert brief(same) == same
    theirs = ["a,b", "wide, small", "vars.a=[1, 2],input=[3,4],train.x-y.b=1"]
    assert brief(theirs) == [*theirs[:2], "a=[1, 2], input=[3,4], b=1"]


def test_a_report_keeps_what_somebody_wrote(tmp_path: Path) -> None:
    results = study(tmp_path / "r", {"base": (0.5, 0.6)})
    folder = tmp_path / "out"
    first = write_report(results, str(folder))
    assert first.kept == ()
    page, table = folder / "report.md", folder / "table.csv"
    page.write_text(page.read_text() + "What we learnt.\n")
    table.write_text("mine\n")
    again = write_report(results, str(folder))
    assert set(again.kept) == {str(page), str(table)}
    assert "What we learnt." in page.read_text()
    assert {*again.kept, *again.paths} == {*first.paths}


def test_a_picture_of_an_earlier_report_goes(tmp_path: Path) -> None:
    place = run(tmp_path, "wide", 0, 0.5, params=6500)
    wide = Outcome("wide", {}, "", params=6500)
    both = study(tmp_path, {"base": (0.5,)}, places=[place], outcomes=[wide])
    folder, picture = tmp_path / "out", tmp_path / "out/cost.svg"
    write_report(both, str(folder))
    assert picture.is_file()
    alone = both._replace(variants=both.variants[:1])
    write_report(alone, str(folder))
    assert not picture.exists()
    picture.write_text("<svg/>")
    write_report(alone, str(folder))
    assert picture.read_text() == "<svg/>"


def test_a_template_of_ones_own_makes_the_page(tmp_path: Path) -> None:
    results = study(tmp_path / "r", {"base": (0.5, 0.6)})
    (tmp_path / "own/study").mkdir(parents=True)
    own = tmp_path / "own/study/report.md.j2"
    own.write_text("{{ report.title }}: {{ report.rows | length }}")
    assert (
        "What helps?: 1" in report(results, own=str(tmp_path / "own"))[1]["report.md"]
    )
    own.write_text("\n{{ report.tilte }}")
    with pytest.raises(SpecError) as raised:
        report(results, own=str(tmp_path / "own"))
    assert re.search(r"report\.md\.j2:2\b.*template", str(raised.value))


# ------------------------------------------------------------------ terminal, texts


@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
def test_the_table_fits_a_terminal(
    all_kinds: Results,
    width: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from cnnspec.app.tables.form import make_console

    monkeypatch.setenv("COLUMNS", str(width))
    show(comparison(all_kinds), make_console())
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert "seed 1: out of memory" in text
    assert ("[+0.1000, +0.1000]" in text) == (width >= 80)
    assert ("Left out to fit" in text) == (width < 200)


def texts(lang: str) -> dict[str, str]:
    """The texts of reports by their keys."""
    found = Wording(comparison(Results("", "", "", ())), lang).texts
    return {
        f"{key}.{name}" if isinstance(text, dict) else key: said
        for key, text in found.items()
        for name, said in (text.items() if isinstance(text, dict) else [("", text)])
    }


def test_every_language_says_the_same() -> None:
    english, korean = texts("en"), texts("ko")
    assert english.keys() == korean.keys()
    for key, text in english.items():
        fields = [sorted(re.findall(r"\{\w+\}", said)) for said in (text, korean[key])]
        assert set(fields[0]) == set(fields[1]), key
        assert re.search("[가-힣{]", korean[key]), key


def test_every_text_is_used() -> None:
    folder = ROOT / "cnnspec/study/report"
    code = "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    pages = (template_folder() / "study").glob("*.j2")
    code += "".join(path.read_text("utf-8") for path in pages)
    for key in texts("en"):
        name = key.partition(".")[0]
        assert re.search(rf'["\']{name}["\'.{{]', code), key


def test_every_attribute_is_used_by_a_template() -> None:
    pages = (template_folder() / "study").glob("*.j2")
    used = re.findall(
        r"report\.(\w+)", "".join(path.read_text("utf-8") for path in pages)
    )
    assert {*used} == {*ReportView._fields}


def test_a_training_that_diverges_ends_the_mean(tmp_path: Path) -> None:
    found = [{"loss": [1.0, 0.5, NAN, 9.0]}, {"loss": [1.0, 0.7, 0.6, 0.5]}, {}]
    gone = course(found, "loss")
    assert gone is not None
    assert gone.means == (1.0, 0.6)
    assert gone.single == ((1.0, 0.7, 0.6, 0.5),)
    assert course([{"loss": [NAN]}], "loss") is None


def test_an_outline_is_read_as_it_was_written(
    all_kinds: Results, tmp_path: Path
) -> None:
    outline = read_outline(str(tmp_path / "results"))
    assert outline is not None
    assert results_of(outline, str(tmp_path / "results")) == all_kinds
    (tmp_path / "study.json").write_text("[1]")
    assert read_outline(str(tmp_path)) is None
