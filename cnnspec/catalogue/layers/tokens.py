"""Layers for sequences of tokens that Keras lacks and everyone writes.

They have a weight of their own, or need to know positions, so no block can say them.
Keras has no such classes: a script carries their text (templates/layers), and cnnspec's
own Keras model is made of the very same text.
"""

from typing import Any, ClassVar

from cnnspec.catalogue.dtypes import ANYTHING
from cnnspec.catalogue.layers.arguments import InitializerName
from cnnspec.catalogue.layers.base import (
    UNSURE,
    Layer,
    Reach,
    Weight,
    need_rank,
    need_size,
)
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import AboveZero, Positive
from cnnspec.ground.shapes import Shape, Size, show


class ClassToken(Layer):
    """Puts a learned vector before a sequence, to gather what is known of all of it.

    Whatever attends to the others, this one ends as a summary that a classifier reads.
    From Dosovitskiy et al., An Image is Worth 16x16 Words, 2021 (arXiv:2010.11929).
    """

    carried = True
    shape_rule = "(positions + 1, features)"
    weight_rule = "token: features"
    spelt_as: ClassVar[dict[str, str]] = {"token_initializer": "init initializer"}
    elsewhere: ClassVar[dict[str, Any]] = {"CLSToken ClsToken": {}}
    example_inputs = ((None, 196, 192),)

    token_initializer: InitializerName = "zeros"

    def check(self, x: Shape) -> None:
        need_rank(x, "positions, features")
        need_size(x, 2)

    def output(self, x: Shape) -> Shape:
        return (x[0], None if x[1] is None else x[1] + 1, x[2])

    def size_sums(self, x: Shape) -> dict[int, str]:
        return {} if x[1] is None else {1: f"{x[1]} + 1"}

    def weights(self, x: Shape) -> list[Weight]:
        return [Weight("token", (1, 1, _known(x[2])))]

    def reach(self, x: Shape) -> Reach:
        return UNSURE


class PositionEmbedding(Layer):
    """Adds to each position a vector that is learned, so that order can matter.

    Attention by itself sees a set. There are as many vectors as the input has
    positions, or `sequence_length` of them, of which a shorter input takes the first
    ones. From Gehring et al., Convolutional Sequence to Sequence Learning, 2017
    (arXiv:1705.03122).
    """

    carried = True
    shape_rule = "the shape of the input"
    weight_rule = "embeddings: sequence_length or the positions · the sizes behind them"
    spelt_as: ClassVar[dict[str, str]] = {
        "sequence_length": "max_length max_len maxlen num_positions block_size "
        "context_length max_position_embeddings",
        "embeddings_initializer": "init initializer",
    }
    elsewhere: ClassVar[dict[str, Any]] = {
        "PosEmbed LearnedPositionalEmbedding LearnedPositionEmbedding": {}
    }
    first = ("sequence_length",)
    example_inputs = ((None, 197, 192),)

    sequence_length: Positive | None = None
    embeddings_initializer: InitializerName = "truncated_normal"

    def check(self, x: Shape) -> None:
        if len(x) < 2:
            raise ShapeError(
                "needs an axis of positions; its input is one number per sample",
                before=[{"Reshape": [1]}],
            )
        for axis in range(2 if self.sequence_length else 1, len(x)):
            need_size(x, axis)
        if x[1] is not None and self.sequence_length and x[1] > self.sequence_length:
            raise ShapeError(
                f"has vectors for {self.sequence_length} positions, and its input has "
                f"{x[1]}: {show(x[1:])}",
                gives=[{"sequence_length": x[1]}],
            )

    def weights(self, x: Shape) -> list[Weight]:
        sizes = (self.sequence_length or x[1], *x[2:])
        return [Weight("embeddings", tuple(map(_known, sizes)))]


class SinusoidalPositionEmbedding(Layer):
    """Adds to each position waves of its own, from short to long ones.

    Nothing of it is learned, and it goes on beyond the longest sequence of the
    training. From Vaswani et al., Attention Is All You Need, 2017, section 3.5
    (arXiv:1706.03762).
    """

    carried = True
    spelt_as: ClassVar[dict[str, str]] = {"max_wavelength": "base theta temperature"}
    elsewhere: ClassVar[dict[str, Any]] = {
        "SinePositionEncoding PositionalEncoding PositionEncoding "
        "SinusoidalPositionalEncoding SinusoidalEmbedding": {}
    }
    example_inputs = ((None, 100, 64),)

    max_wavelength: AboveZero = 10000

    def check(self, x: Shape) -> None:
        need_rank(x, "positions, features")
        need_size(x, 2)


class LearnedQueries(Layer):
    """Gives for each sample the same vectors, which are learned: questions to it.

    As the `query` of an attention layer they gather from any number of positions a
    fixed one. From Carion et al., End-to-End Object Detection with Transformers, 2020
    (arXiv:2005.12872).
    """

    carried = True
    runs_on = ANYTHING
    shape_rule = "(count, width)"
    weight_rule = "queries: count · width"
    spelt_as: ClassVar[dict[str, str]] = {
        "count": "num_queries n_queries num_latents num_tokens",
        "width": "dim embed_dim hidden_dim d_model units",
        "queries_initializer": "init initializer",
    }
    grows_with = "width"
    first = ("count", "width")
    example: ClassVar[Any] = {"count": 100, "width": 256}
    example_inputs = ((None, 850, 256),)

    count: Positive
    width: Positive
    queries_initializer: InitializerName = "truncated_normal"

    def output(self, x: Shape) -> Shape:
        return (x[0], self.count, self.width)

    def weights(self, x: Shape) -> list[Weight]:
        return [Weight("queries", (self.count, self.width))]

    def reach(self, x: Shape) -> Reach:
        return UNSURE


def _known(size: Size) -> int:
    """A size that `check` has found to be known."""
    assert size is not None
    return size
