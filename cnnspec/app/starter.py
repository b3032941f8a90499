"""The spec that `init` writes to start from."""

import os

from cnnspec.app.streams import stop
from cnnspec.emit.schema.language import json_schema
from cnnspec.ground.errors import SpecError
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


def write_starter(name: str, force: bool) -> list[str]:
    """Writes a spec and, beside it, the schema that editors read: both or none.

    Args:
        name: of the new model, or of its file.
        force: whether to write over a file of that name.

    Returns:
        The paths of both.
    """
    import json

    from cnnspec.emit.write import write_together

    path = name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"
    folder, file = os.path.split(path)
    if not file.isprintable() or file.startswith("."):
        stop(f"'{name}' can't be a model's name; it is text that a file can be called")
    if os.path.lexists(path) and not force:
        stop(f"'{path}' is there already; choose another name, or use --force")
    if folder and not os.path.isdir(folder):
        stop(f"there is no folder '{folder}'; make it first")
    # Editors read it and nobody else, and on one line it is half as long.
    schema = json.dumps(json_schema(), ensure_ascii=False)
    files = {os.path.join(folder, SCHEMA_FILE): f"{schema}\n", path: starter(file)}
    try:
        write_together(files)
    except SpecError as error:
        [found] = error.diagnostics
        stop(f"'{found.mark.path}': {found.message}")
    return list(files)


def starter(file: str) -> str:
    """A small spec to start from.

    Args:
        file: the name of the file it is for; the model is called like it.
    """
    import shlex

    name = flow(file.rpartition(".")[0], exact=True)
    return STARTER.format(schema=SCHEMA_FILE, file=shlex.quote(file), name=name)
