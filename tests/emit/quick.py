"""Training in a fraction of the time, for tests of what a script does around it."""

import keras
import pytest
import sklearn.datasets
from matplotlib.figure import Figure


def train_eagerly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling takes most of the time that few samples take."""
    compiled = keras.Model.compile
    eager = {"run_eagerly": True, "jit_compile": False}
    monkeypatch.setattr(
        keras.Model,
        "compile",
        lambda self, *args, **given: compiled(self, *args, **given | eager),
    )


def take_few_digits(monkeypatch: pytest.MonkeyPatch, count: int = 200) -> None:
    """The first digits of scikit-learn, of each class about as many."""
    images, labels = sklearn.datasets.load_digits(return_X_y=True)
    few = images[:count], labels[:count]
    monkeypatch.setattr(sklearn.datasets, "load_digits", lambda **_: few)


def save_no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws them, and leaves their files empty."""

    def savefig(_self: Figure, path: str, **_: object) -> None:
        open(path, "wb").close()

    monkeypatch.setattr(Figure, "savefig", savefig)
