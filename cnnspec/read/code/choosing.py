"""Which of the models in code is meant."""

import ast
from collections.abc import Iterator, Sequence

from cnnspec.read.code.building import Model, Tensor
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.models import is_model_class
from cnnspec.read.code.networks import walked
from cnnspec.read.code.values import (
    Bound,
    Call,
    Function,
    Instance,
    Raised,
    Spent,
    Unknown,
    UserClass,
)
from cnnspec.read.found import Choice, Place, ReadError


def chosen(machine: Machine, choice: Choice) -> Model:
    """The model that is asked for, or else the last one that is made use of.

    Raises:
        ReadError: there is none, or none of that name.
    """
    models = whole_models(machine)
    if not models:
        _of_objects(machine)
        models = whole_models(machine)
    if not models:
        _of_tensors(machine)
        models = whole_models(machine)
    if not models:
        _ask_functions(machine)
        models = whole_models(machine)
    if choice.model is not None:
        return _of_name(machine, models, choice.model)
    if choice.cell is not None:
        return _of_cell(models, choice.cell)
    if not models:
        raise ReadError(*_why_none(machine))
    used = [model for model in models if model.seen]
    if used:
        return max(used, key=lambda model: (model.seen, model.serial))
    inside = {id(one) for model in models for one in _held(model)}
    free = [model for model in models if id(model) not in inside]
    return (free or models)[-1]


def whole_models(machine: Machine) -> list[Model]:
    """The models that have layers."""
    return [model for model in machine.models if model.layers or (model.outputs)]


def _held(model: Model) -> Iterator[Model]:
    """The models that are layers of a model."""
    for layer in model.layers:
        if isinstance(layer, Model):
            yield layer
    for node in walked(model.outputs):
        if isinstance(node.layer, Model):
            yield node.layer
        elif node.layer.model is not None:
            yield node.layer.model


def titles(machine: Machine, model: Model | None) -> list[str]:
    """What `--model` takes for the models beside one."""
    found: list[str] = []
    for one in whole_models(machine):
        if one is not model and (one.names or one.name):
            title = one.names[-1] if one.names else str(one.name)
            if title not in found:
                found.append(title)
    own = {*(model.names if model else ()), model.name if model else None}
    return [title for title in found if title not in own]


def _of_name(machine: Machine, models: Sequence[Model], name: str) -> Model:
    found = [m for m in models if name in m.names or m.name == name or m.cls == name]
    if found:
        return found[-1]
    value = machine.scope.names.get(name)
    if value is not None and (made := _asked(machine, value)):
        return made
    there = ", ".join(titles(machine, None)) or "none"
    raise ReadError(f"no model is called {name!r} there", f"there is {there}")


def _of_cell(models: Sequence[Model], cell: int) -> Model:
    found = [m for m in models if cell in m.cells] or [
        m for m in models if m.place.cell == cell
    ]
    if found:
        return found[-1]
    cells = sorted({c for m in models for c in (*m.cells, m.place.cell)})
    there = ", ".join(map(str, cells)) or "none"
    raise ReadError(f"cell {cell} has no model", f"there are models in cells {there}")


def _why_none(machine: Machine) -> tuple[str, str, Place]:
    lost = [note for note in machine.notes if note.counts]
    if lost:
        first = lost[0]
        return f"no model was found, and {first.what} isn't followed", "", first.place
    return "no model of Keras is built there", "", Place()


# ------------------------------------------------------------------ never made


def _of_objects(machine: Machine) -> None:
    """The models of a class that nothing calls on samples whose shape is known."""
    from cnnspec.read.code.objects import called_model

    for name, value in [*machine.scope.names.items()]:
        if not isinstance(value, Instance) or not is_model_class(value.cls):
            continue
        shape = Unknown(f"the shape of what {name} is called on", value.place)
        call = Call(machine, [], {}, value.place, f"{name}()")
        machine.begin()
        try:
            called_model(machine, value, [Tensor(None, shape=shape)], call)
        except (Raised, Spent, RecursionError):
            continue
        if value.model is not None:
            value.model.call_it(name)


def _of_tensors(machine: Machine) -> None:
    """The model that leads to the last tensor, where the code makes none of it."""
    made_at = {
        name: (value.node.serial, value)
        for name, value in machine.scope.names.items()
        if isinstance(value, Tensor) and value.node is not None
    }
    if not made_at:
        return
    name = max(made_at, key=lambda one: made_at[one][0])
    last = made_at[name][1]
    read = [tensor for node in walked([last]) for tensor in node.inputs]
    inputs = dict.fromkeys(tensor for tensor in read if tensor.node is None)
    made = Model("functional", last.place, machine.tick())
    made.inputs, made.outputs = [*inputs], [last]
    made.call_it(name)
    machine.models.append(made)


# ------------------------------------------------------------------ never called


def _ask_functions(machine: Machine) -> None:
    """Calls functions and classes that nothing calls, with their defaults.

    First those that make layers or models themselves, then all others.
    """
    for every in (False, True):
        for value in [*machine.scope.names.values()]:
            _asked(machine, value, every)
        if whole_models(machine):
            return


def _asked(machine: Machine, value: object, every: bool = True) -> Model | None:
    """The model that a function gives, or one that is a class of the code."""
    if isinstance(value, Function):
        is_plain = not isinstance(value.node, ast.Lambda)
        makes = is_plain and (every or _makes_models(value.node))
        return _called(machine, value, value.name) if makes else None
    if isinstance(value, Instance) and isinstance(value.model, Model):
        return value.model
    if not isinstance(value, UserClass):
        return None
    if is_model_class(value):
        made = _called(machine, value, value.name)
        if made is not None:
            return made
    for name, member in [*value.members.items()]:
        if isinstance(member, Function) and (every or _makes_models(member.node)):
            function = member if member.kind == "staticmethod" else Bound(member, value)
            found = _called(machine, function, name)
            if found is not None:
                return found
    return None


def _makes_models(node: ast.AST) -> bool:
    names = ("Sequential", "Model")
    return any(
        getattr(part, "id", getattr(part, "attr", "")) in names
        for part in ast.walk(node)
        if isinstance(part, ast.Name | ast.Attribute)
    )


def _called(machine: Machine, function: object, name: str) -> Model | None:
    """The last model that a call without arguments makes."""
    before = len(machine.models)
    machine.begin()
    try:
        found = machine.call(function, Call(machine, [], {}, Place(), f"{name}()"))
    except (Raised, Spent, RecursionError):
        found = None
    made = [one for one in machine.models[before:] if one.layers or one.outputs]
    first = found[0] if isinstance(found, tuple | list) and found else found
    is_whole = isinstance(first, Model) and bool(first.layers or first.outputs)
    model = first if is_whole else (made[-1] if made else None)
    if model is not None:
        model.call_it(name)
        model.use(machine)
    return model
