"""A pair of folders for a model that gives no image.

Each image of one folder is held against the file of the same name in the other:
a mask with the class of each pixel, or an image. So the model has to give
scores for each pixel, or an image.

Wrong:

    input: [32, 32, 3]
    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data:
      source: image_directory
      train: {input: photos, target: masks}
      test_size: 0.2
    train: {loss: sparse_categorical_crossentropy}

Right:

    input: [32, 32, 3]
    layers:
      - Conv2D: {filters: 10, kernel_size: 1, activation: softmax}
    data:
      source: image_directory
      train: {input: photos, target: masks}
      test_size: 0.2
    train: {loss: sparse_categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.catalogue.sources import ImagePairs
from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import show
from cnnspec.judge.subjects import Trained

CODE = "pair-shape"
SEVERITY = "error"


def find(fit: Trained) -> Iterator[Problem]:
    """Finds that it gives something else, or an image of sizes that no file has."""
    if fit.data.about_source is not ImagePairs:
        return
    sizes = fit.output.shape[1:]
    text = f"{fit.who} gives {show(sizes)}, and files of data.train.target are images"
    if fit.answer.form not in ("pixel classes", "two pixel classes", "picture"):
        hint = "end with a layer that gives height, width and channels"
        yield Problem(fit.output.path, CODE, text, hint, at_key=True)
    elif fit.answer.form == "picture" and sizes[-1] not in (1, 3, 4):
        text = f"{text} of 1, 3 or 4 channels"
        hint = "let the model end with as many filters"
        yield Problem(fit.output.path, CODE, text, hint, at_key=True)
