"""The spec that `init` writes to start from."""

import os
from collections.abc import Iterator

from cnnspec.app.streams import stop
from cnnspec.emit.schema.language import json_schema
from cnnspec.ground.yaml_text import flow

SCHEMA_FILE = "cnnspec.schema.json"

STARTER = """\
# yaml-language-server: $schema={schema}
#
# Check it:  cnnspec check {file}
# See it:    cnnspec show {file} --why
# Build it:  cnnspec build {file}

name: {name}
input: [28, 28, 1]            # height, width, channels of one image; no batch

layers:
  # A layer is its name in Keras with its arguments in Keras.
  - Conv2D: {{filters: 32, kernel_size: 3, activation: relu}}
  - MaxPooling2D: 2           # one value alone is the first argument: pool_size
  - Conv2D:                   # the same, one argument a line
      filters: 64
      kernel_size: 3
      activation: relu
  - MaxPooling2D              # no arguments: the name alone
  - Flatten
  - Dropout: 0.5
  - Dense: {{units: 10, activation: softmax}}

expect:                       # checked each time; delete what you don't know yet
  total_params: 34826

data: {{source: mnist, scale: 255, labels: one_hot}}

train:
  optimizer: adam
  loss: categorical_crossentropy
  metrics: [accuracy]
  batch_size: 64
  epochs: 5
  validation_split: 0.1
"""


def write_starter(name: str, force: bool) -> Iterator[str]:
    """Writes a spec and, beside it, the schema that editors read.

    Args:
        name: of the new model, or of its file.
        force: whether to write over a file of that name.

    Returns:
        The paths of both, each once it is written.
    """
    import json

    path = name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"
    folder, file = os.path.split(path)
    if not name.isprintable() or file.startswith("."):
        stop("a model's name is text that a file can have as its name")
    if os.path.exists(path) and not force:
        stop(f"'{path}' is there already; choose another name, or use --force")
    if folder and not os.path.isdir(folder):
        stop(f"there is no folder '{folder}'; make it first")
    # Editors read it and nobody else, and on one line it is half as long.
    schema_text = json.dumps(json_schema(), ensure_ascii=False)
    yield _written(os.path.join(folder, SCHEMA_FILE), f"{schema_text}\n")
    yield _written(path, starter(file))


def _written(path: str, text: str) -> str:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        stop(f"'{path}' can't be written: {(error.strerror or '').lower()}")
    return path


def starter(file: str) -> str:
    """A small spec to start from.

    Args:
        file: the name of the file it is for; the model is called like it.
    """
    import shlex

    name = flow(file.rpartition(".")[0], exact=True)
    return STARTER.format(schema=SCHEMA_FILE, file=shlex.quote(file), name=name)
