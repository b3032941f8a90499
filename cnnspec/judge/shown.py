"""What the pictures of `train.show` are of: convolutions, and images that they see."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnspec.ground.shapes import Shape
from cnnspec.model.summary import Row, Summary

if TYPE_CHECKING:
    from cnnspec.language.training import Data


def convolutions(summary: Summary) -> list[Row]:
    """The layers that move filters over height and width, each once, in order."""
    return [
        row
        for row in summary.rows
        if row.layer.filters_at and len(row.input_shapes[0]) == 4 and not row.shares
    ]


def kernel_size(row: Row) -> Sequence[int]:
    """Height and width of the filters of a convolution."""
    return row.weights[0].shape[:2]


def image_of(shape: Shape) -> tuple[int, ...] | None:
    """The sizes of a sample, if it looks like an image: height, width, channels.

    Args:
        shape: of a sample, without the batch.
    """
    is_image = len(shape) == 3 and shape[-1] in (1, 3, 4)
    return tuple(size or 1 for size in shape) if is_image else None


def drawn_on(data: "Data", shape: Shape) -> Shape | None:
    """The form in which a sample is an image that a map can be laid over.

    Args:
        data: what is trained on.
        shape: of the model's input, without the batch.
    """
    return image_of(shape) or data.image
