"""pydantic's core: what checks values, compiled, and nothing beside it.

Its package imports the typed forms of all schemas too, some 90 classes, and with them
inspect, decimal and fractions. That takes a fifth of what `python -c "import yaml,
pydantic"` takes, and `cnnspec check` has no use for it.
"""

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING

_NAME = "pydantic_core._pydantic_core"


def _alone() -> ModuleType | None:
    """The compiled module without its package; None where it can't be had so."""
    package = PathFinder.find_spec("pydantic_core")
    if package is None or "pydantic_core" in sys.modules:
        return None
    spec = PathFinder.find_spec(_NAME, package.submodule_search_locations)
    if spec is None or spec.loader is None:
        return None
    # Python finds it there too, should somebody import the package.
    sys.modules[_NAME] = module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError:
        del sys.modules[_NAME]
        return None
    return module


if TYPE_CHECKING:
    from pydantic_core import SchemaValidator, ValidationError
else:
    core = _alone()
    if core is None:
        import pydantic_core as core
    SchemaValidator, ValidationError = core.SchemaValidator, core.ValidationError

__all__ = ["SchemaValidator", "ValidationError"]
