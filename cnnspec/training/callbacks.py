"""What is done after each epoch of a training.

Source of the signatures: keras/src/callbacks, Keras 3.15.
"""

from typing import Annotated, Any, ClassVar, Literal

from cnnspec.components import Component
from cnnspec.errors import ArgumentError
from cnnspec.fields import Natural, Positive, choice
from cnnspec.training.kinds import Part


class Callback(Component):
    """Something done after each epoch."""

    module: ClassVar[str] = "callbacks"
    example: ClassVar[str] = "{EarlyStopping: {patience: 3}}"


class CSVLogger(Callback):
    filename: str
    separator: str = ","
    append: bool = False


class _Monitor(Callback):
    """Watches one figure of the training."""

    first = ("filepath", "monitor", "factor", "patience")
    monitor: str = "val_loss"
    mode: Literal["auto", "min", "max"] = "auto"
    verbose: Natural = 0


class EarlyStopping(_Monitor):
    min_delta: float = 0
    patience: Natural = 0
    baseline: float | None = None
    restore_best_weights: bool = False
    start_from_epoch: Natural = 0


class ModelCheckpoint(_Monitor):
    filepath: str
    save_best_only: bool = False
    save_weights_only: bool = False
    save_freq: Annotated[Any, choice("epoch")] | Positive = "epoch"
    initial_value_threshold: float | None = None

    def rules(self) -> None:
        ending = ".weights.h5" if self.save_weights_only else ".keras"
        if not self.filepath.endswith(ending):
            what = "weights only" if self.save_weights_only else "a whole model"
            raise ArgumentError(
                "filepath",
                f"ModelCheckpoint saves {what}, and '{self.filepath}' doesn't end in "
                f"'{ending}'",
                f"let the file's name end in {ending}",
            )


class ReduceLROnPlateau(_Monitor):
    factor: Part = 0.1
    patience: Natural = 10
    min_delta: float = 0.0001
    cooldown: Natural = 0
    min_lr: float = 0.0


# ------------------------------------------------------------------ the sections
