"""Tables of pandas while code is read: which file, and which column is the label."""

from typing import Any

from cnnspec.read.code.arrays import Array, Origin, array_attribute
from cnnspec.read.code.values import Call, Native, Unknown
from cnnspec.read.found import Place

TABLE = "csv"
"""The data source of a spec for them."""


class Frame(Array):
    """A table that is read from a file, or what is left of it."""

    def part(self, key: Any) -> Any:
        """A column by its name, or several rows or columns."""
        if isinstance(key, str):
            return self.column(key)
        names = isinstance(key, list) and all(isinstance(one, str) for one in key)
        if names:
            some = Frame((self.why, len(key)), self.why, self.origin)
            some.origin = self.origin._replace(source="")
            return some
        return self if isinstance(key, slice | list) else super().part(key)

    def column(self, name: str) -> Array:
        """One column, whose numbers or texts are taken for labels."""
        origin = self.origin._replace(is_labels=True, column=name)
        return Array((self.why,), self.why, origin)

    def without(self, column: Any) -> "Frame":
        """The table without a column."""
        names = [column] if isinstance(column, str) else column
        left = (*self.origin.left_out, *(names if isinstance(names, list) else ()))
        origin = self.origin._replace(left_out=left)
        return Frame(self.shape, self.why, origin)

    def __delitem__(self, column: Any) -> None:
        self.origin = self.without(column).origin


def read_table(call: Call) -> Any:
    """What `read_csv` gives."""
    path = call.get("filepath_or_buffer", 0)
    if not isinstance(path, str):
        return call.unknown()
    why = call.unknown()
    return Frame((why, why), why, Origin(TABLE, file=path, place=call.place))


def frame_attribute(machine: Any, table: Frame, name: str, place: Place) -> Any:
    """What a table has."""
    if name in ("iloc", "loc"):
        return table
    work = {"drop": _dropped, "pop": _popped}.get(name)
    if work is None:
        return array_attribute(machine, table, name, place)
    return Native(name, lambda call: work(table, call))


def _dropped(table: Frame, call: Call) -> Any:
    """What `drop` leaves of a table."""
    column = call.get("columns", None, call.get("labels", 0))
    if isinstance(column, Unknown):
        return call.unknown()
    found = table.without(column)
    if call.named.get("inplace") is True:
        table.origin = found.origin
        return None
    return found


def _popped(table: Frame, call: Call) -> Any:
    """The column that `pop` takes out of a table."""
    column = call.get("item", 0)
    if not isinstance(column, str):
        return call.unknown()
    del table[column]
    return table.column(column)


SCALERS = ("StandardScaler", "MinMaxScaler", "RobustScaler", "MaxAbsScaler")
"""Classes of scikit-learn that give each column of samples another scale."""


class Encoder:
    """What scikit-learn changes arrays by, and keeps their form.

    `LabelBinarizer` and `LabelEncoder` number labels without gaps.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def made(self, call: Call) -> Any:
        """What it makes of labels."""
        labels = call.get("y", 0, call.named.get("X"))
        if not isinstance(labels, Array):
            return call.unknown()
        if self.kind in SCALERS:
            return labels.done("changed", call.text)
        found = labels.done("contiguous", True)
        if self.kind == "LabelEncoder":
            return found
        count = labels.origin.classes or call.unknown()
        made = Array((*(labels.shape or (labels.why,))[:1], count), labels.why)
        made.origin = found.origin.then("one_hot", True)
        return made


def encoder_attribute(machine: Any, owner: Encoder, name: str, place: Place) -> Any:
    """What an encoder can do."""
    if name in ("fit_transform", "transform"):
        return Native(name, owner.made)
    if name == "fit":
        return Native(name, lambda call: owner)
    return Native(name, lambda call: call.unknown())
