"""Random calls of operations, and the judge that holds cnnspec against Keras.

Most calls are drawn so that Keras takes them; in the others anything may be wrong. What
is compared: shape and type as Keras tells them beforehand, shape and type when it runs,
each refusal, and whether samples of a batch stay apart.
"""

import inspect
from random import Random
from typing import Any, NamedTuple

import keras
import numpy as np

from cnnspec.catalogue.components import read_arguments
from cnnspec.catalogue.operations import MixedSamples, Operation, operations
from cnnspec.catalogue.operations.pairs import Pair
from cnnspec.ground.errors import Invalid, ShapeError

BATCH = 3
"""Samples of a batch that runs."""
TYPES = ("float32", "float32", "float32", "float16", "bfloat16", "float64", "int32")
MORE_TYPES = (*TYPES, "int8", "int16", "int64", "uint8", "uint16", "uint32", "bool")


class Case(NamedTuple):
    """An operation with arguments as a spec writes them, and the tensors it reads."""

    name: str
    arguments: dict[str, Any]
    shapes: tuple[tuple[int | None, ...], ...]
    types: tuple[str, ...]


class Answer(NamedTuple):
    """What one side says: shapes and types, or why it refuses."""

    shapes: Any = None
    types: Any = None
    refusal: str = ""
    mixes: bool = False


def function(name: str) -> Any:
    """The function of Keras."""
    found: Any = keras.ops
    for part in name.split("."):
        found = getattr(found, part)
    return found


def made(case: Case) -> Operation:
    """The operation of a case."""
    found: Operation = read_arguments(operations()[case.name], case.arguments)
    return found


def cnnspec_says(case: Case) -> Answer:
    """What cnnspec tells beforehand."""
    try:
        operation = made(case)
        operation.check(*case.shapes)
        shapes = operation.output(*case.shapes)
        types = operation.output_dtype("float32", *case.types)
    except MixedSamples as error:
        return Answer(refusal=str(error), mixes=True)
    except (Invalid, ShapeError) as error:
        return Answer(refusal=str(error) or "no reason given")
    return Answer(shapes, _of_each(types, shapes))


def cnnspec_runs(case: Case, told: Answer) -> Answer:
    """What cnnspec says of the first batch."""
    operation, given = made(case), [_sized(shape) for shape in case.shapes]
    try:
        shapes = operation.running(operation.output(*given), *given)
        before = told.types
        if isinstance(before, list) and len({*before}) == 1:
            before = before[0]
        types = operation.running_dtype(before, *case.types)
    except (Invalid, ShapeError) as error:
        return Answer(refusal=str(error))
    return Answer(shapes, _of_each(types, shapes))


def _of_each(types: Any, shapes: Any) -> Any:
    """A type for each of several tensors."""
    several = isinstance(shapes, list) and not isinstance(types, list)
    return [types] * len(shapes) if several else types


def _sized(shape: tuple[int | None, ...]) -> tuple[int, ...]:
    """A shape with numbers for all sizes."""
    return tuple(
        BATCH if place == 0 else 4 if size is None else size
        for place, size in enumerate(shape)
    )


def call(case: Case, tensors: list[Any]) -> Any:
    """The function called as cnnspec means it, without asking cnnspec anything."""
    cls = operations()[case.name]
    if case.name == "einsum":
        return keras.ops.einsum(case.arguments["subscripts"], *tensors)
    waiting = list(tensors)
    given = {
        key: tuple(value) if key == "axis" and isinstance(value, list) else value
        for key, value in case.arguments.items()
    }
    for key in cls.tensor_arguments:
        if isinstance(given.get(key), list):
            whole = all(isinstance(one, int) for one in np.ravel(given[key]).tolist())
            given[key] = np.array(given[key], "int32" if whole else "float32")
    if "key" in given:
        given["key"] = eval(f"_Slice()[{given['key']}]", {"_Slice": _Slice})
    for name in inspect.signature(function(case.name)).parameters:
        if name in cls.tensor_arguments and name not in given:
            if cls.takes_list:
                given[name], waiting = waiting, []
            elif waiting:
                given[name] = waiting.pop(0)
    if waiting:
        raise TypeError("more tensors than arguments")
    return function(case.name)(**given)


class _Slice:
    def __getitem__(self, key: Any) -> Any:
        return key


class Made(NamedTuple):
    """What Keras makes of a case: what it tells beforehand, and how to run that."""

    told: Answer
    run: Any = None


def keras_makes(case: Case) -> Made:
    """What Keras makes of symbolic tensors."""
    pairs = zip(case.shapes, case.types, strict=True)
    try:
        given = [keras.KerasTensor(*pair) for pair in pairs]
        result = call(case, given)
        return Made(_answer(result), keras.Function(given, result))
    except Exception as error:  # noqa: BLE001 - Keras refuses with whatever it raises
        return Made(Answer(refusal=f"{type(error).__name__}: {error}"))


def _answer(result: Any) -> Answer:
    if isinstance(result, list | tuple):
        found = [_answer(one) for one in result]
        return Answer([one.shapes for one in found], [one.types for one in found])
    dtype = keras.backend.standardize_dtype(result.dtype)
    return Answer(tuple(result.shape), dtype)


def samples(case: Case, random: Random) -> list[Any]:
    """A batch for each tensor, of numbers from which each operation makes numbers."""
    numbers = np.random.default_rng(random.getrandbits(32))
    found = []
    for shape, dtype in zip(case.shapes, case.types, strict=True):
        drawn = numbers.uniform(0.1, 0.9, _sized(shape))
        if "float" not in dtype:
            least = 0 if case.name.startswith("take") or dtype == "bool" else 1
            drawn = numbers.integers(least, 2 * least + 1, _sized(shape))
        found.append(keras.ops.cast(keras.ops.convert_to_tensor(drawn), dtype))
    return found


def keras_does(run: Any, given: list[Any]) -> tuple[Answer, Any]:
    """What Keras gives for a batch, and whatever that is."""
    try:
        result = run(given)
        return _answer(result), result
    except Exception as error:  # noqa: BLE001 - whatever its backend raises
        return Answer(refusal=f"{type(error).__name__}: {error}"), None


def keeps_samples(run: Any, given: list[Any], result: Any) -> bool:
    """Whether each sample gives alone what it gives in the batch."""
    whole = _arrays(result)
    if any(one.ndim == 0 or one.shape[0] != BATCH for one in whole):
        return False
    for n in range(BATCH):
        alone = keras_does(run, [tensor[n : n + 1] for tensor in given])[1]
        if alone is None:
            return False
        for one, other in zip(whole, _arrays(alone), strict=True):
            if one[n : n + 1].shape != other.shape or not np.allclose(
                one[n : n + 1], other, rtol=1e-2, atol=1e-2, equal_nan=True
            ):
                return False
    return True


def _arrays(result: Any) -> list[Any]:
    several = result if isinstance(result, list | tuple) else [result]
    return [np.asarray(keras.ops.cast(one, "float64")) for one in several]


def assert_same(case: Case, random: Random) -> str:
    """Both sides agree on a case; says how it ended."""
    ours, (theirs, run) = cnnspec_says(case), keras_makes(case)
    shown = f"{case}: {ours}; Keras: {theirs}"
    given = samples(case, random)
    ran, result = keras_does(run, given)
    if ours.mixes:
        kept = not ran.refusal and keeps_samples(run, given, result)
        return "mixes by chance not" if kept else "mixes"
    if ours.refusal and not theirs.refusal:
        # Keras would make it and never run it, or not in a model.
        assert ran.refusal, shown
        return "refused"
    assert bool(ours.refusal) == bool(theirs.refusal), shown
    if ours.refusal:
        return "refused"
    assert _plain(ours.shapes) == _plain(theirs.shapes), shown
    assert ours.types == theirs.types, shown
    says = cnnspec_runs(case, ours)
    shown = f"{case} runs: {says}; Keras: {ran}"
    assert bool(says.refusal) == bool(ran.refusal), shown
    if says.refusal:
        return "fails"
    assert _plain(says.shapes) == _plain(ran.shapes), shown
    assert says.types == ran.types, shown
    assert keeps_samples(run, given, result), f"mixes samples: {shown}"
    return "runs"


def _plain(shapes: Any) -> Any:
    return shapes if isinstance(shapes, tuple) else [tuple(one) for one in shapes]


# ----------------------------------------------------------------- drawing


def draw(name: str, random: Random) -> Case:
    """A call of an operation, mostly a right one."""
    cls, wild = operations()[name], random.random() < 0.3
    shape = _shape(random, 4 if cls.module and name.startswith("image") else 0)
    arguments = _arguments(cls, shape, random, wild)
    several = cls.takes_list and random.choice([2, 2, 3])
    count = several or len(
        [n for n in cls.tensor_arguments if arguments.get(n) is None]
    )
    if wild and random.random() < 0.1:
        count += random.choice([-1, 1])
    elif random.random() < 0.4:
        count -= len(cls.may_lack)
    maker = _SHAPES.get(name, _alike)
    shapes = maker(shape, max(count, 1), random, wild)
    own = _OWN.get(name)
    if own:
        more, shapes = own(shapes, random)
        arguments = {**arguments, **more}
    first = random.choice(MORE_TYPES if random.random() < 0.4 else TYPES)
    if name.startswith("bitwise") or name in ("gcd", "lcm", "ldexp"):
        first = random.choice(MORE_TYPES)
    types = [first if random.random() < 0.8 else random.choice(TYPES) for _ in shapes]
    if name in _SECOND_TYPE and len(types) > 1:
        types[1] = _SECOND_TYPE[name]
    if name in _FIRST_TYPE:
        types[0] = _FIRST_TYPE[name]
    return Case(name, arguments, tuple(map(tuple, shapes)), tuple(types))


_SECOND_TYPE = {"take_along_axis": "int32"}
_FIRST_TYPE = {"where": "bool", "one_hot": "int32"}


def _shape(random: Random, rank: int = 0) -> list[int | None]:
    rank = rank or random.choice([1, 2, 2, 3, 3, 3, 4, 4])
    sizes: list[int | None] = [random.choice([1, 2, 3, 4, 6]) for _ in range(rank - 1)]
    if sizes and random.random() < 0.15:
        sizes[random.randrange(len(sizes))] = None
    return [None, *sizes]


def _alike(shape: Any, count: int, random: Random, wild: bool) -> list[Any]:
    """As many shapes that can be spread over each other."""
    found = []
    for _ in range(count):
        sizes = [
            size if place == 0 or random.random() < 0.8 else 1
            for place, size in enumerate(shape)
        ]
        if wild and len(sizes) > 1 and random.random() < 0.3:
            sizes = sizes[:-1]
        if wild and len(sizes) > 1 and random.random() < 0.2:
            sizes[-1] = 5
        found.append(sizes)
    return found


def _equal(shape: Any, count: int, random: Random, wild: bool) -> list[Any]:
    """The same shape as often, but for a size now and then."""
    found = [list(shape) for _ in range(count)]
    for sizes in found:
        if len(sizes) > 1 and random.random() < (0.4 if wild else 0.1):
            sizes[random.randrange(1, len(sizes))] = random.choice([2, 5])
    return found


def _matrices(shape: Any, count: int, random: Random, wild: bool) -> list[Any]:
    sizes = [*shape, *[2] * (3 - len(shape))] if not wild else list(shape)
    other = [*sizes[:-2], sizes[-1], random.choice([1, 3, 5])]
    if wild and random.random() < 0.5:
        other = _alike(shape, 1, random, True)[0]
    return [sizes, other][:count] if count < 3 else [sizes, other, other]


def _vectors(shape: Any, count: int, random: Random, wild: bool) -> list[Any]:
    if not wild:
        shape = [*shape[:-1], 3] if len(shape) > 1 else [None, 3]
    return [[*shape[:-1], random.choice([shape[-1], 3, 2])] for _ in range(count)]


_SHAPES: dict[str, Any] = {
    **dict.fromkeys(("concatenate", "stack", "hstack", "append"), _equal),
    "average": _equal,
    "matmul": _matrices,
    "cross": _vectors,
    "take_along_axis": _equal,
}


def _arguments(cls: Any, shape: Any, random: Random, wild: bool) -> dict[str, Any]:
    """Values for arguments; those with a default are given now and then."""
    found: dict[str, Any] = {}
    for name, argument in cls.arguments().items():
        if name == "name":
            continue
        is_tensor = name in cls.tensor_arguments
        needed = argument.required or name in ("axis", "axes")
        chance = 0.5 if is_tensor else 0.95 if needed else 0.4
        if argument.required or random.random() < chance:
            found[name] = _value(cls, name, shape, random, wild)
    numbers = [n for n in cls.tensor_arguments if n in found]
    if len(numbers) == len(cls.tensor_arguments):
        del found[random.choice(numbers)]
    return found


def _axis(shape: Any, random: Random, wild: bool) -> int:
    count = len(shape)
    if wild or count == 1:
        return random.randint(-count - 1, count)
    return random.choice([*range(1, count), *range(1 - count, 0)])


def _row(shape: Any, random: Random) -> Any:
    """Numbers that are laid along the last axes of a tensor."""
    numbers: Any = [1, 2, 0.5, 1.5] if random.random() < 0.7 else [1, 2, 3]
    found = [random.choice(numbers) for _ in range(shape[-1] or 2)]
    for _ in range(random.choice([0, 0, 1, len(shape) - 1])):
        found = [found] * random.choice([1, 1, shape[-2] or 2 if len(shape) > 1 else 2])
    return found


def _value(cls: Any, name: str, shape: Any, random: Random, wild: bool) -> Any:
    if issubclass(cls, Pair) and name in cls.tensor_arguments and random.random() < 0.4:
        return _row(shape, random)
    whole, axis = random.choice([0, 1, 2, 3]), _axis(shape, random, wild)
    if name == "axes" and cls.function == "transpose":
        others = [*range(1, len(shape))]
        random.shuffle(others)
        return [0, *others] if not wild else [*others, 0]
    if name == "axes" and cls.function == "rot90":
        return [axis, _axis(shape, random, wild)]
    if name in ("axis", "axes", "source", "destination"):
        if name != "axis" or random.random() < 0.8:
            return axis
        return [axis, _axis(shape, random, wild)][: random.choice([1, 2])]
    values: dict[str, Any] = {
        "keepdims": random.random() < 0.5,
        "dtype": random.choice(MORE_TYPES),
        "axis1": axis,
        "axis2": _axis(shape, random, wild),
        "axisa": axis,
        "axisb": axis,
        "axisc": axis,
        "y": random.choice([1, 2]),
        "newshape": _target(shape, random, wild),
        "pad_width": _widths(shape, random, wild),
        "mode": random.choice(["constant", "reflect", "symmetric"]),
        "constant_values": 0,
        "repeats": random.choice([1, 2]),
        "shift": random.choice([1, -1, 2]),
        "key": _key(shape, random, wild),
        "indices": random.choice([0, 1, [0, 0], [[0], [1]], -1]),
        "indices_or_sections": random.choice([1, 2, 3, [1], [0, 1], [1, 2]]),
        "num": random.choice([1, 2, 3]),
        "num_classes": 4,
        "k": random.choice([1, 2]),
        "n": random.choice([0, 1, 2]),
        "ord": random.choice([None, 1, 2, "fro", "nuc", 3]),
        "size": random.choice([[5, 7], [8, 8], [8, 8], 8]),
        "block_size": random.choice([2, 2, 2, 1]),
        "q": random.choice([0.5, 1.0, 0.0]),
        "method": random.choice(["linear", "nearest"]),
        "interpolation": random.choice(["bilinear", "nearest", "bicubic"]),
        "fill_mode": "constant",
        "data_format": random.choice(["channels_last", "channels_first"]),
        "subscripts": "bij,bjk->bik",
        "sparse": False,
        "synchronized": False,
        "decimals": whole,
        "offset": random.choice([0, 1, -1]),
        "order": random.choice([1, 2]),
        "epsilon": 1e-6,
        "x_min": 0.2,
        "x_max": 0.7,
    }
    if name in values:
        return values[name]
    if name.startswith(("is_", "approximate", "antialias", "equal_nan", "sorted")):
        return random.random() < 0.5
    if name.endswith("aspect_ratio"):
        return random.random() < 0.3
    is_number = name in cls.tensor_arguments or name == "fill_value"
    return random.choice([0.5, 1, 2, 0.25] if is_number else [0.5, 1.0, 0.25])


def _target(shape: Any, random: Random, wild: bool) -> list[int]:
    sizes = [4 if size is None else size for size in shape[1:]]
    random.shuffle(sizes)
    if random.random() < 0.3 and len(sizes) > 1:
        sizes = [sizes[0] * sizes[1], *sizes[2:]]
    if wild:
        sizes = [*sizes, random.choice([2, -1, 3])]
    first = random.choice([-1, -1, BATCH, 2] if wild else [-1])
    return [first, *sizes]


def _widths(shape: Any, random: Random, wild: bool) -> Any:
    if wild and random.random() < 0.4:
        return random.choice([1, [1, 1], [[0, 1]], 0])
    ends = [[random.choice([0, 1]), random.choice([0, 1])] for _ in shape[1:]]
    return [[0, 1] if wild and random.random() < 0.3 else [0, 0], *ends]


def _key(shape: Any, random: Random, wild: bool) -> str:
    items = [":"]
    for _ in shape[1:]:
        if random.random() < 0.2:
            break
        items.append(
            random.choice([":", "0", "-1", "1:", ":-1", "::2", "None", "...", "0:1"])
        )
    if wild:
        items[0] = random.choice(["0", "1:", "None", "...", ":", "::-1"])
    if items.count("...") > 1:
        return ":, ..."
    return ", ".join(items)


def _einsum(shapes: Any, random: Random) -> Any:
    texts = {
        "bij,bjk->bik": [(None, 2, 3), (None, 3, 4)],
        "bi,bi->b": [(None, 4), (None, 4)],
        "bhwc->bc": [(None, 2, 3, 4)],
        "bhwc->bcw": [(None, 2, None, 4)],
        "...ij,...kj->...ik": [(None, 2, 3), (None, 5, 3)],
        "b...c,b...c->b...": [(None, 2, 3, 4), (None, 2, 3, 4)],
        "bij,bkj->bijk": [(None, 2, 3), (None, 4, 3)],
        "bij,jk->bik": [(None, 2, 3), (None, 4)],
        "bij->ibj": [(None, 2, 3)],
        "bij->ij": [(None, 2, 3)],
        "bii->bi": [(None, 3, 3)],
        "bij,bjk,bkl->bil": [(None, 2, 3), (None, 3, 4), (None, 4, 2)],
        "bij,bjk->bki": [(None, 2, 1), (None, 3, 4)],
    }
    text = random.choice(list(texts))
    return {"subscripts": text}, texts[text]


def _images(shapes: Any, random: Random) -> Any:
    channels = random.choice([3, 3, 1, 4])
    if random.random() < 0.2:
        return {}, [(None, 8, channels)]
    if random.random() < 0.3:
        return {"data_format": "channels_first"}, [(None, channels, 6, 8)]
    return {"data_format": "channels_last"}, [(None, 6, None, channels)]


_OWN: dict[str, Any] = {
    "einsum": _einsum,
    **{name: _images for name in operations() if name.startswith("image.")},
}


def _square(shapes: Any, random: Random) -> Any:
    """Images, or what block_size divides."""
    [first, *_] = shapes
    if len(first) != 4 or random.random() < 0.3:
        return {}, [(None, 4, None, 8)] if random.random() < 0.8 else shapes
    return {}, shapes


_OWN |= dict.fromkeys(("depth_to_space", "space_to_depth"), _square)
