"""What code says of training and data, as `train:` and `data:` of a spec."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.catalogue.past.metrics import metric_of, metrics_of
from cnnspec.catalogue.past.schedules import decayed
from cnnspec.catalogue.sources import SOURCES
from cnnspec.ground.errors import Path
from cnnspec.ground.kinds import NotAllowed
from cnnspec.read import found
from cnnspec.read.code.arrays import Array, Origin
from cnnspec.read.code.batches import first_part
from cnnspec.read.code.building import Model
from cnnspec.read.code.open_points import OpenPoints
from cnnspec.read.code.plain import plain
from cnnspec.read.code.things import class_of, in_spec
from cnnspec.read.code.values import (
    Call,
    External,
    Function,
    Instance,
    Thing,
    Unknown,
    first_unknown,
)
from cnnspec.read.found import Place

_COMPILED = ("optimizer", "loss", "metrics", "loss_weights")
"""Arguments of `compile` in their order."""
_FITTED = ("batch_size", "epochs", "validation_split", "shuffle", "class_weight")
"""Arguments of `fit` that a spec has."""


_SPLIT = ("test_size", "random_state")
"""Keys of `data:` that tell what is held out of one set."""


class Training:
    """Makes the two sections, and notes what they can't say."""

    def __init__(
        self, outputs: Sequence[str], points: OpenPoints, keys: Sequence[str] = ()
    ) -> None:
        self.outputs = outputs
        self.names = dict(zip(keys, outputs, strict=False))
        """Of outputs, by what the code calls them where that is something else."""
        self.points = points
        self.train: dict[str, Any] = {}
        self.data: dict[str, Any] = {}
        self.places: dict[Path, Place] = {}
        self.fitted: dict[str, Any] = {}

    def lost(self, argument: str, why: str, place: Place) -> None:
        """Notes what isn't in the spec."""
        self.points.lost(why, place, counts=False, argument=argument)

    # ----------------------------------------------------------------- compile

    def compile(self, call: Call) -> None:
        """Takes over what `compile` is given."""
        for number, name in enumerate(_COMPILED):
            value = call.get(name, number)
            if value is None:
                continue
            place = call.places.get(name, call.places.get(number, call.place))
            found = self._compiled(name, value, place)
            self.put(name, found, place)
        loss = self.train.get("loss")
        if loss is None:
            self.train.clear()
        weights = self.train.get("loss_weights")
        if isinstance(loss, dict) and isinstance(weights, dict):
            left = {key: one for key, one in weights.items() if key in loss}
            self.train["loss_weights"] = left
        if isinstance(metrics := self.train.get("metrics"), list):
            self.train["metrics"] = metrics_of(metrics, loss)

    def _compiled(self, name: str, value: Any, place: Place) -> Any:
        if name == "optimizer":
            return self.optimizer(value, place)
        if name == "metrics":
            return self._by_output(value, place, self._metrics)
        if name == "loss":
            loss = self._by_output(value, place, self._one)
            if isinstance(loss, str) and len(self.outputs) > 1:
                return dict.fromkeys(self.outputs, loss)
            return loss
        weights = plain(value)
        if isinstance(weights, dict):
            return {self._name(key): one for key, one in weights.items()}
        if isinstance(weights, list) and len(weights) == len(self.outputs):
            return dict(zip(self.outputs, weights, strict=True))
        return weights

    def _name(self, key: Any) -> str:
        """The name that a spec has for an output."""
        return self.names.get(str(key), str(key))

    def _by_output(self, value: Any, place: Place, read: Any) -> Any:
        if isinstance(value, dict):
            found = {self._name(key): read(one, place) for key, one in value.items()}
            return {key: one for key, one in found.items() if one is not None}
        is_list = isinstance(value, list | tuple)
        if is_list and read == self._one:
            several = [read(one, place) for one in value]
            if len(several) == len(self.outputs) > 1:
                pairs = zip(self.outputs, several, strict=True)
                return {key: one for key, one in pairs if one is not None}
            return several[0] if len(several) == 1 else None
        return read(value, place)

    def _metrics(self, value: Any, place: Place) -> Any:
        several = list(value) if isinstance(value, list | tuple) else [value]
        found = [self._one(one, place) for one in several]
        once = {repr(one): one for one in found if one is not None}
        return list(once.values())

    def _one(self, value: Any, place: Place) -> Any:
        """A loss or a metric."""
        if isinstance(value, str):
            return metric_of(value)
        if isinstance(value, External):
            return value.name
        if isinstance(value, Thing):
            return self.thing(value)
        self.lost("loss", f"{_called(value)} is code, and isn't followed", place)
        return None

    def thing(self, value: Thing) -> Any:
        """An object by name, or as a mapping with its arguments."""
        name, given = in_spec(value)
        told: dict[str, Any] = {}
        for key, one in given.items():
            if isinstance(one, Thing):
                told[key] = self.thing(one)
            elif first_unknown(one) is not None or callable(one):
                self.lost(key, f"{_called(one)} isn't in the code", value.place)
            else:
                told[key] = plain(one)
        return {name: told} if told else name

    def optimizer(self, value: Any, place: Place) -> Any:
        """An optimizer; a `decay` of Keras 2 is a schedule of the learning rate."""
        if isinstance(value, str):
            return value
        if not isinstance(value, Thing):
            self.lost("optimizer", f"{_called(value)} isn't followed", place)
            return None
        decay = value.named.get("decay")
        made = self.thing(value)
        name, given = (made, {}) if isinstance(made, str) else next(iter(made.items()))
        if isinstance(decay, int | float):
            given = {k: v for k, v in given.items() if "decay" not in k}
            if decay:
                given["learning_rate"] = decayed(_rate(value, given), decay)
        return {name: given} if given else name

    # ----------------------------------------------------------------- fit

    def fit(self, call: Call) -> None:
        """Takes over what `fit` is given."""
        named = {**call.named}
        named.setdefault("epochs", named.pop("nb_epoch", call.get("epochs", 3)))
        named.setdefault("batch_size", call.get("batch_size", 2))
        for name in _FITTED:
            value = named.get(name)
            if value is None or (name == "shuffle" and value is True):
                continue
            place = call.places.get(name, call.place)
            if (unknown := first_unknown(value)) is not None:
                self.lost(name, f"{unknown.why} isn't in the code", place)
                continue
            self.put(name, plain(value), place)
        callbacks = named.get("callbacks")
        for one in callbacks if isinstance(callbacks, list | tuple) else ():
            self._callback(one, call.places.get("callbacks", call.place))
        if "validation_split" not in self.train and self._watches_validation():
            self._validate(call)

    def _watches_validation(self) -> bool:
        """Whether a callback goes by figures of samples that are held back."""
        from cnnspec.catalogue.callbacks import Callback
        from cnnspec.catalogue.named import subclasses

        known = subclasses(Callback)
        for one in self.train.get("callbacks", ()):
            name, given = (one, {}) if isinstance(one, str) else next(iter(one.items()))
            made = known[name].read(dict(given))
            watched = (made.watches or "", *map(str, given.values()))
            if any("val_" in text for text in watched):
                return True
        return False

    def _validate(self, call: Call) -> None:
        """Holds samples back where callbacks watch figures of such."""
        share = 0.2
        self.train["validation_split"] = share
        why = "the code validates on other samples, which no spec names"
        place = call.places.get("validation_data", call.place)
        self._assumed("validation_split", share, why, place)

    def _callback(self, value: Any, place: Place) -> None:
        from cnnspec.catalogue.past.callbacks import today

        if not isinstance(value, Thing):
            self.lost("callbacks", f"{_called(value)} isn't followed", place)
            return
        found = today(self.thing(value))
        if not _is_allowed("callbacks", [found]):
            text = f"{value.name} is a callback that no spec has"
            self.lost("callbacks", text, value.place)
            return
        self.train.setdefault("callbacks", []).append(found)

    def put(self, name: str, value: Any, place: Place) -> None:
        """Takes over a key of `train:` where a spec may say it so."""
        if value is None or value == []:
            return
        if isinstance(value, str):  # a name that there isn't is for the check to tell
            self.train[name] = value
            self.places[("train", name)] = place
            return
        several = isinstance(value, dict) and value.keys() & {*self.outputs}
        each = value.values() if several else [value]
        if not all(_is_allowed(name, one) for one in each):
            self.lost(name, f"{name} is {value!r:.60}, which no spec has", place)
            return
        self.train[name] = value
        self.places[("train", name)] = place

    # ----------------------------------------------------------------- data

    def samples(self, fit: Call) -> None:
        """Takes over where the samples come from, and what is done to them."""
        x, y = fit.get("x", 0, fit.named.get("X")), fit.get("y", 1)
        if not isinstance(x, Array) or not isinstance(y, Array):
            return
        itself = not y.origin.is_labels and y.origin.source == x.origin.source
        origin = x.origin
        about = SOURCES.get(origin.source)
        if about is None or origin.part not in ("train", ""):
            return
        done = dict(origin.done)
        self._augmented(done)
        if "changed" in done or y.origin.source != origin.source:
            self.lose_data("what is done to the samples", origin.place)
            return
        self.data = {"source": origin.source, **_form(x, origin, about)}
        if (scale := done.get("scale")) is not None:
            self.data["scale"] = int(scale) if scale == int(scale) else scale
        if dict(y.origin.done).get("one_hot"):
            self.data["labels"] = "one_hot"
        if itself:
            self.data["targets"] = "input"
        if about.streams:
            self._folders(x, y, fit)
        elif origin.file and not self._table(x, y, fit):
            return
        for key in () if about.streams else _SPLIT:
            if key in about.keys and done.get(key) is not None:
                self.data[key] = plain(done[key])
        self.places[("data",)] = origin.place

    def lose_data(self, what: str, place: Place) -> None:
        """Notes that there will be no `data:`, and so no more of `train:`."""
        rest = "so only what `compile` is given is taken over"
        self.lost("data", f"{what} isn't followed, {rest}", place)

    def _augmented(self, done: Mapping[str, Any]) -> None:
        """Notes what is done to images while they are read, which no section says."""
        if "augmented" in done:
            names, place = done["augmented"]
            changes = "changes" if len(names) == 1 else "change"
            text = f"{', '.join(names)} {changes} the images while it trains; put "
            text += "layers such as RandomFlip at the head of the model for that"
            self.lost("augmentation", text, place)
        if "prepared" in done:
            what, place = done["prepared"]
            text = f"{what} is done to the images; put it into the model"
            self.lost("preprocessing_function", text, place)

    def _folders(self, x: Array, y: Array, fit: Call) -> None:
        """Takes over the folders of images, and what is held out of them."""
        given = {"source": self.data.pop("source")}
        given["train"] = self._folder(x.origin, "train")
        done = dict(x.origin.done)
        held = first_part(fit.get("validation_data"))
        other = held.origin if isinstance(held, Array) else None
        if other and (other.file, other.why) != (x.origin.file, x.origin.why):
            given["validation"] = self._folder(other, "validation")
        elif "test_size" not in done:
            given["test_size"] = 0.2
            why = "the code holds nothing of the folder out to test with"
            self._assumed("test_size", 0.2, why, x.origin.place)
        else:
            given |= {key: plain(done[key]) for key in _SPLIT if key in done}
        if (form := self.data.pop("reshape", None)) is not None:
            given["image_shape"] = form
        self.data = {**given, **self.data}
        if x.origin.names:
            self.data["classes"] = [*x.origin.names]

    def _assumed(self, key: str, value: Any, why: str, place: Place) -> None:
        """Notes a value that the code doesn't say."""
        one = found.Unknown("", key, (value,), why, place, False)
        self.points.unknowns.append(one)

    def _folder(self, origin: Origin, word: str) -> str:
        """The folder of images, or a word for one that the code doesn't say."""
        if not origin.file:
            why = f"{origin.why or 'the folder'} isn't in the code"
            self._assumed(word, word, why, origin.place)
        return origin.file or word

    def _table(self, x: Array, y: Array, fit: Call) -> bool:
        """Takes over files of tables, and says whether that is all there is to say."""
        form = self.data.pop("reshape", None)
        left_out = {*x.origin.left_out} - {y.origin.column}
        if x.origin.file != y.origin.file or form is None or left_out:
            self.data.clear()
            return False
        self.data |= {"train": x.origin.file, "label_column": y.origin.column}
        self.data["image_shape"] = form
        held_out = fit.get("validation_data")
        if isinstance(held_out, tuple) and isinstance(held_out[0], Array):
            self.data["validation"] = held_out[0].origin.file
        done = dict(y.origin.done)
        if "contiguous" in done:
            several = ["contiguous", *(["one_hot"] if "one_hot" in done else [])]
            self.data["labels"] = several if len(several) > 1 else several[0]
        return True


def _form(x: Array, origin: Origin, about: Any) -> dict[str, Any]:
    """How the samples are laid out, where that isn't as they come."""
    sizes = None if x.shape is None else x.shape[1:]
    if sizes is None or sizes == about.image or first_unknown(*sizes) is not None:
        return {}
    if len(sizes) == 1:
        return {"flatten": True}
    return {"reshape": list(sizes)}


def _rate(value: Thing, given: dict[str, Any]) -> Any:
    """The learning rate of an optimizer, which may be the usual one."""
    cls = class_of(value)
    usual = None if cls is None else cls.arguments()["learning_rate"].default
    rate = given.get("learning_rate", usual)
    return rate if isinstance(rate, int | float) else usual


def _is_allowed(name: str, value: Any) -> bool:
    from cnnspec.language.training import Train

    try:
        Train.arguments()[name].kind.validated(value)
    except NotAllowed:
        return False
    return True


def _called(value: Any) -> str:
    """What stands for a value in a message."""
    if isinstance(value, Unknown):
        return value.why
    if isinstance(value, Function):
        return f"{value.name}()"
    if isinstance(value, Instance):
        return value.cls.name
    if isinstance(value, Thing):
        return value.name
    return type(value).__name__


def _source(fit: Call) -> str:
    """What the code takes samples from: `, np.load('x.npy') (line 3),`."""
    x = fit.get("x", 0, fit.named.get("X", fit.named.get("generator")))
    while isinstance(x, list | tuple) and x:
        x = x[0]
    lost = x.why if isinstance(x, Array) else x
    if not isinstance(lost, Unknown) or not lost.place.line or lost.is_bare:
        return ""
    line, cell = lost.place.line, lost.place.cell
    where = f"cell {cell}, line {line}" if cell else f"line {line}"
    return f", {lost.why} ({where}),"


def training_of(
    model: Model, outputs: Sequence[str], points: OpenPoints, seed: Any
) -> tuple[dict[str, Any], dict[Path, Place]]:
    """The sections `train:` and `data:` of a model, and where they come from.

    Args:
        model: that the code compiles, or not.
        outputs: their names.
        points: takes what isn't followed.
        seed: of the random numbers, if the code sets one.
    """
    if not isinstance(model.compiled, Call):
        return {}, {}
    made = Training(outputs, points, model.output_keys)
    made.compile(model.compiled)
    if not made.train:
        return {}, made.places
    if model.fitted:
        fit: Call = model.fitted[-1]
        made.samples(fit)
        if made.data:
            made.fit(fit)
            if isinstance(seed, int):
                made.put("seed", seed, fit.place)
        elif all(one.argument != "data" for one in points.unknowns):
            made.lose_data(f"where its samples come from{_source(fit)}", fit.place)
    sections: dict[str, Any] = {"data": made.data} if made.data else {}
    if made.data and model.members:
        sections["ensemble"] = {"members": model.members, "voting": model.voting}
    return {**sections, "train": made.train}, made.places
