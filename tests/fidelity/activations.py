"""Random cases for activation layers."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import CONSTRAINTS, INITIALIZERS, REGULARIZERS, batch, maybe
from tests.fidelity.judge import Case

NAMES = ["relu", "softmax", "linear", "gelu", "hard_swish", "tanh", "log_softmax", None]
POSITIVE = st.one_of(st.integers(0, 3), st.floats(0, 3))


def _arguments(name: str) -> Any:
    return {
        "Activation": st.fixed_dictionaries(
            {
                "activation": st.one_of(
                    st.sampled_from(NAMES),
                    st.just({"ReLU": {"max_value": 6}}),
                    st.just({"ELU": {}}),
                )
            }
        ),
        "ReLU": maybe(
            max_value=st.one_of(st.none(), POSITIVE),
            negative_slope=POSITIVE,
            threshold=POSITIVE,
        ),
        "LeakyReLU": maybe(negative_slope=POSITIVE),
        "PReLU": maybe(
            alpha_initializer=st.sampled_from(INITIALIZERS),
            alpha_regularizer=st.sampled_from(REGULARIZERS),
            alpha_constraint=st.sampled_from(CONSTRAINTS),
        ),
        "ELU": maybe(alpha=st.floats(-1, 3)),
        "Softmax": maybe(
            axis=st.one_of(st.integers(-3, 3), st.lists(st.integers(-2, 2), max_size=3))
        ),
    }[name]


def _layer() -> Any:
    return maybe(
        trainable=st.booleans(),
        autocast=st.booleans(),
        dtype=st.sampled_from(
            [None, "float32", "float16", "mixed_bfloat16", "float64"]
        ),
        activity_regularizer=st.sampled_from(REGULARIZERS),
        name=st.just("bend"),
    )


@st.composite
def valid(draw: Any, name: str) -> Case:
    arguments = draw(_arguments(name)) | draw(_layer())
    sizes = draw(st.lists(st.one_of(st.none(), st.integers(1, 6)), max_size=4))
    if name == "PReLU":
        unknown = [axis for axis, size in enumerate(sizes, 1) if size is None]
        last = len(sizes)
        more = draw(st.lists(st.integers(1 - last, last), max_size=3)) if sizes else []
        arguments["shared_axes"] = draw(st.permutations(unknown + more))
        if not unknown and draw(st.booleans()):
            one = st.integers(1 - last, last) if sizes else st.none()
            arguments["shared_axes"] = draw(st.one_of(st.none(), one))
    return Case(name, arguments, ((draw(batch()), *sizes),))


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    arguments, shapes = dict(case.arguments), case.shapes
    own = {
        "Activation": [("activation", "rellu"), ("activation", 3)],
        "ReLU": [("max_value", -1), ("negative_slope", -0.5), ("threshold", None)],
        "LeakyReLU": [("negative_slope", -0.1), ("negative_slope", None)],
        "PReLU": [("shared_axes", [9]), ("shared_axes", -4), ("alpha_constraint", "x")],
        "ELU": [("slope", 1)],
        "Softmax": [("axes", 1)],
    }[name]
    general = [("trainable", 1), ("dtype", "float31"), ("dtype", "int8"), ("units", 3)]
    general += [("activity_regularizer", "l3"), ("name", "a/b")]
    key, value = draw(st.sampled_from(own + general))
    if name == "PReLU" and draw(st.booleans()):
        arguments.pop("shared_axes", None)
        shapes = ((None, 3, None),)
    else:
        arguments[key] = value
    return Case(name, arguments, shapes)
