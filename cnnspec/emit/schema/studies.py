"""Studies as JSON Schema: in a spec, and in files of their own."""

from cnnspec.ground.kinds import Json
from cnnspec.ground.records import Record
from cnnspec.language.studies import SpecStudy, StudyFile

EXPECT, STUDY, STUDY_FILE = "expect", "study", "study_file"
"""What the schema calls its parts that studies need."""
IS_STUDY: Json = {
    "not": {
        "anyOf": [
            {"required": [key]} for key in ("layers", "input", "inputs", "extends")
        ]
    },
    "anyOf": [{"required": [key]} for key in ("study", "base", "variants")],
}
"""What tells a study in a file of its own from a spec."""

_DESCRIPTIONS = {
    "study": "What the study asks, in a sentence.",
    "title": "What the study asks, in a sentence.",
    "base": "The spec whose variants are compared: its path, seen from this file.",
    "seeds": "How often each variant is trained: a number, or a list of seeds.",
    "variants": "What is compared: a name for each, and what it sets in the spec.",
    "grid": "Values that are crossed: every combination is a variant.",
    "expect": "What variants must come to, by their names.",
    "sample": "Settings that are drawn at random: {log: [1e-5, 1e-1]} and others.",
    "trials": "How many samples are drawn.",
    "sample_seed": "Which samples are drawn; 0 if none is given.",
    "halving": "Few epochs for all samples, more for the best of them.",
}


def study_of_spec() -> Json:
    """What `study:` of a spec may say."""
    return _mapping(SpecStudy)


def study_file() -> Json:
    """What a study in a file of its own may say."""
    return _mapping(StudyFile)


def _mapping(cls: type[Record]) -> Json:
    """A mapping of a record's arguments, of which none is a formula."""
    arguments = cls.arguments().values()
    return {
        "type": "object",
        "properties": {
            one.name: {"description": _DESCRIPTIONS[one.name], **one.kind.json}
            for one in arguments
        },
        "required": [one.name for one in arguments if one.required],
        "additionalProperties": False,
    }
