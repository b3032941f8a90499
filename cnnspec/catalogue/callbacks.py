"""What is done after each epoch of a training.

Source of the signatures: keras/src/callbacks, Keras 3.15.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.named import Idle, Named
from cnnspec.ground.errors import ArgumentError, either
from cnnspec.ground.kinds import (
    Natural,
    Positive,
    ZeroToBelowOne,
    choice,
    file_name,
    text,
)

_FUNCTIONS = "it calls functions, and no YAML holds code"


class Callback(Named):
    """Something done after each epoch."""

    module: ClassVar[str] = "callbacks"
    example: ClassVar[str] = "{EarlyStopping: {patience: 3}}"
    spelt = False
    goes_on: ClassVar[bool] = False
    """Whether it takes up a training where it stopped."""
    needs_averages: ClassVar[bool] = False
    """Whether it needs an optimizer that keeps averages of the weights."""
    changes_rate: ClassVar[bool] = False
    """Whether it sets the learning rate, which then can't be a schedule."""
    judges_epochs: ClassVar[bool] = False
    """Whether the figure that it watches tells which epoch is the best."""
    reports: ClassVar[tuple[str, ...]] = ()
    """Figures that it adds to those of an epoch, for the callbacks behind it."""
    writes: ClassVar[str] = ""
    """The argument that names the file or folder it writes."""
    makes_folder: ClassVar[bool] = True
    """Whether it makes the folder of what it writes, if it writes anything."""
    writes_folder: ClassVar[bool] = False
    """Whether what it writes is a folder."""
    removes: ClassVar[str] = ""
    """The argument by which that is removed, with all in it, when the training ends."""
    appends: ClassVar[str] = ""
    """The argument that makes it keep what a file holds."""
    fills: ClassVar[str] = ""
    """The argument in which figures stand in braces, as in `{epoch:02d}`."""
    waits_for: ClassVar[tuple[str, ...]] = ()
    """Arguments that count the batches after which it does something."""
    takes_lists: ClassVar[bool] = True
    """Whether it takes figures that are several numbers."""
    packages: ClassVar[tuple[str, ...]] = ()
    """What it needs beside Keras."""
    refused: ClassVar[Mapping[str, str]] = {
        "Callback": "it is the base of all callbacks, and does nothing itself",
        "CallbackList": "the list under callbacks: makes it",
        "History": "fit keeps one by itself, which the script plots",
        "LambdaCallback": _FUNCTIONS,
        "LearningRateScheduler": f"{_FUNCTIONS}; give the optimizer a schedule, as in "
        "learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 1000}}",
        "OrbaxCheckpoint": "it needs the package orbax-checkpoint, which scripts don't "
        "have; use ModelCheckpoint",
        "ProgbarLogger": "fit shows its progress by itself",
        "RemoteMonitor": "it reports to a server of its own kind; use CSVLogger or "
        "TensorBoard",
    }

    @property
    def watches(self) -> str | None:
        """The figure that it goes by; None where it goes by none."""
        return None

    @property
    def best_file(self) -> str:
        """The file in which it leaves the weights of the best epoch, if it does."""
        return ""

    @property
    def restores_best(self) -> bool:
        """Whether the model has these weights after the training."""
        return False

    def first_acts(self) -> int | None:
        """The epoch, counted from 0, after which it can end or change a training.

        None where that isn't a matter of epochs.
        """
        return None


_File = Annotated[str, file_name("the name of a file")]
_Folder = Annotated[str, file_name("the name of a folder")]
_Frequency = Annotated[Any, choice("epoch")] | Positive
"""How often something is done: after each epoch, or after so many batches."""


class BackupAndRestore(Callback):
    """Lets a training that broke off go on from its last epoch."""

    goes_on = True
    writes = "backup_dir"
    writes_folder = True
    removes = "delete_checkpoint"
    waits_for = ("save_freq",)
    backup_dir: _Folder
    save_freq: _Frequency = "epoch"
    double_checkpoint: bool = False
    delete_checkpoint: bool = True


class CSVLogger(Callback):
    spelt_as: ClassVar[dict[str, str]] = {"filename": "filepath path file"}
    writes = "filename"
    makes_folder = False
    appends = "append"
    filename: _File
    separator: Annotated[str, text("a single character", 1, 1)] = ","
    append: bool = False


class _Monitor(Callback):
    """Watches one figure of the training."""

    first = ("filepath", "monitor", "factor", "patience")
    monitor: str = "val_loss"
    mode: Literal["auto", "min", "max"] = "auto"
    verbose: Natural = 0

    @property
    def watches(self) -> str | None:
        return self.monitor

    def idle(self) -> Iterator[Idle]:
        yield from super().idle()
        if getattr(self, "min_delta", 0) < 0:
            text = "has its sign dropped, for a change is as large either way"
            yield "min_delta", text, "write it without the minus"


class EarlyStopping(_Monitor):
    by_position: ClassVar[str] = "monitor min_delta patience verbose mode"
    elsewhere: ClassVar[dict[str, Any]] = {"EarlyStop early_stop": {}}
    spelt_as: ClassVar[dict[str, str]] = {
        "restore_best_weights": "restore_best",
        "min_delta": "delta epsilon",
    }
    judges_epochs = True
    min_delta: float = 0
    patience: Natural = 0
    baseline: float | None = None
    restore_best_weights: bool = False
    start_from_epoch: Natural = 0

    @property
    def restores_best(self) -> bool:
        return self.restore_best_weights

    def first_acts(self) -> int | None:
        """The first epoch is the best so far, so that it can stop after the second."""
        if self.restore_best_weights:
            return self.start_from_epoch
        waits = self.patience - (self.baseline is not None)
        return self.start_from_epoch + max(waits, 1)


class ModelCheckpoint(_Monitor):
    by_position: ClassVar[str] = (
        "filepath monitor verbose save_best_only save_weights_only mode"
    )
    elsewhere: ClassVar[dict[str, Any]] = {"Checkpoint": {}}
    spelt_as: ClassVar[dict[str, str]] = {
        "filepath": "filename path file file_path",
        "save_best_only": "save_best best_only",
        "save_weights_only": "weights_only",
    }
    renamed: ClassVar[dict[str, Any]] = {
        "period": "Keras 3 saves after each epoch, or after so many batches; write "
        "save_freq: epoch",
        "every_n_epochs": "Keras 3 saves after each epoch, or after so many batches; "
        "write save_freq: epoch",
    }
    judges_epochs = True
    writes = "filepath"
    fills = "filepath"
    waits_for = ("save_freq",)
    needs: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("monitor", "mode", "initial_value_threshold"), "save_best_only"
    )
    filepath: _File
    save_best_only: bool = False
    save_weights_only: bool = False
    save_freq: _Frequency = "epoch"
    initial_value_threshold: float | None = None

    @property
    def watches(self) -> str | None:
        return self.monitor if self.save_best_only else None

    @property
    def best_file(self) -> str:
        """Not where its name tells of the epoch, or no epoch may be good enough."""
        is_sure = self.initial_value_threshold is None and "{" not in self.filepath
        return self.filepath if self.save_best_only and is_sure else ""

    def rules(self) -> None:
        endings, what = [".keras", ".h5"], "a whole model"
        if self.save_weights_only:
            endings, what = [".weights.h5"], "weights only"
        if not self.filepath.endswith(tuple(endings)):
            raise ArgumentError(
                "filepath",
                "file-ending",
                f"ModelCheckpoint saves {what}, and '{self.filepath}' doesn't end in "
                f"{either(endings)}",
                f"let the file's name end in {endings[0]}",
            )


class ReduceLROnPlateau(_Monitor):
    by_position: ClassVar[str] = "monitor factor patience verbose mode"
    elsewhere: ClassVar[dict[str, Any]] = {"ReduceLR ReduceOnPlateau": {}}
    spelt_as: ClassVar[dict[str, str]] = {"min_delta": "epsilon threshold eps"}
    changes_rate = True
    reports = ("learning_rate",)
    factor: ZeroToBelowOne = 0.1
    patience: Natural = 10
    min_delta: float = 0.0001
    cooldown: Natural = 0
    min_lr: float = 0.0

    def first_acts(self) -> int | None:
        """The first epoch is the best so far, so that it can wait from the second."""
        return max(self.patience, 1)


class SwapEMAWeights(Callback):
    """Validates and saves with the averages that `use_ema` keeps of the weights."""

    needs_averages = True
    swap_on_epoch: bool = False


class TensorBoard(Callback):
    """Writes what TensorBoard shows."""

    spelt_as: ClassVar[dict[str, str]] = {"log_dir": "logdir dir path"}
    renamed: ClassVar[dict[str, Any]] = {
        "batch_size": "Keras 3 has no need of it; remove it",
        "write_grads": "Keras 3 can't; remove it",
    }
    writes = "log_dir"
    writes_folder = True
    waits_for = ("update_freq", "profile_batch")
    takes_lists = False
    # Keras writes its files with TensorFlow, whatever the backend is.
    packages = ("tensorboard", "tensorflow")
    needs: ClassVar[Mapping[str, str]] = {
        "write_images": "histogram_freq",
        "embeddings_metadata": "embeddings_freq",
    }
    log_dir: Annotated[str, file_name("the name of a folder", 0)] = "logs"
    histogram_freq: Natural = 0
    write_graph: bool = True
    write_images: bool = False
    write_steps_per_second: bool = False
    update_freq: Annotated[Any, choice("batch", "epoch")] | Positive = "epoch"
    profile_batch: Natural | tuple[Natural, ...] = 0
    """One batch, or the first and the last of several."""
    embeddings_freq: Natural = 0
    embeddings_metadata: str | None = None
    """The file with the names of what an Embedding layer embeds."""

    def rules(self) -> None:
        batches = self.profile_batch
        if isinstance(batches, tuple) and (
            len(batches) != 2 or list(batches) != sorted(batches)
        ):
            raise ArgumentError(
                "profile_batch",
                "wrong-order",
                "TensorBoard.profile_batch is one batch, or the first and the last",
                "as in [10, 20]",
            )

    def unfit(self) -> Iterator[Idle]:
        yield from super().unfit()
        if self.embeddings_freq and not self.write_graph:
            text = "is false, and without the graph there is no folder for embeddings"
            yield "write_graph", text, "remove it"

    def idle(self) -> Iterator[Idle]:
        yield from super().idle()
        batches = self.profile_batch
        if isinstance(batches, tuple) and not batches[0]:
            text = "begins with batch 0, and Keras counts from 1: it profiles none"
            yield "profile_batch", text, f"write [1, {batches[1] or 1}]"


class TerminateOnNaN(Callback):
    """Ends a training whose loss is no number any more."""

    raise_error: bool = False
