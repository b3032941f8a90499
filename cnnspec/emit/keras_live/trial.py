"""A Keras model run on two samples of zeros, and trained on them for a step.

Keras infers shapes for most layers by a rule of their own, without running them, so a
model can be made that the first batch ends.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cnnspec.catalogue.layers.base import all_nested
from cnnspec.emit.keras_live.model import Built, apply, keras_object
from cnnspec.emit.keras_live.session import (
    DEEP,
    keras_module,
    quiet,
    raised_limit,
    reason,
)
from cnnspec.emit.keras_live.tuning import differing, unfreeze
from cnnspec.ground.errors import Problem, ShapeError
from cnnspec.ground.records import Record
from cnnspec.ground.shapes import Shapes, show
from cnnspec.judge.rules.layers.fails_at_run import CODE, of_steps
from cnnspec.judge.subjects import Fit, Trained, sections
from cnnspec.language.fine_tuning import second_fit
from cnnspec.model.calls import shapes_given
from cnnspec.model.depth import depth
from cnnspec.model.graph import Graph, Input, Node
from cnnspec.model.summary import Model, Summary, infer

SAMPLES = 2
"""How many make a batch."""
_SIZES = (*range(1, 65), 96, 112, 128, 160, 192, 224, 256, 299, 331, 384, 512, 1024)
"""What an unknown size is tried with."""


def _nobody(_: str) -> None:
    """Hears nothing."""


runs_next: Callable[[str], None] = _nobody
"""Who is told which layer runs next, '' for the model: it might end the process."""


def failures(model: Model, built: Built) -> list[Problem]:
    """What goes wrong when a Keras model takes a batch, and a step of training.

    Nothing where there is no size that an unknown one could have.
    """
    graph = _with_sizes(model.summary.graph)
    if graph is None:
        return []
    with quiet(), raised_limit(graph):
        problems = _Walk(graph, built).problems(training=False)
        if not problems and depth(graph) < DEEP:
            problems = _whole(graph, lambda: _predict(graph, built.model))
        fit = sections(model).fit()
        if fit is not None and not problems:
            problems = _step(graph, built, fit)
            if not problems and model.summary.tuned is not None:
                problems = _second_step(graph, built, fit, model.summary.tuned)
            # It names no layer where it sums up the loss.
            problems = list(of_steps(model)) or problems if problems else []
    return problems


def _with_sizes(graph: Graph) -> Graph | None:
    """The graph with numbers for all sizes of its inputs: the smallest that fit."""
    if not any(None in tensor.shape[1:] for tensor in graph.inputs):
        return _sized(graph, 1)
    for size in _SIZES:
        found = _sized(graph, size)
        summary = infer(found)
        if not summary.problems:
            return found
    return None


def _sized(graph: Graph, size: int) -> Graph:
    batches = (tensor.shape[0] for tensor in graph.inputs)
    samples = next(filter(None, batches), SAMPLES)

    def known(tensor: Input) -> Input:
        sizes = (size if one is None else one for one in tensor.shape[1:])
        return tensor._replace(shape=(samples, *sizes))

    return graph._replace(inputs=tuple(map(known, graph.inputs)))


class _Walk:
    """Runs the layers of a model one after the other."""

    def __init__(self, graph: Graph, built: Built) -> None:
        self._graph, self._layers = graph, built.layers
        self._told = {row.name: row.output_shape for row in infer(graph).rows}

    def problems(self, *, training: bool) -> list[Problem]:
        """The first layer that fails; else those whose result has another shape."""
        graph, differ = self._graph, []
        given = {tensor.name: _zeros(tensor) for tensor in graph.inputs}
        for node in graph.nodes:
            if node.name in graph.unused:
                continue
            layer = self._layers[node.shares or node.name]
            trains = training and "training" not in node.settings
            named = {"training": True} if trains and _may_train(layer) else {}
            try:
                runs_next(node.name)
                _refuse_unseen(node, given, self._told[node.name])
                if node.layer.needs_adapt and not node.layer.keeps_adapted:
                    layer.adapt(given[node.inputs[0]])
                given[node.name] = apply(node, self._layers, given, **named)
            except ShapeError as error:
                text = f"fails at the first batch: it {error.message}"
                return [_failure(node, text)._replace(hint=error.hint)]
            except Exception as error:  # noqa: BLE001 - whatever Keras's backend raises
                return [_failure(node, f"fails at the first batch: {reason(error)}")]
            told, runs = self._told[node.name], _shapes(given[node.name])
            if not _agree(told, runs):
                text = f"gives {_show(runs)} at the first batch, where Keras tells "
                text = f"{text}{_show(told)} beforehand"
                differ.append(_failure(node, text)._replace(severity="warning"))
        return differ


def _refuse_unseen(node: Node, given: dict[str, Any], told: Shapes) -> None:
    """Refuses what can't be tried, since TensorFlow would end this process.

    Raises:
        ShapeError: the layer would fail.
    """
    held = (node.layer, *all_nested(node.layer))
    if any(layer.fails_unseen for layer in held) and _on_tensorflow():
        shapes = {name: _shapes(given[name]) for name in node.inputs}
        node.layer.running(told, *shapes_given(node, shapes)[0])


def _on_tensorflow() -> bool:
    return bool(keras_module().backend.backend() == "tensorflow")


def _may_train(layer: Any) -> bool:
    return "training" in inspect.signature(layer.call).parameters


def _zeros(tensor: Input) -> Any:
    """Zeros; texts have a letter, since a vocabulary of none can't be learnt."""
    ops = keras_module().ops
    if tensor.dtype == "string":
        import numpy

        texts = numpy.full([size or 1 for size in tensor.shape], "a")
        return ops.convert_to_tensor(texts)
    zeros = ops.zeros(tensor.shape, tensor.dtype)
    if tensor.sparse and keras_module().backend.backend() == "tensorflow":
        import tensorflow

        return tensorflow.sparse.from_dense(zeros)
    return zeros


def _shapes(result: Any) -> Shapes:
    if isinstance(result, list | tuple):
        return [tuple(one.shape) for one in keras_module().tree.flatten(result)]
    shape: tuple[int | None, ...] = tuple(result.shape)
    return shape


def _agree(told: Shapes, runs: Shapes) -> bool:
    """Whether shapes are the same, as far as both are known."""
    if isinstance(told, list) or isinstance(runs, list):
        if not (isinstance(told, list) and isinstance(runs, list)):
            return False
        return len(told) == len(runs) and all(map(_agree, told, runs))
    return len(told) == len(runs) and all(
        None in (one, other) or one == other
        for one, other in zip(told, runs, strict=True)
    )


def _show(shapes: Shapes) -> str:
    several = shapes if isinstance(shapes, list) else [shapes]
    return " and ".join(show(shape[1:]) or "one number" for shape in several)


def _failure(node: Node, text: str) -> Problem:
    title = f"'{node.name}' ({type(node.layer).__name__})"
    return Problem(node.path, CODE, f"{title} {text}", "", True, node.trail)


def _whole(graph: Graph, run: Any, where: tuple[str, ...] = ()) -> list[Problem]:
    """What goes wrong when the model runs as a whole, and not layer by layer."""
    try:
        runs_next("")
        run()
    except Exception as error:  # noqa: BLE001 - whatever Keras's backend raises
        text = f"the first batch fails: {reason(error)}"
        named = [n for n in graph.nodes if f"/{graph.called(n.name)}/" in str(error)]
        if named and not where:
            return [_failure(named[-1], text)]
        return [Problem(where, CODE, text, "", bool(where))]
    return []


def _predict(graph: Graph, model: Any) -> None:
    samples = [_zeros(tensor) for tensor in graph.inputs]
    model.predict(samples if len(samples) > 1 else samples[0], verbose=0)


# ------------------------------------------------------------------ training


def _step(graph: Graph, built: Built, fit: Fit) -> list[Problem]:
    """What goes wrong in a step of training that is compiled as a script does it."""
    found = _Walk(graph, built).problems(training=True)
    if any(problem.severity == "error" for problem in found):
        return found
    if depth(graph) >= DEEP:
        return []
    return _whole(graph, lambda: _fit(graph, built.model, fit), ("train",))


def _second_step(graph: Graph, built: Built, fit: Fit, tuned: Summary) -> list[Problem]:
    """What goes wrong in a step of the second fit, which trains more."""
    tune = fit.train.fine_tune
    assert tune is not None
    unfreeze(graph, built.layers, tune)
    if differ := differing(built.model, tuned):
        return differ
    if depth(graph) >= DEEP:
        return []
    second, where = fit.like(second_fit(fit.train)), ("train", "fine_tune")
    return _whole(graph, lambda: _fit(graph, built.model, second), where)


def _fit(graph: Graph, model: Any, fit: Fit) -> None:
    """Trains for a step. Source: `templates/training/fit.py.j2`."""
    weights = fit.train.class_weight
    if weights == "balanced":
        weights = dict.fromkeys(range(fit.outputs[0].classes), 1.0)
    elif isinstance(weights, tuple):
        weights = dict(enumerate(weights))
    compile_as_told(model, fit)
    samples = [_zeros(tensor) for tensor in graph.inputs]
    count = graph.inputs[0].shape[0] or SAMPLES
    learnt = {one.key: _labels(one, count) for one in fit.outputs}
    labels = [learnt.get(one.key) for one in fit.results]
    model.fit(
        samples if len(samples) > 1 else samples[0],
        labels if len(labels) > 1 else labels[0],
        class_weight=weights,
        verbose=0,
    )


def compile_as_told(model: Any, fit: Fit) -> None:
    """Compiles a Keras model. Source: `templates/training/compile.py.j2`."""
    losses = {one.key: _loss(one) for one in fit.outputs}
    metrics = {one.key: list(map(_named, one.kept_metrics)) for one in fit.outputs}
    several = len(fit.results) > 1
    by_output = {one.key: losses.get(one.key) for one in fit.results}
    counts = {one.key: 1.0 if one.weight is None else one.weight for one in fit.outputs}
    weights: Any = {key: counts.get(key, 1.0) for key in by_output}
    if fit.train.loss_weights is None:
        weights = None
    elif not several:
        weights = counts[fit.outputs[0].key]
    model.compile(
        optimizer=_named(fit.train.optimizer),
        loss=by_output if several else next(iter(losses.values())),
        loss_weights=weights,
        metrics=metrics if several else next(iter(metrics.values())),
        jit_compile=fit.train.jit_compile,
    )


def _loss(one: Trained) -> Any:
    changed = one.loss_of_planes(keras_module().backend.backend())
    return _named(one.loss) if changed is None else _with_depth(keras_object(changed))


def _with_depth(loss: Any) -> Any:
    """A loss that is given one more axis. Source: `templates/with_depth.py.j2`."""
    of_pixels, ops = loss.call, keras_module().ops

    def call(y_true: Any, y_pred: Any) -> Any:
        y_true = ops.reshape(y_true, (*y_pred.shape[:-1], 1))
        return of_pixels(y_true, ops.expand_dims(y_pred, -2))

    loss.call = call
    return loss


def _named(value: Any) -> Any:
    return keras_object(value) if isinstance(value, Record) else value


def _labels(one: Trained, count: int) -> Any:
    """Labels of class 0, or numbers, in the form that a script gives them."""
    import numpy

    sizes = tuple(size or 1 for size in one.output.shape[1:])
    if one.encoding == "one_hot" and one.answer.tells_classes:
        labels = numpy.zeros((count, *sizes[:-1]), "int32")
        return keras_module().utils.to_categorical(labels, one.classes)
    if one.by_number:
        return numpy.zeros((count, *sizes[:-1]), "int32")
    of_two = one.answer.form in ("two classes", "two pixel classes")
    return numpy.zeros((count, *sizes), "int32" if of_two else "float32")


@contextmanager
def policy(model: Model) -> Iterator[None]:
    """Keras's dtype policy, as a script sets it before it builds the model."""
    train = model.program.train
    config = keras_module().config
    before = config.dtype_policy()
    if train is not None and train.mixed_precision:
        config.set_dtype_policy(train.mixed_precision)
    try:
        yield
    finally:
        config.set_dtype_policy(before)
