"""Drawn models, as Keras saves them and as they are read."""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from cnnspec import api
from cnnspec.catalogue.layers.base import all_nested
from cnnspec.emit.keras_live.model import RefusedByKeras, build_model
from cnnspec.emit.keras_live.published import withheld
from cnnspec.ground.errors import SpecError
from cnnspec.language.own.layer import OwnLayer
from tests.emit.programs import draw_spec
from tests.emit.same import reset_names
from tests.read.round_trip import found_in, rebuilt, unlike


def models(seeds: Iterable[int]) -> Iterator[tuple[int, Any]]:
    """The live models of sound drawn specs without own layers, by their seeds."""
    for seed in seeds:
        try:
            graph = api.loads(draw_spec(Random(seed))).summary.graph
        except SpecError:
            continue
        held = (one for n in graph.nodes for one in (n.layer, *all_nested(n.layer)))
        if any(isinstance(one, OwnLayer) for one in held):
            continue
        reset_names()
        try:
            with withheld():
                yield seed, build_model(graph)
        except RefusedByKeras:
            continue


def unread(model: Any) -> list[str]:
    """What differs between a model and what comes back of its configuration.

    That models of keras.applications infer at each call is a matter of their training,
    and that a tensor is given twice has to be told.
    """
    found = found_in(model)
    with withheld():
        differ = unlike(model, rebuilt(found))
    twice = len({id(tensor) for tensor in model.outputs}) < len(model.outputs)
    open_ = [one for one in found.unknowns if one.argument != "training"]
    unknown = [one for one in open_ if one.argument != "outputs" or not twice]
    told = [] if twice == (unknown != open_) else ["nothing tells of a tensor twice"]
    return differ + told + [f"not known: {one}" for one in unknown]
