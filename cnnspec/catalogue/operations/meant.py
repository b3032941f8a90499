"""Which operation somebody means who writes none: a slip, or a name from elsewhere."""

from cnnspec.catalogue.operations import REFUSED, operations, synonyms
from cnnspec.ground import likeness

_ELSEWHERE = {
    name: known
    for known, names in {
        "abs": "absolute_value",
        "all": "reduce_all",
        "any": "reduce_any",
        "concatenate": "cat concat",
        "divide": "div",
        "einsum": "contract",
        "equal": "eq",
        "expand_dims": "unsqueeze newaxis",
        "floor_divide": "floordiv floor_div",
        "get_item": "getitem slice_tensor strided_slice index index_select",
        "greater": "gt",
        "greater_equal": "ge gte",
        "image.resize": "resize interpolate",
        "less": "lt",
        "less_equal": "le lte",
        "logsumexp": "reduce_logsumexp",
        "matmul": "bmm batch_matmul batch_dot mm",
        "max": "reduce_max",
        "mean": "reduce_mean avg",
        "min": "reduce_min",
        "mod": "remainder",
        "moveaxis": "movedim",
        "multiply": "mul times",
        "negative": "neg",
        "norm": "reduce_euclidean_norm",
        "not_equal": "ne",
        "normalize": "l2_normalize",
        "power": "pow",
        "prod": "reduce_prod",
        "repeat": "repeat_interleave repeat_elements",
        "reshape": "view",
        "split": "chunk",
        "stack": "pack",
        "stop_gradient": "detach",
        "std": "reduce_std",
        "subtract": "sub minus",
        "sum": "reduce_sum",
        "swapaxes": "swapdims",
        "take": "gather",
        "take_along_axis": "take_along_dim",
        "top_k": "topk",
        "transpose": "permute permute_dimensions",
        "unstack": "unbind",
        "var": "reduce_variance reduce_var",
        "where": "select_where",
    }.items()
    for name in names.split()
}
"""What PyTorch, TensorFlow and others call operations."""


def meant_by(name: str) -> str:
    """The operation of Keras that is meant by a name; nothing where none is near."""
    known = [*operations(), *synonyms(), *REFUSED]
    last = name.rpartition(".")[2]
    if last in known:  # ops.numpy.mean, ops.nn.relu
        return last
    if f"image.{last}" in known:
        return f"image.{last}"
    return likeness.meant(last, known, _ELSEWHERE) or ""
