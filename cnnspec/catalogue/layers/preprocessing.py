"""Layers that turn raw data into numbers: scaling, bins, vocabularies, spectrograms.

Several of them can learn their state from data (`adapt()`); cnnspec knows only what the
spec gives, so a size that `adapt()` would settle stays unknown, as it does in Keras.

The rules are those of a symbolic call. Keras looks at the input's dtype only when data
comes, so neither does cnnspec. Source: keras/src/layers/preprocessing, Keras 3.15.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.dtypes import (
    ANYTHING,
    FLOATS,
    INTEGERS,
    NUMBERS,
    TEXTS,
    computed,
    kept,
)
from cnnspec.catalogue.layers.arguments import (
    LAYER_JSON,
    DataFormat,
    Padding,
    layers_kind,
    no_layer,
)
from cnnspec.catalogue.layers.base import (
    AN_AXIS,
    SPARSE,
    WHOLE,
    Layer,
    MixedSamples,
    Reach,
    Weight,
    Window,
    need_rank,
    need_size,
    not_of_sparse,
)
from cnnspec.catalogue.layers.categories import (
    COUNTED,
    Salt,
    counted,
    instead_of_last,
    keep_apart,
    refuse_regularized,
    refuse_sparse,
)
from cnnspec.catalogue.layers.vocabulary import Lookup, TokenLookup
from cnnspec.ground.errors import ArgumentError, Invalid, Problem, ShapeError
from cnnspec.ground.kinds import (
    Natural,
    Positive,
    choice,
    kind,
    kind_of,
    list_of,
)
from cnnspec.ground.shapes import (
    Shape,
    Shapes,
    Size,
    agree,
    joined,
    product,
    show,
    window_size,
    window_sum,
)


def _numbers(value: Any) -> Any:
    """A number, or lists of numbers within lists, kept as tuples."""
    if type(value) in (int, float):
        return value
    if type(value) not in (list, tuple):
        raise ValueError
    items = tuple(_numbers(item) for item in value)
    if len({_sizes(item) for item in items}) > 1:
        raise ValueError
    return items


def _sizes(value: Any) -> tuple[int, ...]:
    """The shape of nested tuples; of a number, `()`."""
    if not isinstance(value, tuple):
        return ()
    return (len(value), *(_sizes(value[0]) if value else ()))


Numbers = Annotated[
    Any,
    kind(
        _numbers,
        "a number, or a list of numbers as an array has",
        {"$ref": "#/$defs/numbers"},
    ),
]


class Rescaling(Layer):
    """Multiplies by `scale` and adds `offset`, as from 0 to 255 to 0 to 1."""

    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {"Rescale": {}}
    example: ClassVar[Any] = {"scale": 0.00392156862745098}

    scale: Numbers
    offset: Numbers = 0.0

    def running(self, output: Any, *shapes: Any) -> Any:
        found = shapes[0]
        for name in ("scale", "offset"):
            sizes = _sizes(getattr(self, name))
            spread = joined(found, sizes)
            if spread is None:
                text = f"has a {name} of {_count(sizes)} for an input {show(found[1:])}"
                hint = "give one for each index of the last axis, or a single number"
                raise ShapeError(text, hint)
            found = spread
        return found

    def ranging(self, low: float, high: float) -> tuple[float, float] | None:
        scale, offset = self.scale, self.offset
        if not isinstance(scale, int | float) or not isinstance(offset, int | float):
            return None
        ends = sorted((low * scale + offset, high * scale + offset))
        return ends[0], ends[1]

    def at_run(self) -> str:
        return "its scale or offset has more values than the last axis"


class Normalization(Layer):
    """Shifts and scales features to mean 0 and variance 1.

    The statistics are given, or learned from data by `adapt()` before training; no
    gradient changes them.
    """

    linear = True
    result = "normalized"
    adapts = ("mean", "variance")
    unadapted = "passes its input through unchanged"
    keeps_adapted = True
    weight_rule = (
        "mean and variance: the sizes along axis each; count: one number; "
        "none of them trainable, and none at all where mean and variance are given"
    )
    example: ClassVar[Any] = {"axis": -1}

    axis: int | tuple[int, ...] | None = -1
    mean: Numbers | None = None
    variance: Numbers | None = None
    invert: bool = False

    @property
    def _axes(self) -> tuple[int, ...]:
        if self.axis is None:
            return ()
        return (self.axis,) if isinstance(self.axis, int) else self.axis

    def rules(self) -> None:
        if (self.mean is None) != (self.variance is None):
            missing = "mean" if self.mean is None else "variance"
            raise ArgumentError(
                "variance" if missing == "mean" else "mean",
                "needs-argument",
                f"Normalization has no {missing} to go with it",
                "give both mean and variance, or neither",
            )
        mean, variance = _sizes(self.mean), _sizes(self.variance)
        if mean != variance:
            raise ArgumentError(
                "variance",
                "wrong-count",
                f"Normalization.variance has {_count(variance)} and mean "
                f"{_count(mean)}",
                "give as many of one as of the other",
            )
        if len(mean) > len(self._axes):
            raise ArgumentError(
                "mean",
                "wrong-count",
                f"Normalization.mean is nested {len(mean)} deep, for "
                f"{len(self._axes)} axes",
                "give a number, or a list for one axis",
            )

    def weight_dtypes(self, policy: str, x: Shape) -> list[str]:
        *statistics, _ = super().weight_dtypes(policy, x) or [""]
        return [*statistics, "int64"] if statistics else []

    def _kept(self, x: Shape) -> list[int]:
        """The axes that keep statistics of their own, counted from the first."""
        return sorted(axis % len(x) for axis in self._axes)

    def check(self, x: Shape) -> None:
        for axis in self._axes:
            need_size(x, axis)
        kept = self._kept(x)
        if self.mean is not None:
            self._check_mean(x, kept)
        elif any(kept.count(axis) > 1 and x[axis] != 1 for axis in kept):
            raise ShapeError(
                f"names an axis twice in axis {list(self._axes)}", "name it once"
            )

    def _check_mean(self, x: Shape, kept: list[int]) -> None:
        """Refuses statistics that don't spread over the axes that are kept."""
        sizes = _sizes(self.mean)
        spread = dict(zip(reversed(kept), reversed(sizes), strict=False))
        fits = all(size in (1, x[axis]) for axis, size in spread.items())
        if not fits or prod(spread.values()) != prod(sizes):
            raise ShapeError(
                f"has {_count(sizes)} of mean for an axis of {show(x[1:])}",
                "give one for each index along axis, or a single number",
            )

    def weights(self, x: Shape) -> list[Weight]:
        if self.mean is not None:
            return []
        sizes: Any = tuple(x[axis] for axis in self._kept(x))
        return [
            Weight("mean", sizes, trainable=False),
            Weight("variance", sizes, trainable=False),
            Weight("count", (), trainable=False),
        ]


def _count(sizes: Sequence[int]) -> str:
    return f"{show(sizes)} values" if sizes else "one value"


class Discretization(Layer):
    """Puts numbers into bins and gives the bin's index, or a vector that marks it."""

    lacks = ("activity_regularizer", "trainable", "autocast")
    adapts = ("bin_boundaries",)
    shape_rule = (
        "int: the shape of the input; one_hot: a last axis as long as there are bins, "
        "in place of a last axis of size 1; multi_hot and count: the first axis after "
        "the batch goes, and that of the bins comes last"
    )
    example: ClassVar[Any] = {"bin_boundaries": [0.0, 1.0, 2.0]}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4),)

    bin_boundaries: tuple[float, ...] | None = None
    num_bins: Natural | None = None
    epsilon: float = 0.01
    output_mode: Literal["int", "one_hot", "multi_hot", "count"] = "int"
    sparse: bool = False

    def rules(self) -> None:
        refuse_sparse(self)
        if (self.bin_boundaries is None) == (self.num_bins is None):
            found = "neither" if self.num_bins is None else "both"
            raise ArgumentError(
                "" if self.num_bins is None else "num_bins",
                "exclusive-arguments",
                f"Discretization has {found} of bin_boundaries and num_bins",
                "give bin_boundaries, or num_bins and call adapt() before training",
            )

    def output_dtype(self, policy: str, given: str) -> str:
        if self.output_mode == "int":
            return "int32"
        return super().output_dtype(policy, given)

    def output(self, x: Shape) -> Shape:
        if self.output_mode == "int":
            return x
        bounds = self.bin_boundaries
        depth = self.num_bins if bounds is None else len(bounds) + 1
        if self.output_mode == "one_hot":
            return instead_of_last(x, depth, "one_hot")
        return (x[0], *x[2:], depth) if len(x) > 1 else (depth,)

    def keep_samples(self, *shapes: Any) -> None:
        keep_apart(shapes[0], self.output_mode)

    def running(self, output: Any, *shapes: Any) -> Any:
        bounds = self.bin_boundaries or ()
        if list(bounds) != sorted(bounds):
            text = "has bin_boundaries that don't rise"
            raise ShapeError(text, "put them in order, the smallest first")
        return output


class CategoryEncoding(Layer):
    """Turns category numbers into vectors: a one for each category that is present."""

    sparse_axes = 2
    fails_unseen = True  # in a model alone
    tensor_arguments = ("inputs", "count_weights")
    shape_rule = (
        "num_tokens in place of the last axis; one_hot keeps a last axis above size 1 "
        "and puts num_tokens after it"
    )
    example: ClassVar[Any] = {"num_tokens": 4}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 3),)

    num_tokens: Positive | None = None
    output_mode: Literal["multi_hot", "one_hot", "count", "binary"] = "multi_hot"
    sparse: bool = False

    def rules(self) -> None:
        if self.num_tokens is None:
            raise ArgumentError(
                "",
                "needs-argument",
                "CategoryEncoding needs num_tokens, the number of categories",
                "add num_tokens:, or use IntegerLookup if it isn't known",
            )

    def output(self, x: Shape) -> Shape:
        if self.output_mode == "one_hot":
            return instead_of_last(x, self.num_tokens, "one_hot")
        return (*x[:-1], self.num_tokens)

    def running_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        [given], [x] = more["count_weights"], shapes
        if self.output_mode != "count":
            text = "takes count_weights to count, and its output_mode is "
            text = f"{text}'{self.output_mode}'"
            raise ShapeError(text, "set output_mode: count, or leave the weights out")
        if len(given) != len(x) or not all(map(agree, given, x)):
            text = f"can't weigh {show(x[1:])} by count_weights {show(given[1:])}"
            raise ShapeError(text, "give it a weight for each number of its input")

    def keep_samples(self, *shapes: Any) -> None:
        keep_apart(shapes[0], self.output_mode)

    def running(self, output: Any, *shapes: Any) -> Any:
        refuse_regularized(self)
        counts = self.output_mode in ("multi_hot", "count")
        if self.sparse and counts and len(shapes[0]) < 3:
            text = f"can't be sparse with output_mode '{self.output_mode}' in a model, "
            text = f"{text}where Keras gives TensorFlow floats to count"
            raise ShapeError(text, "leave sparse out")
        return counted(output, shapes[0], self.output_mode)

    def at_run(self) -> str:
        return COUNTED


class Hashing(Layer):
    """Puts categories into a fixed number of bins by a hash, without a vocabulary.

    Two categories may share a bin.
    """

    runs_on, hands_on = ANYTHING, ""
    shape_rule = "int: the shape of the input; else num_bins in place of the last axis"
    example: ClassVar[Any] = {"num_bins": 8}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 1),)

    num_bins: Positive
    mask_value: int | float | str | None = None
    salt: Salt | None = None
    output_mode: Literal["int", "one_hot", "multi_hot", "count"] = "int"
    sparse: bool = False

    def rules(self) -> None:
        refuse_sparse(self)
        if self.output_mode == "int" and self.dtype not in (None, "int32", "int64"):
            raise ArgumentError(
                "dtype",
                "not-supported",
                f"Hashing gives bin numbers, which can't be {self.dtype}",
                "use dtype: int32 or int64, or another output_mode",
            )

    def output(self, x: Shape) -> Shape:
        return x if self.output_mode == "int" else (*x[:-1], self.num_bins)

    def output_dtype(self, policy: str, given: str) -> str:
        usual = "int64" if self.output_mode == "int" else "float32"
        return kept(self.dtype or usual)

    def keep_samples(self, *shapes: Any) -> None:
        keep_apart(shapes[0], self.output_mode)

    def running(self, output: Any, *shapes: Any) -> Any:
        refuse_regularized(self)
        if self.output_mode == "one_hot":
            return instead_of_last(shapes[0], self.num_bins, self.output_mode)
        return counted(output, shapes[0], self.output_mode)

    def running_dtype(self, told: str, *given: str) -> str:
        mask = self.mask_value
        if isinstance(mask, int | float) and "string" in given:
            text = f"has a mask_value of {mask}, and its input holds string"
            raise ShapeError(text, "give a text")
        if isinstance(mask, str) and "string" not in given:
            text = f"has a text for its mask_value, and its input holds {given[0]}"
            raise ShapeError(text, "give a number")
        return super().running_dtype(told, *given)

    def at_run(self) -> str:
        if self.output_mode == "one_hot":
            return "each number has an axis of its own"
        return COUNTED


class HashedCrossing(Layer):
    """Puts pairs of categories into bins by a hash: what two features say together."""

    runs_on = f"{INTEGERS} {TEXTS}"
    inputs: ClassVar[int] = 2
    inputs_limit: ClassVar[int | None] = 2
    first = ("output_mode", "sparse", "name", "dtype")
    # Its constructor takes any argument, and drops what it doesn't know.
    lacks = ("activity_regularizer", "trainable", "autocast")
    shape_rule = "int: the shape of an input; one_hot: num_bins after, or in place of 1"
    example: ClassVar[Any] = {"num_bins": 8}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 1), (None, 1))

    num_bins: Positive
    output_mode: Literal["int", "one_hot"] = "int"
    sparse: bool = False

    def check(self, x: Shape, other: Shape) -> None:
        if x[-1] != other[-1]:
            raise ShapeError(
                f"crosses two inputs of one shape; they are {show(x[1:])} and "
                f"{show(other[1:])}",
                "give it two features of size 1 each",
            )

    def output(self, x: Shape, other: Shape) -> Shape:
        if self.output_mode == "int":
            return x
        return (*x[:-1], self.num_bins) if x[-1] == 1 else (*x, self.num_bins)

    def output_dtype(self, policy: str, given: str) -> str:
        usual = "int64" if self.output_mode == "int" else policy
        return computed(self.dtype or usual)

    def running(self, output: Any, *shapes: Any) -> Any:
        x, other = shapes
        one_each = len(x) == 1 or (len(x) == 2 and x[1] in (None, 1))
        if len(x) != len(other) or not one_each:
            raise ShapeError(
                f"crosses one number a sample with one; its inputs are {show(x[1:])} "
                f"and {show(other[1:])}",
                "give it two features of size 1 each",
            )
        return output


_WORDS = list_of(kind_of(str), 1)
_INTS = list_of(kind_of(int), 1)


class IntegerLookup(TokenLookup):
    """Gives each whole number of a vocabulary an index, and one to all others."""

    first = (
        "max_tokens",
        "num_oov_indices",
        "mask_token",
        "oov_token",
        "vocabulary",
        "vocabulary_dtype",
        "idf_weights",
        "invert",
        "output_mode",
        "sparse",
        "pad_to_max_tokens",
        "oov_method",
        "salt",
        "name",
    )
    example: ClassVar[Any] = {"vocabulary": [12, 36, 1138], "output_mode": "one_hot"}

    mask_token: int | None = None
    oov_token: int | None = -1
    vocabulary: Annotated[Any, _INTS] | str | None = None
    vocabulary_dtype: Literal["int64"] = "int64"
    oov_method: Literal["floormod", "farmhash"] = "floormod"

    def rules(self) -> None:
        if self.salt is not None and self.oov_method != "farmhash":
            raise ArgumentError(
                "salt",
                "other-mode",
                f"IntegerLookup can't salt oov_method '{self.oov_method}'",
                "use oov_method: farmhash, or leave salt out",
            )
        super().rules()


class StringLookup(TokenLookup):
    """Gives each word of a vocabulary an index, and one to all other words."""

    first = (
        "max_tokens",
        "num_oov_indices",
        "mask_token",
        "oov_token",
        "vocabulary",
        "idf_weights",
        "invert",
        "output_mode",
        "pad_to_max_tokens",
        "sparse",
        "encoding",
        "name",
        "salt",
    )
    example: ClassVar[Any] = {"vocabulary": ["cat", "dog"], "output_mode": "one_hot"}

    mask_token: str | None = None
    oov_token: str | None = "[UNK]"
    vocabulary: Annotated[Any, _WORDS] | str | None = None
    encoding: str = "utf-8"

    def kinds(self) -> tuple[str, str]:
        return (NUMBERS if self.invert else TEXTS), ""

    def running_dtype(self, told: str, *given: str) -> str:
        found = super().running_dtype(told, *given)
        return "string" if self.invert else found


_NGRAMS = list_of(kind_of(Positive), 1)


class TextVectorization(Lookup):
    """Splits text into words and gives each its index in a vocabulary.

    `standardize` and `split` are names or null here; Keras's functions can't be written
    in a spec.
    """

    runs_on = TEXTS
    first = (
        "max_tokens",
        "standardize",
        "split",
        "ngrams",
        "output_mode",
        "output_sequence_length",
        "pad_to_max_tokens",
        "vocabulary",
        "idf_weights",
        "sparse",
        "ragged",
        "encoding",
        "name",
    )
    shape_rule = (
        "int: (batch, output_sequence_length); else the vocabulary's size for each "
        "text, not known before adapt() where no vocabulary is given"
    )
    example: ClassVar[Any] = {"max_tokens": 5000, "output_sequence_length": 40}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 1),)

    standardize: (
        Literal["lower_and_strip_punctuation", "lower", "strip_punctuation"] | None
    ) = "lower_and_strip_punctuation"
    split: Literal["whitespace", "character"] | None = "whitespace"
    ngrams: Positive | Annotated[Any, _NGRAMS] | None = None
    output_sequence_length: Natural | None = None
    vocabulary: Annotated[Any, _WORDS] | str | None = None
    ragged: bool = False
    encoding: str = "utf-8"

    def _special(self) -> tuple[Any, ...]:
        return ("", "[UNK]") if self._mode == "int" else ("[UNK]",)

    def _reserved(self) -> Iterator[Any]:
        yield ""

    def rules(self) -> None:
        for name in ("output_sequence_length", "ragged"):
            if self._mode != "int" and getattr(self, name) not in (None, False):
                raise ArgumentError(
                    name,
                    "other-mode",
                    f"TextVectorization takes {name} with output_mode 'int' alone; it "
                    f"is '{self.output_mode}'",
                    f"leave {name} out",
                )
        super().rules()

    def output(self, x: Shape) -> Shape:
        if self._mode == "int":
            return (x[0], self.output_sequence_length)
        if self.split is not None:
            x = (*x, None)
        elif len(x) == 1:
            x = (*x, 1)
        return super().output(x)

    def running(self, output: Any, *shapes: Any) -> Any:
        [x] = shapes
        if self.split is not None and len(x) > 1 and x[-1] not in (1, None):
            text = f"splits one text a sample; its input has {show(x[1:])} of them"
            raise ShapeError(text, "give it texts with a last axis of 1")
        if self._mode == "int":
            return self._pieces(x)
        return super().running(output, x)

    def at_run(self) -> str:
        if self._mode == "int":
            return "Keras tells two axes, whatever axes the texts have"
        return super().at_run()

    def _pieces(self, x: Shape) -> Shape:
        """The shape of the numbers of all pieces.

        A text that isn't split is one piece, and the last axis that of the pieces.
        """
        *outer, last = (*(x[:-1] or x), None) if self.split else x
        if self.output_sequence_length is not None:
            last = self.output_sequence_length
        elif self.ngrams is not None:
            last = None
        return (*outer, last)

    def nested(self) -> Sequence[Layer]:
        return (StringLookup(),)


def _frames(length: int, stride: int) -> str:
    return f"({length} + {stride} + 1) // {stride}"


class MelSpectrogram(Layer):
    """Turns sound into an image: the loudness of each pitch, over time."""

    shape_rule = "(num_mel_bins, (length + sequence_stride + 1) // sequence_stride)"
    example: ClassVar[Any] = {"num_mel_bins": 64, "sampling_rate": 8000}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 16000),)

    fft_length: Positive = 2048
    sequence_stride: Positive = 512
    sequence_length: Positive | None = None
    window: str = "hann"
    sampling_rate: Positive = 16000
    num_mel_bins: Positive = 128
    min_freq: float = 20.0
    max_freq: float | None = None
    power_to_db: bool = True
    top_db: float = 80.0
    mag_exp: float = 2.0
    min_power: float = 1e-10
    ref_power: float = 1.0

    def rules(self) -> None:
        if self.sequence_length is not None and self.fft_length < self.sequence_length:
            raise ArgumentError(
                "fft_length",
                "wrong-order",
                f"MelSpectrogram.fft_length {self.fft_length} is below sequence_length "
                f"{self.sequence_length}",
                "make it as large or larger",
            )

    def output(self, x: Shape) -> Shape:
        batch, length = ((), x[0]) if len(x) == 1 else (x[:1], x[1])
        stride = self.sequence_stride
        frames = None if length is None else (length + stride + 1) // stride
        return (*batch, self.num_mel_bins, frames)

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        [x] = shapes
        length, stride = x[0] if len(x) == 1 else x[1], self.sequence_stride
        return {} if length is None else {min(len(x), 2): _frames(length, stride)}

    def keep_samples(self, *shapes: Any) -> None:
        if len(shapes[0]) == 1:
            raise MixedSamples("takes the batch for the steps of one sound", AN_AXIS)

    def running(self, output: Any, *shapes: Any) -> Any:
        """The last axis is the sound's, and is mirrored by half a window."""
        [x] = shapes
        length, half = x[-1], self.fft_length // 2
        if length is not None and length <= half:
            text = f"needs a sound longer than {half}, half of its fft_length; it gets "
            hint = "make fft_length smaller, or the sound longer"
            raise ShapeError(f"{text}{length}", hint)
        frames = self.output((None, length))[-1]
        return (*x[:-1], self.num_mel_bins, frames)

    def at_run(self) -> str:
        return "the last axis is the sound's"

    def reach(self, x: Shape) -> Reach:
        """The loudest value of all sets the scale where power_to_db is on."""
        if self.power_to_db:
            return WHOLE
        return [Window(self.sequence_length or self.fft_length, self.sequence_stride)]


_WINDOWS = (
    *("hann", "hamming", "blackman", "bartlett", "barthann", "blackmanharris"),
    *("bohman", "boxcar", "cosine", "exponential", "flattop", "lanczos", "nuttall"),
    *("parzen", "taylor", "triang", "tukey"),
)
"""The windows of `scipy.signal` that need no number of their own."""


class STFTSpectrogram(Layer):
    """Turns sound into frequencies over time, by a Fourier transform of short frames.

    The transform is a convolution whose kernels start as sines and cosines; they are
    weights, and may be trained.
    """

    not_in = ("bfloat16",)
    runs_on = FLOATS
    shape_rule = (
        "(frames, channels · (fft_length // 2 + 1)) with frames as Conv1D's; mode stft "
        "doubles the frequencies; expand_dims: (frames, frequencies, channels); "
        "channels_first: the other way round"
    )
    weight_rule = (
        "real_kernel and imag_kernel: frame_length · 1 · (fft_length // 2 + 1) each; "
        "mode real or imag has its own alone"
    )
    example: ClassVar[Any] = {"frame_length": 256, "frame_step": 128}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 16000, 1),)

    mode: Literal["log", "magnitude", "psd", "real", "imag", "angle", "stft"] = "log"
    frame_length: Positive = 256
    frame_step: Positive | None = None
    fft_length: Positive | None = None
    window: Annotated[Any, choice(*_WINDOWS)] | None = "hann"
    periodic: bool = False
    scaling: Literal["density", "spectrum"] | None = "density"
    padding: Padding = "valid"
    expand_dims: bool = False
    data_format: DataFormat | None = None

    def rules(self) -> None:
        length, step = self.frame_length, self.frame_step
        if step is None and length == 1:
            raise ArgumentError(
                "frame_length",
                "needs-argument",
                "STFTSpectrogram.frame_length 1 leaves no frame_step, which is half of "
                "it where it isn't given",
                "add frame_step: 1, or make frame_length larger",
            )
        if step is not None and step > length:
            raise ArgumentError(
                "frame_step",
                "wrong-order",
                f"STFTSpectrogram.frame_step {step} is above frame_length {length}",
                "make it as small or smaller",
            )
        if self.fft_length is not None and self.fft_length < length:
            raise ArgumentError(
                "fft_length",
                "wrong-order",
                f"STFTSpectrogram.fft_length {self.fft_length} is below frame_length "
                f"{length}",
                "make it as large or larger; a power of two is quickest",
            )

    @property
    def _step(self) -> int:
        return self.frame_step or self.frame_length // 2

    @property
    def _frequencies(self) -> int:
        length = self.fft_length or 1 << (self.frame_length - 1).bit_length()
        return length // 2 + 1

    @property
    def _first(self) -> bool:
        return self.data_format == "channels_first"

    def _frames(self, x: Shape) -> Size:
        length = x[2] if self._first else x[1]
        return window_size(length, self.frame_length, self._step, self.padding)

    def check(self, x: Shape) -> None:
        need_rank(x, "channels, steps" if self._first else "steps, channels")
        if x[1 if self._first else 2] is None:
            raise ShapeError(
                "needs to know the number of channels of its input",
                "give the input's channels a number instead of null",
            )
        frames = self._frames(x)
        if frames is not None and frames <= 0:
            raise ShapeError(
                f"has frame_length {self.frame_length}, which does not fit its "
                f"{show(x[1:])} input",
                gives=[
                    {"padding": "same"},
                    {"frame_length": x[2 if self._first else 1]},
                ],
            )

    def output(self, x: Shape) -> Shape:
        frames, channels = self._frames(x), x[1 if self._first else 2]
        frequencies = self._frequencies * (2 if self.mode == "stft" else 1)
        if self.expand_dims:
            axes = (frames, frequencies)
            return (x[0], channels, *axes) if self._first else (x[0], *axes, channels)
        width = product((channels, frequencies))
        return (x[0], width, frames) if self._first else (x[0], frames, width)

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        [x] = shapes
        axis = 2 if self._first else 1
        frame, step = self.frame_length, self._step
        text = window_sum(x[axis], frame, step, self.padding, str(frame))
        return {axis: text} if text else {}

    def weights(self, x: Shape) -> list[Weight]:
        shape = (self.frame_length, 1, self._frequencies)
        parts = [self.mode] if self.mode in ("real", "imag") else ["real", "imag"]
        return [Weight(f"{part}_kernel", shape) for part in parts]

    def macs(self, output: Shape, x: Shape) -> int | None:
        kernels = sum(weight.size for weight in self.weights(x))
        return product((kernels, self._frames(x), x[1 if self._first else 2]))

    def reach(self, x: Shape) -> Reach:
        return [Window(self.frame_length, self._step)]


def _entries(value: Any) -> tuple[Layer, ...]:
    """The layers that the entries of a list stand for."""
    from cnnspec.catalogue.layers import read_layer

    if not isinstance(value, list | tuple) or not value:
        raise ValueError
    layers, problems = [], list[Problem]()
    for place, entry in enumerate(value):
        try:
            layer = entry if isinstance(entry, Layer) else read_layer(entry)
        except Invalid as error:
            problems += [problem.under(place) for problem in error.problems]
            continue
        layers.append(layer)
        if layer.named_by_keras:
            problems.append(no_layer(layer.title()).under(place))
        elif layer.is_application:
            text = f"{layer.title()} is a model, and Pipeline is given layers"
            hint = "take it out, and let it follow Pipeline"
            problems.append(Problem((place,), "wrapped-layer", text, hint))
        elif layer.inputs > 1:
            text = f"{layer.title()} takes {layer.inputs} tensors or more; Pipeline one"
            problems.append(Problem((place,), "wrapped-layer", text, "take it out"))
    if problems:
        raise Invalid(problems)
    return tuple(layers)


Entries = Annotated[
    Any,
    layers_kind(
        _entries,
        "a list of layers, at least one",
        {"type": "array", "items": LAYER_JSON, "minItems": 1},
    ),
]


class Pipeline(Layer):
    """Layers one after the other as a single layer, to prepare or vary data."""

    tensor_arguments = ("inputs", "mask")
    call_settings = ("training",)
    training_usual = True
    varies_by = ()
    freezes = False
    has_rule = False
    lacks = ("activity_regularizer", "trainable", "dtype", "autocast")
    shape_rule = "what its layers give, one after the other"
    weight_rule = "those of its layers"
    example: ClassVar[Any] = {"layers": [{"Rescaling": 2.0}, {"RandomRotation": 0.1}]}

    layers: Entries

    def nested(self) -> Sequence[Layer]:
        found: tuple[Layer, ...] = self.layers
        return found

    def _walk(self, x: Shape) -> Iterator[tuple[Layer, Shape]]:
        """Each layer with the shape that it is given."""
        for layer in self.nested():
            yield layer, x
            found: Any = layer.output(x)
            x = found

    def check(self, x: Shape) -> None:
        """Keras finds a pipeline's shape by running it, so images are looked at."""
        from cnnspec.catalogue.layers.augmentation import _Augmentation

        for layer, given in self._walk(x):
            if isinstance(given, list):
                raise ShapeError(
                    f"holds {layer.title()} after a layer that gives several tensors",
                    "let the layers before the last give one",
                )
            try:
                layer.check(given)
                if isinstance(layer, _Augmentation):
                    layer.check_run(given)
            except ShapeError as error:
                if error.is_inside:
                    raise
                message = f"holds {layer.title()}, which {error.message}"
                raise ShapeError(message, error.hint) from None

    def output(self, x: Shape) -> Any:
        *_, (last, given) = self._walk(x)
        return last.output(given)

    def told_of_sparse(
        self, told: Shapes, taken: Sequence[str], *shapes: Any, **_: Any
    ) -> tuple[Shapes, bool]:
        """Its layers are run on a sparse tensor, until one gives a dense one."""
        if SPARSE not in taken:
            return told, False
        for layer, given in self._walk(*shapes):
            if len(given) > layer.sparse_axes:
                raise not_of_sparse(f"holds {layer.title()}, which ")
            if not layer.keeps_sparse:
                return told, False
        return told, True

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        """Where several layers change an axis, each is told with what it comes to."""
        found: dict[int, str] = {}
        for layer, given in self._walk(*shapes):
            output, sums = layer.output(given), layer.size_sums(given)
            other = isinstance(output, list) or len(output) != len(given)
            # What an argument sets, as units do, or another axis, needs no arithmetic.
            found = {
                axis: text
                for axis, text in found.items()
                if not other and (axis in sums or output[axis] == given[axis])
            }
            for axis, text in sums.items():
                before = f"{found[axis]} = {given[axis]}, " if axis in found else ""
                found[axis] = f"{before}{text}"
        return found

    def keep_samples(self, *shapes: Any) -> None:
        for layer, given in self._walk(*shapes):
            layer.keep_samples(given)

    def running(self, output: Any, *shapes: Any) -> Any:
        """Keras runs the layers to know the shape; Normalization keeps some of it."""
        [x] = shapes
        if any(isinstance(layer, Normalization) for layer in self.nested()):
            text = "holds Normalization, which TensorFlow can't run inside a Pipeline"
            raise ShapeError(text, "put Normalization before or behind the Pipeline")
        for layer in self.nested():
            x = layer.running(layer.output(x), x)
        return x

    def at_run(self) -> str:
        return next(filter(None, (layer.at_run() for layer in self.nested())), "")

    def running_dtype(self, told: str, *given: str) -> str:
        for layer in self.nested():
            given = (layer.running_dtype(told, *given),)
        return given[0]

    def weights(self, x: Shape) -> list[Weight]:
        return [w for layer, given in self._walk(x) for w in layer.held(given)]

    def weight_dtypes(self, policy: str, x: Shape) -> list[str]:
        steps = self._walk(x)
        return [d for layer, given in steps for d in layer.weight_dtypes(policy, given)]

    def macs(self, output: Shape, x: Shape) -> int | None:
        found = [layer.macs(layer.output(s), s) for layer, s in self._walk(x)]
        return None if None in found else sum(m for m in found if m is not None)

    def reach(self, x: Shape) -> Reach:
        whole: list[Window] = []
        for layer, given in self._walk(x):
            reach = layer.reach(given)
            if isinstance(reach, str) or (whole and reach and len(whole) != len(reach)):
                return WHOLE
            whole = _through(whole, list(reach))
        return whole


def _through(first: list[Window], second: list[Window]) -> list[Window]:
    """What is seen through one layer and then another."""
    if not first or not second:
        return first or second
    return [
        Window(int(a.span + (b.span - 1) * a.stride), a.stride * b.stride)
        for a, b in zip(first, second, strict=True)
    ]
