"""A target is a folder: nothing else has to know of it."""

import sys
from pathlib import Path

import pytest

import cnnspec.emit
from cnnspec import api
from cnnspec.emit import targets
from cnnspec.emit.write import is_sealed
from tests.test_cli import Run, run

__all__ = ["run"]  # a fixture

NIN = Path(__file__).parents[2] / "specs" / "nin.yaml"
LISTING = """
from cnnspec.emit.write import seal_text


class Listing:
    name, ending, usual = "listing", ".txt", False

    def refuse(self, model):
        pass

    def make(self, model, options):
        return seal_text(f"{model.summary.graph}\\n", options.lang)


TARGETS = (Listing(),)
"""


def test_targets_in_their_order() -> None:
    ours = ["keras", "script", "notebook", "svg", "worksheet"]
    assert [name for name in targets.targets() if name in ours] == ours
    assert targets.usual_targets() == ["keras", "script"]


@pytest.fixture
def another_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "emit" / "listing"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "target.py").write_text(LISTING)
    paths = [*cnnspec.emit.__path__, str(tmp_path / "emit")]
    monkeypatch.setattr(cnnspec.emit, "__path__", paths)
    targets.targets.cache_clear()
    yield
    targets.targets.cache_clear()
    for name in [name for name in sys.modules if name.startswith("cnnspec.emit.list")]:
        del sys.modules[name]


@pytest.mark.usefixtures("another_target")
def test_a_folder_adds_a_target(run: Run, tmp_path: Path) -> None:
    ended = run("build", str(NIN), "--to", "listing", "-o", str(tmp_path))
    assert ended.code == 0, ended
    written = (tmp_path / "nin.txt").read_text()
    assert is_sealed(written.encode())
    assert "conv2d: Conv2D(" in written
    wrong = run("build", str(NIN), "--to", "pdf")
    assert wrong.code == 2
    assert "'listing'" in wrong.err


def test_everything_is_made_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> str:
        raise RuntimeError("no picture")

    picture = targets.targets()["svg"]
    monkeypatch.setattr(type(picture), "make", fails)
    with pytest.raises(RuntimeError, match="no picture"):
        api.build(api.load(NIN), tmp_path, ["script", "svg"])
    assert list(tmp_path.iterdir()) == []
