"""What has to be installed for what cnnspec makes, and how that is done."""

import os
from collections.abc import Iterable, Sequence
from importlib.util import find_spec

from cnnspec.ground.errors import NotInstalledError, either, nearest

BACKENDS = ("tensorflow", "jax", "torch")
"""What Keras runs on; the first, unless somebody says otherwise."""

EXTRAS = {
    **{backend: (backend, "keras", "pydantic") for backend in BACKENDS},
    "h5": ("h5py",),
    "ray": ("ray",),
    "scripts": ("koreanize-matplotlib", "matplotlib", "pandas", "scikit-learn"),
}
"""The packages that each extra of pyproject.toml brings."""

_MODULES = {"scikit-learn": "sklearn", "koreanize-matplotlib": "koreanize_matplotlib"}
"""What packages are imported as, where that isn't their name."""


def refuse_missing(what: str, packages: Iterable[str], backend: str) -> None:
    """Makes sure that packages are installed.

    Args:
        what: needs them.
        packages: that it needs.
        backend: that Keras is to run on.

    Raises:
        NotInstalledError: with the line that installs those that aren't.
    """
    if found := missing(packages):
        names = f"{either(found, 'and')} {'is' if len(found) == 1 else 'are'}"
        chosen = os.environ.get("KERAS_BACKEND")
        why = f" (KERAS_BACKEND is '{chosen}')" if chosen in found else ""
        line = install_line(found, backend)
        raise NotInstalledError(f"{what} wants {line}: {names} not installed{why}")


def refuse_other_backend(what: str, allowed: Sequence[str]) -> None:
    """Makes sure that the variable KERAS_BACKEND names one of those that are allowed.

    Raises:
        NotInstalledError: it doesn't.
    """
    chosen = os.environ.get("KERAS_BACKEND")
    if chosen and chosen not in allowed:
        hint = nearest(chosen, allowed) or f"it may be {either(allowed)}"
        text = f"{what} wants another KERAS_BACKEND than '{chosen}'; {hint}"
        raise NotInstalledError(text)


def missing(packages: Iterable[str]) -> list[str]:
    """Those of the packages that aren't installed."""
    return [package for package in packages if not is_installed(package)]


def is_installed(package: str) -> bool:
    """Whether a package can be imported."""
    found = find_spec(_MODULES.get(package, package))
    # Any folder of that name would be found too, but as a module that is no file.
    return found is not None and found.origin is not None


def install_line(packages: Iterable[str], backend: str = BACKENDS[0]) -> str:
    """How packages are installed: `pip install 'cnnspec[jax,scripts]'`.

    Args:
        packages: those that are missing.
        backend: that Keras is to run on, and with which it comes.
    """
    wanted, extras = list(packages), []
    for extra in dict.fromkeys((backend, *EXTRAS)):
        brought = EXTRAS.get(extra, ())
        if any(package in brought for package in wanted):
            extras.append(extra)
            wanted = [package for package in wanted if package not in brought]
    # cmd.exe hands single quotes on, and a Unix shell has a meaning for brackets.
    quote = '"' if os.name == "nt" else "'"
    ours = [f"{quote}cnnspec[{','.join(extras)}]{quote}"] if extras else []
    return " ".join(["pip install", *ours, *wanted])
