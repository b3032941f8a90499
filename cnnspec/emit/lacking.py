"""What a script has no code for yet."""

from cnnspec.ground.errors import SpecError
from cnnspec.model.functional import each_node
from cnnspec.model.summary import Model


def refuse_applications(model: Model) -> None:
    """Refuses models of keras.applications.

    Raises:
        SpecError: there is one.
    """
    source = model.program.source
    for node in each_node(model.summary.graph):
        if node.layer.is_application or getattr(node.layer, "application", None):
            text = "no script can be written of this yet; --to keras builds it"
            raise SpecError([source.diagnostic("error", "script", node.path, text)])
