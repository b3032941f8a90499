"""Trains generated scripts on a GPU with JAX, beside loops written by hand in PyTorch.

    python benchmarks/gpu.py [--models nin deep_cnn resnet50] [--out FILE.json]

Each measurement is a process of its own with a time limit of its own, one at a time on
the same card: the script's side first, then PyTorch's, then, as far as --seconds goes,
the extra ones, which decide nothing. What is timed are whole epochs, shuffling and the
choosing of batches included, from one synchronised moment to the next; the figure is
the median of them. Both sides compute in bfloat16 with float32 weights, and both keep
the data on the card.

Needs keras, jax and torch, all but keras with CUDA. The scripts are built with cnnspec;
where it isn't installed, `--build DIR` does that elsewhere, and `--scripts DIR` takes
them. Exits with 1 if a bound is missed.
"""

import argparse
import contextlib
import importlib.util
import inspect
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).parent.parent


class Case(NamedTuple):
    """A model, and how much of it is trained."""

    spec: str
    changes: tuple[str, ...]
    shape: tuple[int, int, int]
    classes: int
    parameters: int
    batch: int
    samples: int
    bound: float  # times PyTorch's speed
    limit: int  # seconds for one process
    smoke: tuple[int, int]  # batch and samples of a try without a GPU


BF16 = "train.mixed_precision=mixed_bfloat16"
SMALL = (BF16, "train.steps_per_execution=20")
LARGE = (
    "data={source: npz, path: images.npz}",
    "train={optimizer: adam, loss: sparse_categorical_crossentropy}",
    "train.metrics=[accuracy]",
    "train.batch_size=256",
    "train.steps_per_execution=4",
    BF16,
)
CASES = {
    "nin": Case(
        *("specs/nin.yaml", SMALL, (28, 28, 1), 10, 87_135),
        *(50, 48_000, 2, 100, (4, 10)),
    ),
    "deep_cnn": Case(
        *("specs/deep_cnn.yaml", SMALL, (28, 28, 1), 10, 137_510),
        *(50, 48_000, 2, 100, (4, 10)),
    ),
    "resnet50": Case(
        *("specs/zoo/resnet50.yaml", LARGE, (224, 224, 3), 1000, 25_636_712),
        *(256, 4_096, 1, 200, (1, 2)),
    ),
}

GRAPHS = "--xla_gpu_enable_command_buffer="
SIDES = {
    "JAX": {},
    "PyTorch": {},
    "PyTorch, reduce-overhead": {},
    # XLA records kernels as CUDA graphs by itself, but neither convolutions nor loops,
    # so that a loop over steps is still started kernel by kernel.
    "JAX, convolutions in CUDA graphs": {"XLA_FLAGS": GRAPHS + "+CONVOLUTION"},
    "JAX, loops in CUDA graphs too": {"XLA_FLAGS": GRAPHS + "+CONVOLUTION,+WHILE"},
    "JAX, a call for each step": {},
}
EXTRAS = {
    "nin": list(SIDES)[2:],
    "deep_cnn": list(SIDES)[2:5],
    "resnet50": ["JAX, convolutions in CUDA graphs"],
}
WARM_UP = 2  # epochs; everything is compiled in the first
TIMED = 9  # epochs at most,
ENOUGH = 12.0  # and no further one after so many seconds,
LEAST = 3  # but at least so many


def random_data(case: Case, samples: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.random((samples, *case.shape), dtype="float32")
    return x, rng.integers(0, case.classes, samples)


# The script's side ------------------------------------------------------------------


def build_scripts(folder: Path) -> None:
    """Writes the scripts that `cnnspec train` runs, for JAX on a GPU."""
    for name, case in CASES.items():
        command = [sys.executable, "-m", "cnnspec", "build", str(ROOT / case.spec)]
        command += ["--to", "script", "--style", "full", "--backend", "jax"]
        command += ["-o", str(folder), "--force"]
        for change in case.changes:
            command += ["--set", change]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        assert (folder / f"{name}.py").exists()


class Caught(Exception):
    """What a script passes to fit()."""


def training(
    name: str, scripts: Path, smoke: bool, each: bool
) -> tuple[Any, dict[str, Any], int]:
    """The compiled model, fit()'s arguments, and the size of a batch.

    This is all that knows what a script looks like: it is run up to its call of fit().
    """
    import keras

    case = CASES[name]
    path = scripts / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    x, labels = random_data(case, case.smoke[1] if smoke else case.samples)
    y = labels if case.classes > 10 else keras.utils.to_categorical(labels, 10)
    script.load_data = lambda: ((x, y), (x[:2], y[:2]))
    if smoke:
        script.BATCH_SIZE = case.smoke[0]
    if each:
        script.fuse_steps = lambda model: script.BATCH_SIZE

    def catch(model: Any, *args: Any, **kwargs: Any) -> None:
        raise Caught(model, inspect.signature(fit).bind(model, *args, **kwargs))

    fit, save = keras.Model.fit, keras.Model.save
    keras.Model.fit, keras.Model.save = catch, lambda *_: None
    try:
        script.main()
        raise SystemExit(f"{path} doesn't call fit()")
    except Caught as caught:
        model, bound = caught.args
    finally:
        keras.Model.fit, keras.Model.save = fit, save
    arguments = dict(bound.arguments)
    for other in ("self", "validation_split", "callbacks", "epochs"):
        arguments.pop(other, None)
    return model, arguments, script.BATCH_SIZE


def jax_side(name: str, side: str, scripts: Path, smoke: bool) -> dict[str, Any]:
    import jax
    import keras

    device = jax.local_devices()[0]
    if device.platform != "gpu" and not smoke:
        raise SystemExit(f"JAX sees no GPU, only {device}")
    keras.utils.set_random_seed(0)
    each = "each step" in side
    model, arguments, batch = training(name, scripts, smoke, each)
    assert model.count_params() == CASES[name].parameters
    blocks: list[float] = []
    losses: list[float] = []

    class Clock(keras.callbacks.Callback):
        def wait(self) -> float:
            jax.block_until_ready([weight.value for weight in model.variables])
            return time.perf_counter()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.start = self.wait()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            losses.append(float(logs["loss"]))
            blocks.append(self.wait() - self.start)
            self.model.stop_training = enough(blocks)

    arguments.update(
        epochs=WARM_UP + (1 if smoke else TIMED), callbacks=[Clock()], verbose=0
    )
    model.fit(**arguments)

    scores = {key: arguments[key] for key in ("x", "y", "batch_size")}
    spent = []
    for _ in range(2 if name != "resnet50" else 0):
        start = time.perf_counter()
        model.evaluate(**scores, verbose=0)
        spent.append(time.perf_counter() - start)
    samples = len(arguments["x"])
    memory = device.memory_stats() or {}
    return {
        "blocks": blocks,
        "losses": losses,
        "samples": samples,
        "batch": batch,
        "origin": f"as generated, {type(model.optimizer).__name__}, batch {batch}",
        "peak_bytes": memory.get("peak_bytes_in_use", 0),
        "evaluated_per_second": samples / spent[-1] if spent else None,
        "device": device.device_kind,
        "versions": {"keras": keras.__version__, "jax": jax.__version__},
    }


def enough(blocks: list[float]) -> bool:
    timed = blocks[WARM_UP:]
    return len(timed) >= LEAST and sum(timed) > ENOUGH


# PyTorch's side ---------------------------------------------------------------------


def torch_model(name: str) -> Any:
    """The same model, written by hand."""
    import torch
    from torch import nn

    eps = 1.001e-5 if name == "resnet50" else 1e-3

    def conv(inputs: int, filters: int, kernel: int, stride: int = 1) -> nn.Module:
        layer = nn.Conv2d(inputs, filters, kernel, stride, padding=kernel // 2)
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
        return layer

    def bn(channels: int) -> nn.Module:  # Keras's 0.99 is PyTorch's 0.01
        return nn.BatchNorm2d(channels, eps=eps, momentum=0.01)

    def head(features: int) -> list[nn.Module]:
        dense = [nn.Linear(features, 50), nn.ReLU(), nn.Dropout(0.5)]
        return [nn.Flatten(), *dense, nn.Linear(50, 10)]

    class Bottleneck(nn.Module):
        def __init__(self, inputs: int, filters: int, stride: int, project: bool):
            super().__init__()
            out = 4 * filters
            self.shortcut = (
                nn.Sequential(conv(inputs, out, 1, stride), bn(out))
                if project
                else nn.Identity()
            )
            self.path = nn.Sequential(
                *(conv(inputs, filters, 1, stride), bn(filters), nn.ReLU()),
                *(conv(filters, filters, 3), bn(filters), nn.ReLU()),
                *(conv(filters, out, 1), bn(out)),
            )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(self.shortcut(x) + self.path(x))

    layers: list[nn.Module] = []
    if name == "nin":
        channels = 1
        for stage in range(3):
            layers += [conv(channels, 50, 3)]
            layers += [bn(50), nn.ReLU()] if stage == 0 else []
            layers += [] if stage == 0 else [conv(50, 25, 1), bn(25), nn.ReLU()]
            layers += [conv(50 if stage == 0 else 25, 50, 3)]
            layers += [conv(50, 25, 1), bn(25), nn.ReLU(), nn.MaxPool2d(2)]
            channels = 25
        return nn.Sequential(*layers, *head(225))
    if name == "deep_cnn":
        channels = 1
        for _ in range(3):
            layers += [conv(channels, 50, 3), bn(50), nn.ReLU()]
            layers += [conv(50, 50, 3), bn(50), nn.ReLU(), nn.MaxPool2d(2)]
            channels = 50
        return nn.Sequential(*layers, *head(450))
    layers += [conv(3, 64, 7, 2), bn(64), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)]
    channels = 64
    for filters, depth in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(depth):
            stride = 2 if block == 0 and filters > 64 else 1
            layers += [Bottleneck(channels, filters, stride, block == 0)]
            channels = 4 * filters
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000)
    )


def torch_side(name: str, side: str, _: Path, smoke: bool) -> dict[str, Any]:
    import torch
    from torch.nn import functional

    gpu = torch.cuda.is_available()
    if not gpu and not smoke:
        raise SystemExit("PyTorch sees no GPU")
    device = "cuda" if gpu else "cpu"
    wait = torch.cuda.synchronize if gpu else lambda: None
    case = CASES[name]
    batch, samples = case.smoke if smoke else (case.batch, case.samples)
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    torch.set_float32_matmul_precision("high")
    model = torch_model(name).to(device, memory_format=torch.channels_last)
    numbers = [*model.parameters(), *model.buffers()]  # one counts a BN's batches
    assert sum(n.numel() for n in numbers if n.ndim) == case.parameters
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=gpu)

    def loss_of(x: Any, y: Any) -> Any:
        with torch.autocast(device, torch.bfloat16):
            return functional.cross_entropy(model(x), y)

    origin = "written by hand, channels_last, fused Adam"
    compiled = loss_of
    if gpu:
        mode = "reduce-overhead" if "reduce-overhead" in side else "default"
        compiled = torch.compile(loss_of, mode=mode)
        origin += f", torch.compile {mode}"
    images, labels = random_data(case, samples)
    x = torch.from_numpy(images).to(device)
    y = torch.from_numpy(labels).to(device)

    def epoch() -> float:
        total = torch.zeros((), device=device)
        for chosen in torch.randperm(samples, device=device).split(batch):
            if "reduce-overhead" in side:
                torch.compiler.cudagraph_mark_step_begin()
            # Samples lie as NHWC, so that this view of a batch is channels_last.
            loss = compiled(x[chosen].permute(0, 3, 1, 2), y[chosen])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            total += loss.detach()
        return total.item() / math.ceil(samples / batch)

    blocks: list[float] = []
    losses: list[float] = []
    count = WARM_UP + (1 if smoke else TIMED)
    while len(blocks) < count and not enough(blocks):
        wait()
        start = time.perf_counter()
        try:
            losses.append(epoch())
        except Exception as error:
            if blocks or compiled is loss_of:
                raise
            print(f"torch.compile failed: {error!r}", file=sys.stderr)
            compiled = loss_of
            origin += f" FAILED ({type(error).__name__}), so not compiled"
            continue
        wait()
        blocks.append(time.perf_counter() - start)
    return {
        "blocks": blocks,
        "losses": losses,
        "samples": samples,
        "batch": batch,
        "origin": origin,
        "peak_bytes": torch.cuda.max_memory_allocated() if gpu else 0,
        "device": torch.cuda.get_device_name() if gpu else "cpu",
        "versions": {"torch": torch.__version__},
    }


# The runs ---------------------------------------------------------------------------


def measure(
    name: str, side: str, scripts: Path, smoke: bool, limit: float
) -> dict[str, Any]:
    """One measurement in a process of its own; never raises."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "MPLBACKEND": "Agg"}
    environment["TF_CPP_MIN_LOG_LEVEL"] = "2"
    # As the scripts do it, which jax is imported before here.
    environment["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    for key, value in SIDES[side].items():
        environment[key] = f"{os.environ.get(key, '')} {value}".strip()
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        log = Path(folder) / "log"
        command = [sys.executable, __file__, "--child", name, side, str(result)]
        command += ["--scripts", str(scripts)]
        command += ["--cpu-smoke"] if smoke else []
        with log.open("wb") as stream:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
            start = time.perf_counter()
            try:
                process.wait(limit)
                problem = f"exit status {process.returncode}"
            except subprocess.TimeoutExpired:
                problem = f"not done after {limit:.0f} s"
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # and what it has started
            process.wait()
        took = time.perf_counter() - start
        if result.exists():
            figures = json.loads(result.read_text(encoding="utf-8"))
        else:
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:]
            figures = {"problem": problem, "log": tail}
            print("\n".join(line[:300] for line in tail), flush=True)
    figures.update(model=name, side=side, process_seconds=round(took, 1))
    figures["environment"] = SIDES[side]
    if timed := figures.get("blocks", [])[WARM_UP:]:
        figures["examples_per_second"] = figures["samples"] / statistics.median(timed)
        steps = math.ceil(figures["samples"] / figures["batch"])
        figures["ms_per_step"] = statistics.median(timed) / steps * 1e3
        spread = (max(timed) - min(timed)) / statistics.median(timed)
        figures["spread"] = spread
        if not all(map(math.isfinite, figures["losses"])):
            figures["problem"] = "the loss isn't finite"
    return figures


def child(name: str, side: str, file: str, scripts: Path, smoke: bool) -> None:
    run = torch_side if side.startswith("PyTorch") else jax_side
    Path(file).write_text(json.dumps(run(name, side, scripts, smoke)), encoding="utf-8")
    # Neither framework is to hang or fail in tidying up; the figures are written.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def table(runs: list[dict[str, Any]]) -> tuple[str, bool]:
    """The results as Markdown, and whether every bound holds."""
    columns = ["model", "side", "batch", "examples/s", "ms/step", "spread", "GB"]
    columns += ["×PyTorch", "bound", "holds"]
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    speeds = {
        (run["model"], run["side"]): run["examples_per_second"]
        for run in runs
        if "examples_per_second" in run and "problem" not in run
    }
    good = True
    for run in runs:
        name, side = run["model"], run["side"]
        decides = side == "JAX"
        speed, beside = speeds.get((name, side)), speeds.get((name, "PyTorch"))
        if speed is None:
            good = good and side not in ("JAX", "PyTorch")
            lines.append(f"| {name} | {side} | {run['problem']} |" + " |" * 7)
            continue
        ratio = speed / beside if beside else math.nan
        run["times_pytorch"] = ratio if beside else None
        holds = ratio >= CASES[name].bound
        good = good and (holds or not decides)
        lines.append(
            f"| {name} | {side}{'' if decides or side == 'PyTorch' else ' (extra)'} "
            f"| {run['batch']} | {speed:,.0f} | {run['ms_per_step']:.3f} "
            f"| {run['spread']:.0%} | {run['peak_bytes'] / 2**30:.1f} | {ratio:.2f} "
            f"| {f'≥ {CASES[name].bound:g}' if decides else ''} "
            f"| {('yes' if holds else '**no**') if decides else ''} |"
        )
    return "\n".join(lines), good


def write_results(files: list[Path]) -> None:
    """Puts the figures of one or several calls into RESULTS.md."""
    from results import write_section

    lines = [
        "Written by `benchmarks/gpu.py`, examples a second of training in bfloat16:",
        "scripts as `cnnspec build` wrote them, with JAX, beside a hand-written loop",
        "in PyTorch (channels_last, autocast, torch.compile) on the same card in the",
        "same run. Both keep the data on the card.",
    ]
    for file in files:
        found = json.loads(file.read_text(encoding="utf-8"))
        runs = [run for run in found["runs"] if run.get("problem") != "no time left"]
        versions: dict[str, str] = {}
        for run in runs:
            versions |= run.get("versions", {})
        said = ", ".join(f"{name} {version}" for name, version in versions.items())
        lines += ["", f"{found['card']}; {said}.", "", table(runs)[0]]
    write_section("GPU", "\n".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument(
        "--scripts", type=Path, help="folder of scripts that --build wrote elsewhere"
    )
    parser.add_argument("--build", type=Path, help="write the scripts there, and stop")
    parser.add_argument(
        "--write", type=Path, nargs="+", help="put what --out wrote into RESULTS.md"
    )
    parser.add_argument("--out", type=Path, help="file for all the figures, as JSON")
    parser.add_argument(
        "--seconds", type=float, default=290, help="for everything (default: 290)"
    )
    parser.add_argument(
        "--no-extras", action="store_true", help="only what the bounds are for"
    )
    parser.add_argument("--cpu-smoke", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(*options.child, scripts=options.scripts, smoke=options.cpu_smoke)
    if options.write:
        write_results(options.write)
        return
    if options.build:
        build_scripts(options.build)
        return
    end = time.perf_counter() + options.seconds

    card = "no GPU, tiny sizes: the figures mean nothing"
    if not options.cpu_smoke:
        query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv"]
        try:
            card = subprocess.run(
                query, check=True, capture_output=True, text=True, timeout=60
            ).stdout.splitlines()[1]
        except (OSError, subprocess.SubprocessError) as error:
            sys.exit(f"No NVIDIA GPU found here, which this benchmark is for: {error}")

    scripts = options.scripts and options.scripts.resolve()
    if scripts is None:
        scripts = Path(tempfile.mkdtemp())
        build_scripts(scripts)
    plan = [(name, side) for name in options.models for side in ("JAX", "PyTorch")]
    if not options.no_extras:
        plan += sorted(
            [(name, side) for name in options.models for side in EXTRAS[name]],
            key=lambda run: list(SIDES).index(run[1]),
        )
    runs: list[dict[str, Any]] = []
    for name, side in plan:
        limit = min(CASES[name].limit, end - time.perf_counter())
        if options.cpu_smoke:
            limit = 600
        if limit < 15:
            runs.append({"model": name, "side": side, "problem": "no time left"})
            continue
        print(f"{name}, {side} …", flush=True)
        runs.append(measure(name, side, scripts, options.cpu_smoke, limit))
        figures = runs[-1]
        speed = figures.get("examples_per_second", math.nan)
        said = figures.get("problem") or figures["origin"]
        print(
            f"    {speed:,.0f} examples/s; {said}; the process took "
            f"{figures['process_seconds']} s",
            flush=True,
        )
        if options.out:  # after each, so that a run cut short leaves something
            table(runs)
            options.out.write_text(
                json.dumps({"card": card, "runs": runs}, indent=1), encoding="utf-8"
            )
    versions: dict[str, str] = {}
    for run in runs:
        versions |= run.get("versions", {})
    said = ", ".join(f"{name} {version}" for name, version in versions.items())
    text, good = table(runs)
    print(f"\n{card}; Python {sys.version.split()[0]}, {said}\n\n{text}", flush=True)
    sys.exit(not good)


if __name__ == "__main__":
    main()
