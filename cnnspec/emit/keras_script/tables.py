"""What templates are told of tables of features."""

from collections.abc import Sequence

from cnnspec.emit.code.plan.values import text
from cnnspec.language.table import NUMERIC
from cnnspec.language.training import Data

MISSING = {
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan"),
    *("1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a"),
    *("nan", "null"),
}
"""What pandas takes for a missing value (pandas/_libs/parsers.pyx, 3.1)."""


def columns(data: Data) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The columns that a model is given, with their categories, if they have some."""
    listed = data.columns or {}
    return tuple((name, () if h == NUMERIC else h) for name, h in listed.items())


def read_csv(data: Data, named: Sequence[str]) -> str:
    """Code of what pandas is told beside the file, so that categories stay texts.

    Args:
        data: the section of the spec.
        named: the columns that may have names of classes.
    """
    found = (*columns(data), *((name, data.names) for name in named))
    unlike = [name for name, held in found if any(map(_looks_otherwise, held))]
    told = ", ".join(f"{text(name)}: str" for name in unlike)
    more = f", dtype={{{told}}}" if unlike else ""
    missing = any(one in MISSING for _, held in found for one in held)
    return f"{more}, keep_default_na=False" if missing else more


def _looks_otherwise(category: str) -> bool:
    """Whether pandas would make a number or a truth of it."""
    if category.strip().lower() in ("true", "false"):
        return True
    try:
        float(category)
    except ValueError:
        return False
    return True
