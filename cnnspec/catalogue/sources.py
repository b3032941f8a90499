"""Sources of samples to train on: what is known of each before it is read.

A spec names a source by the snake case of its class.
"""

from typing import ClassVar

from cnnspec.catalogue.components import snake_case


class DataSource:
    """Where samples come from."""

    elsewhere: ClassVar[str] = ""
    """Other names of such sources, with spaces between."""
    keys: ClassVar[tuple[str, ...]] = ()
    """Keys of `data:` that it takes beside those that all sources take."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Those of them that have to be given."""
    image: ClassVar[tuple[int, int, int] | None] = None
    """The size of its samples: height, width, channels."""
    array: ClassVar[tuple[int, ...] | None] = None
    """The sizes of a sample in the array that it comes in, where that is known."""
    labels_in_column: ClassVar[bool] = False
    """Whether its array of labels may have a second axis, of size 1."""
    largest: ClassVar[int | None] = None
    """The largest of its numbers, which are pixels from 0 on, where that is known."""
    classes: ClassVar[int | None] = None
    """How many classes it has."""
    coarse_classes: ClassVar[int | None] = None
    """How many with superclasses as labels, where it has them."""
    samples: ClassVar[int | None] = None
    """How many it has to train on, before anything of it is held out."""
    tests: ClassVar[int | None] = None
    """How many are held out to test with, where it says which."""
    packages: ClassVar[tuple[str, ...]] = ()
    """What a script needs for it beside Keras, NumPy and Matplotlib."""
    streams: ClassVar[bool] = False
    """Whether its samples are files, which are read batch by batch."""
    is_one_set: ClassVar[bool] = False
    """Whether nothing of it is held out to test with, so that it has to be split."""
    any_arrays: ClassVar[bool] = False
    """Whether its arrays may be of any number, name and form."""
    samples_called: ClassVar[str] = "image"
    """What its array of samples is called."""
    target: ClassVar[str] = "label"
    """What its array of labels is called."""
    has_name: ClassVar[bool] = True
    """Whether `source:` names it."""
    is_ready: ClassVar[bool] = False
    """Whether its samples come as fit takes them, and nothing is done to them."""
    may_have_gaps: ClassVar[bool] = False
    """Whether its labels are its author's numbers, some of which may be missing."""


_SPLIT = ("test_size", "random_state")
_FILES = ("train", "validation", "image_shape", *_SPLIT)


class Digits(DataSource):
    """scikit-learn's handwritten digits."""

    largest = 16
    keys = _SPLIT
    image = (8, 8, 1)
    array = (64,)
    classes = 10
    samples = 1797
    packages = ("scikit-learn",)
    is_one_set = True


class Mnist(DataSource):
    """Handwritten digits."""

    largest = 255
    image = (28, 28, 1)
    array = (28, 28)
    classes = 10
    samples = 60_000
    tests = 10_000


class FashionMnist(DataSource):
    """Clothes, in the form of MNIST."""

    largest = 255
    image = (28, 28, 1)
    array = (28, 28)
    classes = 10
    samples = 60_000
    tests = 10_000


class Cifar10(DataSource):
    """Small colour photographs."""

    largest = 255
    image = array = (32, 32, 3)
    labels_in_column = True
    classes = 10
    samples = 50_000
    tests = 10_000


class Cifar100(DataSource):
    """Small colour photographs of many things."""

    largest = 255
    keys = ("label_mode",)
    image = array = (32, 32, 3)
    labels_in_column = True
    classes = 100
    samples = 50_000
    tests = 10_000
    coarse_classes = 20


class Csv(DataSource):
    """A table with a sample in each line."""

    elsewhere = "table pandas dataframe tsv"

    keys = ("label_column", "columns", "file_column", *_FILES)
    needs = ("train",)
    packages: ClassVar[tuple[str, ...]] = ("pandas",)
    may_have_gaps = True


class Npz(DataSource):
    """NumPy's arrays."""

    elsewhere = "numpy npy arrays"

    labels_in_column = True
    any_arrays = True
    samples_called, target = "x", "y"
    keys = ("path", "inputs", "sample_weight")
    needs = ("path",)
    may_have_gaps = True


class ImageDirectory(DataSource):
    """A folder of images for each class."""

    largest = 255
    elsewhere = "image_folder ImageFolder images folder directory"

    keys = _FILES
    packages = ("tensorflow",)
    streams = True
    needs = ("train",)


class CsvOfImages(Csv):
    """A table that names a file with an image in each line."""

    largest = 255
    packages = ("pandas", "tensorflow")
    streams = True


class ImagePairs(ImageDirectory):
    """Two folders of images, in which files of the same name belong together."""

    any_arrays = True


class Python(DataSource):
    """A function of one's own, under the key `python:` in place of a source."""

    has_name = False
    is_ready = True
    any_arrays = True


SOURCES: dict[str, type[DataSource]] = {
    snake_case(cls.__name__): cls for cls in DataSource.__subclasses__()
}
"""By the names that specs have for them."""


def elsewhere() -> dict[str, str]:
    """The sources by other names that people have for them."""
    return {
        other: name
        for name, about in SOURCES.items()
        for other in about.elsewhere.split()
    }
