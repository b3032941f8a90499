"""The wheel works alone: built, installed in a new environment, run far from here."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

# The tests here share one wheel, so they stay on one worker.

ROOT = Path(__file__).parents[1]
SCALED = """
input: [8, 8, 4]
layers:
  - LayerScale: {init_values: 1e-6, projection_dim: 4}
"""
PACKAGED = {
    "cnnspec": ROOT / "cnnspec",
    "cnnspec/templates": ROOT / "templates",
    "cnnspec/zoo": ROOT / "specs" / "zoo",
}


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed, without this process's Python settings."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build as a release is built: the wheel from an sdist of the tree."""
    dist = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "-o", dist, ROOT, cwd=dist)
    [wheel] = dist.glob("*.whl")
    return wheel


def test_wheel_holds_every_file_of_the_package_and_the_templates(wheel: Path) -> None:
    expected = {
        f"{prefix}/{path.relative_to(folder).as_posix()}"
        for prefix, folder in PACKAGED.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"cnnspec/__init__.py", "cnnspec/py.typed"} <= expected
    assert "cnnspec/templates/layers/LayerScale.py" in expected

    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert {name for name in names if ".dist-info/" not in name} == expected


def test_wheel_builds_specs_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp_path)
    scripts = venv / ("Scripts" if os.name == "nt" else "bin")
    lend_dependencies(scripts / "python", tmp_path)
    pip = [sys.executable, "-m", "pip", "--python", scripts / "python", "-q"]
    run(*pip, "install", "--no-index", "--no-deps", wheel, cwd=tmp_path)
    folder = tmp_path / "empty"
    folder.mkdir()
    shutil.copy(ROOT / "specs" / "digits_cnn.yaml", folder)
    (folder / "scaled.yaml").write_text(SCALED, encoding="utf-8")

    find = "import cnnspec; print(cnnspec.__file__)"
    found = run(scripts / "python", "-c", find, cwd=folder).stdout.strip()
    build = [scripts / "cnnspec", "build", "digits_cnn.yaml", "scaled.yaml"]
    run(*build, "--to", "script", "-o", "out", cwd=folder)

    assert Path(found).is_relative_to(venv)
    script = (folder / "out" / "digits_cnn.py").read_text(encoding="utf-8")
    assert "model = keras.Sequential(" in script
    script = (folder / "out" / "scaled.py").read_text(encoding="utf-8")
    assert "class LayerScale(" in script
    for code in ("tuple", "unused-layer"):  # a page, and a rule
        told = run(scripts / "cnnspec", "explain", code, cwd=folder).stdout
        assert "Right:" in told


def lend_dependencies(python: Path, cwd: Path) -> None:
    """Let a new environment see the packages installed here, but not the checkout.

    The packages of a folder named in a `.pth` file are found, but the `.pth` files in
    that folder are not read, and an editable install of cnnspec is nothing else.
    """
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run(python, "-c", where, cwd=cwd).stdout.strip())
    lenders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "lent.pth").write_text("\n".join(sorted(lenders)), encoding="utf-8")
