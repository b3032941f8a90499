"""What layers with a vocabulary have in common.

Source of the rules: keras/src/layers/preprocessing, Keras 3.15.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.layers.base import Layer
from cnnspec.catalogue.layers.categories import (
    COUNTED,
    Salt,
    counted,
    instead_of_last,
    keep_apart,
    refuse_sparse,
)
from cnnspec.ground.errors import ArgumentError
from cnnspec.ground.kinds import Natural, number
from cnnspec.ground.shapes import Shape, Size

Encoding = Literal["int", "one_hot", "multi_hot", "count", "tf_idf", "binary", "tf-idf"]
_ENCODINGS = {"binary": "multi_hot", "tf-idf": "tf_idf"}
MoreThanOne = Annotated[int, number("a whole number above 1", whole=True, ge=2)]


class Lookup(Layer):
    """What the layers with a vocabulary share.

    A vocabulary in a file is taken as it is: its words are counted when the model is
    built, so modes whose shape depends on their number need a list instead.
    """

    adapts = ("vocabulary",)
    shape_rule = (
        "int: the shape of the input; one_hot: the vocabulary's size after it, in "
        "place of a last axis of size 1; else in place of the last axis. The size "
        "counts num_oov_indices, is max_tokens with pad_to_max_tokens, and isn't known "
        "before adapt() where no vocabulary is given"
    )
    vocabulary: Any
    max_tokens: MoreThanOne | None = None
    output_mode: Encoding = "int"
    idf_weights: tuple[float, ...] | None = None
    pad_to_max_tokens: bool = False
    sparse: bool = False

    @property
    def _mode(self) -> str:
        return _ENCODINGS.get(self.output_mode, self.output_mode)

    def output_dtype(self, policy: str, given: str) -> str:
        return "int64" if self.output_mode == "int" else "float32"

    def _special(self) -> tuple[Any, ...]:
        """The tokens that stand before the words: the mask, then those for the rest."""
        raise NotImplementedError

    def _words(self) -> Sequence[Any]:
        """The words of the vocabulary, without the special tokens it may begin with."""
        special = self._special()
        listed: tuple[Any, ...] = self.vocabulary
        begins_so = listed[: len(special)] == special
        return listed[len(special) :] if begins_so else listed

    def depth(self) -> Size:
        """The size of an encoded token; None where only `adapt()` can tell."""
        if self.pad_to_max_tokens:
            return self.max_tokens
        if self.vocabulary is None:
            return None
        return len(self._special()) + len(self._words())

    def rules(self) -> None:
        title, mode = self.title(), self._mode
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise ArgumentError(
                "pad_to_max_tokens",
                "needs-argument",
                f"{title} can't pad to max_tokens, which isn't given",
                "add max_tokens:",
            )
        refuse_sparse(self)
        if self.idf_weights is not None and mode != "tf_idf":
            raise ArgumentError(
                "idf_weights",
                "other-mode",
                f"{title} takes idf_weights for output_mode 'tf_idf' alone",
                "use output_mode: tf_idf, or leave idf_weights out",
            )
        if isinstance(self.vocabulary, str):
            self._check_file()
        elif self.vocabulary is not None:
            self._check_list()

    def _check_file(self) -> None:
        if self._mode == "tf_idf":
            raise ArgumentError(
                "vocabulary",
                "not-supported",
                f"{self.title()} can't read a vocabulary with tf_idf from a file",
                "list the words, and their idf_weights",
            )
        if self._mode != "int" and not self.pad_to_max_tokens:
            raise ArgumentError(
                "vocabulary",
                "needs-argument",
                f"the words in '{self.vocabulary}' aren't counted before the model is "
                f"built, and output_mode '{self.output_mode}' needs their number",
                "list the words, or add max_tokens: and pad_to_max_tokens: true",
            )

    def _check_list(self) -> None:
        title, words = self.title(), self._words()
        if not words:
            raise ArgumentError(
                "vocabulary",
                "empty-value",
                f"{title}.vocabulary has no words beside its special tokens",
                "add words, or leave vocabulary out and call adapt() before training",
            )
        if len(set(words)) < len(words):
            twice = next(w for i, w in enumerate(words) if w in words[:i])
            raise ArgumentError(
                "vocabulary",
                "duplicate-value",
                f"{title}.vocabulary has '{twice}' more than once",
                "list each word once",
            )
        for token in self._reserved():
            if token in words:
                raise ArgumentError(
                    "vocabulary",
                    "duplicate-value",
                    f"{title}.vocabulary has '{token}' among its words, which is kept "
                    "for a special token",
                    f"remove it, or begin the list with {list(self._special())}",
                )
        size = len(self._special()) + len(words)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ArgumentError(
                "vocabulary",
                "wrong-count",
                f"{title} has {size} tokens with the special ones; max_tokens is "
                f"{self.max_tokens}",
                "raise max_tokens, or shorten the list",
            )
        if self._mode == "tf_idf":
            self._check_idf()

    def _check_idf(self) -> None:
        given = 0 if self.idf_weights is None else len(self.idf_weights)
        if given != len(self.vocabulary):
            raise ArgumentError(
                "vocabulary" if self.idf_weights is None else "idf_weights",
                "wrong-count",
                f"{self.title()} has {len(self.vocabulary)} words and {given} "
                "idf_weights",
                "give one idf weight for each word of the vocabulary",
            )

    def _reserved(self) -> Iterator[Any]:
        """Tokens that can't be words."""
        raise NotImplementedError

    def output(self, x: Shape) -> Shape:
        if self._mode == "int":
            return x
        return instead_of_last(x, self.depth(), self._mode)

    def keep_samples(self, *shapes: Any) -> None:
        keep_apart(shapes[0], self._mode)

    def running(self, output: Any, *shapes: Any) -> Any:
        return counted(output, shapes[0], self._mode)

    def running_dtype(self, told: str, *given: str) -> str:
        """It gives whole numbers, but for weights of words."""
        found = super().running_dtype(told, *given)
        return found if self._mode == "tf_idf" else "int64"

    def at_run(self) -> str:
        return COUNTED


class TokenLookup(Lookup):
    """A vocabulary that says what stands for masked and for unknown tokens."""

    # Its constructor takes dtype and trainable, and drops them.
    lacks = ("activity_regularizer", "autocast")
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 3),)

    num_oov_indices: Natural = 1
    mask_token: Any = None
    oov_token: Any
    invert: bool = False
    salt: Salt | None = None

    def _special(self) -> tuple[Any, ...]:
        masks = self.mask_token is not None and self._mode == "int"
        return (self.mask_token,) * masks + (self.oov_token,) * self.num_oov_indices

    def _reserved(self) -> Iterator[Any]:
        if self.mask_token is not None:
            yield self.mask_token
        if self.invert and self.oov_token is not None:
            yield self.oov_token

    def rules(self) -> None:
        if self.invert and self._mode != "int":
            raise ArgumentError(
                "invert",
                "other-mode",
                f"{self.title()} can turn numbers back into tokens with output_mode "
                f"'int' alone; it is '{self.output_mode}'",
                "leave out one of the two",
            )
        if self.invert and self.oov_token is None:
            raise ArgumentError(
                "oov_token",
                "needs-argument",
                f"{self.title()} needs a token for numbers it doesn't know",
                "give oov_token, or leave invert out",
            )
        super().rules()
