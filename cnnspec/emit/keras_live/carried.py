"""Classes of layers that neither Keras nor any package has: the text of scripts, run.

A class is registered with Keras when its text is run, so a `.keras` file of a model
that cnnspec built can be read wherever one of both has been: cnnspec's own classes, by
`cnnspec.custom_objects()`, or those in the script.
"""

from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from cnnspec.emit.folders import template_folder


@cache
def carried_class(name: str) -> Any:
    """The class of a layer's text in templates/layers."""
    path = template_folder() / "layers" / f"{name}.py"
    spec = spec_from_file_location(f"cnnspec.carried.{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def carried_classes() -> dict[str, Any]:
    """All of them, by the names that files have for them."""
    from keras.saving import get_registered_name

    names = (path.stem for path in (template_folder() / "layers").glob("*.py"))
    classes = map(carried_class, sorted(names))
    return {get_registered_name(cls): cls for cls in classes}
