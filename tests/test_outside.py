"""What a spec names is read in its project alone, and nothing else is told of it."""

import os
import time
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.app import findings

SPEC = "input: [4]\nlayers: [Flatten]\n"
EXTENDS = "extends: NAME\n"
INCLUDE = f"include: [NAME]\n{SPEC}"
SUMMARY = f"{SPEC}expect: {{summary: NAME}}\n"
SECRET = "hunter2-canary"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project beside a folder that is none of it."""
    folder = tmp_path / "project"
    (folder / "specs").mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    (folder / "base.yaml").write_text(SPEC)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "base.yaml").write_text(SPEC)
    monkeypatch.chdir(folder)
    return folder


def codes(text: str, name: str, **chosen: bool) -> list[str]:
    Path("specs/spec.yaml").write_text(text.replace("NAME", name))
    found = api.check("specs/spec.yaml", **chosen).diagnostics
    return [found.code for found in found]


@pytest.mark.parametrize("text", [EXTENDS, INCLUDE, SUMMARY])
@pytest.mark.parametrize(
    "name",
    [
        "../../other/base.yaml",
        "../../other/missing.yaml",
        "../link.yaml",
        "../folder/base.yaml",
        "../folder/../base.yaml",
        "/dev/zero",
        "/dev/stdin",
        "/etc/passwd",
        "/proc/self/environ",
        "~/../../../etc/passwd",
    ],
)
def test_files_of_others_are_refused(text: str, name: str, tmp_path: Path) -> None:
    Path("link.yaml").symlink_to(tmp_path / "other" / "base.yaml")
    Path("folder").symlink_to(tmp_path / "other")
    assert codes(text, name) == ["outside-project"]
    [found] = api.check("specs/spec.yaml").diagnostics
    assert found.mark.path == "specs/spec.yaml"


@pytest.mark.parametrize("name", ["../base.yaml", "../link.yaml", "../a/../base.yaml"])
def test_files_of_the_project_are_read(name: str) -> None:
    Path("link.yaml").symlink_to("base.yaml")
    Path("a").mkdir()
    assert codes(EXTENDS, name) == []


def test_an_option_and_a_setting_allow_it() -> None:
    name = "../../other/base.yaml"
    assert codes(EXTENDS, name, allow_outside=True) == []
    Path("pyproject.toml").write_text("[tool.cnnspec]\nallow-outside = true\n")
    assert codes(EXTENDS, name) == []
    assert codes(EXTENDS, name, allow_outside=False) == ["outside-project"]


def test_a_repository_is_a_project_too() -> None:
    Path("pyproject.toml").rename("specs/pyproject.toml")
    assert codes(EXTENDS, "../base.yaml") == ["outside-project"]
    Path("specs/pyproject.toml").rename("pyproject.toml")
    Path("specs/.git").mkdir()
    assert codes(EXTENDS, "../base.yaml") == ["outside-project"]


def test_without_a_project_it_is_the_folder_around(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("pyproject.toml").unlink()
    assert codes(EXTENDS, "../base.yaml") == []
    monkeypatch.chdir("specs")
    [found] = api.check("spec.yaml").diagnostics
    assert found.code == "outside-project"
    monkeypatch.chdir("/")
    [found] = api.check(project / "specs" / "spec.yaml").diagnostics
    assert found.code == "outside-project"


def test_a_base_of_another_folder_stays_in_the_project_of_the_spec() -> None:
    Path("nested").mkdir()
    Path("nested/pyproject.toml").touch()
    Path("nested/base.yaml").write_text("extends: ../base.yaml\n")
    assert codes(EXTENDS, "../nested/base.yaml") == []


NO_SPECS = [
    f"root:x:0:0:{SECRET}:/root:/bin/bash\n{SECRET}:x:1:1::/:/bin/sh\n",
    f"{SECRET}\n",
    f"- {SECRET}\n- b\n",
    f"PASSWORD={SECRET}\nexport TOKEN={SECRET}\n",
    f"password: {SECRET}\nuser: {SECRET}\n",
    f"{SECRET}: 1\n{SECRET}: 2\n",
    f'{{"auths": {{"{SECRET}": {{"auth": "{SECRET}"}}}}}}\n',
    f"apiVersion: v1\nkind: Secret\ndata: {{password: {SECRET}}}\n",
    f"name: {SECRET}\nlabel: x\nkind: !{SECRET} y\n",
    f"[default]\naws_access_key_id = {SECRET}\n",
    f"@{SECRET}\n",
    f"a: '{SECRET}\n",
    f"key: {SECRET}: x\n",
    f"\t{SECRET}\n",
    f"{SECRET}\x1b\n",
    f"*{SECRET}\n",
    f"import os\nprint('{SECRET}')\n",
    f"-----BEGIN KEY-----\n{SECRET}\n-----END KEY-----\n",
    "",
]


@pytest.mark.parametrize("content", NO_SPECS)
@pytest.mark.parametrize("text", [EXTENDS, INCLUDE, SUMMARY])
def test_nothing_is_told_of_a_file_that_is_no_spec(text: str, content: str) -> None:
    Path("secret").write_text(content)
    assert len(codes(text, "../secret")) == 1
    checked = api.check("specs/spec.yaml")
    for printed in (findings.text(checked), findings.as_json([checked])):
        assert SECRET not in printed


def test_what_is_wrong_in_a_base_is_told() -> None:
    Path("base.yaml").write_text(f"{SPEC}vars: {{a: [}}\n")
    Path("specs/spec.yaml").write_text("extends: ../base.yaml\n")
    [found] = api.check("specs/spec.yaml").diagnostics
    assert (found.mark.path, found.mark.line) == ("specs/../base.yaml", 3)


@pytest.mark.parametrize("text", [EXTENDS, INCLUDE, SUMMARY])
@pytest.mark.parametrize("name", ["/dev/zero", "../pipe", "..", "../circle", "../huge"])
def test_what_is_no_file_ends_in_a_line_soon(text: str, name: str) -> None:
    os.mkfifo("pipe")
    Path("circle").symlink_to("circle")
    with open("huge", "wb") as file:
        file.truncate(2**40)
    start = time.monotonic()
    assert len(codes(text, name, allow_outside=True)) == 1
    assert time.monotonic() - start < 2


def test_a_long_chain_of_bases_ends() -> None:
    for number in range(2000):
        Path(f"specs/{number}.yaml").write_text(f"extends: {number + 1}.yaml\n")
    Path("specs/2000.yaml").write_text(SPEC)
    [found] = api.check("specs/0.yaml").diagnostics
    assert "more than 50 files extend one another" in found.message
    assert not api.check("specs/1960.yaml").diagnostics
