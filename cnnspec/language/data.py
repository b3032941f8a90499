"""Where the samples come from, and what is done to them before training."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.sources import SOURCES, CsvOfImages, DataSource, ImagePairs
from cnnspec.ground.errors import ArgumentError, either
from cnnspec.ground.kinds import (
    BetweenZeroAndOne,
    Natural,
    Positive,
    file_name,
    kind,
    list_of,
    number,
    one_of,
)
from cnnspec.ground.records import Record
from cnnspec.ground.shapes import Shape, product, show
from cnnspec.language.arrays import INPUTS, LABELS, SCALES, TARGETS, as_name, each_of
from cnnspec.language.origins import NAMED_SOURCES, PYTHON, SOURCE
from cnnspec.language.pairs import FILES, Pair
from cnnspec.language.sampling import LIMIT
from cnnspec.language.table import COLUMNS, LABEL_COLUMN, columns_of, width

_File = Annotated[str, file_name("the name of a file or folder", 0)]
_NAMED = {"train": "a file, or a folder of images", "path": "a file"}


def _image_shape(value: Any) -> tuple[int, ...]:
    whole = isinstance(value, list | tuple) and all(
        type(size) is int and size > 0 for size in value
    )
    if not whole or len(value) != 3 or value[2] not in (1, 3, 4):
        raise ValueError
    return tuple(value)


_IMAGE_SHAPE = kind(
    _image_shape,
    "a list of height, width and 1, 3 or 4 channels, as in [28, 28, 1]",
    {
        "type": "array",
        "items": {"type": "integer", "minimum": 1},
        "minItems": 3,
        "maxItems": 3,
    },
)
_NAMES = list_of(kind(as_name, "text", {"type": "string"}), least=2)
_CLASSES = one_of(number("a number of 2 or more", whole=True, ge=2), _NAMES)


class Data(Record):
    """Where the samples come from, and what is done to them before training."""

    spelt_as: ClassVar[dict[str, str]] = {
        "source": "dataset name type kind",
        "path": "file filename npz filepath data_path",
        "train": "train_dir train_path training train_data train_file",
        "validation": "val val_dir val_path validation_dir test test_dir test_path",
        "columns": "features feature_columns",
        "file_column": "x_col image_column path_column filename_column",
        "label_column": "target_column label_col y_col class_column",
        "image_shape": "image_size img_size target_size input_shape img_shape",
        "classes": "num_classes nb_classes n_classes class_names names nc",
        "test_size": "test_split val_split validation_size test_fraction",
        "random_state": "seed random_seed",
        "scale": "divide divide_by max_value",
        "limit": "max_samples n_samples num_samples sample_limit subset fraction",
        "targets": "target outputs y",
        "inputs": "x",
        "sample_weight": "sample_weights weights",
    }
    renamed: ClassVar[dict[str, Any]] = {
        "batch_size": "it stands in train:, as in train: {batch_size: 32}",
        "validation_split": "it stands in train:, as in train: {validation_split: 0.1}",
        "epochs": "it stands in train:, as in train: {epochs: 3}",
        **dict.fromkeys(("normalize", "rescale", "normalise"), "write scale: 255"),
        **dict.fromkeys(
            ("one_hot", "categorical", "to_categorical"), "write labels: one_hot"
        ),
        **dict.fromkeys(
            ("augmentation", "augment", "transforms", "transform"),
            "write layers for it at the top, as in - RandomFlip: horizontal",
        ),
    }
    source: Annotated[str, SOURCE] | None = None
    python: Annotated[str, PYTHON] | None = None
    """A function in place of a source: it gives what to train on and what to test with,
    as fit takes them."""
    path: _File | None = None
    """The .npz file, with x_train, y_train, x_test and y_test, or such arrays as
    inputs: and targets: name."""
    inputs: Annotated[Any, INPUTS] | None = None
    """Which arrays of a .npz file the model is given: image stands for image_train and
    image_test."""
    targets: Annotated[Any, TARGETS] | None = None
    """Which arrays it learns to give; input is the sample itself, as it is scaled."""
    sample_weight: Annotated[Any, TARGETS] | None = None
    """The array of a .npz file that says how much each sample counts."""
    train: Annotated[Any, FILES] | None = None
    """What to train on: a CSV file, or a folder that holds one of images per class; or
    two folders of images, those that the model is given and those it learns to give."""
    validation: Annotated[Any, FILES] | None = None
    """What to validate with: another such file or folder."""
    label_column: Annotated[Any, LABEL_COLUMN] = "label"
    """The column of a CSV file that holds the labels; all others are pixels. Or several
    beside columns: or file_column:, each with a number to be learnt, or with 1 where a
    label holds; or those of each output by its name."""
    columns: Annotated[Any, COLUMNS] | None = None
    """The columns of a CSV file that the model is given, in this order: a number each,
    or a place for each category."""
    file_column: str | None = None
    """The column of a CSV file that names the files of images, seen from its folder."""
    image_shape: Annotated[Any, _IMAGE_SHAPE] | None = None
    """Height, width and channels of an image in a CSV file, or to which images are
    brought."""
    label_mode: Literal["fine", "coarse"] = "fine"
    """The 100 classes of CIFAR-100, or its 20 superclasses."""
    scale: Annotated[Any, SCALES] | None = None
    """What the samples are divided by: all inputs, or each by its name."""
    flatten: bool = False
    """Whether a sample becomes a row of numbers."""
    reshape: tuple[Positive, ...] | None = None
    """The sizes that a sample is brought to."""
    labels: Annotated[Any, LABELS] = ("sparse",)
    """one_hot: a row with a 1 at the class; sparse: the number of the class;
    multi_hot: a row of 0 and 1, for several labels; contiguous: numbered anew without
    gaps."""
    classes: Annotated[Any, _CLASSES] | None = None
    """How many classes there are, or their names, to be shown with images."""
    test_size: BetweenZeroAndOne | None = None
    """scikit-learn's `train_test_split`: the part of the samples that tests."""
    random_state: Natural | None = None
    """scikit-learn's `train_test_split`: the seed of its shuffling."""
    limit: Annotated[Any, LIMIT] | None = None
    """How many of the samples to train on are taken, or which share of them: of each
    class its first, in proportion."""
    shuffle: bool = False
    """Whether the samples to train on are shuffled once, before a part of them is held
    out to validate with."""

    @classmethod
    def title(cls) -> str:
        return "data"

    @classmethod
    def advice(cls, name: str, given: Mapping[str, Any]) -> str:
        """What to divide by, where a factor is given."""
        part = str(given.get(name)).removeprefix("1/").removeprefix("1./")
        is_part = name == "scale" and part != str(given[name])
        return f"samples are divided by it; write {part.rstrip('.')}" if is_part else ""

    def rules(self) -> None:
        from cnnspec.ground.partial import all_of

        all_of(
            self._one_source,
            self._nothing_to_do,
            self._keys_of_other_sources,
            self._keys_that_are_needed,
            self._no_names,
            self._parts,
            self._two_forms,
            self._other_count,
            self._names_twice,
            self._gaps,
            self._table,
            self._pairs,
        )

    def _one_source(self) -> Iterator[ArgumentError]:
        if self.source is None and self.python is None:
            text = f"data needs 'source', {either(NAMED_SOURCES)}"
            yield ArgumentError("source", "missing-field", text, "add source:")
        if self.source and self.python:
            text = "data.python is a function in place of a source, and both are given"
            hint = "keep one of the two"
            yield ArgumentError("python", "exclusive-arguments", text, hint)

    def _nothing_to_do(self) -> Iterator[ArgumentError]:
        """Keys of what would be done to samples that come ready."""
        for name in ("scale", "flatten", "reshape", "limit", "shuffle", "image_shape"):
            if self.python and name in self.given:
                text = f"data.{name} is done to samples, and those of python: are ready"
                hint = "remove it, and let the function do it"
                yield ArgumentError(name, "other-source", text, hint)

    def _keys_of_other_sources(self) -> Iterator[ArgumentError]:
        own = self.about_source
        for name in self.given:
            sources = [s for s, about in SOURCES.items() if name in about.keys]
            if sources and name not in own.keys:
                text = f"data.{name} is for the source {either(sources)}"
                text = f"{text}, not '{self.kind}'"
                hint = f"remove it; or set source: {sources[0]}"
                yield ArgumentError(name, "other-source", text, hint)

    def _keys_that_are_needed(self) -> Iterator[ArgumentError]:
        for name in self.about_source.needs:
            if getattr(self, name) is None:
                what = _NAMED[name]
                text = f"data with the source '{self.kind}' needs '{name}', {what}"
                yield ArgumentError("source", "needs-argument", text, f"add {name}:")

    def _no_names(self) -> Iterator[ArgumentError]:
        for name in ("path", "train", "validation"):
            if name in self.given and getattr(self, name) == "":
                text = f"data.{name} is empty"
                yield ArgumentError(name, "empty-value", text, "name a file")

    def _parts(self) -> Iterator[ArgumentError]:
        """Samples that nothing, or two things, hold a part back from."""
        if "validation" not in self.about_source.keys:
            return
        if self.validation is None and self.test_size is None:
            text = f"data with the source '{self.kind}' needs something to test with"
            hint = (
                "set test_size: 0.2 to split; or add validation: with what is held out"
            )
            yield ArgumentError("source", "needs-argument", text, hint)
        for name in ("test_size", "random_state") if self.validation else ():
            if name in self.given:
                text = f"data.{name} splits the samples, and validation: is given"
                hint = "keep one of the two"
                yield ArgumentError(name, "exclusive-arguments", text, hint)

    def _two_forms(self) -> Iterator[ArgumentError]:
        if self.flatten and self.reshape:
            text = "data.flatten and data.reshape both say what a sample becomes"
            hint = "keep one of the two"
            yield ArgumentError("reshape", "exclusive-arguments", text, hint)

    def _other_count(self) -> Iterator[ArgumentError]:
        """A sample that is brought to more or fewer numbers than it has."""
        if self.image is None or self.reshape is None:
            return
        from cnnspec.ground.partial import each_known

        if len(list(each_known(self.reshape))) < len(self.reshape):
            return
        has, makes = product(self.image), product(self.reshape)
        if has != makes:
            text = (
                f"data.reshape {list(self.reshape)} makes {makes:,} numbers of a "
                f"sample, which has {has:,} ({show(self.image)})"
            )
            hint = "give sizes that come to as many"
            yield ArgumentError("reshape", "wrong-count", text, hint)

    def _names_twice(self) -> Iterator[ArgumentError]:
        if len(set(self.names)) < len(self.names):
            twice = next(n for n in self.names if self.names.count(n) > 1)
            text, hint = f"data.classes names '{twice}' twice", "name each class once"
            yield ArgumentError("classes", "duplicate-value", text, hint)

    def _gaps(self) -> Iterator[ArgumentError]:
        if self.contiguous and not self.about_source.may_have_gaps:
            text = f"the labels of '{self.kind}' have no gaps"
            yield ArgumentError("labels", "other-source", text, "remove contiguous")

    def _table(self) -> Iterator[ArgumentError]:
        """Columns that can't be what the model is given."""
        alone = self.columns is None and not self.file_column
        if alone and not isinstance(self.label_column, str):
            text = "several columns of labels stand beside those that columns: lists"
            hint = "add columns:, with what the model is given; or file_column:"
            yield ArgumentError("label_column", "needs-argument", text, hint)
        if self.columns is None:
            return
        labels = columns_of(self.label_column)
        for label in [label for label in labels if label in self.columns][:1]:
            text = f"the column '{label}' holds the labels"
            hint = "remove it from columns:; or name another label_column:"
            yield ArgumentError("columns", "exclusive-arguments", text, hint)
        for name in ("file_column", "image_shape"):
            if getattr(self, name):
                text = "data.columns makes a row of numbers of a sample, and no image"
                hint = "keep one of the two"
                yield ArgumentError(name, "exclusive-arguments", text, hint)

    def _pairs(self) -> Iterator[ArgumentError]:
        """Pairs of folders for what has none, or on one side alone."""
        for name in ("train", "validation"):
            if isinstance(getattr(self, name), Pair) and self.kind != "image_directory":
                text = f"data.{name} has a pair of folders, and '{self.kind}' has none"
                yield ArgumentError(name, "other-source", text, "name one file")
                return
        both = {isinstance(one, Pair) for one in (self.train, self.validation) if one}
        if len(both) > 1:
            text = "data.train and data.validation are a pair of folders, or neither is"
            hint = "both have the form {input: FOLDER, target: FOLDER}"
            yield ArgumentError("validation", "exclusive-arguments", text, hint)

    # --------------------------------------------------------- what follows from it

    @property
    def width(self) -> int | None:
        """How many numbers the columns of a row come to; None where none are listed."""
        return None if self.columns is None else width(self.columns)

    def scale_of(self, name: str) -> float | None:
        """What an input is divided by."""
        found = self.scale
        return found.get(name) if isinstance(found, dict) else found

    @property
    def about_source(self) -> type[DataSource]:
        """What is known of the source."""
        if self.file_column and self.kind == "csv":
            return CsvOfImages
        pairs = isinstance(self.train, Pair) and self.kind == "image_directory"
        return ImagePairs if pairs else SOURCES[self.kind]

    @property
    def kind(self) -> str:
        """What the source is called; `python` for a function."""
        return self.source or "python"

    @property
    def image(self) -> Shape | None:
        """The size of a sample as it is read; None if that isn't known."""
        return self.about_source.image or (None if self.columns else self.image_shape)

    @property
    def contiguous(self) -> bool:
        """Whether the labels are numbered anew."""
        return any("contiguous" in words for _, words in each_of(self.labels))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, if they are given."""
        return self.classes if isinstance(self.classes, tuple) else ()

    @property
    def class_count(self) -> int | None:
        """How many classes `classes:` says there are."""
        return len(self.names) or self.classes

    @property
    def known_classes(self) -> int | None:
        """How many classes the source has; None if that isn't known."""
        if self.label_mode == "coarse":
            return self.about_source.coarse_classes
        return self.about_source.classes

    @property
    def splits(self) -> bool:
        """Whether one set of samples is split in two."""
        return self.about_source.is_one_set or self.test_size is not None
