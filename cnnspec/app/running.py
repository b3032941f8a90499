"""Running a training script: the very file that a person would run."""

import os
import subprocess
import sys
from importlib.util import find_spec

from cnnspec.model.summary import Model

_MODULES = {"scikit-learn": "sklearn", "koreanize-matplotlib": "koreanize_matplotlib"}
"""What packages are imported as, where that isn't their name."""


def missing_packages(model: Model, lang: str, backend: str) -> list[str]:
    """The packages that the script of a spec needs and that aren't installed.

    Args:
        model: the spec.
        lang: the language of the script.
        backend: what Keras runs on unless the environment says otherwise.
    """
    from cnnspec.emit.keras_script.parts import Writer
    from cnnspec.emit.keras_script.texts import Language

    backend = os.environ.get("KERAS_BACKEND", backend)
    packages = Writer(*model, Language(lang), backend).packages()
    return [p for p in packages if find_spec(_MODULES.get(p, p)) is None]


def run(script: str, arguments: list[str]) -> int:
    """Runs a script in a process of its own, which writes to this terminal.

    Returns:
        Its exit status; 128 and the signal's number if one ended it, as in a shell.
    """
    # Plots go to files, and TensorFlow's own log would hide what is asked for.
    quiet = {"MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "2"}
    process = subprocess.Popen(
        [sys.executable, script, *arguments], env={**quiet, **os.environ}
    )
    while True:
        try:
            status = process.wait()
            return status if status >= 0 else 128 - status
        except KeyboardInterrupt:
            # The script has heard it too, and is saving what it has reached.
            continue
