"""`cnnspec schema`."""

import json

from cnnspec.emit.schema.language import json_schema


def run() -> None:
    """Prints the JSON Schema of the language, for editors."""
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
