"""The live Keras model as a target."""

from typing import Any

from cnnspec.emit.targets import Options
from cnnspec.emit.write import seal_zip
from cnnspec.ground.errors import Diagnostic, SpecError
from cnnspec.ground.source import stem
from cnnspec.model.summary import Model


class KerasModel:
    """A `.keras` file, which `keras.saving.load_model` reads."""

    name, ending, usual = "keras", ".keras", True

    def refuse(self, model: Model) -> None:
        """Refuses any where there is no Keras; what Keras refuses, it tells later."""
        from cnnspec.emit.keras_live.backend import refuse_no_keras

        refuse_no_keras(f"{stem(model.program.source.path)}{self.ending}")

    def make(self, model: Model, options: Options) -> bytes:
        """The archive."""
        from cnnspec.emit.keras_live.model import saved

        keras_model, errors = proved(model)
        if errors:
            raise SpecError(errors)
        return seal_zip(saved(keras_model))


def proved(model: Model) -> tuple[Any, list[Diagnostic]]:
    """The Keras model, and what keeps it from being what the summary says."""
    from cnnspec.emit.keras_live.model import RefusedByKeras, build_model, compare

    source = model.program.source
    try:
        keras_model = build_model(model.summary.graph)
    except RefusedByKeras as refusal:
        path, hint = refusal.node.path, "change the layer; cnnspec should have said so"
        error = source.diagnostic("error", "keras-refused", path, str(refusal), hint)
        return None, [error]
    return keras_model, [
        source.diagnostic("error", "keras-mismatch", (), difference)
        for difference in compare(keras_model, model.summary)
    ]


TARGETS = (KerasModel(),)
