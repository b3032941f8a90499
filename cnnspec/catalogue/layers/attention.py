"""Attention: each query gathers those values whose keys are like it.

Attention and AdditiveAttention are called with [query, value] or [query, value, key],
those with heads with (query, value) or (query, value, key). Without a key, the value is
the key. Shapes have the axes (batch, steps, features), or more axes of steps.

Multiply-accumulate operations: those of the projections, and those of comparing each
query with each key and of weighing the values, for all pairs, whatever is masked.

Source of the rules: keras/src/layers/attention, Keras 3.15. Of a symbolic call Keras
works out the output's shape alone, so it builds layers that can't run
(docs/keras-quirks.md).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple

from cnnspec.catalogue.dtypes import FLOATS, REALS
from cnnspec.catalogue.layers.arguments import check_softmax
from cnnspec.catalogue.layers.base import (
    WHOLE,
    Layer,
    MixedSamples,
    Reach,
    Weight,
    Window,
)
from cnnspec.catalogue.layers.regularization import Dropout
from cnnspec.catalogue.layers.weighted import WEIGHTED, Weighted
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.kinds import Positive, ZeroToOne
from cnnspec.ground.shapes import Shape, Shapes, Size, agree, joined, product, show


class _Attention(Layer):
    """Takes a query, a value, and maybe a key."""

    role = "attention"
    compares_with_itself = True
    inputs = 2
    inputs_limit = 3
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 10, 64), (None, 20, 64))

    def reach(self, query: Shape, value: Shape, key: Shape | None = None) -> Reach:
        return WHOLE

    def others_called(self, count: int) -> list[str]:
        return ["scores"]

    def bridges(self, x: Shape, to: Shape) -> Iterator[Any]:
        """A projection of the features."""
        if to[-1] is not None and x[-1] != to[-1]:
            yield {"Dense": to[-1]}


class _OneHead(_Attention):
    """Attention without projections."""

    tensor_arguments = ("inputs", "mask")
    listed = ("inputs", "mask")
    call_settings = ("training", "return_attention_scores", "use_causal_mask")
    varies_by = ("dropout",)
    shaped_by = ("return_attention_scores",)
    first = ("use_scale", "score_mode", "dropout", "seed")
    shape_rule = "the query's, with the last size of the value"

    dropout: float = 0.0
    seed: int | None = None

    def score_macs(self, features: Size) -> Size:
        """Multiplications to compare one query with one key."""
        raise NotImplementedError

    def check_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        if len(more.get("mask", ((), ()))) not in (2, 3):
            text = f"takes two masks, and is given {len(more['mask'])}"
            raise ShapeError(text, "give it one for the query and one for the value")

    def running_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        from cnnspec.catalogue.layers.masks import need_steps

        for mask, x in zip(more.get("mask", ()), shapes[:2], strict=False):
            need_steps(mask, x)

    def output(
        self,
        query: Shape,
        value: Shape,
        key: Shape | None = None,
        return_attention_scores: bool = False,
    ) -> Shapes:
        output = (*query[:-1], value[-1])
        if not return_attention_scores:
            return output
        return [output, (*query[:-1], (key or value)[-2])]

    def keep_samples(self, *shapes: Any) -> None:
        if min(map(len, shapes)) == 2:
            text = "takes the batch for the steps of a sequence"
            hint = "give its tensors the axes (steps, features), with Reshape"
            raise MixedSamples(text, hint)

    def running(
        self, output: Any, *shapes: Any, return_attention_scores: bool = False
    ) -> Any:
        query, value, *others = shapes
        key = others[0] if others else value
        if self.dropout > 1:
            text = f"can't drop {self.dropout} of its scores in training"
            raise ShapeError(text, "choose a dropout from 0 to 1")
        if min(map(len, (query, value, key))) < 2:
            raise ShapeError(
                f"needs tensors with the axes (steps, features); it gets "
                f"{_and(map(show, (query[1:], value[1:], key[1:])))}",
                "add the axes with Reshape before it",
            )
        scores = self.scores(query, key)
        if scores is None or not agree(scores[-1], value[-2]):
            raise ShapeError(
                f"can't compare a query {show(query[1:])} with a key {show(key[1:])} "
                f"for a value {show(value[1:])}",
                "query and key need equally many features, key and value equally many "
                "steps",
            )
        before = joined(scores[:-2], value[:-2])
        if before is None:
            raise ShapeError(
                f"can't weigh a value {show(value[1:])} by scores {show(scores[1:])}",
                "bring query and value to the same axes",
            )
        found = (*before, scores[-2], value[-1])
        return [found, scores] if return_attention_scores else found

    def scores(self, query: Shape, key: Shape) -> Shape | None:
        """The shape of what comparing gives; None where it fails."""
        raise NotImplementedError

    def macs(
        self,
        output: Shapes,
        query: Shape,
        value: Shape,
        key: Shape | None = None,
        **_: Any,
    ) -> int | None:
        steps = value[-2:-1] if len(value) > 2 else ()
        scores = self.score_macs(query[-1])
        if scores is None or value[-1] is None:
            return None
        return product((*query[1:-1], *steps, scores + value[-1]))


class Attention(_OneHead):
    """Mixes the values for each query, by how well their keys match it."""

    runs_on = FLOATS
    weight_rule = (
        "scale: 1 where use_scale; concat_score_weight: 1 where score_mode is 'concat'"
    )

    use_scale: bool = False
    score_mode: Literal["dot", "concat"] = "dot"

    def weights(
        self, query: Shape, value: Shape, key: Shape | None = None
    ) -> list[Weight]:
        scale = [Weight("scale", ())] if self.use_scale else []
        if self.score_mode == "dot":
            return scale
        return [*scale, Weight("concat_score_weight", ())]

    def scores(self, query: Shape, key: Shape) -> Shape | None:
        before = joined(query[:-2], key[:-2])
        alike = agree(query[-1], key[-1])
        if self.score_mode == "concat":
            alike = joined(query[-1:], key[-1:]) is not None
        return (*before, query[-2], key[-2]) if before is not None and alike else None

    def score_macs(self, features: Size) -> Size:
        return features if self.score_mode == "dot" or self.use_scale else 0


class AdditiveAttention(_OneHead):
    """Attention that adds query and key up rather than multiplying them.

    Source: Bahdanau, Cho, Bengio: Neural Machine Translation by Jointly Learning to
    Align and Translate, 2015.
    """

    runs_on = REALS
    weight_rule = "scale: features of the query, where use_scale"

    use_scale: bool = True

    def check(self, query: Shape, value: Shape, key: Shape | None = None) -> None:
        if self.use_scale:
            _need_features("query", query, -1)

    def weights(
        self, query: Shape, value: Shape, key: Shape | None = None
    ) -> list[Weight]:
        return [Weight("scale", query[-1:])] if self.use_scale else []  # type: ignore[arg-type]

    def scores(self, query: Shape, key: Shape) -> Shape | None:
        before = joined(query[:-2], key[:-2])
        summed = joined(query[-1:], key[-1:])
        if before is None or summed is None:
            return None
        return (*before, query[-2], key[-2])

    def score_macs(self, features: Size) -> Size:
        return features if self.use_scale else 0


_TENSOR_AXES = 8
"""Axes of tensors that TensorFlow broadcasts."""


def _and(texts: Iterable[str]) -> str:
    return " and ".join(text or "one number" for text in texts)


class _Projection(NamedTuple):
    """A dense layer inside of attention."""

    positions: Size
    """How often it is used on a sample."""
    kernel: tuple[int, ...]
    bias: tuple[int, ...]


def _width_of_each(value: Any, given: Mapping[str, Any]) -> str:
    """What to write for the width of all heads together."""
    heads = given.get("num_heads")
    known = type(value) is type(heads) is int and heads and value % heads == 0
    width = value // heads if known else 64
    return f"it is the width of all heads; write key_dim: {width}"


class _Heads(Weighted, _Attention):
    """Several attentions side by side, each on projections of its own."""

    tensor_arguments = (
        *("query", "value", "key"),
        *("query_mask", "value_mask", "key_mask", "attention_mask"),
    )
    call_settings = ("return_attention_scores", "training", "use_causal_mask")
    training_usual = None
    varies_by = ("dropout",)
    shaped_by = ("return_attention_scores",)
    spelt_as: ClassVar[dict[str, str]] = {
        "num_heads": "heads n_heads n_head num_head nhead",
        "key_dim": "d_k head_size key_size dim_head",
        "dropout": "attn_dropout dropout_rate",
        "head_dim": "dim_head head_size",
        "num_query_heads": "num_heads heads",
    }
    masked_by: ClassVar[tuple[str, ...]] = ("query_mask", "value_mask", "key_mask")
    """The masks of its tensors that it looks at."""
    freezes = False
    takes_tensors_apart = True
    renamed: ClassVar[dict[str, Any]] = {"embed_dim": _width_of_each}
    first: ClassVar[tuple[str, ...]] = (
        *("dropout", "use_bias", "sliding_window", "flash_attention", *WEIGHTED),
        *("use_gate", "seed"),
    )
    dropout: ZeroToOne = 0.0
    use_bias: bool = True
    sliding_window: Positive | None = None
    flash_attention: bool | None = None
    use_gate: bool = False
    seed: int | None = None

    def rules(self) -> None:
        if self.flash_attention and self.dropout > 0:
            raise ArgumentError(
                "dropout",
                "exclusive-arguments",
                f"{self.title()} can't have dropout {self.dropout} and flash_attention",
                "set dropout to 0, or leave flash_attention out",
            )
        for field in ("kernel_initializer", "bias_initializer"):
            if getattr(self, field) is None:
                raise ArgumentError(
                    field,
                    "wrong-type",
                    f"{self.title()}.{field} must be an initializer by name or as a "
                    "mapping; found nothing (null)",
                    "leave it out to have Keras's own",
                )

    def projections(self, query: Shape, value: Shape, key: Shape) -> list[_Projection]:
        """The dense layers inside, in the order in which Keras holds their weights."""
        raise NotImplementedError

    def pair_macs(self, query: Shape, value: Shape) -> Size:
        """Multiplications between queries, keys and values, after their projection."""
        raise NotImplementedError

    def weights(
        self, query: Shape, value: Shape, key: Shape | None = None
    ) -> list[Weight]:
        weights = []
        for inner in self.projections(query, value, key or value):
            weights.append(Weight("kernel", inner.kernel))
            if self.use_bias:
                weights.append(Weight("bias", inner.bias))
        return weights

    def macs(
        self,
        output: Shapes,
        query: Shape,
        value: Shape,
        key: Shape | None = None,
        **_: Any,
    ) -> int | None:
        parts = [self.pair_macs(query, value)]
        for inner in self.projections(query, value, key or value):
            parts.append(product((inner.positions, *inner.kernel)))
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None

    def reach(self, query: Shape, value: Shape, key: Shape | None = None) -> Reach:
        if self.sliding_window and len(query) == 3:
            return [Window(2 * self.sliding_window - 1, 1)]
        return WHOLE

    def running(
        self, output: Any, *shapes: Any, return_attention_scores: bool = False
    ) -> Any:
        if self.flash_attention and len(shapes[0]) == 3:
            raise ShapeError(
                "asks for flash_attention, which Keras doesn't have on TensorFlow",
                "leave it out, or run the script on JAX or PyTorch",
            )
        query, value, *others = shapes
        key = others[0] if others else value
        self.check_ranks(query, value, key)
        if return_attention_scores:
            return [output[0], self.scores(query, key)]
        return output

    def running_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        from cnnspec.catalogue.layers.masks import need_spread, need_steps

        query, value, *others = shapes
        of = {"query_mask": query, "value_mask": value, "key_mask": value}
        for name in self.masked_by:
            x = of[name]
            for mask in more.get(name, ()):
                need_steps(mask, x[:2])
        scores = self.scores(query, others[0] if others else value)
        for mask in more.get("attention_mask", ()):
            need_spread(mask if len(mask) >= len(scores) else _for_heads(mask), scores)

    def scores(self, query: Shape, key: Shape) -> Shape:
        """The shape of how well each query matches each key, for each head."""
        raise NotImplementedError

    def check_ranks(self, query: Shape, value: Shape, key: Shape) -> None:
        """Refuses tensors that can't be compared when the layer runs.

        Raises:
            ShapeError: their axes differ.
        """
        raise NotImplementedError

    def nested(self) -> Sequence[Layer]:
        from cnnspec.catalogue.layers.activations import Softmax

        return Softmax(), Dropout(self.dropout)


class MultiHeadAttention(_Heads):
    """Several attentions at once, so that each head can look for something else.

    Source: Vaswani et al.: Attention Is All You Need, 2017.
    """

    elsewhere: ClassVar[dict[str, Any]] = {"MHA": {}}
    # `call` puts the mask that Keras keeps with the query in place of its query_mask.
    masked_by = ("value_mask", "key_mask")
    first = (
        *("value_dim", "dropout", "use_bias", "output_shape", "attention_axes"),
        *_Heads.first[2:],
    )
    shape_rule = "the query's; output_shape, if given, instead of its last size"
    weight_rule = (
        "query, key, gate where use_gate, value, output; kernels: "
        "features · num_heads · key_dim for query and key, "
        "features · num_heads · value_dim for gate and value, "
        "num_heads · value_dim · output features for the output; a bias for each: "
        "its kernel's size without what it sums over"
    )
    example: ClassVar[Any] = {"num_heads": 8, "key_dim": 64}

    num_heads: Positive
    key_dim: Positive
    value_dim: Positive | None = None
    output_shape: Positive | tuple[Positive, ...] | None = None
    attention_axes: int | tuple[int, ...] | None = None

    def check(self, query: Shape, value: Shape, key: Shape | None = None) -> None:
        key = key or value
        for name, shape in (("query", query), ("value", value), ("key", key)):
            if len(shape) < 2:
                raise ShapeError(
                    f"needs a {name} with features; it has the batch axis alone",
                    "add an axis with Reshape before it",
                )
            _need_features(name, shape, -1)
        _need_same_steps(value, key)
        count = len(value) + 1
        if not all(-count <= axis < count for axis in self._axes(value)):
            raise ShapeError(
                f"can't attend over the axes {self.attention_axes} of its value "
                f"{show(value[1:])}",
                "attention_axes count from 0, the batch; 1 is the first after it",
            )

    def output(
        self,
        query: Shape,
        value: Shape,
        key: Shape | None = None,
        return_attention_scores: bool = False,
    ) -> Shapes:
        output = (*query[:-1], *self._features(query))
        if not return_attention_scores:
            return output
        # Keras tells so many steps of the value as the query has.
        return [output, (query[0], self.num_heads, query[1], query[1])]

    def scores(self, query: Shape, key: Shape) -> Shape:
        axes = self._axes(query)
        apart = [axis for axis in range(len(query) - 1) if axis not in axes]
        steps = [[x[axis] for axis in axes] for x in (query, key)]
        return (*(query[a] for a in apart), self.num_heads, *steps[0], *steps[1])

    def check_ranks(self, query: Shape, value: Shape, key: Shape) -> None:
        if not self._compares(query, value, key):
            raise ShapeError(
                f"can't compare a query {show(query[1:])} with a value "
                f"{show(value[1:])}",
                "give both the axes (steps, features), or more axes of the same sizes",
            )
        scores = self.scores(query, key)
        if len(self._axes(query)) == 1:
            check_softmax(scores, self.dtype)
        elif len(scores) > _TENSOR_AXES:
            raise ShapeError(
                f"compares a query {show(query[1:])} in {len(scores)} axes, and "
                f"TensorFlow goes to {_TENSOR_AXES}",
                "attend over fewer axes, by attention_axes",
            )

    def _compares(self, query: Shape, value: Shape, key: Shape) -> bool:
        """Whether a query can be compared with keys when the layer runs."""
        axes = self._axes(value)
        if {len(value), len(key)} != {len(query)} or not axes:
            return False
        if len(set(axes)) < len(axes) or not all(0 <= a < len(query) for a in axes):
            return False
        if self.sliding_window is not None and len(query) != 3:
            return False
        apart = set(range(len(query) - 1)) - set(axes)
        return all(agree(query[a], x[a]) for a in apart for x in (value, key))

    def projections(self, query: Shape, value: Shape, key: Shape) -> list[_Projection]:
        keys = (self.num_heads, self.key_dim)
        values = (self.num_heads, self.value_dim or self.key_dim)
        output = self._features(query)
        return [
            _project(query, keys),
            _project(key, keys),
            *([_project(query, values)] if self.use_gate else []),
            _project(value, values),
            _Projection(product(query[1:-1]), (*values, *output), output),
        ]

    def pair_macs(self, query: Shape, value: Shape) -> Size:
        projected = (*value[:-1], self.num_heads, self.value_dim or self.key_dim)
        attended = [projected[axis] for axis in self._axes(value)]
        wide = self.key_dim + (self.value_dim or self.key_dim)
        return product((*query[1:-1], *attended, self.num_heads, wide))

    def _features(self, query: Shape) -> tuple[int, ...]:
        """The output's sizes after those of the query's steps."""
        if isinstance(self.output_shape, int):
            return (self.output_shape,)
        return self.output_shape or query[-1:]  # type: ignore[return-value]

    def _axes(self, value: Shape) -> Sequence[int]:
        """Axes of the projected value, (batch, …, heads, features), to attend over.

        Source: `_build_attention`. A negative one counts from the heads backwards.
        """
        axes = self.attention_axes
        if axes is None:
            return range(1, len(value) - 1)
        axes = (axes,) if isinstance(axes, int) else axes
        return [axis if axis >= 0 else len(value) + axis for axis in axes]


def _project(x: Shape, outputs: tuple[int, ...]) -> _Projection:
    """A dense layer over the last axis."""
    return _Projection(product(x[1:-1]), (x[-1], *outputs), outputs)  # type: ignore[arg-type]


class GroupQueryAttention(_Heads):
    """MultiHeadAttention whose query heads share keys and values in groups, to be lean.

    Source: Ainslie et al.: GQA, 2023.
    """

    class_name: ClassVar[str] = "GroupedQueryAttention"
    """What Keras calls the class itself, which gives the automatic name."""
    shape_rule = "the query's"
    weight_rule = (
        "query, key, gate where use_gate, value, output; kernels: "
        "features · num_query_heads · head_dim for query, gate and output, "
        "features · num_key_value_heads · head_dim for key and value; a bias for each: "
        "its kernel's size without what it sums over"
    )
    example: ClassVar[Any] = {
        "head_dim": 64,
        "num_query_heads": 8,
        "num_key_value_heads": 2,
    }

    head_dim: Positive
    num_query_heads: Positive
    num_key_value_heads: Positive

    def rules(self) -> None:
        super().rules()
        if self.num_query_heads % self.num_key_value_heads:
            raise ArgumentError(
                "num_key_value_heads",
                "does-not-divide",
                f"{self.title()} can't share {self.num_query_heads} query heads out to "
                f"{self.num_key_value_heads} key and value heads",
                "let num_key_value_heads divide num_query_heads",
            )

    def check(self, query: Shape, value: Shape, key: Shape | None = None) -> None:
        key = key or value
        for name, shape in (("query", query), ("value", value), ("key", key)):
            if len(shape) < 3:
                raise ShapeError(
                    f"needs a {name} with the axes (steps, features); it is "
                    f"{show(shape[1:]) or 'without axes'}",
                    "add the axes with Reshape before it",
                )
            _need_features(name, shape, 2)
        _need_features("query", query, -1)
        if query[-1] != value[-1]:
            raise ShapeError(
                f"needs a query and a value with equally many features; they have "
                f"{show(query[-1:])} and {show(value[-1:])}",
                "bring one to the other's number with a Dense before it",
            )
        _need_same_steps(value, key)

    def output(
        self,
        query: Shape,
        value: Shape,
        key: Shape | None = None,
        return_attention_scores: bool = False,
    ) -> Shapes:
        if not return_attention_scores:
            return query
        return [query, self.scores(query, key or value)]

    def scores(self, query: Shape, key: Shape) -> Shape:
        return (query[0], self.num_query_heads, query[1], key[1])

    def check_ranks(self, query: Shape, value: Shape, key: Shape) -> None:
        ranks = {len(query), len(value), len(key)}
        if ranks != {3} or not agree(query[0], value[0]):
            raise ShapeError(
                f"can't compare a query {show(query[1:])} with a value "
                f"{show(value[1:])}",
                "give both the axes (steps, features)",
            )

    def projections(self, query: Shape, value: Shape, key: Shape) -> list[_Projection]:
        heads, shared = self.num_query_heads, self.num_key_value_heads
        features: Any = query[-1]
        return [
            self._project(query, heads),
            self._project(key, shared),
            *([self._project(query, heads)] if self.use_gate else []),
            self._project(value, shared),
            _Projection(
                product(query[1:-1]), (heads, self.head_dim, features), (features,)
            ),
        ]

    def _project(self, x: Shape, heads: int) -> _Projection:
        """A dense layer over the features.

        Keras takes tensors with more axes as well, and then sums over the third of
        them all and gives the bias axes of size 1.
        """
        c_in: Any = x[2]
        bias = (heads, self.head_dim, *(1,) * (len(x) - 3))
        return _Projection(product(x[1:-1]), (c_in, heads, self.head_dim), bias)

    def pair_macs(self, query: Shape, value: Shape) -> Size:
        wide = 2 * self.num_query_heads * self.head_dim
        return product((*query[1:-1], *value[1:-1], wide))


def _for_heads(mask: Shape) -> Shape:
    """A mask (batch, queries, keys) as it is spread over the heads."""
    return (*mask[:-2], 1, *mask[-2:])


def _need_features(name: str, shape: Shape, axis: int) -> None:
    """Refuses a tensor whose features, along `axis`, can't be counted."""
    if shape[axis] is None:
        raise ShapeError(
            f"needs to know the number of features of its {name}, "
            f"{show(shape[1:]) or 'which has the batch axis alone'}",
            "give the last size of that tensor a number instead of null",
        )


def _need_same_steps(value: Shape, key: Shape) -> None:
    """Refuses a key that isn't as long as the value: each value has one key."""
    if value[1:-1] != key[1:-1]:
        raise ShapeError(
            f"needs a key for each value; the value is {show(value[1:])} and the key "
            f"{show(key[1:])}",
            "only their last sizes may differ",
        )
