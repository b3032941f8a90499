"""What a dtype policy of Keras says, and how much room a number takes."""


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
