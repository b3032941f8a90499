"""What a script has no code for yet."""

from cnnspec.ground.errors import SpecError
from cnnspec.model.summary import Model


def refuse_models(model: Model) -> None:
    """Refuses models inside a model, and what a call or a repeat freezes.

    Raises:
        SpecError: there is one.
    """
    source = model.program.source
    for node in model.summary.graph.nodes:
        if node.layer.holds_model or node.frozen:
            text = "no script can be written of this yet; --to keras builds it"
            raise SpecError([source.diagnostic("error", "script", node.path, text)])
