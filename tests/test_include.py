"""Files that a spec includes: what they bring, and where what is wrong is told."""

import os
import time
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.ground.source.include import carried, read_carried
from cnnspec.language.reader import read_program

CONV = """\
vars: {width: 4, rate: 0.5}
defaults:
  Conv2D: {kernel_size: 3, padding: same}
blocks:
  conv:
    params: {filters: $width}
    layers:
      - Conv2D: $filters
      - ReLU
"""
SPEC = """\
include: [blocks/conv.yaml]
input: [8, 8, 3]
layers:
  - conv
  - Conv2D: {filters: 2, kernel_size: 1}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "project"
    (project / "blocks").mkdir(parents=True)
    (project / "pyproject.toml").touch()
    monkeypatch.chdir(project)
    write("blocks/conv.yaml", CONV)
    return project


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def check(text: str = SPEC, *overrides: str) -> api.Checked:
    write("spec.yaml", text)
    return api.check("spec.yaml", overrides)


def found(text: str, *overrides: str) -> list[str]:
    return [str(one) for one in check(text, *overrides).diagnostics]


def rows(text: str, *overrides: str) -> list[tuple[str, object, int]]:
    summary = check(text, *overrides).model().summary
    return [(row.name, row.output_shape, row.params) for row in summary.rows]


def test_blocks_variables_and_defaults_are_those_of_the_file() -> None:
    assert rows(SPEC) == [
        ("conv2d", (None, 8, 8, 4), 112),
        ("re_lu", (None, 8, 8, 4), 0),
        ("conv2d_1", (None, 8, 8, 2), 10),
    ]


def test_defaults_hold_in_their_own_file_alone() -> None:
    own = (
        SPEC
        + "  - Conv2D: {filters: 2, kernel_size: 3}\ndefaults: {ReLU: {max_value: 6}}\n"
    )
    summary = check(own).summary
    assert summary
    layers = {row.name: row.layer for row in summary.rows}
    assert summary.rows[-1].output_shape == (None, 6, 6, 2)  # padding: valid
    assert layers["re_lu"].given == {}
    [unused] = found(own)
    assert "unused-default" in unused


def test_a_base_and_its_child_count_as_one_file() -> None:
    write("base.yaml", "defaults: {Conv2D: {kernel_size: 1}}\n" + SPEC)
    child = "extends: base.yaml\ndefaults: {Conv2D: {use_bias: false}}\n"
    assert [row[2] for row in rows(child)] == [112, 0, 8]


PRECEDENCE = [
    ("", (), 4),
    ("vars: {width: 5}\n", (), 5),
    ("vars: {width: 5}\n", ("vars.width=6",), 6),
    ("", ("vars.width=6",), 6),
    ("extends: base.yaml\n", (), 7),
    ("extends: base.yaml\nvars: {width: 5}\n", (), 5),
]


@pytest.mark.parametrize(("more", "overrides", "width"), PRECEDENCE)
def test_which_of_several_values_counts(
    more: str, overrides: tuple[str, ...], width: int
) -> None:
    write("base.yaml", SPEC + "vars: {width: 7}\n")
    assert rows(more + SPEC, *overrides)[0][1] == (None, 8, 8, width)


def test_a_block_of_the_spec_is_whole() -> None:
    own = SPEC + "blocks: {conv: {layers: [ReLU]}}\n"
    assert [row[0] for row in rows(own)] == ["re_lu", "conv2d"]


def test_a_parameter_goes_before_a_variable() -> None:
    assert rows(SPEC.replace("- conv", "- conv: {filters: 9}"))[0][2] == 9 * 28


def test_files_of_a_base_and_its_child_add_up() -> None:
    write("blocks/dense.yaml", "blocks: {fc: {layers: [{Dense: 3}]}}\n")
    write("bases/base.yaml", SPEC.replace("blocks/", "../blocks/"))
    child = "extends: bases/base.yaml\ninclude: [blocks/dense.yaml]\n"
    text = child + "layers: [conv, Flatten, fc]\n"
    assert [row[0] for row in rows(text)] == ["conv2d", "re_lu", "flatten", "dense"]


def test_paths_are_seen_from_the_file_that_names_them() -> None:
    write(
        "blocks/deep/unit.yaml",
        "include: [../conv.yaml]\nblocks: {unit: {layers: [conv]}}\n",
    )
    text = SPEC.replace("conv.yaml", "deep/unit.yaml").replace("- conv", "- unit")
    assert rows(text)[0][2] == 112


def test_a_file_that_two_include_is_read_once() -> None:
    for name in ("a", "b"):
        block = f"blocks: {{{name}: {{layers: [conv]}}}}\n"
        write(f"blocks/{name}.yaml", "include: [conv.yaml]\n" + block)
    text = SPEC.replace("conv.yaml", "a.yaml, blocks/b.yaml, blocks/./conv.yaml")
    assert len(rows(text.replace("- conv", "- a\n  - b"))) == 5


def test_a_spec_can_be_included_with_what_it_extends() -> None:
    write(
        "base.yaml", "input: [4]\nlayers: [Flatten]\nblocks: {unit: {layers: [ReLU]}}\n"
    )
    write("blocks/more.yaml", "extends: ../base.yaml\nlayers: [unit]\n")
    text = "include: [blocks/more.yaml]\ninput: [5]\nlayers: [unit, {Dense: 1}]\n"
    assert [row[0] for row in rows(text)] == ["re_lu", "dense"]


RIVAL = "vars: {width: 3}\nblocks: {conv: {layers: [Flatten]}}\n"
BOTH = SPEC.replace("conv.yaml", "conv.yaml, blocks/rival.yaml")


def test_two_files_that_give_one_name() -> None:
    write("blocks/rival.yaml", RIVAL)
    said = "comes from line {} of blocks/conv.yaml as well; rename one of the two, or "
    said += "give the spec a '{}' of its own"
    place = "blocks/rival.yaml:{}: error[include]: the {} '{}' "
    assert found(BOTH) == [
        place.format("1:8", "variable", "width") + said.format(1, "width"),
        place.format("2:10", "block", "conv") + said.format(5, "conv"),
    ]
    write(
        "base.yaml",
        "blocks: {conv: {layers: [{Conv2D: {filters: 1, kernel_size: 1}}]}}\n",
    )
    settled = "extends: base.yaml\n" + BOTH
    assert len(found(settled)) == 1
    assert rows(settled, "vars.width=8")[0][2] == 4


def test_a_wrong_value_is_told_where_it_stands() -> None:
    write("blocks/conv.yaml", CONV.replace("padding: same", "padding: sane"))
    [text] = found(SPEC)
    assert text.startswith(
        "blocks/conv.yaml:3:37: error[unknown-value]: Conv2D.padding"
    )
    write("blocks/conv.yaml", CONV.replace("- ReLU", "- Relu"))
    [text] = found(SPEC)
    assert text.startswith("blocks/conv.yaml:9:9: error[unknown-layer]")
    write("blocks/conv.yaml", CONV.replace("width: 4", "width: four"))
    [text] = found(SPEC)
    assert text.startswith("blocks/conv.yaml:1:15: error[wrong-type]: Conv2D.filters")
    write("blocks/conv.yaml", CONV.replace("padding: same", "padding: valid"))
    [text] = found(SPEC.replace("[8, 8, 3]", "[2, 2, 3]"))
    assert text.startswith("blocks/conv.yaml:8:9: error[shape]: 'conv2d' (Conv2D)")
    assert "in conv, called at line 4" in text
    write("blocks/conv.yaml", CONV.replace("vars:", "variables:"))
    assert any(
        "blocks/conv.yaml:1:1: error[unknown-field]" in one for one in found(SPEC)
    )


def test_a_variable_of_another_file_is_known() -> None:
    write("blocks/conv.yaml", CONV.replace("- ReLU", "- Dropout: $share"))
    [text] = found(SPEC)
    assert "blocks/conv.yaml:9:18: error[unknown-variable]: 'share'" in text
    assert [row[0] for row in rows(SPEC + "vars: {share: 0.5}\n")][1] == "dropout"


def test_nobody_has_to_use_what_a_file_brings() -> None:
    assert found(SPEC.replace("- conv", "- ReLU")) == []


def test_a_comment_that_silences_nothing_is_told_of_the_spec_alone() -> None:
    write(
        "blocks/conv.yaml", CONV.replace("- ReLU", "- ReLU  # cnnspec: ignore[shape]")
    )
    assert found(SPEC) == []


WRONG = [
    ("[blocks/missing.yaml]", "1:11", "include", "there is no such file"),
    ("[blocks/conv.yml]", "1:11", "include", "did you mean 'conv.yaml'?"),
    ("blocks/conv.yaml", "1:10", "wrong-type", "write include: [blocks/conv.yaml]"),
    ("[]", "1:10", "wrong-type", "must be a list"),
    ("[blocks/conv.yaml, 3]", "1:29", "wrong-type", "must be a list"),
    ("{a: b}", "1:10", "wrong-type", "must be a list"),
    ("[blocks]", "1:11", "include", "this is a folder"),
    ("[cnnspec:chanels]", "1:11", "include", "did you mean 'cnnspec:channels'?"),
    ("[cnnspec:../conv]", "1:11", "include", "cnnspec carries no"),
    ("[spec.yaml]", "1:11", "cycle", "spec.yaml → spec.yaml"),
    ("[../other.yaml]", "1:11", "outside-project", "lies outside of the project"),
    ("[link.yaml]", "1:11", "outside-project", "lies outside of the project"),
    ("[/etc/passwd]", "1:11", "outside-project", "lies outside of the project"),
    ("[secret.yaml]", "1:11", "include", "is no spec; name another"),
    ("[plain.yaml]", "1:11", "include", "is no spec; name another"),
]


@pytest.mark.parametrize(("names", "place", "code", "said"), WRONG)
def test_files_that_cannot_be_included(
    names: str, place: str, code: str, said: str, folder: Path
) -> None:
    (folder.parent / "other.yaml").write_text(CONV)
    Path("link.yaml").symlink_to(folder.parent / "other.yaml")
    write("secret.yaml", "password: hunter2\nuser: hunter2\n")
    write("plain.yaml", "hunter2: [\n")
    [text] = found(SPEC.replace("[blocks/conv.yaml]", names))
    assert text.startswith(f"spec.yaml:{place}: error[{code}]: ")
    assert said in text
    assert "hunter2" not in text


def test_all_files_that_are_missing_are_told() -> None:
    assert len(found(SPEC.replace("conv.yaml]", "a.yaml, blocks/b.yaml]"))) == 2


def test_circles() -> None:
    write("blocks/conv.yaml", "include: [other.yaml]\n" + CONV)
    write("blocks/other.yaml", "include: [conv.yaml]\n")
    [text] = found(SPEC)
    assert text.startswith("blocks/other.yaml:1:11: error[cycle]: ")
    assert "spec.yaml → conv.yaml → other.yaml → conv.yaml" in text
    write("blocks/conv.yaml", "extends: ../spec.yaml\n")
    assert "error[cycle]" in found(SPEC)[0]


def test_ten_thousand_files_end_in_a_message() -> None:
    names = [f"n{k}.yaml" for k in range(10_000)]
    for name in names[:150]:
        write(name, "vars: {}\n")
    start = time.perf_counter()
    [text] = found(SPEC.replace("[blocks/conv.yaml]", f"[{', '.join(names)}]"))
    assert "more than 100 files are included" in text
    assert time.perf_counter() - start < 2
    for k in range(150):
        write(f"n{k}.yaml", f"include: [n{k + 1}.yaml]\n")
    [text] = found(SPEC.replace("blocks/conv.yaml", "n0.yaml"))
    assert "more than 100 files are included" in text


def test_only_the_file_itself_can_include() -> None:
    with pytest.raises(api.OverrideError, match="only the file itself can include"):
        check(SPEC, "include=[a.yaml]")


def test_data_may_include() -> None:
    spec = {"include": ["blocks/conv.yaml"], "input": [8, 8, 3], "layers": ["conv"]}
    assert api.load(spec).summary.total_params == 112
    spec["include"] = ["blocks/none.yaml"]
    [wrong] = api.check(spec).diagnostics
    assert str(wrong.mark) == "spec['include'][0]"


def test_a_folder_s_libraries_are_no_specs() -> None:
    write("specs/net.yaml", SPEC.replace("blocks/", ""))
    write("specs/conv.yaml", CONV)
    assert api.find_specs("specs") == [os.path.join("specs", "net.yaml")]
    [wrong] = api.check("specs/conv.yaml").diagnostics
    assert "include: [conv.yaml]" in wrong.hint


@pytest.mark.parametrize("name", carried())
def test_carried_blocks_can_be_read(name: str) -> None:
    problems = read_program(read_carried(name)).problems
    assert {p.code for p in problems} <= {"missing-field"}
    write("spec.yaml", f"include: [{name}]\ninput: [8, 8, 4]\nlayers: [Flatten]\n")
    assert not api.check("spec.yaml").diagnostics


def test_a_carried_block_builds() -> None:
    text = "include: [cnnspec:channels]\ninput: [8, 8, 32]\n"
    text += "layers: [{squeeze_excite: {ratio: 4}}]\n"
    assert check(text).model().summary.total_params == 32 * 8 + 8 + 8 * 32 + 32


def test_a_mistake_in_a_call_of_a_carried_block_is_told_at_the_call() -> None:
    text = "include: [cnnspec:channels]\ninput: [8, 8, 32]\n"
    text += "layers: [squeeze_excite: {rate: 4}]\n"
    [wrong] = found(text)
    assert wrong.startswith("spec.yaml:3:27: error[unknown-parameter]")


def test_comments_of_an_included_file_stand_in_the_script() -> None:
    write(
        "blocks/conv.yaml",
        CONV.replace("      - ReLU", "      # Cuts off.\n      - ReLU"),
    )
    write("spec.yaml", SPEC)
    [path] = api.build("spec.yaml", "out", ["script"])
    script = Path(path).read_text()
    assert "# Cuts off." in script
    assert "WIDTH = 4" in script
    assert "RATE" not in script
