"""Runs a script as `python SCRIPT` does, but Ctrl-C ends it in a line of ours.

Run as a file, in a process of its own: `launch.py KIND SCRIPT [ARGUMENT]...`. A script
that is `watched`, and not `alone`, ends with its input: whoever writes that has gone.
"""

import os
import runpy
import signal
import sys
import threading
from types import FrameType, TracebackType


def main(kind: str, script: str, *arguments: str) -> int:
    """Runs a script to its end; the exit status, unless it leaves with one itself."""
    # That of the package, which may be known to nobody but whoever has started this.
    sys.path[0] = os.path.abspath(f"{__file__}/../../..")
    from cnnspec.ground.interrupts import SAID, STATUS

    _end_while_loading(script)
    sys.path[0] = os.path.dirname(script)
    sys.argv = [script, *arguments]
    if kind == "watched":
        threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        runpy.run_path(script, run_name="__main__")
    except KeyboardInterrupt:
        print(SAID, file=sys.stderr)
        return STATUS
    except Exception as error:  # noqa: BLE001 - told as Python tells it
        trace = _of_script(error.__traceback__, script)
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return 1
    return 0


def _end_with_input() -> None:
    os.read(0, 1)
    os._exit(1)


def _end_while_loading(script: str) -> None:
    """Lets Ctrl-C end the process at once until a function of the script runs.

    Modules that are loading make other errors of an exception, or print one.
    """
    from cnnspec.ground.interrupts import end

    def hear(_: int, frame: FrameType | None) -> None:
        while frame is not None:
            code = frame.f_code
            if code.co_filename == script and code.co_name != "<module>":
                raise KeyboardInterrupt
            frame = frame.f_back
        end()

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, hear)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


def _of_script(trace: TracebackType | None, script: str) -> TracebackType | None:
    """A traceback from where it comes to a script."""
    while trace is not None and trace.tb_frame.f_code.co_filename != script:
        trace = trace.tb_next
    return trace


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
