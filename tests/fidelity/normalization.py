"""Random cases for normalisations."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity import convolutional, core
from tests.fidelity.draw import CONSTRAINTS, INITIALIZERS, REGULARIZERS, batch, maybe
from tests.fidelity.judge import Case

LIMIT = st.one_of(st.none(), st.integers(1, 3), st.floats(1, 3))
CLIPPING = st.fixed_dictionaries(
    {}, optional={"rmax": st.just(4.5), "rmin": LIMIT, "dmax": LIMIT}
)
WRAPPED = {
    "Dense": core,
    "EinsumDense": core,
    "Embedding": core,
    "ReversibleEmbedding": core,
    "Conv1D": convolutional,
    "Conv2D": convolutional,
    "Conv3D": convolutional,
    "Conv2DTranspose": convolutional,
    "DepthwiseConv2D": convolutional,
}


def _layer() -> Any:
    return maybe(
        trainable=st.booleans(),
        autocast=st.booleans(),
        dtype=st.sampled_from([None, "float32", "float16", "mixed_bfloat16"]),
        activity_regularizer=st.sampled_from(REGULARIZERS),
        name=st.just("norm"),
    )


def _scaled() -> Any:
    return maybe(
        epsilon=st.floats(1e-6, 0.1),
        center=st.booleans(),
        scale=st.booleans(),
        beta_initializer=st.sampled_from(INITIALIZERS),
        gamma_initializer=st.sampled_from(INITIALIZERS),
        beta_regularizer=st.sampled_from(REGULARIZERS),
        gamma_regularizer=st.sampled_from(REGULARIZERS),
        beta_constraint=st.sampled_from(CONSTRAINTS),
        gamma_constraint=st.sampled_from(CONSTRAINTS),
    )


def _batch_only() -> Any:
    return maybe(
        momentum=st.floats(0, 1),
        moving_mean_initializer=st.sampled_from(INITIALIZERS),
        moving_variance_initializer=st.sampled_from(INITIALIZERS),
        renorm=st.booleans(),
        renorm_clipping=st.one_of(st.none(), CLIPPING),
        renorm_momentum=st.floats(0, 1),
        synchronized=st.booleans(),
    )


@st.composite
def _on_axes(draw: Any, name: str) -> Case:
    arguments = draw(_layer())
    rank = draw(st.integers(2, 5))
    one = st.one_of(st.integers(1, rank - 1), st.integers(1 - rank, -1))
    axes = [draw(one)]
    several = name in ("LayerNormalization", "RMSNormalization", "UnitNormalization")
    if several and draw(st.booleans()):
        axes = arguments["axis"] = draw(st.lists(one, max_size=3))
    elif axes[0] in (-1, rank - 1) and draw(st.booleans()):
        axes = [-1]
    else:
        arguments["axis"] = axes[0]
    if name == "RMSNormalization":
        arguments |= draw(maybe(epsilon=st.floats(1e-6, 0.1)))
    elif name != "UnitNormalization":
        arguments |= draw(_scaled())
    if name == "BatchNormalization":
        arguments |= draw(_batch_only())
        if arguments.get("renorm"):
            # From null Keras would have to take a square root.
            start = arguments.get("moving_variance_initializer") or "ones"
            arguments["moving_variance_initializer"] = start
    size = st.integers(1, 8)
    if name == "GroupNormalization":
        groups = arguments["groups"] = draw(st.sampled_from([-1, 1, 2, 3]))
        size = st.integers(1, 4).map(lambda n: n * abs(groups))
    used = {axis % rank for axis in axes}
    shape = [
        draw(size if axis in used else st.one_of(st.none(), st.integers(1, 8)))
        for axis in range(1, rank)
    ]
    return Case(name, arguments, ((draw(batch()), *shape),))


@st.composite
def _spectral(draw: Any) -> Case:
    inner = draw(st.sampled_from(sorted(WRAPPED)))
    case = draw(WRAPPED[inner].valid(inner))
    arguments = {"layer": {inner: case.arguments}} | draw(_layer())
    arguments |= draw(maybe(power_iterations=st.integers(1, 3)))
    if draw(st.integers(0, 7)) == 0:
        arguments["layer"] = {"SpectralNormalization": {"layer": arguments["layer"]}}
    return Case("SpectralNormalization", arguments, case.shapes, case.dtype)


def valid(name: str) -> st.SearchStrategy[Case]:
    return _spectral() if name == "SpectralNormalization" else _on_axes(name)


WRONG: dict[str, list[tuple[dict[str, Any], Any]]] = {
    "BatchNormalization": [
        ({"axis": -1}, (None, 4, None)),
        ({"axis": 0}, (None, 4, 3)),
        ({"axis": [1]}, (None, 4, 3)),
        ({"renorm": True, "renorm_clipping": {"rmax": 1, "rmin": 2}}, None),
        ({"renorm": True, "renorm_clipping": {"dmax": -1}}, None),
        ({"renorm": True, "renorm_clipping": {"max": 1}}, None),
        ({"renorm": True, "moving_variance_initializer": None}, None),
        ({"momentum": "high"}, None),
        ({"axis": 7}, None),
        ({"axis": -7}, None),
    ],
    "LayerNormalization": [
        ({"axis": [-1], "scale": True}, (None, 4, None)),
        ({"axis": [0], "scale": True}, (None, 4)),
        ({"axis": 1.5}, None),
        ({"axis": 7, "center": True}, None),
        ({"axis": [-7], "center": True}, None),
    ],
    "GroupNormalization": [
        ({"groups": 3, "axis": -1}, (None, 5, 4)),
        ({"groups": 32, "axis": -1}, (None, 5, 16)),
        ({"groups": 0}, None),
        ({"groups": -2}, None),
        ({"groups": 1.5}, None),
        ({"groups": 1, "axis": -1}, (None, 5, None)),
        ({"axis": 7}, None),
    ],
    "RMSNormalization": [
        ({"axis": -1}, (None, 4, None)),
        ({"axis": [0]}, (None, 4)),
        ({"axis": [1, 7]}, None),
        ({"center": True}, None),
    ],
    "UnitNormalization": [
        ({"axis": 7}, None),
        ({"axis": [-7]}, None),
        ({"axis": 0.5}, None),
        ({"epsilon": 1e-3}, None),
    ],
    "SpectralNormalization": [
        ({"power_iterations": 0}, None),
        ({"power_iterations": -1}, None),
        ({"layer": {"Flatten": {}}}, (None, 3, 3)),
        (
            {"layer": {"SeparableConv2D": {"filters": 2, "kernel_size": 1}}},
            (1, 4, 4, 2),
        ),
        ({"layer": {"PReLU": {}}}, (None, 3)),
        ({"layer": {"Dense": {"units": 3}}}, (None, None)),
        ({"layer": {"Dense": {"units": 0}}}, (None, 3)),
        ({"layer": 3}, None),
    ],
}
ALL_WRONG: list[tuple[dict[str, Any], Any]] = [
    ({"units": 4}, None),
    ({"trainable": "yes"}, None),
    ({"dtype": "float33"}, None),
]


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    spoilt, shape = draw(st.sampled_from(WRONG[name] + ALL_WRONG))
    arguments = case.arguments | spoilt
    return Case(name, arguments, (shape,) if shape else case.shapes, case.dtype)
