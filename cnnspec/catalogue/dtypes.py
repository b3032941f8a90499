"""Types of numbers: what a policy of Keras says, what layers run on, and their size."""

from collections.abc import Sequence

from cnnspec.ground.errors import ShapeError

FLOATS, USUAL, WIDE, BOOLS, TEXTS = "float", "usual", "wide", "bool", "text"
"""Kinds of numbers; TensorFlow has fewer kernels for integers without a sign of 32 bits
and more."""
INTEGERS = f"{USUAL} {WIDE}"
REALS = f"{FLOATS} {INTEGERS}"
NUMBERS = f"{REALS} {BOOLS}"
ANYTHING = f"{NUMBERS} {TEXTS}"


def dtype_kind(dtype: str) -> str:
    """The kind of numbers of a type."""
    if "float" in dtype or "complex" in dtype:
        return FLOATS
    return _KINDS.get(dtype, USUAL)


_KINDS = {"bool": BOOLS, "string": TEXTS, "uint32": WIDE, "uint64": WIDE}


def handed_on(told: str, given: Sequence[str], takes: str, keeps: str) -> str:
    """The type of the numbers that a layer gives when it runs.

    Keras 3.15 casts floats to the type that a layer computes in, and nothing else
    (`_maybe_convert` in keras/src/layers/layer.py), and looks at no type beforehand.

    Args:
        told: as Keras tells it beforehand.
        given: types of the numbers in its tensors.
        takes: kinds of numbers that it runs on.
        keeps: those of them that it gives as they came.

    Raises:
        ShapeError: it fails.
    """
    kinds = list(map(dtype_kind, given))
    for dtype, found in zip(given, kinds, strict=True):
        if found not in takes:
            raise refusal(dtype, takes)
    return given[0] if all(found in keeps for found in kinds) else told


def refusal(dtype: str, takes: str) -> ShapeError:
    """That a layer which takes some kinds of numbers fails on a type."""
    if takes == TEXTS:
        says, hint = "texts", "give the input dtype: string"
    elif FLOATS not in takes:
        says, hint = "whole numbers or texts", "give the input dtype: int32 or string"
    elif dtype == "string":
        says = "numbers"
        hint = "make some of texts, with Hashing, StringLookup or TextVectorization"
    else:
        says = "floats"
        hint = "put Rescaling: 1 before it, which makes floats of its input"
    return ShapeError(f"takes {says}, and its input holds {dtype}", hint)


def computed(policy: str) -> str:
    """The type that a layer computes in, Keras's `compute_dtype`."""
    return policy.removeprefix("mixed_")


def kept(policy: str) -> str:
    """The type of a layer's weights, Keras's `variable_dtype`."""
    return "float32" if policy.startswith("mixed_") else policy


def size(dtype: str) -> int | None:
    """Bytes of a number; None for text, which has no such size."""
    return _SIZES.get(dtype.lstrip("abcdefghijklmnopqrstuvwxyz"), _OTHERS.get(dtype))


_SIZES = {"8": 1, "16": 2, "32": 4, "64": 8}
_OTHERS = {"bool": 1, "complex128": 16}
