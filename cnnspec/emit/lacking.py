"""What a script has no code for yet."""

from cnnspec.catalogue.layers.base import all_nested
from cnnspec.ground.errors import SpecError
from cnnspec.model.summary import Model


def refuse_models(model: Model) -> None:
    """Refuses models inside a model, calls used again, and what calls freeze.

    Raises:
        SpecError: there is one.
    """
    source = model.program.source
    for node in model.summary.graph.nodes:
        again = any(frame.again for frame in node.trail)
        held = any(layer.holds_model for layer in (node.layer, *all_nested(node.layer)))
        if held or node.frozen or again:
            text = "no script can be written of this yet; --to keras builds it"
            raise SpecError([source.diagnostic("error", "script", node.path, text)])
