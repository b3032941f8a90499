"""Whether the files of a spec's data are there, where it is to be trained."""

import os
from collections.abc import Iterator

from cnnspec.ground.errors import Diagnostic
from cnnspec.language.program import Program


def missing_files(program: Program) -> Iterator[Diagnostic]:
    """The files and folders of data that aren't there, each at the line that names it.

    Args:
        program: of a spec; its paths are seen from the current folder.
    """
    for key in ("path", "train", "validation"):
        given = getattr(program.data, key)
        names = dict.fromkeys(given if isinstance(given, tuple) else (given,))
        for name in (one for one in names if one and not os.path.exists(one)):
            text = f"'{name}' is missing in the folder where the training is started"
            hint = "put it there, or name its whole path"
            where = ("data", key)
            yield program.source.diagnostic("error", "not-found", where, text, hint)
