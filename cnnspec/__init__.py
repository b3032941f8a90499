"""cnnspec: a CNN written as a layer list, checked without a deep-learning framework.

The package is small at import: `import cnnspec` loads nothing but this docstring's
module, and the public functions arrive from `cnnspec.api` when they are first used.
"""

# That of typing, whose import takes a while in which Ctrl-C would have no answer.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnnspec.api import (
        Checked,
        Model,
        NotInstalledError,
        OverrideError,
        SettingsError,
        SpecError,
        Summary,
        build,
        check,
        custom_objects,
        import_model,
        keras_model,
        load,
        loads,
    )

__version__ = "0.1.0"
__all__ = [
    "Checked",
    "Model",
    "NotInstalledError",
    "OverrideError",
    "SettingsError",
    "SpecError",
    "Summary",
    "__version__",
    "build",
    "check",
    "custom_objects",
    "import_model",
    "keras_model",
    "load",
    "loads",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        from cnnspec import api

        return getattr(api, name)
    raise AttributeError(f"module 'cnnspec' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
