"""Models as scikit-learn's estimators while code is read, and ensembles of them."""

from collections.abc import Mapping
from typing import Any

from cnnspec.read.code.building import Model
from cnnspec.read.code.values import Call, Native
from cnnspec.read.found import Place

_BUILDERS = ("build_fn", "model")
"""What `KerasClassifier` calls the function that makes its model."""


class Estimator:
    """A `KerasClassifier` or `KerasRegressor`: a function that makes a model.

    Attributes:
        given: what else it is given, which goes to `fit`.
    """

    def __init__(self, build: Any, given: Mapping[str, Any], place: Place) -> None:
        self.build = build
        self.given = given
        self.place = place

    def fit(self, call: Call) -> Model | None:
        """Makes the model and fits it; None where the function makes none."""
        made = call.machine.call_with(self.build, self.place)
        if not isinstance(made, Model):
            return None
        made.use(call.machine)
        made.fitted.append(call._replace(named={**self.given, **call.named}))
        return made


class Voting:
    """Several estimators that vote."""

    def __init__(self, members: list[Estimator], voting: str) -> None:
        self.members = members
        self.voting = voting


def estimator(call: Call) -> Any:
    """What `KerasClassifier(build_fn=…)` makes."""
    given = dict(call.named)
    named = [given.pop(name) for name in _BUILDERS if name in given]
    build = named[0] if named else call.get("build_fn", 0)
    return call.unknown() if build is None else Estimator(build, given, call.place)


def voting(call: Call) -> Any:
    """What `VotingClassifier(estimators=[…])` makes."""
    listed = call.get("estimators", 0)
    pairs = listed if isinstance(listed, list | tuple) else ()
    members = [pair[1] for pair in pairs if isinstance(pair, tuple) and len(pair) == 2]
    kind = call.get("voting", 1, "hard")
    if not members or not all(isinstance(one, Estimator) for one in members):
        return call.unknown()
    return Voting(members, kind if isinstance(kind, str) else "hard")


def estimator_attribute(
    machine: Any, owner: Estimator | Voting, name: str, place: Place
) -> Any:
    """What an estimator, or several that vote, can do."""
    if name != "fit":
        return Native(name, lambda call: call.unknown())
    return Native(name, lambda call: _fit(owner, call))


def _fit(owner: Estimator | Voting, call: Call) -> Any:
    if isinstance(owner, Estimator):
        owner.fit(call)
    elif (model := owner.members[0].fit(call)) is not None:
        model.members = len(owner.members)
        model.voting = owner.voting
    return owner
