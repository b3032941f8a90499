"""Preparing a run, where a failure is told as that of the run."""

from collections.abc import Mapping

from cnnspec.ground.errors import NotInstalledError, SpecError
from cnnspec.study import running
from cnnspec.study.plan import Run
from cnnspec.study.progress import Listener
from cnnspec.study.running import Writing


def prepared(
    run: Run, writing: Writing, listener: Listener
) -> Mapping[str, str] | None:
    """The environment of a run whose script is written; None where that failed.

    Args:
        run: the run.
        writing: how scripts are written.
        listener: hears of a failure.
    """
    try:
        return running.prepare(run, writing)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        listener.ended(run, None, f"its folder can't be written: {why}")
    except NotInstalledError as error:
        listener.ended(run, None, str(error))
    except SpecError as error:
        listener.ended(run, None, error.diagnostics[0].message)
    return None
