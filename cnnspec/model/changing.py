"""The Program of a document, with the changes that it makes by name."""

from cnnspec.ground.source import Source
from cnnspec.language.program import Program
from cnnspec.language.reader import read_program


def read_changed(source: Source) -> Program:
    """The Program that a document describes, as its `change` says."""
    program = read_program(source)
    if not program.change:
        return program
    from cnnspec.model.survey import with_changes

    return with_changes(program)
