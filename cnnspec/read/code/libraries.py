"""What calling names of other packages gives: NumPy, pandas and Python's own."""

from collections.abc import Callable
from typing import Any

from cnnspec.read.code import samples
from cnnspec.read.code.building import tensors_in
from cnnspec.read.code.estimators import voting
from cnnspec.read.code.frames import SCALERS, Encoder, read_table
from cnnspec.read.code.keras_names import of_backend
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.options import Parser
from cnnspec.read.code.python import BUILTINS, MATH, items_of
from cnnspec.read.code.values import Call, Instance, Native


def _of_numpy(path: str, name: str, call: Call) -> Any:
    if tensors_in([*call.args]):
        return of_backend(path, name, call)
    known = samples.NUMPY.get(name)
    if known is not None:
        return known(call)
    if name in MATH and isinstance(MATH[name], Native):
        return MATH[name].run(call)
    if name in ("int32", "int64", "min", "sum") and name.strip("3264") in BUILTINS:
        return BUILTINS[name.strip("3264")].run(call)
    return call.unknown()


def _of_sklearn(path: str, name: str, call: Call) -> Any:
    if name == "train_test_split":
        return samples.split(call)
    if name in ("LabelBinarizer", "LabelEncoder", *SCALERS):
        return Encoder(name)
    if name == "VotingClassifier":
        return voting(call)
    if ".datasets" in path:
        return samples.of_sklearn(name, call)
    return call.unknown()


def _of_pandas(path: str, name: str, call: Call) -> Any:
    return read_table(call) if name == "read_csv" else call.unknown()


def _of_functools(path: str, name: str, call: Call) -> Any:
    if name == "partial" and call.args:
        function, *args = call.args
        machine: Machine = call.machine

        def run(inner: Call) -> Any:
            named = {**call.named, **inner.named}
            return machine.call(
                function, inner._replace(args=[*args, *inner.args], named=named)
            )

        return Native("partial", run)
    if name == "reduce" and len(call.args) > 1:
        items = items_of(call.args[1])
        items = items if items is None else [*call.args[2:], *items]
        if items:
            found = items[0]
            for one in items[1:]:
                found = call.machine.call_with(call.args[0], call.place, found, one)
            return found
    return call.unknown()


def _of_collections(path: str, name: str, call: Call) -> Any:
    if name in ("OrderedDict", "defaultdict"):
        args = call.args if name == "OrderedDict" else []
        return BUILTINS["dict"].run(call._replace(args=args))
    return BUILTINS["list"].run(call) if name == "deque" else call.unknown()


def _of_itertools(path: str, name: str, call: Call) -> Any:
    lists = [items_of(one) for one in call.args]
    if None in lists or not lists:
        return call.unknown()
    if name == "chain":
        return [one for items in lists for one in items or []]
    if name == "product" and len(lists) == 2:
        return [(a, b) for a in lists[0] or [] for b in lists[1] or []]
    return call.unknown()


def _of_dataclasses(path: str, name: str, call: Call) -> Any:
    """The default of a field."""
    if name == "asdict" and call.args and isinstance(call.args[0], Instance):
        made = call.args[0]
        names = [one for cls in made.cls.order()[::-1] for one in cls.fields]
        return {one: made.attributes.get(one, made.cls.find(one)) for one in names}
    if name != "field":
        return call.unknown()
    if "default_factory" in call.named:
        return call.machine.call_with(call.named["default_factory"], call.place)
    return call.named.get("default")


def _of_argparse(path: str, name: str, call: Call) -> Any:
    if name == "ArgumentParser":
        return Parser()
    return dict(call.named) if name == "Namespace" else call.unknown()


def _of_os(path: str, name: str, call: Call) -> Any:
    if name == "getenv":
        return call.get("default", 1)
    if name in ("exists", "isfile", "isdir"):
        return call.unknown()
    if name == "join" and all(isinstance(one, str) for one in call.args):
        return "/".join(call.args)[:1000]
    return call.unknown()


def _of_math(path: str, name: str, call: Call) -> Any:
    found = MATH.get(name)
    return found.run(call) if isinstance(found, Native) else call.unknown()


BY_PACKAGE: dict[str, Callable[[str, str, Call], Any]] = {
    "numpy": _of_numpy,
    "sklearn": _of_sklearn,
    "pandas": _of_pandas,
    "functools": _of_functools,
    "collections": _of_collections,
    "itertools": _of_itertools,
    "argparse": _of_argparse,
    "dataclasses": _of_dataclasses,
    "os": _of_os,
    "math": _of_math,
}
"""What gives the result of a call, by the package that the function is of."""
