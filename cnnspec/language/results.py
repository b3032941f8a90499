"""Where a training leaves its results, and under which names."""

import re
from typing import TYPE_CHECKING

from cnnspec.ground.file_names import file_name

if TYPE_CHECKING:
    from cnnspec.language.program import Program

_OWN = re.compile(
    r"(process_\d+/)?(member_\d+/)?"
    r"((model|last)(\.unfinished)?\.keras|checkpoint|predict\.py|classes\.json"
    r"|metrics\.json|history\.(csv|unfinished)|log\.txt|README\.(md|unfinished)"
    r"|[^/]+\.(png|svg)|tensorboard|mlflow(\.db|_run)?|[^/]+\.sbatch|slurm-\d+\.log"
    r"|member_\d+\.log|\.lock.*)"
)


OF_CALLBACKS = "callbacks"
"""Where a run of a study has what its callbacks write, inside of its results."""


def results_folder(program: "Program") -> str:
    """Where a script leaves its results, seen from where it is run."""
    return f"results/{file_name(program.name)}"


def member_folder(program: "Program") -> str:
    """Where a member of an ensemble does; all have the same files."""
    return f"{results_folder(program)}/member_1"


def is_result(name: str) -> bool:
    """Whether a script writes a file of that name into its folder of results."""
    return _OWN.fullmatch(name) is not None
