"""Nothing is imported that a command has no use for: a start must be quick."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {
    *("tensorflow", "keras", "numpy", "jax", "torch"),
    *("rich", "jinja2", "black", "pydantic.main", "pydantic_core.core_schema"),
    *("pathlib", "inspect", "decimal", "argparse", "dataclasses"),
}
"""What `cnnspec check` may not import; each would cost more than a whole check."""


def imported(code: str) -> set[str]:
    """The modules that are there after `code` was run in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.splitlines()[-1].split())


CHECK = """
import sys
sys.argv = ["cnnspec", "check", "specs/nin.yaml"{arguments}]
from cnnspec.__main__ import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
import gc
assert gc.isenabled()
"""


@pytest.mark.parametrize("format", ["text", "json", "github", "sarif"])
def test_check_imports_nothing_heavy(format: str) -> None:
    arguments = f', "--format", "{format}"'
    assert not imported(CHECK.format(arguments=arguments)) & HEAVY


WORDS = {
    *("cnnspec.ground.mistakes", "cnnspec.ground.habits", "cnnspec.ground.likeness"),
    *("cnnspec.catalogue.layers.meant", "cnnspec.catalogue.elsewhere"),
    *("cnnspec.language.given", "cnnspec.language.unknown", "cnnspec.language.hints"),
}
"""What has words for mistakes."""
UNUSED = {
    *("cnnspec.language.sources", "cnnspec.language.libraries", "cnnspec.language.own"),
    *(
        "cnnspec.language.changes",
        "cnnspec.model.survey",
        "cnnspec.catalogue.operations",
    ),
    *("cnnspec.read.found", "cnnspec.read.placed", "cnnspec.read.opening"),
    *(f"cnnspec.language.run.{room}" for room in ("applies", "models", "choices")),
}
"""What has forms of the language that the spec doesn't use, and other files."""


def test_a_sound_spec_imports_no_words_for_mistakes_and_no_forms_it_lacks() -> None:
    found = imported(CHECK.format(arguments=""))
    assert "cnnspec.language.run.calls" in found
    assert not found & (WORDS | UNUSED)
    mistake = (
        "import cnnspec\ncnnspec.check('{input: [4], layers: [{Dense: {unit: 1}}]}')"
    )
    assert "cnnspec.ground.mistakes" in imported(mistake)


def test_a_heavy_import_would_be_seen() -> None:
    before = "import numpy, rich, jinja2, pydantic.main, pydantic_core.core_schema"
    found = imported(before + CHECK.format(arguments=""))
    assert {"numpy", "rich", "jinja2", "pydantic.main"} <= found & HEAVY
    assert {"pydantic_core.core_schema", "inspect", "decimal"} <= found & HEAVY


def test_importing_the_package_imports_nothing_of_it() -> None:
    found = imported("import cnnspec")
    assert {name for name in found if name.startswith("cnnspec")} == {"cnnspec"}
    assert not found & HEAVY


def test_the_public_functions_need_no_command_line() -> None:
    found = imported("import cnnspec\ncnnspec.load('specs/nin.yaml')")
    assert "cnnspec.api" in found
    assert not found & (HEAVY | {"getopt", "cnnspec.app.cli"})


@pytest.mark.parametrize(
    "order",
    ["cnnspec.api, pydantic", "pydantic, cnnspec.api"],
)
def test_pydantic_goes_with_what_was_taken_of_it(order: str) -> None:
    code = f"import {order}\n" + (
        "model = pydantic.create_model('M', n=(int, ...))\n"
        "assert model(n='3').n == 3\n"
        "assert not cnnspec.api.check('specs/nin.yaml').diagnostics\n"
        "try: model(n='x')\n"
        "except pydantic.ValidationError as error:\n"
        "    from cnnspec.ground.core import ValidationError\n"
        "    assert type(error) is ValidationError\n"
    )
    assert "pydantic_core.core_schema" in imported(code)


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_imports_no_command(argument: str) -> None:
    code = CHECK.format(arguments="").replace(
        '"check", "specs/nin.yaml"', repr(argument)
    )
    found = imported(code)
    assert "cnnspec.app.cli" in found
    assert not found & (HEAVY | {"yaml", "cnnspec.api", "cnnspec.ground.core"})
