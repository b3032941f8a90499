"""cnnspec: a CNN written as a layer list, checked without a deep-learning framework.

The package is small at import: `import cnnspec` loads nothing but this docstring's
module, and the public functions arrive from `cnnspec.api` when they are first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnspec.api import build, load, loads

__version__ = "0.1.0"
__all__ = ["__version__", "build", "load", "loads"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from cnnspec import api

        return getattr(api, name)
    raise AttributeError(f"module 'cnnspec' has no attribute {name!r}")
