"""Dense layers, embeddings, and layers that pass on what they are given.

Source of the rules: keras/src/layers/core, Keras 3.15.
"""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from cnnspec.catalogue.dtypes import ANYTHING, NUMBERS
from cnnspec.catalogue.layers.arguments import (
    Activation,
    ConstraintName,
    Dtype,
    InitializerName,
    Quantization,
    RegularizerName,
    only_null,
)
from cnnspec.catalogue.layers.base import (
    FROM_ABOVE,
    MOVED,
    WHOLE,
    Layer,
    MixedSamples,
    Reach,
    Weight,
    need_size,
)
from cnnspec.catalogue.layers.low_rank import LowRank
from cnnspec.catalogue.layers.weighted import WEIGHTED, Weighted
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.kinds import Natural, Positive, kind_of, list_of, one_of
from cnnspec.ground.shapes import Shape, Size, agree, product, show

if TYPE_CHECKING:
    from cnnspec.catalogue.layers.einsum import EinsumShapes, Letters


class Dense(Weighted, LowRank):
    """Fully connected: every unit weighs all numbers of its input."""

    sparse_axes = 2
    call_settings = ("training",)
    training_usual = None
    varies_by = ()
    linear = True
    order = "in_features out_features bias"
    spelt_as: ClassVar[dict[str, str]] = {
        "units": "out_features output_dim out_dim num_units n_units nb_units "
        "num_outputs num_hiddens hidden_size neurons num_neurons nodes "
        "filters features size output",
    }
    elsewhere: ClassVar[dict[str, Any]] = {
        "완전연결 완전연결층 전결합 밀집 밀집층 덴스": {},
        "Linear LazyLinear FullyConnected FC InnerProduct TimeDistributedDense "
        "DenseLayer Affine": {},
    }
    first = (
        "activation",
        "use_bias",
        *WEIGHTED,
        "lora_rank",
        "lora_alpha",
    )
    shape_rule = "the last size becomes units"
    weight_rule = (
        "kernel: features · units; bias: units; with lora_rank r also "
        "features · r and r · units"
    )
    example: ClassVar[Any] = {"units": 10, "activation": "softmax"}
    example_inputs = ((None, 1568),)
    grows_with = "units"

    units: Positive
    activation: Activation = None
    use_bias: bool = True
    quantization_config: Quantization = None

    def check(self, x: Shape) -> None:
        if len(x) < 2:
            raise ShapeError(
                "needs an axis of features; its input is one number per sample",
                before=[{"Reshape": [1]}],
            )
        need_size(x, -1)

    def output(self, x: Shape) -> Shape:
        return (*x[:-1], self.units)

    def weights(self, x: Shape) -> list[Weight]:
        kernel = Weight("kernel", (self._features(x), self.units), not self.lora_rank)
        bias = [Weight("bias", (self.units,))] if self.use_bias else []
        return [kernel, *bias, *self.corrections(kernel)]

    def macs(self, output: Shape, x: Shape) -> int | None:
        positions = product(x[1:-1])
        return None if positions is None else positions * self._features(x) * self.units

    def merged(self, after: Layer) -> Layer | None:
        if not isinstance(after, Dense):
            return None
        return Dense(after.units, use_bias=self.use_bias or after.use_bias)

    def _features(self, x: Shape) -> int:
        assert x[-1] is not None
        return x[-1]


class EinsumDense(Weighted, LowRank):
    """Dense with an equation that says which axes are multiplied with which weights.

    `abc,cd->abd` is Dense on a sequence. The letters are the axes of the input, with
    the batch first, of the kernel and of the output; `...` stands for any number of
    axes that are left alone.
    """

    call_settings = ("training",)
    training_usual = None
    varies_by = ()
    linear = True
    rank_bound = True
    first = (
        "activation",
        "bias_axes",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "lora_rank",
        "lora_alpha",
        "gptq_unpacked_column_size",
        "quantization_config",
    )
    shape_rule = "the batch's size, output_shape, and the sizes that ... stands for"
    weight_rule = (
        "kernel: a size for each of its letters; bias: the sizes of bias_axes, and 1 "
        "for the axes after them"
    )
    example: ClassVar[Any] = {
        "equation": "abc,cd->abd",
        "output_shape": [None, 64],
        "bias_axes": "d",
    }
    example_inputs = ((None, 32, 128),)

    equation: str
    output_shape: Annotated[
        int | tuple[Size, ...],
        one_of(kind_of(Natural), list_of(kind_of(Natural | None))),
    ]
    activation: Activation = None
    bias_axes: str | None = None
    gptq_unpacked_column_size: int | None = None
    quantization_config: Quantization = None

    def rules(self) -> None:
        super().rules()
        letters = self._parsed()
        if letters is None:
            raise ArgumentError(
                "equation",
                "equation",
                f"EinsumDense.equation can't be '{self.equation}'",
                "write it like 'ab,bc->ac', '...b,bc->...c' or 'ab...,bc->ac...'",
            )
        self._refuse_stray(letters.output, letters.input + letters.kernel, "the output")
        self._refuse_stray(letters.kernel, letters.input + letters.output, "the kernel")
        if self.bias_axes is None:
            return
        if not self.bias_axes:
            raise ArgumentError(
                "bias_axes",
                "equation",
                "EinsumDense.bias_axes names no axis",
                "leave it out for a layer without bias",
            )
        for letter in self.bias_axes:
            if letter not in letters.output:
                raise ArgumentError(
                    "bias_axes",
                    "equation",
                    f"EinsumDense.bias_axes has '{letter}', which is no axis of the "
                    f"output '{letters.output}'",
                    "choose from its letters",
                )

    def _refuse_stray(self, letters: str, known: str, what: str) -> None:
        for letter in letters:
            if letter not in known:
                raise ArgumentError(
                    "equation",
                    "equation",
                    f"EinsumDense.equation '{self.equation}' has '{letter}' in {what} "
                    "alone",
                    "use the letter of an axis that it shares with another part",
                )

    def _parsed(self) -> "Letters | None":
        from cnnspec.catalogue.layers.einsum import Letters

        return Letters.parse(self.equation)

    @property
    def _letters(self) -> "Letters":
        letters = self._parsed()
        assert letters is not None
        return letters

    def check(self, x: Shape) -> None:
        letters = self._letters
        if len(x) < len(letters.input):
            raise ShapeError(
                f"needs an input with {len(letters.input) - 1} axes or more beside the "
                f"batch's for '{self.equation}'; its input is {show(x[1:])}",
                "give the equation's left part a letter for each axis, batch first",
            )
        output = self._full_output(x)
        if len(output) < self._elided_before(x) + len(letters.output):
            raise ShapeError(
                f"has an output_shape of {show(self._sizes())}, too few sizes for "
                f"'{self.equation}'",
                "give a size for each letter of the output but the batch's",
            )
        self._check_shared(x, output)
        shapes = self._analyse(x)
        for weight, sizes in (("kernel", shapes.kernel), ("bias", shapes.bias)):
            if sizes is not None and None in sizes:
                raise ShapeError(
                    f"needs to know all sizes of its {weight}, which would be "
                    f"{show(sizes)}",
                    "give them as numbers in the input or in output_shape",
                )

    def _check_shared(self, x: Shape, output: Shape) -> None:
        into, out_of = self._output_axes(x), self._input_axes(x)
        for letter, axis in out_of.items():
            if letter not in into:
                continue
            size = output[into[letter]]
            if size is not None and size != x[axis]:
                raise ShapeError(
                    f"can't turn size {show([x[axis]])} of axis '{letter}' into the "
                    f"{size} that output_shape gives it",
                    "write null there, which takes any size",
                )

    def output(self, x: Shape) -> Shape:
        return self._full_output(x)

    def keep_samples(self, *shapes: Any) -> None:
        into, out_of = (axes(*shapes) for axes in (self._output_axes, self._input_axes))
        if any(axis == 0 and into.get(letter) != 0 for letter, axis in out_of.items()):
            text = "works along the batch, whose samples it mixes"
            raise MixedSamples(text, "let the output begin with the input's first axis")

    def running(self, output: Any, *shapes: Any) -> Any:
        """What a leading ellipsis stands for keeps its order; null has a size."""
        [x] = shapes
        into, sizes = self._output_axes(x), list(output)
        for letter, axis in self._input_axes(x).items():
            if letter in into and sizes[into[letter]] is None:
                sizes[into[letter]] = x[axis]
        if self._letters.before:
            elided = len(x) - len(self._letters.input)
            sizes[1:elided] = x[1:elided]
        return super().running(tuple(sizes), x)

    def at_run(self) -> str:
        if self._letters.before:
            return "it reverses the sizes that the leading ... stands for"
        return super().at_run()

    def weights(self, x: Shape) -> list[Weight]:
        shapes = self._analyse(x)
        kernel = Weight("kernel", _known(shapes.kernel), not self.lora_rank)
        bias = [Weight("bias", _known(shapes.bias))] if shapes.bias is not None else []
        return [kernel, *bias, *self.corrections(kernel)]

    def macs(self, output: Shape, x: Shape) -> int | None:
        return product(self._analyse(x).loops)

    def reach(self, x: Shape) -> Reach:
        letters, into = self._letters, self._output_axes(x)
        out_of = self._input_axes(x)
        spatial = {c: axis for c, axis in out_of.items() if 0 < axis < len(x) - 1}
        if any(letter not in into for letter in spatial):
            return WHOLE
        elided_after = not letters.before and len(x) > len(letters.input)
        shifted = elided_after and len(letters.input) != len(letters.output)
        moved = any(into[letter] != axis for letter, axis in spatial.items())
        return MOVED if shifted or moved else ()

    def _sizes(self) -> Shape:
        sizes = self.output_shape
        return (sizes,) if isinstance(sizes, int) else sizes

    def _elided_before(self, x: Shape) -> int:
        letters = self._letters
        return len(x) - len(letters.input) if letters.before else 0

    def _input_axes(self, x: Shape) -> dict[str, int]:
        skipped = self._elided_before(x)
        return {letter: i + skipped for i, letter in enumerate(self._letters.input)}

    def _output_axes(self, x: Shape) -> dict[str, int]:
        skipped = self._elided_before(x)
        return {letter: i + skipped for i, letter in enumerate(self._letters.output)}

    def _full_output(self, x: Shape) -> Shape:
        """Source: `_analyze_split_string` in keras/src/layers/core/einsum_dense.py.

        Keras puts the sizes that a leading ellipsis stands for in reverse order, which
        is kept here (docs/keras-quirks.md).
        """
        elided = len(x) - len(self._letters.input)
        if self._letters.before:
            return (x[0], *reversed(x[1:elided]), *self._sizes())
        return (x[0], *self._sizes(), *x[len(x) - elided :])

    def _analyse(self, x: Shape) -> "EinsumShapes":
        from cnnspec.catalogue.layers.einsum import EinsumShapes

        letters, output = self._letters, self._full_output(x)
        out_of, into = self._input_axes(x), self._output_axes(x)
        sizes = {letter: x[axis] for letter, axis in out_of.items()}
        sizes |= {letter: output[axis] for letter, axis in into.items()}
        kernel = tuple(sizes[letter] for letter in letters.kernel)
        loops = {letter: x[axis] for letter, axis in out_of.items() if axis != 0}
        loops |= {c: s for c, s in sizes.items() if c in letters.kernel}
        named = set(out_of.values()) | {0}
        others = [size for axis, size in enumerate(x) if axis not in named]
        return EinsumShapes(
            output, kernel, self._bias(x, output), (*loops.values(), *others)
        )

    def _bias(self, x: Shape, output: Shape) -> Shape | None:
        """Sizes from the first of `bias_axes` on, 1 along axes that it isn't for."""
        if self.bias_axes is None:
            return None
        letters, into = self._letters, self._output_axes(x)
        start = min(letters.output.find(letter) for letter in self.bias_axes)
        sizes = [
            output[into[letter]] if letter in self.bias_axes else 1
            for letter in letters.output[start:]
        ]
        after = 0 if letters.before else len(x) - len(letters.input)
        return (*sizes, *[1] * after)


def _known(sizes: Shape | None) -> tuple[int, ...]:
    """Sizes that `check` found to be known."""
    return tuple(size for size in sizes or () if size is not None)


class Embedding(LowRank):
    """A table of learned vectors: each whole number of the input picks one."""

    masks_by = "mask_zero"
    sparse_axes = 2
    spelt_as: ClassVar[dict[str, str]] = {
        "input_dim": "num_embeddings vocab_size vocabulary_size num_tokens "
        "max_features",
        "output_dim": "embedding_dim embedding_size embed_dim dim units",
        "embeddings_initializer": "init initializer",
        "embeddings_regularizer": "W_regularizer",
        "embeddings_constraint": "W_constraint",
    }
    elsewhere: ClassVar[dict[str, Any]] = {"임베딩": {}, "Embed": {}}
    constraint = "embeddings_constraint"
    first = (
        "embeddings_initializer",
        "embeddings_regularizer",
        "embeddings_constraint",
        "mask_zero",
        "weights",
        "lora_rank",
        "lora_alpha",
    )
    shape_rule = "the input's sizes, then output_dim"
    weight_rule = (
        "embeddings: input_dim · output_dim; with lora_rank r also input_dim · r and "
        "r · output_dim"
    )
    example: ClassVar[Any] = {"input_dim": 10000, "output_dim": 64}
    example_inputs = ((None, 100),)
    renamed: ClassVar[dict[str, Any]] = {
        "input_length": FROM_ABOVE,
        "padding_idx": "leave out zeros in its place: write mask_zero: true",
        "dropout": "a Dropout below the layer does that; remove it",
    }
    grows_with = "output_dim"

    input_dim: Positive
    output_dim: Positive
    embeddings_initializer: InitializerName = "uniform"
    embeddings_regularizer: RegularizerName = None
    embeddings_constraint: ConstraintName = None
    mask_zero: bool = False
    weights_: Annotated[
        None, only_null("a spec holds no arrays; set them in the model that is built")
    ] = None
    quantization_config: Quantization = None

    def output(self, x: Shape) -> Shape:
        return (*x, self.output_dim)

    def weights(self, x: Shape) -> list[Weight]:
        sizes = (self.input_dim, self.output_dim)
        table = Weight("embeddings", sizes, not self.lora_rank)
        return [table, *self.corrections(table)]


class ReversibleEmbedding(Embedding):
    """An Embedding that can also turn vectors back into scores for each number."""

    call_settings = ("reverse",)
    shaped_by = ("reverse",)
    first = (
        "tie_weights",
        "embeddings_initializer",
        "embeddings_regularizer",
        "embeddings_constraint",
        "mask_zero",
        "reverse_dtype",
        "logit_soft_cap",
    )
    weight_rule = (
        "embeddings: input_dim · output_dim; as much again for reverse_embeddings "
        "unless tie_weights"
    )

    tie_weights: bool = True
    reverse_dtype: Dtype | None = None
    logit_soft_cap: float | None = None

    def rules(self) -> None:
        super().rules()
        if self.lora_rank and not self.tie_weights:
            raise ArgumentError(
                "lora_rank",
                "exclusive-arguments",
                "ReversibleEmbedding can't have lora_rank where tie_weights is false",
                "leave one of the two out",
            )

    def output(self, x: Shape, reverse: bool = False) -> Shape:
        return (*x[:-1], self.input_dim) if reverse else super().output(x)

    def running(self, output: Any, *shapes: Any, reverse: bool = False) -> Any:
        [x] = shapes
        if reverse and not agree(x[-1], self.output_dim):
            raise ShapeError(
                f"turns vectors of {self.output_dim} back, and its input is "
                f"{show(x[1:])}",
                f"bring its last size to {self.output_dim} with a Dense before it",
            )
        return output

    def running_dtype(self, told: str, *given: str, reverse: bool = False) -> str:
        if reverse and self.reverse_dtype:
            return self.reverse_dtype
        return super().running_dtype(told, *given)

    def macs(self, output: Shape, x: Shape, reverse: bool = False) -> int | None:
        """Products with the table, which finding a row of it doesn't take."""
        return product((*x[1:], self.input_dim)) if reverse else 0

    def weights(self, x: Shape) -> list[Weight]:
        found = super().weights(x)
        if not self.tie_weights:
            sizes = (self.output_dim, self.input_dim)
            found.append(Weight("reverse_embeddings", sizes))
        return found


class Identity(Layer):
    """Gives what it is given: a place to put another layer later."""

    sparse_axes, keeps_sparse = 9, True
    linear = True
    runs_on, hands_on = ANYTHING, ANYTHING
    hands_on_integers = True
    elsewhere: ClassVar[dict[str, Any]] = {"NoOp PassThrough": {}}


class Masking(Layer):
    """Makes the layers after it skip the steps whose numbers all are mask_value."""

    masks_by = "mask_value"
    linear = True
    runs_on, hands_on = NUMBERS, NUMBERS
    example: ClassVar[Any] = {"mask_value": 0.0}
    example_inputs = ((None, 100, 16),)

    mask_value: float = 0.0

    def running_dtype(self, told: str, *given: str) -> str:
        """TensorFlow multiplies truth values as integers."""
        found = super().running_dtype(told, *given)
        return "int32" if found == "bool" else found
