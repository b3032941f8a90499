"""Random cases for dropout, noise and the activity penalty."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import batch, common, maybe
from tests.fidelity.judge import Case

SIZE = st.one_of(st.none(), st.integers(1, 9))
SHARE = st.one_of(st.sampled_from([0, 1, 0.0, 1.0]), st.floats(0, 1))
BEYOND = st.one_of(st.floats(max_value=-1e-9), st.floats(min_value=1.001))
PENALTY = st.one_of(st.none(), st.integers(0, 3), st.floats(0, 10))
SEED = st.one_of(st.none(), st.integers(-5, 2**40))


def _number(name: str) -> str:
    """The argument that says how strong the layer is."""
    return {"GaussianNoise": "stddev", "ActivityRegularization": "l2"}.get(name, "rate")


def _axes(name: str) -> st.SearchStrategy[int]:
    """How many axes may follow that of the batch."""
    if name.startswith("Spatial"):
        return st.just(int(name[-2]) + 1)
    return st.integers(0, 4)


def _noise_shape(name: str) -> st.SearchStrategy[Any]:
    least = 1 if name == "Dropout" else -2
    size = st.one_of(st.none(), st.integers(least, 5))
    return st.one_of(st.none(), st.lists(size, max_size=4))


@st.composite
def valid(draw: Any, name: str) -> Case:
    shape = (draw(batch()), *(draw(SIZE) for _ in range(draw(_axes(name)))))
    if name == "ActivityRegularization":
        arguments = draw(maybe(l1=PENALTY, l2=PENALTY))
        return Case(name, arguments | draw(common()), (shape,))
    arguments = {_number(name): draw(SHARE), **draw(maybe(seed=SEED))}
    if name in ("Dropout", "AlphaDropout"):
        arguments |= draw(maybe(noise_shape=_noise_shape(name)))
    if name in ("SpatialDropout2D", "SpatialDropout3D"):
        formats = ["channels_first", "channels_last", "CHANNELS_LAST", None]
        arguments |= draw(maybe(data_format=st.sampled_from(formats)))
    if name.startswith("Spatial"):
        arguments |= draw(maybe(dtype=st.just("float32"), name=st.just("drop")))
    else:
        arguments |= draw(common("activity_regularizer"))
    return Case(name, arguments, (shape,))


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    arguments, shapes = dict(case.arguments), case.shapes
    spoils = ["range", "type", "field"]
    spoils += ["rank"] * name.startswith("Spatial") + ["noise"] * (name == "Dropout")
    spoil = draw(st.sampled_from(spoils))
    if spoil == "range":
        bad = st.floats(max_value=-1e-9) if name == "ActivityRegularization" else BEYOND
        arguments[_number(name)] = draw(bad)
    elif spoil == "type":
        arguments[_number(name)] = draw(st.sampled_from(["half", [0.5], float("nan")]))
    elif spoil == "field":
        # ActivityRegularization sets this one, and SpatialDropout has none of Layer's.
        taken = name == "ActivityRegularization" or name.startswith("Spatial")
        arguments["activity_regularizer" if taken else "share"] = "l2"
    elif spoil == "noise":
        bad_shape = st.sampled_from(["abc", 3, [1, 0], [None, -1], [0.5], ["1"]])
        arguments["noise_shape"] = draw(bad_shape)
    else:
        shapes = ((*shapes[0], 3) if draw(st.booleans()) else shapes[0][:-1],)
    return Case(name, arguments, shapes)
