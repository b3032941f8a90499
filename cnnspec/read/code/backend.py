"""Functions of TensorFlow and Keras's backend that `keras.ops` has in another form."""

import math
from collections.abc import Callable
from typing import Any

from cnnspec.read.code.building import Tensor, tensors_in
from cnnspec.read.code.operations import of_function, operation
from cnnspec.read.code.shapes import shape_of
from cnnspec.read.code.values import Call, is_known


def of_form(name: str, call: Call) -> Any:
    """What a function gives; None where it has no other form here."""
    work = _FORMS.get(name)
    if work is None:
        return None
    try:
        return work(call)
    except (TypeError, ValueError, IndexError, AttributeError, ArithmeticError):
        return call.unknown()  # it is given what it can't take


def _two(call: Call, *names: str) -> list[Tensor]:
    """The two tensors that a function is given."""
    given = [call.get(one, place) for place, one in enumerate(names)]
    return [one for one in given if isinstance(one, Tensor)]


def _matmul(call: Call) -> Any:
    """A product of matrices, of which TensorFlow may turn one round."""
    pair = _two(call, *(("a", "b") if "a" in call.named else ("x1", "x2")))
    if len(pair) == 1 and "b" in call.named:
        pair.append(call.named["b"])
    if len(pair) != 2:
        return call.unknown()
    turned = [
        _turned(call, one) if call.named.get(f"transpose_{side}") is True else one
        for one, side in zip(pair, "ab", strict=True)
    ]
    if not all(isinstance(one, Tensor) for one in turned):
        return call.unknown()
    return operation(call.machine, "matmul", turned, {}, call.place)


def _turned(call: Call, tensor: Tensor) -> Any:
    """A tensor with its last two axes in the other order."""
    shape = shape_of(tensor)
    if not isinstance(shape, tuple) or len(shape) < 2:
        return call.unknown()
    order = [*range(len(shape))]
    order[-2:] = order[:-3:-1]
    return operation(call.machine, "transpose", [tensor], {"axes": order}, call.place)


def _dot(call: Call) -> Any:
    """`K.dot`, of which the second is a matrix of numbers that no sample has."""
    pair = _two(call, "x", "y")
    if len(pair) != 2 or not pair[1].is_held:
        return of_function(call.machine, "dot", call.args, call.named, call.place)
    return operation(call.machine, "matmul", pair, {}, call.place)


def _tensordot(call: Call) -> Any:
    """`tf.tensordot(x, w, axes=1)`, where it is a product of matrices."""
    pair = _two(call, "a", "b")
    axes = call.get("axes", 2)
    ranks = [len(shape_of(one)) for one in pair if isinstance(shape_of(one), tuple)]
    if len(ranks) != 2 or ranks[1] > 2:
        return call.unknown()
    whole = axes
    if isinstance(axes, list | tuple):
        whole = [one[0] if isinstance(one, list | tuple) else one for one in axes]
    if whole not in (1, [ranks[0] - 1, 0], [-1, 0]):
        return call.unknown()
    return operation(call.machine, "matmul", pair, {}, call.place)


def _batch_dot(call: Call) -> Any:
    """`K.batch_dot(x, y, axes)`, by letters."""
    pair = _two(call, "x", "y")
    shapes = [shape_of(one) for one in pair]
    if len(pair) != 2 or not all(isinstance(one, tuple) for one in shapes):
        return call.unknown()
    ranks = [len(one) for one in shapes]
    axes = call.get("axes", 2)
    if axes is None:
        axes = (ranks[0] - 1, max(ranks[1] - 2, 1))
    axes = (axes, axes) if isinstance(axes, int) else axes
    if not isinstance(axes, list | tuple) or len(axes) != 2 or not is_known(*axes):
        return call.unknown()
    first, second = (axis % rank for axis, rank in zip(axes, ranks, strict=True))
    x = "b" + _LETTERS[: ranks[0] - 1]
    y = "b" + _LETTERS[ranks[0] : ranks[0] + ranks[1] - 1]
    y = y[:second] + x[first] + y[second + 1 :]
    result = x.replace(x[first], "") + y[1:].replace(x[first], "")
    more = {"subscripts": f"{x},{y}->{result}"}
    found = operation(call.machine, "einsum", pair, more, call.place)
    if len(result) > 1:
        return found
    return operation(call.machine, "expand_dims", [found], {"axis": -1}, call.place)


_LETTERS = "acdefghijklm"


def _einsum(call: Call) -> Any:
    tensors = tensors_in([*call.args])
    letters = next((one for one in call.args if isinstance(one, str)), None)
    if letters is None:
        return call.unknown()
    given = {"subscripts": letters.replace(" ", "")}
    return operation(call.machine, "einsum", tensors, given, call.place)


def _reshape(call: Call) -> Any:
    """A form whose first size is that of the batch, which is -1 in a spec."""
    tensors = tensors_in([*call.args[:1], *call.named.values()])
    sizes = call.get("shape", 1, call.named.get("newshape"))
    if not tensors or not isinstance(sizes, list | tuple):
        return call.unknown()
    sizes = [*sizes]
    if sizes and sizes[0] is None:
        sizes = [-1, *_filled(sizes[1:], shape_of(tensors[0]))]
    more = {"newshape": sizes}
    found = operation(call.machine, "reshape", tensors[:1], more, call.place)
    if sizes.count(-1) + sizes.count(None) > 1 and isinstance(found, Tensor):
        assert found.node is not None
        found.node.is_beside = True  # no operation of a spec leaves two sizes open
        found.node.shapes = tuple(None if size == -1 else size for size in sizes)
    return found


def _filled(sizes: list[Any], shape: Any) -> list[Any]:
    """Sizes without the batch, with a number for the one that takes what is left."""
    rest = [size for size in sizes if size != -1]
    if len(rest) == len(sizes) or not isinstance(shape, tuple):
        return sizes
    if not all(isinstance(size, int) for size in (*rest, *shape[1:])):
        return sizes
    count, left = math.prod(shape[1:]), math.prod(rest)
    return [count // left if size == -1 and left else size for size in sizes]


def _patches(call: Call) -> Any:
    """Squares of an image that don't overlap, laid out as channels."""
    images = tensors_in([*call.args[:1], *call.named.values()])
    size, step = call.get("sizes", 1, call.named.get("size")), call.get("strides", 2)
    sizes = _sides(size), _sides(size if step is None else step)
    shape = shape_of(images[0]) if images else None
    rates = call.get("rates", 3, call.named.get("dilation_rate", 1))
    if not isinstance(shape, tuple) or sizes[0] != sizes[1] or _sides(rates) != [1, 1]:
        return call.unknown()
    [height, width] = sizes[0] or [0, 0]
    rests = [1] if not height or not is_known(*shape) else []
    rests += [n % height for n in shape[1:3] if n and not rests]
    if height != width or any(rests):
        return call.unknown()
    more = {"block_size": height}
    return operation(call.machine, "space_to_depth", images[:1], more, call.place)


def _sides(size: Any) -> list[int] | None:
    """Height and width of `6`, `(6, 6)` or `[1, 6, 6, 1]`."""
    if isinstance(size, int):
        return [size, size]
    if not isinstance(size, list | tuple) or not all(isinstance(n, int) for n in size):
        return None
    return [*size[1:3]] if len(size) == 4 else [*size]


def _repeated(name: str) -> Callable[[Call], Any]:
    """One vector for each sample, of numbers that no sample has."""

    def run(call: Call) -> Any:
        for tensor in tensors_in([*call.args, *call.named.values()])[:1]:
            shape = shape_of(tensor) if tensor.is_held else None
            if isinstance(shape, tuple) and shape[:1] == (1,):
                return tensor
        return of_function(call.machine, name, call.args, call.named, call.place)

    return run


def _cast(call: Call) -> Any:
    """Numbers that no sample has stay what they are."""
    tensors = tensors_in([*call.args, *call.named.values()])
    if tensors and tensors[0].is_held:
        return tensors[0]
    return of_function(call.machine, "cast", call.args, call.named, call.place)


_FORMS: dict[str, Callable[[Call], Any]] = {
    "matmul": _matmul,
    "dot": _dot,
    "tensordot": _tensordot,
    "batch_dot": _batch_dot,
    "einsum": _einsum,
    "reshape": _reshape,
    "extract_patches": _patches,
    "extract_image_patches": _patches,
    "cast": _cast,
    **{name: _repeated(name) for name in ("broadcast_to", "tile", "repeat")},
}
