"""Columns of labels that aren't what the model gives.

Where label_column: lists several columns of a table, a sample has a row of
them: as many numbers as the model gives, or a 0 or 1 for each label. A loss
that takes one class a sample has no use for them (keras/src/losses/losses.py,
3.15).

Wrong:

    input: [2]
    layers:
      - Dense: 3
    data:
      source: csv
      train: people.csv
      test_size: 0.2
      label_column: [height, weight]
      columns: {age: numeric, steps: numeric}
    train: {loss: mse}

Right:

    input: [2]
    layers:
      - Dense: 2
    data:
      source: csv
      train: people.csv
      test_size: 0.2
      label_column: [height, weight]
      columns: {age: numeric, steps: numeric}
    train: {loss: mse}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Trained

CODE = "label-columns"
SEVERITY = "error"
UNLESS = ("label-shape", "loss-labels", "class-count")


def find(fit: Trained) -> Iterator[Problem]:
    """Finds another number of them, or a model that gives one class."""
    data, form = fit.data, fit.answer.form
    columns, listed = fit.label_columns, fit.lists_labels
    if data.source != "csv" or not (listed or form == "labels") or not columns:
        return
    if listed and data.columns is None and not data.file_column:
        return
    count, where = len(columns), fit.label_column_path
    if form not in ("numbers", "labels"):
        text = f"label_column has {count} columns, and {fit.who} gives one class"
        hint = "name one column; or end with a number for each, or with sigmoid and "
        yield Problem(where, CODE, text, f"{hint}labels: multi_hot")
    elif not listed:
        text = f"'{columns[0]}' is one column, and a sample has {fit.units} labels"
        yield Problem(where, CODE, text, "list a column for each label")
    elif count != fit.units:
        text = (
            f"label_column has {count} columns, and {fit.who} gives {fit.units} numbers"
        )
        hint = f"let {fit.who} end with {count} units"
        if "units" in fit.output.layer.arguments():
            hint = f"set units: {count} here"
        yield Problem(fit.output.path, CODE, text, hint, at_key=True)
