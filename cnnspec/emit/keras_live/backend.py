"""What Keras runs on here."""

import os

from cnnspec.emit.packages import (
    BACKENDS,
    missing,
    refuse_missing,
    refuse_other_backend,
)

_WITHOUT_TRAINING = ("numpy", "openvino")
"""On these Keras runs models, and trains none."""


def refuse_no_keras(what: str) -> None:
    """Makes sure that Keras can be imported, as far as that is seen without doing so.

    Args:
        what: needs it.

    Raises:
        NotInstalledError: Keras isn't installed, or what it is to run on.
    """
    refuse_other_backend(what, (*BACKENDS, *_WITHOUT_TRAINING))
    backend = os.environ.get("KERAS_BACKEND") or _installed()
    refuse_missing(what, ["keras", backend], backend)


def choose() -> None:
    """Lets Keras run on a backend that is installed, where nobody has chosen one."""
    if not os.environ.get("KERAS_BACKEND") and missing([_configured()]):
        os.environ["KERAS_BACKEND"] = _installed()


def _installed() -> str:
    """The backend that Keras can run on where nobody has chosen one."""
    names = (_configured(), *BACKENDS)
    return next((name for name in names if not missing([name])), BACKENDS[0])


def _configured() -> str:
    """The backend that keras.json names, which Keras writes when it is first imported.

    As in keras/src/backend/config.py (3.15).
    """
    import json

    folder = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    try:
        path = os.path.expanduser(os.path.join(folder, "keras.json"))
        with open(path, encoding="utf-8") as file:
            return str(json.load(file)["backend"])
    except (OSError, ValueError, TypeError, KeyError):
        return BACKENDS[0]
