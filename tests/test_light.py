"""What `pip install` brings without an extra is small, and enough for most commands.

Installs the wheel with its dependencies into an environment of its own, so it needs a
package registry; pip keeps what it has fetched.
"""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cnnspec.app.table import COMMANDS
from cnnspec.emit import packages
from cnnspec.emit.packages import BACKENDS, EXTRAS, install_line
from tests.test_wheel import run, wheel

__all__ = ["wheel"]  # a fixture

ROOT = Path(__file__).parents[1]
MOST = 60 * 2**20
"""Bytes that an install may bring."""
KERAS = "wants pip install 'cnnspec[tensorflow]'"

Light = tuple[Path, Path]
"""The folder of an environment's programs, and one to work in."""


def size(folder: Path) -> int:
    """Bytes that the files of a folder take on a disk of blocks of 4 KiB."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sum(-(-file.stat().st_size // 4096) * 4096 for file in files)


@pytest.fixture(scope="module")
def light(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Light]:
    folder = tmp_path_factory.mktemp("light")
    venv = folder / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=folder)
    scripts = venv / ("Scripts" if os.name == "nt" else "bin")
    before = size(venv)
    pip = [sys.executable, "-m", "pip", "--python", scripts / "python", "-q"]
    run(*pip, "--disable-pip-version-check", "install", wheel, cwd=folder)
    assert size(venv) - before <= MOST
    work = folder / "work"
    work.mkdir()
    spec = ROOT / "specs" / "digits_cnn.yaml"
    (work / "digits.yaml").write_bytes(spec.read_bytes())
    code = "from keras import Sequential, layers\n"
    code += "model = Sequential([layers.Dense(2, input_shape=(3,))])\n"
    (work / "small.py").write_text(code, encoding="utf-8")
    results = work / "results" / "digits"
    results.mkdir(parents=True)
    left = {"test": {"accuracy": 0.9}, "parameters": 5160, "seed": 1, "seconds": 9.0}
    (results / "metrics.json").write_text(json.dumps(left), encoding="utf-8")
    yield scripts, work


def ended(light: Light, *typed: str, **environment: str) -> tuple[int, str, str]:
    """How a command ends, and what it prints."""
    scripts, work = light
    # Else the checkout of the tests would be found in the place of the wheel.
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH",)}
    kept.pop("KERAS_BACKEND", None)
    done = subprocess.run(
        [scripts / "cnnspec", *typed],
        cwd=work,
        env=kept | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "bug in cnnspec" not in done.stderr
    return done.returncode, done.stdout, done.stderr


WORKS = {
    "check digits.yaml": "ok: digits_cnn: 5,160 params",
    "check --format json digits.yaml": '"ok": true',
    "show digits.yaml --why": "90·50 + 50 = 4,550",
    "show digits.yaml --graph --lang ko": "</svg>",
    "show digits.yaml --graph --look volumes": "</svg>",
    "show digits.yaml --format html": "</html>",
    "diff digits.yaml --set layers.0.Conv2D.filters=20": "189 %",
    "diff digits.yaml --set layers.0.Conv2D.filters=20 --to svg": "</svg>",
    "build digits.yaml --to script,notebook,svg -o made": "wrote made",
    "build digits.yaml --to script --lang ko -o ko": "wrote ko",
    "build digits.yaml --to script --backend jax -o jax": "wrote jax",
    "study digits.yaml --vary train.epochs=1,2 --dry-run": "2 variants",
    "compare results -o compared --lang ko": "wrote compared",
    "explain shape": "Right:",
    "blocks": "cnnspec:attention",
    "layers Conv2D": "kernel_size",
    "schema": '"$schema"',
    "init mine": "wrote mine.yaml",
    "import small.py -o small.yaml": "wrote small.yaml",
}


@pytest.mark.parametrize("typed", WORKS)
def test_a_command_works_without_a_backend(light: Light, typed: str) -> None:
    code, out, err = ended(light, *typed.split())
    assert (code, err) == (0, "")
    assert WORKS[typed] in out


def test_every_command_is_tried(light: Light) -> None:
    tried = {typed.split()[0] for typed in (*WORKS, *WANTS)}
    assert tried == set(COMMANDS)


def test_build_writes_the_script_and_tells_what_else_there_is(light: Light) -> None:
    code, out, err = ended(light, "build", "digits.yaml")
    assert code == 0
    assert out.endswith(f"wrote {os.path.join('generated', 'digits.py')}\n")
    missing = "'keras' and 'tensorflow' are not installed"
    assert err == f"cnnspec: digits.keras {KERAS}: {missing}\n"
    assert os.listdir(light[1] / "generated") == ["digits.py"]


WANTS = {
    "build digits.yaml --to keras": f"digits.keras {KERAS}",
    "build digits.yaml --to script,keras": f"digits.keras {KERAS}",
    "check --keras digits.yaml": f"check --keras {KERAS}",
    "train digits.yaml": "training wants pip install 'cnnspec[tensorflow,scripts]'",
    "train digits.yaml --backend torch": "training wants pip install "
    "'cnnspec[torch,scripts]'",
}


@pytest.mark.parametrize("typed", WANTS)
def test_what_is_missing_is_told_in_a_line(light: Light, typed: str) -> None:
    code, out, err = ended(light, *typed.split())
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"cnnspec: {WANTS[typed]}: ")


BACKEND = {
    "jax": "wants pip install 'cnnspec[jax]': 'keras' and 'jax' are not installed "
    "(KERAS_BACKEND is 'jax')",
    "tensorflw": "wants another KERAS_BACKEND than 'tensorflw'; did you mean "
    "'tensorflow'?",
    "mxnet": "wants another KERAS_BACKEND than 'mxnet'; it may be 'tensorflow', 'jax', "
    "'torch', 'numpy' or 'openvino'",
}


@pytest.mark.parametrize("name", BACKEND)
def test_a_backend_that_is_not_there(light: Light, name: str) -> None:
    code, _, err = ended(light, "check", "--keras", "digits.yaml", KERAS_BACKEND=name)
    assert (code, err) == (2, f"cnnspec: check --keras {BACKEND[name]}\n")


def test_the_library_says_the_same(light: Light) -> None:
    code = (
        "from cnnspec import build, load\n"
        "from cnnspec.ground.errors import NotInstalledError\n"
        "try: build(load('digits.yaml'), 'no')\n"
        "except NotInstalledError as error: print(error)\n"
    )
    scripts, work = light
    done = run(scripts / "python", "-c", code, cwd=work)
    assert f"digits.keras {KERAS}" in done.stdout
    assert not (work / "no").exists()


def test_the_action_installs_and_checks(wheel: Path, tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    [*_, step] = action["runs"]["steps"]
    given = {
        f"inputs.{key}": about["default"] for key, about in action["inputs"].items()
    }
    given |= {"steps.python.outputs.python-path": sys.executable}
    given |= {"inputs.options": "--strict --ignore unused-block"}
    environment = {
        key: given[text.removeprefix("${{ ").removesuffix(" }}")]
        for key, text in step["env"].items()
    }
    (tmp_path / "specs").mkdir()
    (tmp_path / "yaml.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    text = "input: [4]\nlayers: [{Dense: 3}]\nblocks: {b: {layers: [Flatten]}}\n"
    (tmp_path / "specs" / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "specs" / "b.yaml").write_text(f"{text}expect: {{total_params: 1}}\n")
    environment |= {"RUNNER_TEMP": str(tmp_path), "GITHUB_ACTION_PATH": str(wheel)}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1, done.stderr
    error, closing = done.stdout.splitlines()
    assert error.startswith("::error file=specs/b.yaml,line=4,col=24,title=expected-")
    assert closing == "2 specs, 1 error"


# ------------------------------------------------------------------ without installing


@pytest.mark.parametrize(
    ("installed", "line"),
    [
        ({"keras"}, "'cnnspec[tensorflow]': 'tensorflow' is not installed"),
        ({"tensorflow"}, "'cnnspec[tensorflow]': 'keras' is not installed"),
        ({"jax"}, "'cnnspec[jax]': 'keras' is not installed"),
        ({"keras", "jax"}, None),
        ({"keras", "tensorflow"}, None),
    ],
)
def test_keras_and_its_backend(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    installed: set[str],
    line: str | None,
) -> None:
    from cnnspec.emit.keras_live.backend import refuse_no_keras
    from cnnspec.ground.errors import NotInstalledError

    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(packages, "is_installed", lambda name: name in installed)
    if line is None:
        refuse_no_keras("it")
        return
    with pytest.raises(NotInstalledError) as refused:
        refuse_no_keras("it")
    assert str(refused.value) == f"it wants pip install {line}"


def test_a_folder_is_no_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "jaxy").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert packages.missing(["jaxy", "pytest"]) == ["jaxy"]


def test_keras_that_fails_to_load(tmp_path: Path) -> None:
    for name in ("keras", "tensorflow"):
        text = "raise ImportError('DLL load failed:\\n no such module')\n"
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "cnnspec", "check", "--keras", "specs/digits_cnn.yaml"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    said = "cnnspec: Keras can't be imported: DLL load failed: no such module\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_extras_are_those_of_the_project() -> None:
    with open(ROOT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    extras = project["optional-dependencies"]
    names = {
        extra: {requirement.partition(">")[0] for requirement in extras[extra]}
        for extra in extras
    }
    assert {*EXTRAS} == {*names} - {"dev"}
    assert {extra: {*brought} for extra, brought in EXTRAS.items()} == {
        extra: names[extra] for extra in EXTRAS
    }
    assert "cnnspec[scripts,tensorflow]" in names["dev"]
    light = {requirement.partition(">")[0] for requirement in project["dependencies"]}
    assert not light & {"keras", *BACKENDS}


@pytest.mark.parametrize(
    ("missing", "backend", "line"),
    [
        (["keras"], "torch", "'cnnspec[torch]'"),
        (["pandas", "matplotlib"], "jax", "'cnnspec[scripts]'"),
        (["tensorflow", "pandas"], "tensorflow", "'cnnspec[tensorflow,scripts]'"),
        (["tensorboard", "tensorflow"], "jax", "'cnnspec[tensorflow]' tensorboard"),
        (["tensorboard"], "jax", "tensorboard"),
    ],
)
def test_line_of_pip(missing: list[str], backend: str, line: str) -> None:
    assert install_line(missing, backend) == f"pip install {line}"
