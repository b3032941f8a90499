"""`cnnspec schema`."""

from cnnspec.emit.schema.language import json_schema
from cnnspec.ground.visible import json_text


def run() -> None:
    """Prints the JSON Schema of the language, for editors."""
    print(json_text(json_schema()))
