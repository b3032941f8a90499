"""The language as a JSON Schema, for editors: completion, descriptions and errors.

Made from the same fields as the validators. Draft 7 is what editors know best.
"""

from cnnspec.catalogue.callbacks import Callback
from cnnspec.catalogue.components import (
    Component,
    Constraint,
    Initializer,
    Regularizer,
    by_name,
)
from cnnspec.catalogue.layers import ALIASES, Layer, layer_class, layer_names
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.metrics import Metric
from cnnspec.catalogue.named import spellings, subclasses
from cnnspec.catalogue.optimizers import Optimizer, Schedule
from cnnspec.ground.kinds import Argument, Json
from cnnspec.ground.records import Record
from cnnspec.language.document import (
    ApplyKeys,
    BlockKeys,
    Document,
    Expect,
    IfKeys,
    RepeatKeys,
)
from cnnspec.language.training import Data, Ensemble, Train

SECTIONS: dict[str, type[Record]] = {
    "expect": Expect,
    "data": Data,
    "train": Train,
    "ensemble": Ensemble,
}
"""The keys of a spec that hold a record of their own."""

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

DESCRIPTIONS = {
    "name": "The model's name; the file's if it is left out.",
    "description": "What the model is, for the head of its script.",
    "extends": "Another spec, whose keys this one has unless it gives its own.",
    "vars": "Variables for expressions: {width: 64} lets $width stand for 64.",
    "defaults": "Arguments that layers have unless they say otherwise, by layer.",
    "blocks": "Layers to be called by a name of yours, with parameters.",
    "input": "The sizes of one sample, without the batch: [28, 28, 1].",
    "inputs": "Several inputs by name: {image: [28, 28, 1], meta: [10]}.",
    "layers": "The layers, first to last.",
    "outputs": "The layers that give the model's results, where the last isn't alone.",
    "expect": "What the model must come to.",
    "data": "What the model learns from.",
    "train": "How it is trained.",
    "ensemble": "Several members that vote.",
}


STATEMENTS: dict[str, type[Record]] = {
    "repeat": RepeatKeys,
    "if": IfKeys,
    "apply": ApplyKeys,
}
"""Words that stand in a layer list where a layer's name does."""

CALL = "^[a-z_][^/]*$"
"""How the name of a block begins here: with a small letter, as that of a function.

`cnnspec check` takes a capital, too. An editor that did would take a misspelt layer for
a block, which may be defined in a file that the spec extends.
"""

FORMULA: Json = {"type": "string", "pattern": r"\$[A-Za-z_{]"}


def json_schema() -> Json:
    """The schema of a spec."""
    fields = Document.fields().values()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cnnspec",
        "description": "A CNN as a list of layers.",
        "type": "object",
        "properties": {field.name: _section(field) for field in fields},
        "additionalProperties": False,
        "allOf": [
            {
                "if": {"required": ["extends"]},
                "else": {
                    "required": [field.name for field in fields if field.required],
                    "properties": {
                        "blocks": {
                            "additionalProperties": {"required": _required(BlockKeys)}
                        }
                    },
                    "oneOf": [{"required": ["input"]}, {"required": ["inputs"]}],
                },
            },
            {
                "if": {
                    "anyOf": [{"required": [key]} for key in ("extends", "defaults")]
                },
                "else": _complete_steps(),
            },
        ],
        "$defs": {
            "formula": FORMULA,
            "from": _from(),
            "step": _step(),
            "complete_step": _complete_step(),
            "block": {**_record(BlockKeys), "required": []},
            "layer": _layer(),
            "numbers": NUMBERS,
            **{name: _layer_arguments(name) for name in layer_names()},
            **{cls.__name__: _component(cls, by_name(cls)) for cls in NAMED},
            **{cls.__name__: _component(cls, spellings(cls)) for cls in SPELT},
            **{cls.__name__: _component(cls, subclasses(cls)) for cls in BY_CLASS},
        },
    }


def _section(field: Argument) -> Json:
    record = SECTIONS.get(field.name)
    json = _record(record) if record else _or_formula(field.kind.json)
    if not field.required:
        json = _or_null(json)
    return {"description": DESCRIPTIONS[field.name], **json}


def _or_null(json: Json) -> Json:
    """A schema that takes null as well, which leaves out what an extended spec has."""
    if json.get("type") == "object":
        return {**json, "type": ["object", "null"]}
    return {"anyOf": [json, {"type": "null"}]}


def _record(cls: type[Record], *, more: Json | None = None) -> Json:
    fields = cls.fields().values()
    return {
        "type": "object",
        "properties": {**{f.name: _field(f) for f in fields}, **(more or {})},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def _field(field: Argument) -> Json:
    json: Json = {"description": field.kind.says, **_or_formula(field.kind.json)}
    if not field.required:
        json["default"] = field.default
    return json


_LEAVES = ("integer", "number", "boolean")


def _or_formula(json: Json) -> Json:
    """A schema that takes a formula wherever a value may stand."""
    formula = {"$ref": "#/$defs/formula"}
    kind = json.get("type")
    if isinstance(kind, list) or "enum" in json or kind in _LEAVES or "pattern" in json:
        return {"anyOf": [json, formula]}
    found = dict(json)
    for part in ("items", "additionalProperties"):
        if isinstance(json.get(part), dict) and "$ref" not in json[part]:
            found[part] = _or_formula(json[part])
    if "properties" in json:
        found["properties"] = {k: _or_formula(v) for k, v in json["properties"].items()}
    if kind == "array":
        return {"anyOf": [found, formula]}
    if "anyOf" in json:
        several = [_or_formula(one) for one in json["anyOf"]]
        flat = [one for s in several for one in (s.get("anyOf", [s]))]
        found["anyOf"] = [one for one in flat if one != formula] + [formula]
    elif "$ref" in json and not json["$ref"].endswith(("step", "layer", "from")):
        return {"anyOf": [json, formula]}
    return found


def _from() -> Json:
    """What a layer reads: a name, or a list of names and branches."""
    source = {
        "type": "string",
        "description": "the name of a layer above, prev or input",
    }
    branch = {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1}
    several = {"type": "array", "items": {"anyOf": [source, branch]}, "minItems": 1}
    return {"anyOf": [source, several]}


def _step() -> Json:
    """An entry of a layer list: a layer, a statement, or a call of a block."""
    statements = {word: _record(cls) for word, cls in STATEMENTS.items()}
    for word, cls in STATEMENTS.items():
        statements[word]["description"] = cls.__doc__
    call = {
        "type": "object",
        "patternProperties": {CALL: {}},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "not": {"anyOf": [{"required": [word]} for word in STATEMENTS]},
    }
    bare = {"type": "string", "pattern": CALL, "not": {"enum": list(STATEMENTS)}}
    layer = {"$ref": "#/$defs/layer"}
    return {"anyOf": [layer, _one_of_the_keys(statements), bare, call]}


def _complete_steps() -> Json:
    """What holds of a spec where no other place may give a layer its arguments."""
    steps = {"type": "array", "items": {"$ref": "#/$defs/complete_step"}}
    block = {"properties": {"layers": steps}}
    return {"properties": {"layers": steps, "blocks": {"additionalProperties": block}}}


def _complete_step() -> Json:
    """A layer with all arguments that it needs, alone or inside a statement."""
    steps = {"items": {"$ref": "#/$defs/complete_step"}}
    names = {name: name for name in layer_names()} | ALIASES
    needs = {shown: _required(layer_class(name)) for shown, name in names.items()}
    complete: Json = {
        name: _with_all(fields) for name, fields in needs.items() if fields
    }
    complete["repeat"] = {"properties": {"layers": steps}}
    complete["if"] = {"properties": {"then": steps, "else": steps}}
    return {
        "not": {"enum": [name for name, fields in needs.items() if fields]},
        "properties": complete,
    }


def _with_all(required: list[str]) -> Json:
    """Arguments with those that are required; one alone may stand for itself."""
    alone = {"not": {"type": ["object", "null"]}}
    whole = {"type": "object", "required": required}
    return {"anyOf": [whole, alone]} if len(required) == 1 else whole


def _layer() -> Json:
    """A layer with its arguments, of which `defaults:` may give any."""
    names = {name: name for name in layer_names()} | ALIASES
    named = {
        shown: {
            "description": comment(layer_class(name)),
            "$ref": f"#/$defs/{name}",
        }
        for shown, name in names.items()
    }
    return {"anyOf": [{"enum": list(names)}, _one_of_the_keys(named)]}


def _one_of_the_keys(properties: Json) -> Json:
    """A mapping with a single key."""
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _layer_arguments(name: str) -> Json:
    cls = layer_class(name)
    whole = _record(cls, more={"from": {"$ref": "#/$defs/from"}})
    del whole["required"]
    forms = [
        {"title": name, "description": comment(cls), **whole},
        {"type": "null"},
    ]
    if first := next(iter(cls.fields().values()), None):
        forms.append(_without_objects(_or_formula(first.kind.json)))
    return {"anyOf": forms}


def _component(base: type[Component], names: dict[str, type[Component]]) -> Json:
    """Any component below `base`: by name, `{Name: …}` or `{class: Name, …}`."""
    alone = [name for name, cls in names.items() if not _required(cls)]
    bare = [{"enum": alone}] if base in (*NAMED, Callback) else []
    named = {name: _arguments(cls, _record(cls)) for name, cls in names.items()}
    tagged = []
    for cls in dict.fromkeys(names.values()):
        own_names = [name for name, other in names.items() if other is cls]
        json = _record(cls, more={"class": {"enum": own_names}})
        tagged.append({**json, "required": ["class", *json["required"]]})
    return {"anyOf": [*bare, _one_of_the_keys(named), *tagged]}


def _arguments(cls: type[Record], whole: Json) -> Json:
    """What may stand under a name: its arguments, or the first one alone.

    Args:
        cls: whose arguments they are.
        whole: the schema of a mapping of them.
    """
    required = _required(cls)
    forms = [whole]
    if not required:
        forms.append({"type": "null"})
    first = next(iter(cls.fields().values()), None)
    if first is not None and len(required) < 2:
        forms.append(_without_objects(_or_formula(first.kind.json)))
    return {"anyOf": forms}


def _without_objects(json: Json) -> Json:
    """A schema for a value that isn't a mapping, since that would be the arguments."""
    return {"allOf": [json, {"not": {"type": "object"}}]}


def _required(cls: type[Record]) -> list[str]:
    return [field.name for field in cls.fields().values() if field.required]


def comment(cls: type[Layer]) -> str:
    """The teaching comment of a layer: the first paragraph of its docstring."""
    return " ".join((cls.__doc__ or "").split("\n\n")[0].split())
