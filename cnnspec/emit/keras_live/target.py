"""The live Keras model as a target."""

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from cnnspec.emit.targets import Options
from cnnspec.emit.write import seal_zip
from cnnspec.ground.errors import Diagnostic, SpecError
from cnnspec.ground.source import stem
from cnnspec.model.summary import Model

if TYPE_CHECKING:
    from cnnspec.emit.keras_live.model import Built


class KerasModel:
    """A `.keras` file, which `keras.saving.load_model` reads."""

    name, ending, usual = "keras", ".keras", True

    def refuse(self, model: Model) -> None:
        """Refuses any where there is no Keras; what Keras refuses, it tells later."""
        from cnnspec.emit.keras_live.backend import refuse_no_keras
        from cnnspec.emit.own import refuse_unasked

        file = f"{stem(model.program.source.path)}{self.ending}"
        refuse_no_keras(file)
        refuse_unasked(model, file)

    def make(self, model: Model, options: Options) -> bytes:
        """The archive."""
        from cnnspec.emit.keras_live.model import saved
        from cnnspec.emit.keras_live.own import classes
        from cnnspec.emit.keras_live.session import raised_limit, warn_of_depth

        graph = model.summary.graph
        warn_of_depth(graph)
        built, errors = compared(model, weights=True)
        if built is None or errors:
            raise SpecError(errors)
        with raised_limit(graph):
            return seal_zip(saved(built.model, classes(graph)))


def proved(model: Model) -> list[Diagnostic]:
    """What keeps a Keras model from being what the summary says, and from running."""
    from cnnspec.emit.keras_live.own import parts_not_imported
    from cnnspec.emit.keras_live.session import same_chances, warn_of_depth
    from cnnspec.emit.keras_live.trial import failures, policy
    from cnnspec.judge.subjects import sections

    warn_of_depth(model.summary.graph, trains=sections(model).fit() is not None)
    with same_chances(), policy(model):
        built, found = compared(model)
        found = [*found, *parts_not_imported(model)]
        if built is None or found:
            return found
        return list(map(model.program.source.error, failures(model, built)))


def live(model: Model) -> Any:
    """The Keras model, compiled as a script compiles it where the spec says how.

    Python's recursion limit stays raised where fitting a deep model needs that.

    Raises:
        SpecError: Keras built something else than the summary says, or nothing.
        NotInstalledError: Keras, or what it runs on, isn't installed.
    """
    from cnnspec.emit.keras_live.own import parts_not_imported
    from cnnspec.emit.keras_live.session import raise_limit
    from cnnspec.emit.keras_live.trial import compile_as_told, policy
    from cnnspec.judge.subjects import sections

    with policy(model):
        built, errors = compared(model, weights=True)
        errors = [*errors, *parts_not_imported(model)]
    if built is None or errors:
        raise SpecError(errors)
    raise_limit(model.summary.graph)
    if model.program.train is not None:
        compile_as_told(built.model, sections(model).training())
    return built.model


def compared(
    model: Model, *, weights: bool = False
) -> "tuple[Built | None, list[Diagnostic]]":
    """The Keras model, and what keeps it from being what the summary says.

    Args:
        model: of a spec.
        weights: whether models of keras.applications load theirs.
    """
    from cnnspec.emit.keras_live.model import RefusedByKeras, build, compare
    from cnnspec.emit.keras_live.own import differences, not_imported
    from cnnspec.emit.keras_live.published import NoWeights, withheld

    source = model.program.source
    if errors := not_imported(model):
        return None, errors
    try:
        with nullcontext() if weights else withheld():
            built = build(model.summary.graph)
    except RefusedByKeras as refusal:
        where = refusal.path, str(refusal), refusal.hint
        error = source.diagnostic("error", "keras-refused", *where)
        return None, [error]
    except NoWeights as lacking:
        where = lacking.path, str(lacking), lacking.hint
        return None, [source.diagnostic("error", "no-weights", *where)]
    return built, differences(model, built) or [
        source.diagnostic("error", "keras-mismatch", (), difference)
        for difference in compare(built.model, model.summary)
    ]


TARGETS = (KerasModel(),)
