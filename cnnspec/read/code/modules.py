"""What the packages that code imports are, whatever it calls them."""

import ast
from collections.abc import Iterable
from functools import cache

from cnnspec.catalogue import registry
from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.past.current import became

_PREFIXES = (
    ("tensorflow.compat.v1", "tensorflow"),
    ("tensorflow.compat.v2", "tensorflow"),
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.contrib.keras.python.keras", "keras"),
    ("tensorflow.contrib.keras.api.keras", "keras"),
    ("tensorflow.contrib.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("tensorflow._api.v2.keras", "keras"),
    ("tf_keras", "keras"),
    ("keras._tf_keras.keras", "keras"),
    ("keras.api", "keras"),
    ("keras.src", "keras"),
    ("keras_core", "keras"),
    ("tensorflow.nn", "keras.ops"),
    ("tensorflow.random_normal_initializer", "keras.initializers.RandomNormal"),
    ("tensorflow.random_uniform_initializer", "keras.initializers.RandomUniform"),
    ("tensorflow.constant_initializer", "keras.initializers.Constant"),
    ("tensorflow.zeros_initializer", "keras.initializers.Zeros"),
    ("tensorflow.ones_initializer", "keras.initializers.Ones"),
    ("tensorflow.initializers", "keras.initializers"),
    ("tensorflow.optimizers", "keras.optimizers"),
    ("tensorflow.losses", "keras.losses"),
    ("tensorflow.metrics", "keras.metrics"),
    ("keras_applications", "keras.applications"),
    ("tensorflow.math", "tensorflow"),
    ("tensorflow.linalg", "tensorflow"),
)
"""Homes that packages have had, and how they are called here."""


def imported(path: str) -> str:
    """The path of a name of a package as it is called here."""
    for prefix, home in _PREFIXES:
        if path == prefix or path.startswith(f"{prefix}."):
            return home + path[len(prefix) :]
    return path


def is_layer_name(name: str) -> bool:
    """Whether layers are called so, in any version of Keras."""
    return name[:1].isupper() and bool(layer_named(name))


@cache
def layer_named(name: str) -> str:
    """The layer of today's Keras that a class name means; '' for none."""
    own = registry.ALIASES.get(name, name)
    if own in _layers() or registry.is_model(own):
        return own
    if name in registry.FORMER or name in registry.CODE_LAYERS:
        return name
    return became(name)


@cache
def _layers() -> frozenset[str]:
    """Keras's layers. Those of other packages would have to be looked up."""
    families = map(registry.family_names, registry.FAMILIES)
    return frozenset(name for family in families for name in family)


@cache
def meant_layer(name: str) -> str:
    """The layer that a name of none is meant to be; '' where none is likely.

    What Keras has in small letters are functions; `flatten` is the name of a class.
    """
    from cnnspec.ground.likeness import meant

    if not name[:1].isupper():
        return next((one for one in _layers() if snake_case(one) == name), "")
    found = meant(name, _layers())
    return found if found in _layers() else ""


@cache
def by_function() -> dict[str, str]:
    """Layers by what `keras.layers` calls their functions: `concatenate`, `add`."""
    names = registry.family_names("merging")
    return {snake_case(name): name for name in names}


_MODELS = ("Sequential", "Model", "Functional", "load_model", "model_from_json")


def star_import(name: str, modules: list[str]) -> str:
    """The path of a name that `import *` brought, or that must come from Keras.

    Many a notebook keeps its imports in a cell that isn't shown.
    """
    packages = [module for module in modules if module.startswith("keras")]
    home = {
        "layers": bool(layer_named(name)) or name in by_function() and bool(packages),
        "models": name in _MODELS,
        "applications": registry.is_model(name),
    }
    for module, is_it in home.items():
        if is_it:
            return f"keras.{module}.{name}"
    if name == "Input" or (packages and name in _BASES):
        return f"keras.layers.{name}"
    known = _homes()
    if name in known:
        return known[name]
    if packages and meant_layer(name):
        return f"keras.layers.{name}"
    others = [module for module in modules if module.split(".")[0] in _EVERYTHING]
    return f"{others[0]}.{name}" if others else ""


_BASES = ("Layer", "Wrapper", "InputSpec")
_EVERYTHING = ("math", "numpy", "pylab")
"""Packages of which code imports all names."""


@cache
def _homes() -> dict[str, str]:
    """Where names stand that code mostly imports: optimizers, data sets and such."""
    from cnnspec.catalogue.callbacks import Callback
    from cnnspec.catalogue.named import subclasses
    from cnnspec.catalogue.optimizers import Optimizer
    from cnnspec.catalogue.sources import SOURCES

    found = {name: f"keras.optimizers.{name}" for name in subclasses(Optimizer)}
    found |= {name: f"keras.callbacks.{name}" for name in subclasses(Callback)}
    found |= {name: f"keras.datasets.{name}" for name in SOURCES if "_" not in name[:3]}
    found |= {"tf": "tensorflow", "np": "numpy", "keras": "keras", "K": "keras.backend"}
    found |= {"layers": "keras.layers", "models": "keras.models", "nn": "keras.ops"}
    found |= {"to_categorical": "keras.utils.to_categorical", "math": "math"}
    found |= {"np_utils": "keras.utils.np_utils", "pd": "pandas", "os": "os"}
    found |= {"optimizers": "keras.optimizers", "applications": "keras.applications"}
    return found


def has_layers(nodes: Iterable[ast.AST]) -> bool:
    """Whether there seem to be layers in code."""
    for node in nodes:
        for part in ast.walk(node):
            name = getattr(part, "id", getattr(part, "attr", ""))
            if isinstance(part, ast.Name | ast.Attribute) and is_layer_name(name):
                return True
    return False
