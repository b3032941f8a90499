"""Has an HDF5 file read by another process (`hdf5_process`), which may come to harm.

On Linux a copy of this process does it, as long as that is safe: nothing that starts
threads of its own has been imported, as NumPy and the frameworks do, whose locks a copy
would find closed for ever. Else, or elsewhere, it is a new one.
"""

import os
import sys
from collections.abc import Callable

SIZE_LIMIT = 2**26
"""Bytes of an answer."""
_WAIT = 60
"""Seconds for a new process, which can't bound itself on Windows."""
_THREADED = frozenset({"numpy", "tensorflow", "torch", "jax"})
_PROGRAM = """\
import sys
sys.path[:] = sys.argv[2:]
from cnnspec.read.containers.hdf5_process import told
print(told(sys.argv[1]))
"""
_QUIET = {
    # One thread is enough to read; nothing writes, and no filter may be loaded.
    "OPENBLAS_NUM_THREADS": "1",
    "HDF5_USE_FILE_LOCKING": "FALSE",
    "HDF5_PLUGIN_PRELOAD": "::",
}


def begun(path: str) -> Callable[[], bytes]:
    """Begins to read a file; what is given waits for the answer.

    That is a line of JSON, as `hdf5_process.told` has it, and nothing where the process
    came to harm.
    """
    return _copied(path) if _may_copy() else _started(path)


def _may_copy() -> bool:
    threading = sys.modules.get("threading")
    return (
        sys.platform == "linux"
        and not _THREADED & sys.modules.keys()
        and (threading is None or threading.active_count() == 1)
    )


def _copied(path: str) -> Callable[[], bytes]:
    read_end, write_end = os.pipe()
    process = os.fork()
    if process == 0:
        _answer(path, write_end)
    os.close(write_end)

    def waited() -> bytes:
        with open(read_end, "rb") as pipe:
            text = pipe.read(SIZE_LIMIT)
        _, status = os.waitpid(process, 0)
        return text if status == 0 else b""

    return waited


def _answer(path: str, pipe: int) -> None:
    """Answers in the copy, which ends here whatever happens."""
    status = 1
    try:
        os.environ.update(_QUIET)
        os.dup2(os.open(os.devnull, os.O_RDWR), 2)  # HDF5 itself writes there
        from cnnspec.read.containers.hdf5_process import told

        with open(pipe, "wb") as file:
            file.write(told(path).encode())
        status = 0
    finally:
        os._exit(status)


def _started(path: str) -> Callable[[], bytes]:
    import subprocess

    places = [os.path.abspath(place) for place in sys.path]
    command = [sys.executable, "-I", "-S", "-c", _PROGRAM, os.path.abspath(path)]
    process = subprocess.Popen(
        [*command, *places],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **_QUIET},
    )

    def waited() -> bytes:
        with process:
            try:
                text, _ = process.communicate(timeout=_WAIT)
            except subprocess.TimeoutExpired:
                process.kill()
                return b""
        return b"" if process.returncode else text[:SIZE_LIMIT]

    return waited
