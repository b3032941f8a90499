"""Names for variables, functions and constants."""

import builtins
import re
from collections.abc import Mapping
from keyword import iskeyword
from typing import Any

from cnnspec.catalogue.components import snake_case

_OWN_NAMES = (
    "x inputs outputs model layers ops keras np pd plt Path build_model compile_model "
    "load_data main "
    "plot_histories plot_history plot_images prepare read_csv math name tensors "
    "shared load_digits train_test_split Checkpoint OnDevice StopOnSignal "
    "ThreadPoolExecutor about_run argparse best_epoch check_labels class_folders "
    "contextlib copy_checkpoint csv datetime end_with_parent find_spec font_manager "
    "fuse_steps import_module io json made_with many_steps number_labels os platform "
    "plot_confusion re read_history read_images share shutil signal subprocess "
    "supervise sys threading traceback train_in_processes train_member use_devices "
    "write_history zipfile KeepHistory save_model tf batches check_images check_masks "
    "list_images list_pairs sizes_of_pair read_target as_fit_takes images_in "
    "read_image train test valid save_classes keep_scores read_mask Image LogToMLflow "
    "mlflow pairs read split"
)
"""What no other variable may hide: functions and modules of scripts, and their own
variables."""

_LOOK_LIKE_DIGITS = ("l", "O", "I")


def without_axes(kind: str) -> str:
    """The kind of a layer whatever it slides along: `conv` for `conv2d`."""
    return re.sub(r"\d[dD]$", "", kind)


class Names:
    """Identifiers, each given once."""

    def __init__(self, reserved: set[str]) -> None:
        self._taken, self._reserved = set(reserved), reserved

    @property
    def taken(self) -> frozenset[str]:
        """All that were given, and those that nothing may have."""
        return frozenset(self._taken)

    def take(self, name: str) -> str:
        """Lets nothing else have this very name."""
        self._taken.add(name)
        return name

    def new(self, *wanted: str) -> str:
        """The first of several names that is free, or one with a number."""
        names = [identifier(name) for name in wanted]
        for name in names:
            if name not in self._taken and not self._is_reserved(name):
                return self.take(name)
        allowed = [name for name in names if not self._is_reserved(name)]
        stem = found = allowed[0] if allowed else f"{names[0]}_"
        count = 1
        while found in self._taken:
            count += 1
            found = f"{stem}{'' if stem.endswith('_') else '_'}{count}"
        return self.take(found)

    def _is_reserved(self, name: str) -> bool:
        return name in self._reserved or name in _LOOK_LIKE_DIGITS or iskeyword(name)


class Constants:
    """The variables of a spec as constants of its script.

    Attributes:
        used: the variables that the code uses.
    """

    def __init__(
        self, values: Mapping[str, Any], given: Mapping[str, Any], names: Names
    ) -> None:
        """Names the constants.

        Args:
            values: of the variables.
            given: the constants that the script has for the training, which serve for
                variables of the same name and value.
            names: those of the script.
        """
        self.used: set[str] = set()
        self._names: dict[str, str] = {}
        self._shared: set[str] = set()
        for variable, value in values.items():
            name = identifier(snake_case(variable).upper())
            if name in given and given[name] == value:
                self._names[variable] = name
                self._shared.add(variable)
            else:
                own = f"MODEL_{name}" if name in given else name
                self._names[variable] = names.new(own)

    def use(self, variable: str) -> str:
        """The constant that a variable is, for code."""
        self.used.add(variable)
        return self._names[variable]

    def needs_a_line(self, variable: str) -> bool:
        """Whether the script has to say what the constant is."""
        return variable in self.used and variable not in self._shared

    def __getitem__(self, variable: str) -> str:
        return self._names[variable]


def reserved_names(constants: Mapping[str, Any]) -> set[str]:
    """What nothing in a script may be called that has these constants."""
    return {*_OWN_NAMES.split(), *dir(builtins), *constants}


def identifier(name: str) -> str:
    """A variable's name made of a layer's name; it may be a word of Python's own."""
    from unicodedata import normalize

    # Python reads names in this form: "ﬁ" as "fi".
    plain = normalize("NFKC", name)
    found = "".join(char if f"a{char}".isidentifier() else "_" for char in plain)
    if found != plain or not found.strip("_"):
        found = found.strip("_") or "tensor"
    # The number behind: 1_conv becomes conv_1.
    found = re.sub(r"^(\d+)_(\w*[^\W\d_])$", r"\2_\1", found)
    return found if found.isidentifier() else f"_{found}"
