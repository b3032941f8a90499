"""Data sets that code loads by a function of a package: what their arrays are like.

Sources: keras/src/datasets, Keras 3.15; sklearn/datasets, scikit-learn 1.7. Those that
a spec can name are in `sources`, which says the same of them in its own terms.
"""

from typing import NamedTuple

from cnnspec.catalogue.sources import SOURCES


class DataSet(NamedTuple):
    """The arrays of a data set."""

    train: int | None
    """Samples to train on; all there are, where nothing is held out."""
    test: int | None
    """Samples held out; None where there are none."""
    sizes: tuple[int, ...] | None
    """Those of a sample; nothing for lists of words, of any length."""
    classes: int | None
    """How many classes its labels have; None where they are numbers."""
    labels: tuple[int, ...] = ()
    """The sizes of a label."""
    images: tuple[int, ...] | None = None
    """Those of a sample where it is kept as an image as well."""
    source: str = ""
    """What a spec calls it, if it can name it."""


_TESTS = {"mnist": 10_000, "fashion_mnist": 10_000, "cifar10": 10_000}
_TESTS["cifar100"] = 10_000


def _of_keras() -> dict[str, DataSet]:
    """Those of `keras.datasets`."""
    found = {
        name: DataSet(
            about.samples,
            test,
            about.array,
            about.classes,
            (1,) if about.labels_in_column else (),
            source=name,
        )
        for name, test in _TESTS.items()
        for about in (SOURCES[name],)
    }
    return found | {
        "imdb": DataSet(25_000, 25_000, None, 2),
        "reuters": DataSet(8_982, 2_246, None, 46),
        "boston_housing": DataSet(404, 102, (13,), None),
        "california_housing": DataSet(16_512, 4_128, (8,), None),
    }


KERAS = _of_keras()
"""By their modules in `keras.datasets`."""
SKLEARN: dict[str, DataSet] = {
    "load_digits": DataSet(1_797, None, (64,), 10, (), (8, 8), "digits"),
    "load_iris": DataSet(150, None, (4,), 3),
    "load_wine": DataSet(178, None, (13,), 3),
    "load_breast_cancer": DataSet(569, None, (30,), 2),
    "load_diabetes": DataSet(442, None, (10,), None),
    "load_boston": DataSet(506, None, (13,), None),
    "fetch_california_housing": DataSet(20_640, None, (8,), None),
    "fetch_olivetti_faces": DataSet(400, None, (4096,), 40, (), (64, 64)),
}
"""By their functions in `sklearn.datasets`."""
OPENML: dict[str, DataSet] = {
    "mnist_784": DataSet(70_000, None, (784,), 10),
    "Fashion-MNIST": DataSet(70_000, None, (784,), 10),
}
"""By what `fetch_openml` is asked for."""
