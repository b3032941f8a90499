"""The spec that `init` writes to start from."""

import os
from typing import TYPE_CHECKING

from cnnspec.app.streams import stop
from cnnspec.emit.schema.language import json_schema
from cnnspec.ground.errors import SpecError
from cnnspec.ground.visible import visible
from cnnspec.ground.yaml_text import flow

if TYPE_CHECKING:
    from cnnspec.app.survey import Column

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


def write_starter(
    name: str, force: bool, table: str | None = None, label: str | None = None
) -> list[str]:
    """Writes a spec and, beside it, the schema that editors read: both or none.

    Args:
        name: of the new model, or of its file.
        force: whether to write over a file of that name.
        table: a CSV file that it is for.
        label: the column of that to learn.

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
    text = starter(file) if table is None else for_table(file, table, label)
    # Editors read it and nobody else, and on one line it is half as long.
    schema = json.dumps(json_schema(), ensure_ascii=False)
    files = {os.path.join(folder, SCHEMA_FILE): f"{schema}\n", path: text}
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


TABLE_STARTER = """\
# yaml-language-server: $schema={schema}
#
# Check it:  cnnspec check {file}
# See it:    cnnspec show {file} --why
# Train it:  cnnspec train {file}

name: {name}
input: [{width}]{space}# a number for each numeric column, and for each category

layers:
  - Normalization             # brings each number to mean 0 and variance 1
  - Dense: {{units: 32, activation: relu}}
  - Dense: {{units: 32, activation: relu}}
  - Dense: {last}

data:
  source: csv
  train: {table}
  label_column: {label}{labels}
  columns:                    # what the model is given, in this order
{columns}
  test_size: 0.2              # of the rows, to test with

train:
  optimizer: adam
{how}
  epochs: 50
  validation_split: 0.1
  seed: 0
"""


CLASSES = """\
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]"""
NUMBER = """\
  loss: mse
  metrics: [mae]"""


def for_table(file: str, table: str, label: str | None) -> str:
    """A spec that learns one column of a CSV file from the others.

    Args:
        file: the name of the file it is for; the model is called like it.
        table: the CSV file.
        label: the column to learn.
    """
    import shlex

    from cnnspec.app.survey import Unreadable, columns, label_of

    try:
        found = columns(table)
    except Unreadable as error:
        stop(f"'{table}' can't be made a spec of: {error}")
    names = [one.name for one in found]
    if label is not None and label not in names:
        stop(f"'{table}' has no column '{label}'; it has {', '.join(names[:8])}")
    learnt = label_of(found) if label is None else found[names.index(label)]
    given = [one for one in found if one is not learnt]
    used = [one for one in given if not one.left_out]
    if not used:
        stop(f"'{table}' has no column that a model could be given")
    width = sum(1 if one.numeric else len(one.values) for one in used)
    return TABLE_STARTER.format(
        schema=SCHEMA_FILE,
        file=shlex.quote(file),
        name=flow(file.rpartition(".")[0], exact=True),
        width=width,
        space=" " * max(1, 20 - len(str(width))),
        table=flow(table, exact=True),
        label=flow(learnt.name, exact=True),
        columns="\n".join(map(_line, given)),
        **_learning(learnt, table),
    )


def _line(column: "Column") -> str:
    """A column in the list of a spec, or a comment that it isn't there."""
    name = flow(column.name, exact=True)
    if column.left_out:
        return f"    # {visible(name)} is left out: {column.left_out}"
    holds = "numeric" if column.numeric else flow(column.values, exact=True)
    gaps = f"  # empty in {column.gaps:,} rows: fill them" if column.gaps else ""
    return f"    {name}: {holds}{gaps}"


def _learning(column: "Column", table: str) -> dict[str, str]:
    """How a column is learnt: as classes, or as a number."""
    if column.left_out and not column.numeric:
        stop(f"'{table}': '{column.name}' can't be learnt: {column.left_out}")
    if column.numeric and not (column.is_whole and len(column.values) > 1):
        return {"last": "1", "labels": "  # a number", "how": NUMBER}
    count = len(column.values)
    if count < 2:
        stop(f"'{table}': '{column.name}' is '{column.values[0]}' in all rows")
    last = f"{{units: {count}, activation: softmax}}"
    classes = {"last": last, "how": CLASSES}
    if not column.numeric:
        names = flow(column.values, exact=True)
        return {**classes, "labels": f"\n  classes: {names}"}
    numbers = [int(float(one)) for one in column.values]
    labels = f"\n  classes: {count}"
    if numbers != list(range(count)):
        labels += "\n  labels: contiguous          # numbered from 0 without gaps"
    return {**classes, "labels": labels}
