"""Strategies that the families share. Valid cases are drawn valid by construction."""

from typing import Any

from hypothesis import strategies as st

INITIALIZERS = ["zeros", "he_normal", "GlorotUniform", None, {"HeNormal": {"seed": 1}}]
REGULARIZERS = [None, "l2", {"L2": {"l2": 1e-4}}, {"class": "L1L2", "l1": 1e-5}]
CONSTRAINTS = [None, "non_neg", {"MaxNorm": {"max_value": 2.0}}]
ACTIVATIONS = [
    None,
    "relu",
    "softmax",
    "linear",
    {"LeakyReLU": {"negative_slope": 0.1}},
]


def maybe(**arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Each argument given or left out."""
    return st.fixed_dictionaries({}, optional=arguments)


def common(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Arguments that change no shape, by the end of their names, plus Layer's own."""
    values = {
        "initializer": INITIALIZERS,
        "regularizer": REGULARIZERS,
        "constraint": CONSTRAINTS,
        "activation": ACTIVATIONS,
    }
    drawn = {n: st.sampled_from(values[n.rsplit("_", 1)[-1]]) for n in names}
    return maybe(trainable=st.booleans(), dtype=st.just("float32"), **drawn)


def batch() -> st.SearchStrategy[int | None]:
    return st.sampled_from([None, None, None, 1, 4])


def one_or_all(size: st.SearchStrategy[int], count: int) -> st.SearchStrategy[Any]:
    """A size as a spec writes it: one number for all axes, or one for each."""
    return st.one_of(size, st.lists(size, min_size=count, max_size=count))
