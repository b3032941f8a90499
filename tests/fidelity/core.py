"""Random cases for dense layers, embeddings and pass-through layers."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import CONSTRAINTS, REGULARIZERS, batch, common, maybe
from tests.fidelity.judge import Case

SIZE = st.integers(1, 6)
SIZES = st.lists(st.one_of(st.none(), SIZE), max_size=3)
RANDOM = ["he_normal", "zeros", None, {"HeNormal": {"seed": 1}}, "GlorotUniform"]
DENSE = ["activation", "bias_initializer", "bias_regularizer", "bias_constraint"]


@st.composite
def _low_rank(draw: Any, matrix: str) -> dict[str, Any]:
    """LoRA's arguments and the constraint that it excludes."""
    arguments = draw(
        maybe(lora_alpha=st.sampled_from([None, 2, 0.5]), quantization_config=st.none())
    )
    arguments |= draw(
        maybe(
            **{
                f"{matrix}_initializer": st.sampled_from(RANDOM),
                f"{matrix}_regularizer": st.sampled_from(REGULARIZERS),
            }
        )
    )
    if draw(st.booleans()):
        arguments["lora_rank"] = draw(st.sampled_from([1, 2, 5]))
        arguments |= draw(maybe(**{f"{matrix}_constraint": st.none()}))
    else:
        constraint = {f"{matrix}_constraint": st.sampled_from(CONSTRAINTS)}
        arguments |= draw(maybe(lora_rank=st.sampled_from([0, None]), **constraint))
    return arguments


@st.composite
def _layer(draw: Any) -> dict[str, Any]:
    return draw(
        maybe(
            trainable=st.booleans(),
            autocast=st.booleans(),
            dtype=st.sampled_from([None, "float32", "float16", "mixed_bfloat16"]),
            activity_regularizer=st.sampled_from(REGULARIZERS),
            name=st.just("inner"),
        )
    )


@st.composite
def _dense(draw: Any) -> Case:
    arguments = draw(common(*DENSE)) | draw(_low_rank("kernel")) | draw(_layer())
    arguments |= draw(maybe(use_bias=st.booleans())) | {"units": draw(SIZE)}
    shape = (draw(batch()), *draw(SIZES), draw(SIZE))
    return Case("Dense", arguments, (shape,))


@st.composite
def _einsum(draw: Any) -> Case:
    """An equation made with its sizes: letters that stay, are summed, and are new."""
    letters = draw(st.permutations("abcdefgh"))
    form = draw(st.sampled_from(["plain", "before", "after"]))
    count = draw(st.integers(1, 2))
    first, stay = letters[0], letters[1 : 1 + draw(st.integers(0, 2))]
    summed, new = letters[4 : 4 + count], letters[6 : 6 + draw(st.integers(0, 2))]
    size = {c: draw(SIZE) for c in letters}
    in_kernel = [c for c in stay if draw(st.booleans())]
    loose = [c for c in stay if c not in in_kernel and draw(st.booleans())]
    size |= dict.fromkeys(loose)
    inner = draw(st.permutations([*stay, *summed]))
    outer = draw(st.permutations([*stay, *new]))
    kernel = draw(st.permutations([*in_kernel, *summed, *new]))
    lead = [] if form == "before" else [first]
    if not lead and not outer:
        outer = new = ["h"]
        kernel = [*kernel, "h"]
    left, right = "".join([*lead, *inner]), "".join([*lead, *outer])
    before = "..." if form == "before" else ""
    after = "..." if form == "after" else ""
    equation = f"{before}{left}{after},{''.join(kernel)}->{before}{right}{after}"
    free = [c for c in outer if c not in size or (c in stay and c not in in_kernel)]
    unknown = [c for c in free if size[c] is None or draw(st.booleans())]
    output = [None if c in unknown else size[c] for c in outer]
    arguments: dict[str, Any] = {"equation": equation, "output_shape": output}
    if len(output) == 1 and output[0] is not None and draw(st.booleans()):
        arguments["output_shape"] = output[0]
    chosen = [c for c in outer if c not in unknown and draw(st.booleans())]
    if chosen:
        arguments["bias_axes"] = "".join(chosen)
    elided = draw(SIZES) if form != "plain" else []
    sizes = [size[c] for c in inner]
    whole = [*elided, *sizes] if form == "before" else [*sizes, *elided]
    arguments |= draw(common(*DENSE)) | draw(_low_rank("kernel")) | draw(_layer())
    arguments |= draw(maybe(gptq_unpacked_column_size=st.just(3)))
    return Case("EinsumDense", arguments, ((draw(batch()), *whole),))


@st.composite
def _embedding(draw: Any, name: str) -> Case:
    arguments = {"input_dim": draw(SIZE), "output_dim": draw(SIZE)}
    arguments |= draw(_low_rank("embeddings")) | draw(_layer())
    arguments |= draw(maybe(mask_zero=st.booleans(), weights=st.none()))
    if name == "ReversibleEmbedding":
        tied = st.just(True) if arguments.get("lora_rank") else st.booleans()
        arguments |= draw(
            maybe(
                tie_weights=tied,
                reverse_dtype=st.sampled_from([None, "float32", "float16"]),
                logit_soft_cap=st.sampled_from([None, 30, 5.0]),
            )
        )
    dtype = draw(st.sampled_from(["int32", "int64", "float32", "uint8"]))
    return Case(name, arguments, ((draw(batch()), *draw(SIZES)),), dtype)


@st.composite
def _plain(draw: Any, name: str) -> Case:
    arguments = draw(_layer())
    if name == "Masking":
        arguments |= draw(maybe(mask_value=st.sampled_from([0, -1.0, 3.5])))
    return Case(name, arguments, ((draw(batch()), *draw(SIZES)),))


def valid(name: str) -> st.SearchStrategy[Case]:
    if name == "Dense":
        return _dense()
    if name == "EinsumDense":
        return _einsum()
    return _embedding(name) if "Embedding" in name else _plain(name)


DENSE_WRONG: list[tuple[dict[str, Any], Any]] = [
    ({"units": 0}, None),
    ({"units": "ten"}, None),
    ({"activation": "rellu"}, None),
    ({"kernel_initializer": "he_norm"}, None),
    ({"lora_rank": -1}, None),
    ({"lora_rank": 2, "kernel_constraint": "non_neg"}, None),
    ({"filters": 3}, None),
    ({"dtype": "int8"}, None),
    ({}, (None,)),
    ({}, (3,)),
    ({}, (None, 4, None)),
]
EINSUM_WRONG: list[tuple[dict[str, Any], Any]] = [
    ({"equation": "ab,bc"}, None),
    ({"equation": "ab, bc->ac"}, None),
    ({"equation": "...ab,bc->ac"}, None),
    ({"equation": "a...,ab->b..."}, None),
    ({"equation": "ab,bc->ad"}, (None, 4)),
    ({"equation": "ab,xc->ac"}, (None, 4)),
    ({"equation": "ab,bc->ac", "bias_axes": "x", "output_shape": 3}, (None, 4)),
    ({"equation": "ab,bc->ac", "bias_axes": "", "output_shape": 3}, (None, 4)),
    ({"equation": "ab,bc->ac", "bias_axes": "a", "output_shape": 3}, (None, 4)),
    ({"equation": "ab,bc->ac", "output_shape": -1}, (None, 4)),
    ({"equation": "ab,bc->ac", "output_shape": None}, (None, 4)),
    ({"equation": "ab,bc->ac", "output_shape": 3}, (None, None)),
    ({"equation": "ab,bc->ac", "output_shape": 3}, (None,)),
    ({"equation": "ab,bc->acc", "output_shape": 3}, (None, 4)),
    ({"equation": "ab,bc->ac", "output_shape": [None]}, (None, 4)),
    ({"equation": "abc,cd->abd", "output_shape": [6, 3]}, (None, 7, 4)),
    ({"equation": "abc,cd->abd", "output_shape": [6, 3]}, (None, None, 4)),
    ({"equation": "abc,cd->abd", "output_shape": [3]}, (None, 7, 4)),
    ({"equation": "...abc,cd->...abd", "output_shape": [7, 3]}, (7, 4)),
    ({"lora_rank": 2, "kernel_constraint": "non_neg"}, None),
]
EMBEDDING_WRONG: list[tuple[dict[str, Any], Any]] = [
    ({"input_dim": 0}, None),
    ({"output_dim": -3}, None),
    ({"input_dim": True}, None),
    ({"weights": [[0.5]]}, None),
    ({"lora_rank": 2, "embeddings_constraint": "non_neg"}, None),
    ({"embeddings_initializer": "he"}, None),
    ({"neurons": 4}, None),
]
REVERSIBLE_WRONG = [({"lora_rank": 2, "tie_weights": False}, None)]
PLAIN_WRONG: list[tuple[dict[str, Any], Any]] = [
    ({"neurons": 4}, None),
    ({"trainable": "yes"}, None),
    ({"dtype": "float33"}, None),
    ({"name": "a/b"}, None),
    ({"activity_regularizer": "l4"}, None),
]


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    own = {
        "Dense": DENSE_WRONG,
        "EinsumDense": EINSUM_WRONG,
        "Embedding": EMBEDDING_WRONG,
        "ReversibleEmbedding": EMBEDDING_WRONG + REVERSIBLE_WRONG,
    }.get(name, [])
    spoilt, shape = draw(st.sampled_from(own + PLAIN_WRONG))
    arguments = dict(case.arguments)
    if "equation" in spoilt:
        arguments.pop("bias_axes", None)
    arguments |= spoilt
    return Case(name, arguments, (shape,) if shape else case.shapes, case.dtype)
