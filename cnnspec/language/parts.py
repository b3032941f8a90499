"""One tensor of the several that a name stands for."""

from collections.abc import Iterator, Sequence

from cnnspec.language.listener import Listener, Said, T


def numbered(name: str) -> tuple[str, int] | None:
    """The name and the number that `enc.1` is made of; None for another name."""
    stem, _, digits = name.rpartition(".")
    if not stem or not digits.isdecimal() or str(int(digits)) != digits:
        return None
    return stem, int(digits)


def apart(tensors: Sequence[T], listener: Listener[T]) -> list[tuple[int, T]] | None:
    """The tensors one by one, each with the place of what stands for it.

    None where it isn't known how many one stands for, because something is wrong.
    """
    found: list[tuple[int, T]] = []
    for place, tensor in enumerate(tensors):
        shapes = listener.sizes(tensor)
        if shapes is None:
            return None
        if isinstance(shapes, list):
            parts = range(len(shapes))
            found += [(place, listener.part(tensor, number)) for number in parts]
        else:
            found.append((place, tensor))
    return found


def alone(tensor: T, listener: Listener[T]) -> T:
    """The one tensor of a list that has no other; else what stands for them all."""
    several = apart((tensor,), listener)
    return several[0][1] if several and len(several) == 1 else tensor


def all_apart(
    read: tuple[T, ...], said: Sequence[Said], listener: Listener[T]
) -> tuple[tuple[T, ...], Sequence[Said]]:
    """What a step reads one by one, and how it says so; as it was where that fails."""
    several = apart(read, listener)
    if several is None:
        return read, said
    if said:
        said = tuple(_counted(said[place] for place, _ in several))
    return tuple(tensor for _, tensor in several), said


def _counted(said: Iterator[Said]) -> Iterator[Said]:
    """What is said of tensors, numbered anew in each place."""
    counts: dict[int, int] = {}
    for one in said:
        number = counts[one.place] = counts.get(one.place, -1) + 1
        yield one._replace(number=number)
