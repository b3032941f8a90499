"""How a model was compiled, to the `train:` of a spec."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.metrics import Metric
from cnnspec.catalogue.named import Named, read_one, spellings
from cnnspec.catalogue.optimizers import Optimizer, Schedule
from cnnspec.catalogue.past.objects import Unknown, object_of, short
from cnnspec.catalogue.past.schedules import decayed
from cnnspec.ground.errors import Invalid
from cnnspec.read.configs.noted import Notes
from cnnspec.read.found import Place

_PLACE = Place(label="how it was compiled")
_WRAPPER = "fn"
"""The argument by which Keras 2 writes a function that it made an object of."""
_INNER = "inner_optimizer"
"""The argument by which Keras wraps an optimizer for numbers of 16 bits by itself."""
_ONCE = {"lr": "learning_rate"}


def train_of(
    training: Mapping[str, Any], outputs: Sequence[str], notes: Notes
) -> dict[str, Any] | None:
    """The `train:` that compiles a model as a file says it was compiled.

    Args:
        training: as Keras serialised it.
        outputs: the names of the model's outputs in the spec.
        notes: takes what can't be said.

    Returns:
        The keys; None where the file has no loss that a spec can name.
    """
    given = training.get("optimizer") or training.get("optimizer_config")
    reader = _Reader(outputs, notes)
    loss = reader.losses(training.get("loss"))
    if not loss:
        return None
    found = {"optimizer": reader.optimizer(given), "loss": loss}
    found["metrics"] = reader.metrics(training.get("metrics"))
    found["loss_weights"] = reader.weights(training.get("loss_weights"))
    return {key: value for key, value in found.items() if value}


class _Reader:
    def __init__(self, outputs: Sequence[str], notes: Notes) -> None:
        self._outputs, self._notes = outputs, notes

    def lost(self, argument: str, why: str) -> None:
        """Notes what of it a spec can't say."""
        self._notes.unknown("", f"train.{argument}", why, _PLACE)

    def optimizer(self, value: Any) -> Any:
        """The optimizer; '' where a spec has none like it."""
        if value is None:
            return ""
        try:
            return _named(value, Optimizer)
        except Unknown as error:
            self.lost("optimizer", f"a spec has no {error}")
            return ""

    def losses(self, value: Any) -> Any:
        """The loss, by output where there are several."""
        found = {
            name: loss
            for name, one in self._each(value).items()
            if (loss := self._one(one, Loss, "loss"))
        }
        return found if len(self._outputs) > 1 else next(iter(found.values()), None)

    def metrics(self, value: Any) -> Any:
        """The metrics, by output where there are several."""
        several = len(self._outputs) > 1
        by_output = self._each(value, lists=True)
        found = {
            name: metrics
            for name, one in by_output.items()
            if (metrics := [m for each in _flat(one) if (m := self._metric(each))])
        }
        return found if several else next(iter(found.values()), None)

    def weights(self, value: Any) -> Any:
        """How much each output's loss counts, where that isn't the same for all."""
        if len(self._outputs) < 2:
            return None
        found = {n: short(w) for n, w in self._each(value).items() if _is_number(w)}
        return found if set(found.values()) - {1} else None

    def _metric(self, value: Any) -> Any:
        return self._one(value, Metric, "metrics")

    def _one(self, value: Any, base: type[Named], argument: str) -> Any:
        if value is None:
            return None
        try:
            return _named(value, base)
        except Unknown as error:
            self.lost(argument, f"Keras has no {error} of its own")
            return None

    def _each(self, value: Any, *, lists: bool = False) -> dict[str, Any]:
        """What is said of each output: by its name, in their order, or of all alike."""
        names = [name.partition(".")[0] for name in self._outputs]
        is_object = isinstance(value, Mapping) and "class_name" in value
        if isinstance(value, Mapping) and not is_object:
            return {n: value[n] for n in names if n in value}
        is_list = isinstance(value, list)
        inner = is_list and all(isinstance(v, list | None) for v in value)
        by_place = is_list and (inner or not lists)
        if by_place and len(value) == len(names):
            return dict(zip(self._outputs, value, strict=True))
        return dict.fromkeys(self._outputs, value)


def _flat(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        return [] if value is None else [value]
    return [one for several in value for one in _flat(several)]


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _named(value: Any, base: type[Named]) -> Any:
    """An object of Keras as a spec names it.

    Raises:
        Unknown: a spec has none like it.
    """
    name, given = object_of(value)
    if _INNER in given:
        return _named(given[_INNER], base)
    if _WRAPPER in given:
        name, given = object_of(given[_WRAPPER])[0], {}
    if name in base.alone() and not given:
        return name
    cls = spellings(base).get(name)
    if cls is None:
        raise Unknown(name)
    known, found = cls.arguments(), dict[str, Any]()
    for key, one in given.items():
        key = _ONCE.get(key, key)
        if key in ("name", "dtype") or key not in known or one is None:
            continue
        if isinstance(one, Mapping):
            found[key] = _named(one, Schedule)
        elif short(one) != known[key].default:
            found[key] = short(one)
    if given.get("decay"):
        rate = found.get("learning_rate", known["learning_rate"].default)
        found["learning_rate"] = decayed(rate, short(given["decay"]))
    written = {cls.__name__: found} if found else name
    try:
        read_one(written, base, "an object")
    except Invalid as error:
        raise Unknown(f"{name}: {error.problems[0].message}") from None
    return written
