"""Several tensors, which data: or train: takes for one.

The samples of most sources are one array. A model that reads several tensors
is given one for each by a file of arrays, which inputs: names; one that gives
several has a loss for each that is trained, by its name.

Wrong:

    inputs: {image: [28, 28, 1], meta: [10]}
    layers:
      - Flatten: {from: image}
      - Concatenate: {from: [prev, meta]}
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255}
    train: {loss: sparse_categorical_crossentropy}

Right:

    inputs: {image: [28, 28, 1], meta: [10]}
    layers:
      - Flatten: {from: image}
      - Concatenate: {from: [prev, meta]}
      - Dense: {units: 10, activation: softmax}
    data:
      source: npz
      path: pets.npz
      inputs: {image: photo, meta: row}
      targets: kind
    train: {loss: sparse_categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.subjects import Fit, Sections
from cnnspec.language.by_output import ByOutput

CODE = "several-tensors"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds inputs without samples, and outputs without a loss of their own."""
    fit = sections.fit() or sections.compiled()
    if fit is None:
        return
    loss, results = fit.train.loss, fit.results
    if len(results) > 1 and not isinstance(loss, ByOutput):
        text = f"the model gives {len(results)} tensors, and loss is one for all"
        shown = loss if isinstance(loss, str) else "…"
        each = flow({one.name: shown for one in results})
        hint = f"write one for each that is trained, as in loss: {each}"
        yield Problem(("train", "loss"), CODE, text, hint, at_key=True)
    keys = [one.key for one in results]
    for one in results:
        if keys.count(one.key) > 1 and keys.index(one.key) == results.index(one):
            text = f"Keras calls {keys.count(one.key)} outputs '{one.key}', and tells"
            text = f"{text} losses and targets apart by that name"
            hint = "put a layer with a name of its own behind each, as - Identity:"
            yield Problem(one.output.path, CODE, text, hint, at_key=True)
    yield from _of_inputs(fit)


def _of_inputs(fit: Fit) -> Iterator[Problem]:
    data, inputs = fit.data, fit.inputs
    lacking = [one.name for one in inputs if one.array is None]
    if not lacking:
        return
    if not data.about_source.any_arrays:
        text = f"the model reads {len(inputs)} tensors, and '{data.kind}' has one"
        text = f"{text} array of samples"
        hint = "take source: npz, and name an array for each under inputs:"
        yield Problem(("data", "source"), CODE, text, hint)
        return
    named = {one.name: one.array or one.name for one in inputs}
    text = f"data: names no array for {', '.join(lacking)}, which the model reads"
    hint = f"write inputs: {flow(named)}"
    where = ("data", "inputs") if data.inputs else ("data",)
    yield Problem(where, CODE, text, hint, at_key=True)
