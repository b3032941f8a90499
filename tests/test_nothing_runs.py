"""Nothing shipped or generated runs what it reads: no pickle, no eval, no exec.

A file of data, a checkpoint or a spec may be anybody's. What would make code of one is
looked for in the trees of all that is imported or written, not in their text.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.emit.keras_script.notebook import render_notebook
from tests.emit.test_script import VARIANTS, render

ROOT = Path(__file__).parents[1]
MODULES = (
    *("pickle", "_pickle", "cPickle", "marshal", "shelve", "dbm", "joblib", "dill"),
    *("cloudpickle", "jsonpickle", "code", "codeop"),
)
"""They make objects, or code, of what they read."""
CALLS = ("eval", "exec", "compile", "__import__", "execfile")
METHODS = (
    *("unsafe_load", "full_load", "unsafe_load_all", "read_pickle", "to_pickle"),
    *("Lambda", "enable_unsafe_deserialization", "system", "popen", "fromfile"),
)
LOADERS = ("SafeLoader", "CSafeLoader")


def faults(code: str) -> Iterator[str]:
    """What could run in the place of being read."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.partition(".")[0] in MODULES for name in names):
                yield ast.unparse(node)
        elif isinstance(node, ast.Call) and is_fault(node):
            yield ast.unparse(node)


def is_fault(call: ast.Call) -> bool:
    given = {word.arg: ast.unparse(word.value) for word in call.keywords}
    name = ast.unparse(call.func)
    last = name.rpartition(".")[2]
    if name == "compile" and "PyCF_ONLY_AST" in ast.unparse(call):
        return False  # a tree, which nothing runs
    if name in CALLS or (last in METHODS and name != last):
        return True
    if name == "np.load":
        return given.get("allow_pickle") != "False"
    if name in ("yaml.load", "yaml.load_all"):
        said = ast.unparse(call)
        return not any(word in said for word in LOADERS) or "Unsafe" in said
    wrong = {"allow_pickle": "True", "safe_mode": "False", "shell": "True"}
    is_object = given.get("dtype") in ("object", "'object'", "'O'")
    return is_object or any(given.get(key) == value for key, value in wrong.items())


SHIPPED = sorted([*ROOT.glob("cnnspec/**/*.py"), *ROOT.glob("templates/**/*.py")])
GENERATED = sorted(ROOT.glob("generated/**/*.py"))


def test_nothing_shipped_runs_what_it_reads() -> None:
    assert len(SHIPPED) > 100
    found = {path: [*faults(path.read_text("utf-8"))] for path in SHIPPED}
    assert {path: said for path, said in found.items() if said} == {}


def test_nothing_generated_runs_what_it_reads() -> None:
    assert len(GENERATED) > 10
    found = {path: [*faults(path.read_text("utf-8"))] for path in GENERATED}
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("text", VARIANTS.values(), ids=VARIANTS.keys())
def test_no_script_or_notebook_runs_what_it_reads(text: str) -> None:
    assert [*faults(render(text))] == []
    model = api.loads(text)
    if model.program.train is None:
        return
    cells = json.loads(render_notebook(*model[:2]))["cells"]
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    assert [*faults("\n".join(line for line in code if line[0] != "%"))] == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "def f():\n    import shelve.x",
        "eval(text)",
        "exec(compile(text, '', 'exec'))",
        "np.load(file)",
        "np.load(file, allow_pickle=True)",
        "np.savez(file, np.array(found, dtype=object))",
        "yaml.load(text)",
        "yaml.load(text, yaml.FullLoader)",
        "pd.read_pickle(file)",
        "keras.models.load_model(file, safe_mode=False)",
        "keras.layers.Lambda(f)",
        "subprocess.run(text, shell=True)",
    ],
)
def test_what_runs_is_found(code: str) -> None:
    assert [*faults(code)]


@pytest.mark.parametrize(
    "code",
    [
        "import json",
        "np.load(file, allow_pickle=False)",
        "yaml.load(text, yaml.CSafeLoader)",
        "re.compile(text)",
        "model.compile(loss=loss)",
        "compile(text, '', 'eval', _ast.PyCF_ONLY_AST, True)",
    ],
)
def test_what_reads_is_let_be(code: str) -> None:
    assert [*faults(code)] == []
