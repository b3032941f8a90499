"""The language as a JSON Schema, for editors: completion, descriptions and errors.

Made from the same arguments as the validators. Draft 7 is what editors know best.
"""

from cnnspec.catalogue.components import (
    by_name,
)
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.named import spellings, subclasses
from cnnspec.catalogue.operations import synonyms
from cnnspec.catalogue.registry import (
    ALIASES,
    OPERATION,
    layer_names,
    model_names,
    operation_names,
)
from cnnspec.emit.schema.objects import (
    BY_CLASS,
    FORMULA,
    NAMED,
    NUMBERS,
    OWN_PART,
    SPELT,
    TENSORS,
    comment,
    component_json,
    layer_arguments,
    needed,
    one_of_the_keys,
    or_formula,
    record_json,
    with_own_parts,
)
from cnnspec.emit.schema.studies import (
    EXPECT,
    IS_STUDY,
    STUDY,
    STUDY_FILE,
    study_file,
    study_of_spec,
)
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
from cnnspec.language.fine_tuning import FineTune
from cnnspec.language.own.keys import CustomKeys
from cnnspec.language.training import Data, Ensemble, Train

SECTIONS: dict[str, type[Record]] = {
    "expect": Expect,
    "data": Data,
    "train": Train,
    "ensemble": Ensemble,
}
"""The keys of a spec that hold a record of their own."""

DESCRIPTIONS = {
    "name": "The model's name; the file's if it is left out.",
    "description": "What the model is, for the head of its script.",
    "extends": "Another spec, whose keys this one has unless it gives its own.",
    "include": "Files whose blocks, variables and own layers this spec may use.",
    "vars": "Variables for expressions: {width: 64} lets $width stand for 64.",
    "defaults": "Arguments that layers have unless they say otherwise, by layer.",
    "blocks": "Layers to be called by a name of yours, with parameters.",
    "custom": "Layers of your own: where each stands, and what it makes of a tensor.",
    "input": "The sizes of one sample, without the batch: [28, 28, 1].",
    "inputs": "Several inputs by name: {image: [28, 28, 1], meta: [10]}.",
    "layers": "The layers, first to last.",
    "outputs": "The layers that give the model's results, where the last isn't alone.",
    "change": "Arguments for layers and calls by their names; null takes one out.",
    "append": "Layers behind those of the spec that this one extends.",
    "expect": "What the model must come to.",
    "data": "What the model learns from.",
    "train": "How it is trained.",
    "ensemble": "Several members that vote.",
    "study": "Variants of this spec that are compared, each from several seeds.",
}

STATEMENTS: dict[str, type[Record]] = {
    "repeat": RepeatKeys,
    "if": IfKeys,
    "apply": ApplyKeys,
}
"""Words that stand in a layer list where a layer's name does."""

CALL = "^[^A-Z/$][^/]*$"
"""How the name of a block begins here: with no capital, as that of a function.

`cnnspec check` takes a capital, too. An editor that did would take a misspelt layer for
a block, which may be defined in a file that the spec extends.
"""
OWN_LAYER = r"^[A-Z]\w*$"
"""What a layer is called that a spec declares."""


def json_schema() -> Json:
    """The schema of a spec, or of a study in a file of its own."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cnnspec",
        "description": "A CNN as a list of layers, or a study of one.",
        "type": "object",
        "if": IS_STUDY,
        "then": {"$ref": f"#/$defs/{STUDY_FILE}"},
        "else": {"$ref": "#/$defs/spec"},
        "$defs": {"spec": _spec(), **_definitions()},
    }


def _spec() -> Json:
    keys = Document.arguments().values()
    train = _section(Document.arguments()["train"])
    return {
        "description": "A CNN as a list of layers.",
        "type": "object",
        "properties": {
            **{key.name: _section(key) for key in keys},
            "train": with_own_parts(train),
        },
        "additionalProperties": False,
        "allOf": [
            {
                "if": {"anyOf": [{"required": ["extends"]}, _library()]},
                "else": {
                    "required": [key.name for key in keys if key.required],
                    "properties": _complete_sections(),
                    "oneOf": [{"required": ["input"]}, {"required": ["inputs"]}],
                },
            },
            {
                "if": {
                    "anyOf": [{"required": [key]} for key in ("extends", "defaults")]
                },
                "else": _complete_steps(),
            },
            {
                "if": {
                    "anyOf": [
                        {"required": [key]} for key in ("extends", "include", "custom")
                    ]
                },
                "else": _own_parts_and_layers(train),
            },
        ],
    }


def _own_parts_and_layers(train: Json) -> Json:
    """What holds of a spec to which nothing gives losses, metrics or layers."""
    steps = {"type": "array", "items": {"$ref": "#/$defs/known_step"}}
    block = {"properties": {"layers": steps}}
    blocks = {"additionalProperties": block}
    return {"properties": {"train": train, "layers": steps, "blocks": blocks}}


def _definitions() -> Json:
    return {
        "formula": FORMULA,
        "tensors": _tensors(),
        "from": _from(),
        "step": _step(),
        "complete_step": _complete_step(),
        "known_step": _known_step(),
        "block": {**record_json(BlockKeys), "required": []},
        "custom": {**record_json(CustomKeys), "required": []},
        "fine_tune": record_json(FineTune),
        EXPECT: record_json(Expect),
        STUDY: study_of_spec(),
        STUDY_FILE: study_file(),
        "layer": _layer(),
        "held": {"anyOf": [{"$ref": "#/$defs/layer"}, *_calls(), *_own_layers()]},
        "numbers": NUMBERS,
        "own_part": OWN_PART,
        **{
            name: layer_arguments(name)
            for name in (*layer_names(), *model_names(), *operation_names())
        },
        **{cls.__name__: component_json(cls, by_name(cls)) for cls in NAMED},
        **{cls.__name__: component_json(cls, spellings(cls)) for cls in SPELT},
        **{cls.__name__: component_json(cls, subclasses(cls)) for cls in BY_CLASS},
    }


def _library() -> Json:
    """What tells a file that others include from a spec."""
    of_a_spec = [{"required": [key]} for key in ("layers", "input", "inputs")]
    brings = [{"required": [key]} for key in ("blocks", "vars", "include")]
    return {"not": {"anyOf": of_a_spec}, "anyOf": brings}


def _complete_sections() -> Json:
    """What they must have where no spec is extended that could have it."""
    blocks = {"additionalProperties": {"required": needed(BlockKeys)}}
    records: Json = {n: {"required": needed(cls)} for n, cls in SECTIONS.items()}
    # Whoever names a function of their own needs no source.
    records["data"] = {"anyOf": [{"required": [key]} for key in ("source", "python")]}
    return {"blocks": blocks, **records}


def _section(key: Argument) -> Json:
    record = SECTIONS.get(key.name)
    json = or_formula(key.kind.json)
    if record:
        json = {**record_json(record), "required": []}
    if not key.required:
        json = _or_null(json)
    return {"description": DESCRIPTIONS[key.name], **json}


def _or_null(json: Json) -> Json:
    """A schema that takes null as well, which leaves out what an extended spec has."""
    if json.get("type") == "object":
        return {**json, "type": ["object", "null"]}
    return {"anyOf": [json, {"type": "null"}]}


def _tensors() -> Json:
    """What a layer reads: a name, or a list of names and branches."""
    source = {
        "type": "string",
        "description": "the name of a layer above, prev or input",
    }
    branch = {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1}
    several = {"type": "array", "items": {"anyOf": [source, branch]}, "minItems": 1}
    return {"anyOf": [source, several]}


def _from() -> Json:
    """What a call reads, by the names of its arguments if it says so."""
    given = {"anyOf": [TENSORS, {"type": "boolean"}]}
    named = {"type": "object", "additionalProperties": given, "minProperties": 1}
    return {"anyOf": [TENSORS, named]}


def _step() -> Json:
    """An entry of a layer list: a layer, a statement, or a call of a block."""
    statements = {word: record_json(cls) for word, cls in STATEMENTS.items()}
    for word, cls in STATEMENTS.items():
        statements[word]["description"] = cls.__doc__
    layer = {"$ref": "#/$defs/layer"}
    return {"anyOf": [layer, one_of_the_keys(statements), *_calls(), *_own_layers()]}


def _own_layers() -> list[Json]:
    """The forms of a layer that `custom:` declares, there or in another file."""
    known = {"enum": list(_names())}
    named = {
        "type": "object",
        "patternProperties": {OWN_LAYER: {}},
        "additionalProperties": False,
        "propertyNames": {"not": known},
        "minProperties": 1,
        "maxProperties": 1,
    }
    return [{"type": "string", "pattern": OWN_LAYER, "not": known}, named]


def _known_step() -> Json:
    """An entry that names no layer but those there are, inside of others, too."""
    known = {"anyOf": [{"enum": list(_names())}, {"pattern": CALL}]}
    steps = {"items": {"$ref": "#/$defs/known_step"}}
    inside: Json = {
        "repeat": {"properties": {"layers": steps}},
        "if": {"properties": {"then": steps, "else": steps}},
    }
    one = {"$ref": "#/$defs/known_step"}
    held: Json = {"anyOf": [{"type": "null"}, one, {"type": "array", "items": one}]}
    for name in layer_names():
        arguments = layer_class(name).arguments().values()
        if holding := [one.name for one in arguments if one.kind.holds_layers]:
            inside[name] = {"properties": dict.fromkeys(holding, held)}
    bare = {"type": "string", **known}
    return {
        "anyOf": [bare, {"type": "object", "propertyNames": known}],
        "properties": inside,
    }


def _calls() -> list[Json]:
    """The forms of a call of a block: its name alone, or with arguments."""
    call = {
        "type": "object",
        "patternProperties": {CALL: {}},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "not": {"anyOf": [{"required": [word]} for word in STATEMENTS]},
    }
    bare = {"type": "string", "pattern": CALL, "not": {"enum": list(STATEMENTS)}}
    return [bare, call]


def _names() -> dict[str, str]:
    """All names of layers and operations, each with the one that it stands for."""
    every = (*layer_names(), *model_names(), *operation_names())
    own = {name: name for name in every}
    others = {OPERATION + one: OPERATION + name for one, name in synonyms().items()}
    return own | ALIASES | others


def _complete_steps() -> Json:
    """What holds of a spec where no other place may give a layer its arguments."""
    steps = {"type": "array", "items": {"$ref": "#/$defs/complete_step"}}
    block = {"properties": {"layers": steps}}
    return {"properties": {"layers": steps, "blocks": {"additionalProperties": block}}}


def _complete_step() -> Json:
    """A layer with all arguments that it needs, alone or inside a statement."""
    steps = {"items": {"$ref": "#/$defs/complete_step"}}
    names = _names()
    needs = {shown: needed(layer_class(name)) for shown, name in names.items()}
    complete: Json = {
        name: _with_all(required) for name, required in needs.items() if required
    }
    complete["repeat"] = {"properties": {"layers": steps}}
    complete["if"] = {"properties": {"then": steps, "else": steps}}
    return {
        "not": {"enum": [name for name, required in needs.items() if required]},
        "properties": complete,
    }


def _with_all(required: list[str]) -> Json:
    """Arguments with those that are required; one alone may stand for itself."""
    alone = {"not": {"type": ["object", "null"]}}
    whole = {"type": "object", "required": required}
    return {"anyOf": [whole, alone]} if len(required) == 1 else whole


def _layer() -> Json:
    """A layer with its arguments, of which `defaults:` may give any."""
    names = _names()
    named = {
        shown: {
            "description": comment(layer_class(name)),
            "$ref": f"#/$defs/{name}",
        }
        for shown, name in names.items()
    }
    return {"anyOf": [{"enum": list(names)}, one_of_the_keys(named)]}
