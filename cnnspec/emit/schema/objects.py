"""Records as JSON Schema: layers, components and the sections of a spec."""

from cnnspec.catalogue.callbacks import Callback
from cnnspec.catalogue.components import (
    Component,
    Constraint,
    Initializer,
    Regularizer,
)
from cnnspec.catalogue.layers import Layer, layer_class
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.metrics import Metric
from cnnspec.catalogue.optimizers import Optimizer, Schedule
from cnnspec.ground.kinds import NAME_SAYS, Argument, Json
from cnnspec.ground.records import Record

NAMED: tuple[type[Component], ...] = (Initializer, Regularizer, Constraint)
"""Components that a name alone may stand for, wherever a layer takes them."""

SPELT: tuple[type[Component], ...] = (Optimizer, Loss, Metric)
"""Components of training; which names may stand alone is said where they are used."""

BY_CLASS: tuple[type[Component], ...] = (Schedule, Callback)
"""Components that Keras knows by the names of their classes only."""

NUMBERS: Json = {
    "anyOf": [
        {"type": "number"},
        {"type": "array", "items": {"$ref": "#/$defs/numbers"}},
        {"$ref": "#/$defs/formula"},
    ]
}
"""An array of any number of axes."""

FORMULA: Json = {"type": "string", "pattern": "\\$[A-Za-z_{\u0080-\uffff]"}


_WHOLE_NAME: Json = {
    "description": f"{NAME_SAYS}, but for one before it, behind which it stands whole",
    "type": ["string", "null"],
    "pattern": r"^/?[^/\x00-\x1f\x7f-\x9f]+$",
    "default": None,
}
_NAME = r"^[A-Za-z_]\w*$"
OWN_PART: Json = {
    "anyOf": [
        {"type": "string", "pattern": _NAME},
        {"type": "object", "required": ["class"]},
        {
            "type": "object",
            "patternProperties": {_NAME: {}},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ]
}
"""A loss or metric that `custom:` declares, there or in another file."""


def with_own_parts(json: Json) -> Json:
    """A schema in which each loss and metric may be one that `custom:` declares."""
    if json.get("$ref") in ("#/$defs/Loss", "#/$defs/Metric"):
        return {"anyOf": [json, {"$ref": "#/$defs/own_part"}]}
    found = dict(json)
    for key, value in json.items():
        if isinstance(value, dict):
            found[key] = with_own_parts(value)
        elif isinstance(value, list):
            parts = (with_own_parts(v) if isinstance(v, dict) else v for v in value)
            found[key] = list(parts)
    return found


def record_json(cls: type[Record], *, more: Json | None = None) -> Json:
    """A mapping of a record's arguments.

    Args:
        cls: the record's class.
        more: keys that it takes beside them.
    """
    arguments = cls.arguments().values()
    return {
        "type": "object",
        "properties": {**{a.name: _argument(a) for a in arguments}, **(more or {})},
        "required": [argument.name for argument in arguments if argument.required],
        "additionalProperties": False,
    }


def _argument(argument: Argument) -> Json:
    json: Json = {"description": argument.kind.says, **or_formula(argument.kind.json)}
    if not argument.required:
        json["default"] = argument.default
    return json


_LEAVES = ("integer", "number", "boolean")


def or_formula(json: Json) -> Json:
    """A schema that takes a formula wherever a value may stand."""
    formula = {"$ref": "#/$defs/formula"}
    kind = json.get("type")
    if isinstance(kind, list) or "enum" in json or kind in _LEAVES or "pattern" in json:
        return {"anyOf": [json, formula]}
    found = dict(json)
    for part in ("items", "additionalProperties"):
        if isinstance(json.get(part), dict) and "$ref" not in json[part]:
            found[part] = or_formula(json[part])
    if "properties" in json:
        found["properties"] = {k: or_formula(v) for k, v in json["properties"].items()}
    if kind == "array":
        return {"anyOf": [found, formula]}
    if "anyOf" in json:
        several = [or_formula(one) for one in json["anyOf"]]
        flat = [one for s in several for one in (s.get("anyOf", [s]))]
        found["anyOf"] = [one for one in flat if one != formula] + [formula]
    elif "$ref" in json and not json["$ref"].endswith(
        ("step", "layer", "held", "from", "study")
    ):
        return {"anyOf": [json, formula]}
    return found


def one_of_the_keys(properties: Json) -> Json:
    """A mapping with a single key."""
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


TENSORS: Json = {"$ref": "#/$defs/tensors"}


def _from_of(cls: type[Layer]) -> Json:
    """What a layer reads, and what its call takes by name."""
    settings = dict.fromkeys(cls.call_settings, or_formula({"type": "boolean"}))
    named = {
        "type": "object",
        "properties": dict.fromkeys(cls.tensor_arguments, TENSORS) | settings,
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [TENSORS, named]}


def layer_arguments(name: str) -> Json:
    """What may stand under a layer's name."""
    cls = layer_class(name)
    whole = record_json(cls, more={"from": _from_of(cls)})
    del whole["required"]
    if "name" in whole["properties"]:
        whole["properties"]["name"] = or_formula(_WHOLE_NAME)
    forms = [
        {"title": name, "description": comment(cls), **whole},
        {"type": "null"},
    ]
    if first := next(iter(cls.arguments().values()), None):
        forms.append(_without_objects(or_formula(first.kind.json)))
    return {"anyOf": forms}


def component_json(base: type[Component], names: dict[str, type[Component]]) -> Json:
    """Any component below `base`: by name, `{Name: …}` or `{class: Name, …}`."""
    alone = [n for n, cls in names.items() if cls.stands_alone and not needed(cls)]
    bare = [{"enum": alone}] if base in (*NAMED, Callback) else []
    named = {name: _arguments(cls, record_json(cls)) for name, cls in names.items()}
    tagged = []
    for cls in dict.fromkeys(names.values()):
        own_names = [name for name, other in names.items() if other is cls]
        json = record_json(cls, more={"class": {"enum": own_names}})
        tagged.append({**json, "required": ["class", *json["required"]]})
    return {"anyOf": [*bare, one_of_the_keys(named), *tagged]}


def _arguments(cls: type[Record], whole: Json) -> Json:
    """What may stand under a name: its arguments, or the first one alone.

    Args:
        cls: whose arguments they are.
        whole: the schema of a mapping of them.
    """
    required = needed(cls)
    forms = [whole]
    if not required:
        forms.append({"type": "null"})
    first = next(iter(cls.arguments().values()), None)
    if first is not None and len(required) < 2:
        forms.append(_without_objects(or_formula(first.kind.json)))
    return {"anyOf": forms}


def _without_objects(json: Json) -> Json:
    """A schema for a value that isn't a mapping, since that would be the arguments."""
    return {"allOf": [json, {"not": {"type": "object"}}]}


def needed(cls: type[Record]) -> list[str]:
    """The names of the arguments that have to be given."""
    return [argument.name for argument in cls.arguments().values() if argument.required]


def comment(cls: type[Layer]) -> str:
    """The teaching comment of a layer: the first paragraph of its docstring."""
    return " ".join((cls.__doc__ or "").split("\n\n")[0].split())
