"""Measures what the README promises of speed, and writes benchmarks/RESULTS.md.

Every figure is a ratio of two things measured in turn in the same run, or a time per
layer, since absolute times say little on a shared machine. Processor time is taken
rather than the clock on the wall, which also counts waiting for other programs.

    python benchmarks/bench.py [--quick]

Exits with 1 if a bound is missed.
"""

import gc
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from results import write_section
from yaml._yaml import CParser

from cnnspec import api
from cnnspec.model.resolver import resolve

ROOT = Path(__file__).parent.parent
NIN = "specs/nin.yaml"
HAND_WRITTEN = Path(__file__).parent / "nin_by_hand.py"
QUICK = "--quick" in sys.argv


class Figure(NamedTuple):
    """One line of the table."""

    what: str
    value: float
    unit: str
    bound: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        held = "yes" if self.holds else "**no**"
        value = f"{self.value:.3g}{self.unit}"
        return f"| {self.what} | {value} | {sign} {self.bound:g}{self.unit} | {held} |"


def rounds(count: int) -> range:
    return range(2 if QUICK else count)


ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
# Installed packages come compiled; our own modules are to be as well.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)


class Run(NamedTuple):
    """What one process took."""

    seconds: float
    megabytes: float


def run(*command: str) -> Run:
    """Processor seconds and peak memory of a Python process of its own."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    scale = 1 if sys.platform == "darwin" else 1024
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 2**20)


def whole_processes() -> list[Figure]:
    """`cnnspec check` beside a bare import, and beside Keras."""
    check = ("-m", "cnnspec", "check", NIN)
    help = ("-m", "cnnspec", "--help")
    bare = ("-c", "import yaml, pydantic")
    keras = (str(HAND_WRITTEN),)
    run(*check), run(*bare)  # reads the files once
    imports, helps, memory = [], [], []
    for _ in rounds(25):
        one, other, third = run(*check), run(*bare), run(*help)
        imports.append(one.seconds / other.seconds)
        helps.append(third.seconds / other.seconds)
        memory.append(one.megabytes)
    run(*keras)
    frameworks = []
    for _ in rounds(5):
        one, other = run(*keras), run(*check)
        frameworks.append(one.seconds / other.seconds)
    return [
        Figure(
            f"`cnnspec check {NIN}` / `python -c 'import yaml, pydantic'`",
            statistics.median(imports),
            "×",
            1.3,
        ),
        Figure(
            "`cnnspec --help` / `python -c 'import yaml, pydantic'`",
            statistics.median(helps),
            "×",
            1.5,
        ),
        Figure(
            "the shortest Keras script for nin / the same check",
            statistics.median(frameworks),
            "×",
            20,
            at_least=True,
        ),
        Figure("peak memory of that check", max(memory), " MB", 80),
    ]


SAVE = """
import sys
import keras

model = keras.applications.ResNet50(weights=None)
for ending in ("keras", "h5"):
    model.save(f"{sys.argv[1]}/resnet50.{ending}")
layers = [keras.Input((28, 28, 50))]
for _ in range(167):
    layers.append(keras.layers.Conv2D(50, 3, padding="same"))
    layers.append(keras.layers.BatchNormalization())
    layers.append(keras.layers.Activation("relu"))
lines = []
keras.Sequential(layers[:501]).summary(print_fn=lambda line, **_: lines.append(line))
with open(f"{sys.argv[1]}/table.txt", "w", encoding="utf-8") as file:
    file.write("\\n".join(lines))
"""
LOAD = "import sys, keras; keras.models.load_model(sys.argv[1], compile=False)"


def foreign_files() -> list[Figure]:
    """Files of Keras's in the place of specs, beside a bare import and Keras itself."""
    with TemporaryDirectory() as folder:
        run("-c", SAVE, folder)
        table = f"{folder}/table.txt"
        run("-m", "cnnspec", "import", table, "--flat", "-o", f"{folder}/table.yaml")
        measured = {
            f"{folder}/resnet50.keras": ("ResNet-50's `.keras`", 2.5),
            f"{folder}/resnet50.h5": ("ResNet-50's `.h5`", 4.0),
            table: ("a printed table of 500 rows", 2.0),
            f"{folder}/table.yaml": ("a spec with such a table", 2.0),
        }
        figures, memory = [], 0.0
        for path, (what, bound) in measured.items():
            # What has been imported is no source any more.
            commands = ("check",) if path.endswith(".yaml") else ("check", "import")
            for command in commands:
                ratio, most = beside_imports("-m", "cnnspec", command, path)
                text = f"`cnnspec {command}` of {what} / the same import"
                figures.append(Figure(text, ratio, "×", bound))
                memory = max(memory, most)
        figures.append(Figure("peak memory of these", memory, " MB", 120))
        for path, (what, _) in list(measured.items())[:2]:
            text = f"Keras loading {what} / that check"
            figures.append(Figure(text, _loading(path), "×", 10, at_least=True))
    return figures


def beside_imports(*command: str) -> tuple[float, float]:
    """Processor time in that of a bare import, and megabytes."""
    run(*command)
    ratios, memory = [], []
    for _ in rounds(15):
        one, other = run(*command), run("-c", "import yaml, pydantic")
        ratios.append(one.seconds / other.seconds)
        memory.append(one.megabytes)
    return statistics.median(ratios), max(memory)


def _loading(path: str) -> float:
    ratios = []
    for _ in rounds(5):
        one, other = run("-c", LOAD, path), run("-m", "cnnspec", "check", path)
        ratios.append(one.seconds / other.seconds)
    return statistics.median(ratios)


def chain(layers: int) -> str:
    """The text of a spec of so many layers, of the kinds that nin is made of."""
    entries = (
        "  - Conv2D: {filters: 50, kernel_size: 3, padding: same}\n"
        "  - BatchNormalization\n"
        "  - Activation: relu\n"
    )
    head = "name: chain\ninput: [28, 28, 50]\nlayers:\n"
    return head + "".join(
        entries.splitlines(keepends=True)[i % 3] for i in range(layers)
    )


def seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


class _Bare(CParser):
    """libyaml alone: the nodes, with nothing done to them."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)

    def resolve(self, *_: Any) -> str:
        return "?"

    def descend_resolver(self, *_: Any) -> None: ...

    def ascend_resolver(self) -> None: ...


def per_layer() -> list[Figure]:
    """From YAML text to a checked summary, in one process."""

    def checked(text: str) -> None:
        assert api.loads(text).summary.rows

    texts = {count: chain(count) for count in (1_000, 10_000, 100_000)}
    checked(texts[1_000])
    costs: dict[int, list[float]] = {count: [] for count in texts}
    bare = []
    for _ in rounds(7):
        for count, text in texts.items():
            # As many layers each time, so that each size is measured for as long.
            repeats = 100_000 // count
            spent = seconds(lambda t=text, r=repeats: [checked(t) for _ in range(r)])
            costs[count].append(spent / 100_000 * 1e6)
        ten = texts[10_000]
        bare.append(seconds(lambda t=ten: _Bare(t).get_single_node()) / 10_000 * 1e6)
    ratios = [
        big / small for big, small in zip(costs[100_000], costs[1_000], strict=True)
    ]
    return [
        Figure(
            "YAML text to checked summary, a layer of 10,000 "
            f"(libyaml alone: {statistics.median(bare):.1f} µs)",
            statistics.median(costs[10_000]),
            " µs",
            60,
        ),
        Figure(
            "cost of a layer, 100,000 layers / 1,000 layers",
            statistics.median(ratios),
            "×",
            1.3,
        ),
    ]


BLOCKS = """\
input: [28, 28, 50]
vars: {width: 50}
blocks:
  conv:
    params: {filters: , kernel: 3}
    layers:
      - Conv2D: {filters: $filters, kernel_size: $kernel, padding: same, name: conv}
      - BatchNormalization
      - Activation: relu
  unit:
    params: {filters: 8}
    layers:
      - conv: {name: reduce, filters: "${filters // 2}", kernel: 1}
      - conv: {name: widen, filters: $filters}
      - if:
          test: ${filters == width}
          then: [{Add: {from: [prev, input], name: sum}}]
          else: [{Activation: {activation: linear, name: sum}}]
layers:
  - repeat:
      times: 1428
      index: i
      layers: [{unit: {filters: $width, name: "unit${i}"}}]
"""
"""10,000 layers out of named calls inside named calls, with a choice in each."""


def expansion() -> list[Figure]:
    """From a Program with blocks to the layers that they come to."""
    program = api.loads(BLOCKS).program
    layers = len(resolve(program).nodes)
    assert abs(layers - 10_000) < 10
    spent = [seconds(lambda: resolve(program)) for _ in rounds(9)]
    return [
        Figure(
            f"expanding blocks, repeats and formulas, a layer of {layers:,}",
            statistics.median(spent) / layers * 1e6,
            " µs",
            20,
        )
    ]


BUILD_ALL = """
import gc, sys, time
import keras
from cnnspec import api
from cnnspec.emit.keras_live.model import build_model

keras.Model(inputs := keras.Input([1]), keras.layers.Dense(1)(inputs))
spent = 0.0
for path in sys.argv[1:]:
    graph = api.load(path).summary.graph
    start = time.process_time()
    build_model(graph)
    spent += time.process_time() - start
    keras.utils.clear_session()
    gc.collect()
print(spent)
"""


def whole_repository() -> list[Figure]:
    """`cnnspec check specs/` beside Keras building the same models.

    One Keras process builds them one after the other, and the time that it takes to
    import TensorFlow isn't counted.
    """
    specs = api.find_specs(ROOT / "specs")
    if QUICK:
        specs = [path for path in specs if "zoo" not in path]
    folder = "specs" if not QUICK else specs[0]
    layers = sum(len(api.load(path).summary.rows) for path in specs)
    check = ("-m", "cnnspec", "check", folder)
    run(*check)
    checks = [run(*check).seconds for _ in rounds(9)]
    keras = subprocess.run(
        [sys.executable, "-c", BUILD_ALL, *specs],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    checks += [run(*check).seconds for _ in rounds(9)]
    spent = statistics.median(checks)
    return [
        Figure(
            f"`cnnspec check specs/`, {len(specs)} specs, {layers:,} layers",
            spent,
            " s",
            2,
        ),
        Figure(
            "building the same models with Keras / that check",
            float(keras.stdout) / spent,
            "×",
            50,
            at_least=True,
        ),
    ]


def construction() -> list[Figure]:
    """The model that `cnnspec build` makes, beside the hand-written code's."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    from nin_by_hand import build_model as by_hand

    from cnnspec.emit.keras_live.model import build_model

    graph = api.load(ROOT / NIN).summary.graph
    assert build_model(graph).count_params() == by_hand().count_params() == 87_135
    ratios = []
    for _ in rounds(60):
        keras.backend.clear_session()
        ours = seconds(lambda: build_model(graph))
        keras.backend.clear_session()
        ratios.append(ours / seconds(by_hand))
    return [
        Figure(
            "model construction in `cnnspec build` / hand-written Keras code",
            statistics.median(ratios),
            "×",
            1.05,
        )
    ]


def training_speed() -> list[Figure]:
    """What the generated scripts lose to the tutorials' own code."""
    os.environ["MPLBACKEND"] = "agg"
    import training

    return [
        Figure(
            f"examples a second of `generated/{name}.py` / the tutorial's own code",
            training.ratio(name, len(rounds(6))),
            "×",
            0.98,
            at_least=True,
        )
        for name in training.SIZES
    ]


def page(figures: list[Figure]) -> str:
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    return "\n".join(
        [
            "Written by `make bench`: medians of processor time, the two sides of a",
            "ratio measured in turn in one run.",
            "",
            f"Python {platform.python_version()}, {machine}.",
            "",
            "| what | measured | bound | holds |",
            "| --- | --- | --- | --- |",
            *map(str, figures),
        ]
    )


def main() -> None:
    # Processes first: a child's peak memory counts what its parent held at the fork.
    figures = [
        *whole_processes(),
        *foreign_files(),
        *whole_repository(),
        *per_layer(),
        *expansion(),
        *construction(),
        *training_speed(),
    ]
    text = page(figures)
    print(text)
    if not QUICK:
        write_section("Speed", text)
    sys.exit(not all(figure.holds for figure in figures))


if __name__ == "__main__":
    main()
