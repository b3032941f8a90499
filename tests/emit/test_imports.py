"""A script imports what it uses, in the order that ruff has."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from cnnspec.catalogue import registry
from cnnspec.catalogue.layers.base import Layer, Weight
from cnnspec.emit.keras_script.imports import needed_imports
from tests.emit.test_script import DIGITS, load_script, render, ruff

CASES = {
    "what nothing uses": """
        import csv
        import os
        import re

        os.environ
        ->
        import os

        os.environ
        """,
    "what a function uses": """
        import csv
        import json

        def f():
            import json as other
            return csv, other
        ->
        import csv

        def f():
            import json as other
            return csv, other
        """,
    "other names": """
        import matplotlib.pyplot as plt
        import os.path
        from a import b as c

        plt, os, b
        ->
        import matplotlib.pyplot as plt
        import os.path

        plt, os, b
        """,
    "order": """
        import keras
        import Numpy
        from keras import layers
        from sklearn import load
        from my_package.layers import CoordConv
        from Another import it
        import alpha

        keras, Numpy, layers, load, CoordConv, it, alpha
        ->
        import alpha
        import keras
        import Numpy
        from Another import it
        from keras import layers
        from my_package.layers import CoordConv
        from sklearn import load

        keras, Numpy, layers, load, CoordConv, it, alpha
        """,
    "several of one module": """
        from a import scale
        from a import Wide
        from a import LIMIT
        from a import Wide
        from a import Unused

        scale, Wide, LIMIT
        ->
        from a import LIMIT, Wide, scale

        scale, Wide, LIMIT
        """,
    "blocks of their own": """
        import re
        import os

        os.environ["A"] = "b"

        import keras
        import csv

        re, keras, csv
        ->
        import os
        import re

        os.environ["A"] = "b"

        import csv
        import keras

        re, keras, csv
        """,
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_imports(case: str) -> None:
    code, wanted = dedent(case).strip("\n").split("\n->\n")
    assert needed_imports(code) == wanted


def test_ruff_has_the_same_order(tmp_path) -> None:
    for name in ("order", "several of one module"):
        code = needed_imports(dedent(CASES[name]).strip("\n").split("\n->\n")[0])
        path = tmp_path / "script.py"
        path.write_text(f"{code}\n", encoding="utf-8")
        ruff("check", "--isolated", "--select", "I", path)


def test_other_cells_use_imports_too() -> None:
    assert needed_imports("import csv\nimport re\n", "x = csv") == "import csv\n"


# ------------------------------------------------------------------ others' layers


class CoordConv(Layer):
    """Scales the input by one weight."""

    package = "my_package.layers"
    scale: float

    def output(self, x: Any) -> Any:
        return x

    def weights(self, x: Any) -> list[Weight]:
        return [Weight("scale", ())]


RUN = """
import keras


class CoordConv(keras.layers.Layer):
    def __init__(self, scale, **options):
        super().__init__(**options)
        self.start = scale

    def build(self, shape):
        self.scale = self.add_weight(name="scale", shape=())

    def call(self, inputs):
        return self.scale * inputs
"""


def test_a_layer_of_somebody_s_package_is_imported_from_there(
    tmp_path: Path, monkeypatch
) -> None:
    entry = EntryPoint("CoordConv", f"{__name__}:CoordConv", registry._GROUP)
    monkeypatch.setattr(registry, "_entry_points", {"CoordConv": entry})
    monkeypatch.setattr(registry, "_classes", dict(registry._classes))
    package = tmp_path / "my_package"
    package.mkdir()
    (package / "layers.py").write_text(RUN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("my_package", "my_package.layers"):  # that of another test
        monkeypatch.delitem(sys.modules, name, raising=False)
    spec = DIGITS.replace(
        "- Flatten", "- CoordConv: 0.5\n  - CoordConv: 2\n  - Flatten"
    )
    path = tmp_path / "script.py"
    script = render(spec)
    assert (
        "from keras import layers\nfrom my_package.layers import CoordConv\n" in script
    )
    module = load_script(script, path)
    ruff("check", "--isolated", "--extend-select", "E501,I", path)
    assert module.build_model().count_params() == 2 + 650
