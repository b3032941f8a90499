"""Data sets and functions of NumPy and scikit-learn, as far as sizes go."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from cnnspec.catalogue.datasets import KERAS, OPENML, SKLEARN, DataSet
from cnnspec.read.code.arrays import Array, Origin, of_values, reshaped
from cnnspec.read.code.building import Tensor
from cnnspec.read.code.machine import ITEMS
from cnnspec.read.code.values import Call, Unknown, is_known
from cnnspec.read.found import Place


def of_keras(name: str, call: Call) -> Any:
    """What `load_data()` of a data set of Keras gives."""
    about = KERAS.get(name)
    if about is None:
        return call.unknown()
    return tuple(
        (
            _array(about, count, about.sizes, part, call, is_labels=False),
            _array(about, count, about.labels, part, call, is_labels=True),
        )
        for count, part in ((about.train, "train"), (about.test, "test"))
    )


def _array(
    about: DataSet,
    count: int | None,
    sizes: tuple[int, ...] | None,
    part: str,
    call: Call,
    *,
    is_labels: bool,
) -> Array:
    classes = about.classes if is_labels else None
    origin = Origin(about.source, part, is_labels, classes, place=call.place)
    shape = (count,) if sizes is None else (count, *sizes)
    return Array(shape, call.unknown(), origin)


def of_sklearn(name: str, call: Call) -> Any:
    """What a function of `sklearn.datasets` gives."""
    about = SKLEARN.get(name)
    if name == "fetch_openml":
        wanted = call.get("name", 0)
        about = OPENML.get(wanted) if isinstance(wanted, str) else None
    if about is None:
        return _made(name, call)
    x = _array(about, about.train, about.sizes, "", call, is_labels=False)
    y = _array(about, about.train, (), "", call, is_labels=True)
    if call.get("return_X_y") is True:
        return (x, y)
    found: dict[str, Any] = {"data": x, "target": y}
    if about.images:
        found["images"] = _array(
            about, about.train, about.images, "", call, is_labels=False
        )
    if about.classes:
        found["target_names"] = [str(number) for number in range(about.classes)]
    return found


def _made(name: str, call: Call) -> Any:
    """What `make_moons` and its like make."""
    widths = {"make_moons": 2, "make_circles": 2}
    count = call.get("n_samples", 0, 100)
    width = widths.get(name, call.get("n_features", 1, 20))
    classes = call.get("n_classes", None, 2)
    if name == "make_blobs":
        width, classes = call.get("n_features", 1, 2), call.get("centers", 2, 3)
    if not name.startswith("make_"):
        return call.unknown()
    why = call.unknown()
    labels = Origin("", "", True, classes if isinstance(classes, int) else None)
    return (Array((count, width), why), Array((count,), why, labels))


def split(call: Call) -> Any:
    """What `train_test_split` gives: each array twice."""
    share = call.named.get("test_size", 0.25)
    found: list[Any] = []
    for array in call.args:
        if not isinstance(array, Array):
            found += (
                [array, array] if isinstance(array, Unknown) else [call.unknown()] * 2
            )
            continue
        count = array.shape[0] if array.shape else None
        sizes = _shares(count, share, array.why)
        for part, size in zip(("train", "test"), sizes, strict=True):
            shape = None if array.shape is None else (size, *array.shape[1:])
            made = array.with_shape(shape)
            made.origin = array.origin._replace(part=array.origin.part or part)
            if not array.origin.part:
                made.origin = made.origin.then("test_size", share)
                seed = call.named.get("random_state")
                made.origin = made.origin.then("random_state", seed)
            elif part == "test":
                made.origin = made.origin._replace(part="validation")
            else:
                made.origin = made.origin.then("held_out", share)
            found.append(made)
    return found


def _shares(count: Any, share: Any, why: Unknown) -> tuple[Any, Any]:
    if not isinstance(count, int) or not isinstance(share, int | float):
        return why, why
    held = share if isinstance(share, int) else math.ceil(count * share)
    return count - held, held


def one_hot(call: Call) -> Any:
    """What `to_categorical` gives."""
    labels = call.get("y", 0, call.named.get("x"))
    classes = call.get("num_classes", 1, call.named.get("nb_classes"))
    if not isinstance(labels, Array):
        size: Any = classes if isinstance(classes, int) else call.unknown()
        return Array((call.unknown(), size), call.unknown())
    if classes is None:
        classes = labels.origin.classes or labels.why
    shape = labels.shape or (labels.why,)
    shape = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
    made = labels.with_shape((*shape, classes))
    count = classes if isinstance(classes, int) else labels.origin.classes
    made.origin = labels.origin.then("one_hot", True)._replace(classes=count)
    return made


def padded(call: Call) -> Any:
    """What `pad_sequences` gives."""
    length = call.get("maxlen", 1)
    words = call.get("sequences", 0)
    count = words.shape[0] if isinstance(words, Array) and words.shape else None
    size = length if isinstance(length, int) else call.unknown()
    return Array((count or call.unknown(), size), call.unknown())


# ------------------------------------------------------------------ NumPy


def _shaped(number: int = 0, name: str = "shape") -> Callable[[Call], Any]:
    """A function that is told the shape of what it makes."""

    def run(call: Call) -> Any:
        shape = call.get(name, number)
        if isinstance(shape, int):
            shape = (shape,)
        if not isinstance(shape, list | tuple):
            return call.unknown()
        return Array(shape, call.unknown())

    return run


def _by_axes(call: Call) -> Any:
    """`np.random.rand(100, 20)`."""
    return Array(call.args, call.unknown()) if call.args else 0.5


def _array_of(call: Call) -> Any:
    value = call.args[0] if call.args else call.unknown()
    if isinstance(value, Array | Tensor | Unknown):
        return value
    if isinstance(value, list | tuple | range):
        return of_values([*value], call.unknown())
    return value if isinstance(value, int | float) else call.unknown()


def _product(call: Call) -> Any:
    value = call.args[0] if call.args else None
    if not isinstance(value, list | tuple) or not is_known(value):
        return call.unknown()
    numbers = [one for one in value if isinstance(one, int | float)]
    return math.prod(numbers) if len(numbers) == len(value) < ITEMS else call.unknown()


def _expanded(call: Call) -> Any:
    array, axis = call.get("a", 0), call.get("axis", 1)
    if not isinstance(array, Array) or array.shape is None or not isinstance(axis, int):
        return call.unknown() if not isinstance(array, Array) else array
    shape = [*array.shape]
    shape.insert(axis if axis >= 0 else len(shape) + 1 + axis, 1)
    made = array.with_shape(shape)
    made.origin = array.origin.then("reshape", tuple(shape[1:]))
    return made


def _reshape(call: Call) -> Any:
    array, sizes = call.get("a", 0), call.get("newshape", 1)
    if isinstance(array, Unknown):
        array = Array(None, array)
    if isinstance(array, Array) and isinstance(sizes, list | tuple | int):
        return reshaped(array, [sizes] if isinstance(sizes, int) else sizes)
    return call.unknown()


def _same(call: Call) -> Any:
    return call.args[0] if call.args else call.unknown()


def _unique(call: Call) -> Any:
    array = call.args[0] if call.args else None
    if isinstance(array, Array) and not call.named:
        found = array.distinct(call)
        if isinstance(found, set):
            return [*found]
    return call.unknown()


def _largest(call: Call) -> Any:
    array = call.args[0] if call.args else None
    if isinstance(array, Array):
        return array.largest(call)
    if isinstance(array, list | tuple) and array and is_known(array):
        return max(array)
    return call.unknown()


def _joined(call: Call) -> Any:
    arrays = call.args[0] if call.args else None
    if isinstance(arrays, list | tuple) and arrays and isinstance(arrays[0], Array):
        first: Array = arrays[0]
        shape = None if first.shape is None else (first.why, *first.shape[1:])
        return first.with_shape(shape)
    return call.unknown()


def _range(call: Call) -> Any:
    if all(isinstance(one, int) for one in call.args) and call.args:
        found = range(*call.args)
        return list(found) if len(found) < ITEMS else call.unknown()
    return call.unknown()


def _size(call: Call) -> Any:
    array = call.args[0] if call.args else None
    return array.shape if isinstance(array, Array) and array.shape else call.unknown()


NUMPY: dict[str, Callable[[Call], Any]] = {
    **dict.fromkeys(("zeros", "ones", "empty", "full"), _shaped()),
    **dict.fromkeys(("random", "random_sample"), _shaped(0, "size")),
    **dict.fromkeys(("normal", "uniform", "randint"), _shaped(2, "size")),
    "standard_normal": _shaped(0, "size"),
    **dict.fromkeys(("rand", "randn"), _by_axes),
    **dict.fromkeys(("array", "asarray", "float32", "asfarray"), _array_of),
    "prod": _product,
    "expand_dims": _expanded,
    "reshape": _reshape,
    **dict.fromkeys(("copy", "squeeze", "ascontiguousarray", "nan_to_num"), _same),
    "unique": _unique,
    **dict.fromkeys(("max", "amax"), _largest),
    **dict.fromkeys(("concatenate", "vstack", "append"), _joined),
    "arange": _range,
    "shape": _size,
}
"""Functions of NumPy that are known here."""


def numpy_name(name: str, place: Place) -> Any:
    """What a name of NumPy stands for, where it isn't a function."""
    if name in ("newaxis",):
        return None
    return {"pi": math.pi, "e": math.e, "inf": math.inf}.get(name)


def first_sizes(value: Any) -> Sequence[Any] | None:
    """The sizes of a sample of an array."""
    if isinstance(value, Array) and value.shape is not None:
        return value.shape[1:]
    return None
