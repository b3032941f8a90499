"""Keras itself: importing it, keeping its log apart, and what it needs of Python."""

import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cnnspec.emit.keras_live import backend
from cnnspec.ground.errors import NotInstalledError
from cnnspec.model.depth import depth, recursion_limit
from cnnspec.model.graph import Graph


def keras_module() -> Any:
    """The module `keras`; its first import takes seconds.

    Raises:
        NotInstalledError: it can't be imported.
    """
    if "keras" not in sys.modules:
        backend.refuse_no_keras("Keras")
        backend.choose()
        # Whoever has set a level of TensorFlow's log is heard.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        try:
            with quiet():
                import keras

                # The first operation looks for devices, and tells what it didn't find.
                keras.ops.zeros(())
        except ImportError as error:
            text = f"Keras can't be imported: {' '.join(str(error).split())}"
            raise NotInstalledError(text) from error
    import keras

    return keras


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps back what libraries write to standard error, and their warnings.

    TensorFlow's log greets the terminal before any level that is set takes effect, and
    XLA tells of each program that it compiles. It is shown after all if what runs here
    fails.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as log, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.dup2(log.fileno(), 2)
        try:
            yield
        except BaseException:
            log.seek(0)
            os.write(terminal, log.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)


@contextmanager
def same_chances() -> Iterator[None]:
    """Leaves Python's random numbers as they are: Keras draws its seeds from them.

    Source: `make_default_seed` in keras/src/random/seed_generator.py, 3.15.
    """
    import random

    before = random.getstate()
    try:
        yield
    finally:
        random.setstate(before)


@contextmanager
def raised_limit(graph: Graph) -> Iterator[None]:
    """Lets Python call as deep as Keras needs for a graph."""
    before = sys.getrecursionlimit()
    raise_limit(graph)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def raise_limit(graph: Graph) -> None:
    """The same, for good."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), recursion_limit(graph) or 0))


_SHOWN = 300
"""Letters of a reason of Keras's that a message repeats."""


def reason(error: BaseException) -> str:
    """Why Keras or its backend refuses something, in a line without what surrounds it.

    Keras puts "Exception encountered when calling Dense.call()." before the reason and
    the arguments after it, in bold for a terminal; where it couldn't infer a shape, a
    sentence that ends in "Error encountered:" stands before all that. TensorFlow adds
    the names of its own functions, and in a compiled step where the operation was
    defined.
    """
    text = str(error)
    if isinstance(error, KeyError) and error.args:  # which shows its text in quotes
        text = str(error.args[0])
    text = text.rpartition("Error encountered:")[2]
    text = text.partition("Arguments received by")[0]
    text = re.sub(r"\x1b\[[0-9;]*m|\{\{.*?\}\}|\[Op:.*|<stack .*?>", "", text)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    meant = [line for line in lines if line and not _AROUND.match(line)]
    if not meant:
        return type(error).__name__
    said = meant[0]
    # A sentence that goes on is cut in lines; a list of arguments is none.
    for line in meant[1:]:
        if said.endswith((".", ":", ";")):
            break
        said = f"{said} {line}"
    return said[: _SHOWN - 1] + "…" if len(said) > _SHOWN else said


_AROUND = re.compile(
    r"Exception encountered when calling|Graph execution error|Detected at node|"
    r"File \".*\", line \d+, in|"
    r"Traceback \(most recent call last\)|in user code|in \w+\s*\**$"
)
"""How lines begin that stand around the reason."""


DEEP = 2000
"""Layers on a way from which on Keras takes so long that it is told beforehand."""
DEEP_TO_TRAIN = 300
"""The same of a training step. TensorFlow took 185 s to make one of 600 layers, and its
time grows faster than they do."""


def warn_of_depth(graph: Graph, *, trains: bool = False) -> None:
    """Says beforehand that a deep model takes its time.

    Args:
        graph: the model.
        trains: whether a step of training is to be tried, which is skipped from `DEEP`
            on.
    """
    layers = depth(graph)
    about = f"'{graph.name}' is {layers:,} layers deep"
    if layers >= DEEP:
        skipped = "; its training step is skipped" if trains else ""
        tell(f"{about}, which takes Keras minutes{skipped}")
    elif trains and layers >= DEEP_TO_TRAIN:
        tell(f"{about}, so its training step takes Keras minutes")


def tell(text: str) -> None:
    """Says something while work goes on, that is no finding about the spec."""
    print(f"cnnspec: {text}", file=sys.stderr)
