"""The layers under `custom:` of a spec, to classes."""

from typing import Any

from cnnspec.catalogue.named import Named
from cnnspec.catalogue.registry import is_layer
from cnnspec.ground.errors import Invalid, Path
from cnnspec.ground.kinds import LARGEST, NAME_SAYS, is_name, name_hint
from cnnspec.ground.yaml_text import describe, flow
from cnnspec.language.expressions import Formula
from cnnspec.language.own.keys import CustomKeys, is_place, is_word
from cnnspec.language.own.layer import (
    ONLY_INPUT,
    Declaration,
    OwnLayer,
    own_class,
    unread_class,
)
from cnnspec.language.own.parts import (
    METRIC,
    OF_LAYERS,
    OwnParts,
    is_part_name,
    kind_of_part,
    own_part,
    unread_part,
)
from cnnspec.language.program import NEEDED
from cnnspec.language.steps import STATEMENTS, section
from cnnspec.language.variables import Notes

Own = dict[str, type[OwnLayer]]
"""The layers that a spec declares, by their names."""
_SHAPES = ("output", "outputs", "weights", "non_trainable", "macs")
"""The keys that are worked out of arguments and sizes."""


def read_own(given: Any, train: Any, notes: Notes) -> tuple[Own, OwnParts]:
    """The layers that a spec declares, and the losses and metrics; notes what is wrong.

    A layer that can't be read has a class too, of which nobody can make a layer: what
    uses it isn't wrong as well.

    Args:
        given: what stands under `custom:`.
        train: what stands under `train:`, which tells losses and metrics by their use.
        notes: takes what is wrong.
    """
    found: Own = {}
    parts: OwnParts = {}
    for name, data in (given if isinstance(given, dict) else {}).items():
        path: Path = ("custom", name)
        what = kind_of_part(name, data, train)
        named = is_part_name(name, what, path, notes) if what else True
        if not (named if what else _is_layer_name(name, path, notes)):
            if what:
                parts[str(name)] = unread_part(name, what, path)
            notes.complete &= bool(what)
            continue
        reader = _Reader(name, path, notes)
        if what:
            part = reader.part(data, what)
            parts[name] = part or unread_part(name, what, path)
            continue
        declared = reader.declaration(data)
        if declared is None:
            notes.complete = False
        lost = unread_class(name, path)
        found[name] = lost if declared is None else own_class(declared)
    return found, parts


def _with_form(error: Invalid, data: Any) -> Invalid:
    """What is wrong with a declaration that is no mapping, with how one is written."""
    if not isinstance(data, str) or not is_place(data):
        return error
    hint = f"write {flow({'import': data, 'output': f'${ONLY_INPUT}'})}"
    return Invalid(problem._replace(hint=hint) for problem in error.problems)


def _is_layer_name(name: Any, path: Path, notes: Notes) -> bool:
    """Whether a layer may be called so; reports it if not."""
    hint = "choose another name"
    if not isinstance(name, str) or not is_word(name):
        text = "an own layer's name is that of a class, a word such as 'CoordConv'; "
        text = f"{text}found {describe(name)}"
        hint = "letters, digits and _, and not a word of Python's own"
    elif is_layer(name):
        text = f"an own layer can't be called '{name}', which is a layer of Keras"
        hint = f"choose another name, and put the class's behind import: …:{name}"
    elif name in STATEMENTS or name.startswith("ops."):
        text = f"an own layer can't be called '{name}', a word of the language"
    else:
        return True
    notes.report(path, "own-layer", text, hint, at_key=True)
    return False


class _Reader:
    """Reads one declaration."""

    def __init__(self, name: str, path: Path, notes: Notes) -> None:
        self._name, self._path, self._notes = name, path, notes
        self._sound = True

    def declaration(self, data: Any) -> Declaration | None:
        """What is declared; None where something is wrong with it."""
        try:
            keys = section(CustomKeys, data)
        except Invalid as error:
            self._notes.add(_with_form(error, data), self._path)
            return None
        arguments = self._arguments(keys.arguments_)
        inputs = self._inputs(keys.inputs, arguments)
        if keys.labels is not None:
            text = "labels: is for a loss or a metric, and this is a layer"
            self._report(("labels",), text, "remove it; or add kind: loss")
        self._refuse_shapes(keys)
        known = frozenset((*arguments, *(inputs or (ONLY_INPUT,))))
        for key in _SHAPES:
            where = (*self._path, key)
            self._sound &= self._notes.know(getattr(keys, key), where, known)
        weights = self._weights("weights", keys.weights)
        fixed = self._weights("non_trainable", keys.non_trainable)
        for name in weights.keys() & fixed.keys():
            text = f"the weight '{name}' stands under weights: already"
            self._report(("non_trainable", name), text, "remove one of the two")
        if not self._sound:
            return None
        module, class_name = keys.import_
        several = keys.outputs is not None
        outputs = tuple(keys.outputs or ()) or (keys.output,)
        return Declaration(
            self._name,
            module,
            class_name or self._name,
            arguments,
            inputs,
            outputs,
            several,
            weights,
            fixed,
            keys.macs,
            self._path,
        )

    def _report(
        self, where: Path, text: str, hint: str = "", *, at_key: bool = True
    ) -> None:
        self._sound = False
        self._notes.report((*self._path, *where), "own-layer", text, hint, at_key)

    def part(self, data: Any, what: str) -> type[Named] | None:
        """The class of a loss or a metric; None where something is wrong with it."""
        try:
            keys = section(CustomKeys, data)
        except Invalid as error:
            self._notes.add(error, self._path)
            return None
        for key in OF_LAYERS:
            if key in data:
                text = f"an own {what} has no {key}:, which tells of a layer"
                self._report((key,), text, "remove it")
        arguments = None
        if keys.arguments_ is not None:
            arguments = self._arguments(keys.arguments_)
        place, is_class = keys.import_, (keys.import_[1] or self._name)[:1].isupper()
        if what == METRIC and arguments is not None and not is_class:
            text = f"'{self._name}' has arguments, and a metric that a function makes "
            hint = "give it a class, whose name begins with a capital"
            self._report(("arguments",), f"{text}has a name that nobody knows", hint)
        if not self._sound:
            return None
        return own_part(self._name, what, place, arguments, keys.labels, self._path)

    # ------------------------------------------------------------- what it is given

    def _arguments(self, given: Any) -> dict[str, Any]:
        """The arguments with their defaults."""
        found: dict[str, Any] = {}
        if isinstance(given, list):
            for number, name in enumerate(given):
                if self._is_argument(name, found, ("arguments", number)):
                    found[name] = NEEDED
        for name, default in (given if isinstance(given, dict) else {}).items():
            where: Path = ("arguments", name)
            if not self._is_argument(name, found, where):
                continue
            place = (*self._path, *where)
            self._sound &= self._notes.know(default, place, frozenset(found))
            blank = default is None and self._notes.source.is_blank(place)
            found[name] = NEEDED if blank else default
        return found

    def _is_argument(self, name: Any, others: dict[str, Any], where: Path) -> bool:
        """Whether a further argument may be called so; reports it if not."""
        if isinstance(name, str) and name in (*OwnLayer.arguments(), "from"):
            text = f"'{name}' can't be an argument, since every layer may have {name}:"
            self._report(where, text, "remove it here; or choose another name")
        elif isinstance(name, str) and name in others:
            self._report(where, f"the argument '{name}' is there already", "remove it")
        elif self._notes.is_variable(name, (*self._path, *where)):
            return True
        self._sound = False
        return False

    def _inputs(self, given: Any, arguments: dict[str, Any]) -> tuple[str, ...]:
        """The names of its tensors."""
        found: list[str] = []
        for place, name in enumerate(given or ()):
            where = ("inputs", place)
            if not self._notes.is_variable(name, (*self._path, *where)):
                self._sound = False
            elif name in found or name in ("prev", "input"):
                self._report(where, f"the name '{name}' is taken", "choose another")
            elif name in arguments:
                text = f"'{name}' is an argument and a tensor, and expressions know one"
                self._report(where, text, "choose another name for one of them")
            else:
                found.append(name)
        if given is None and ONLY_INPUT in arguments:
            text = f"'{ONLY_INPUT}' is what expressions call the sizes of the input"
            hint = "choose another name; or name the tensor, as in inputs: [image]"
            self._report(("arguments", ONLY_INPUT), text, hint)
        return tuple(found)

    # ------------------------------------------------------------- what comes of it

    def _refuse_shapes(self, keys: CustomKeys) -> None:
        """Reports what is wrong with the sizes of its results."""
        if (keys.output is None) == (keys.outputs is None):
            both = keys.output is not None
            text = "an own layer has output: or outputs:, and not both"
            hint = "keep one of the two"
            if not both:
                text = "an own layer needs 'output', the sizes of what it gives"
                hint = "add output:, as in output: $x for those of its input"
                if keys.inputs:
                    hint = f"add output:, as in output: ${keys.inputs[0]}"
            self._report(("outputs",) if both else (), text, hint)
            return
        if keys.output is not None:
            self._refuse_sizes(keys.output, ("output",), unknown=True)
        for place, sizes in enumerate(keys.outputs or ()):
            where = ("outputs", place)
            if isinstance(sizes, list | Formula):
                self._refuse_sizes(sizes, where, unknown=True)
                continue
            text = f"outputs lists the sizes of each result; found {describe(sizes)}"
            hint = f"write [{sizes}]" if type(sizes) is int else ""
            self._report(where, text, hint, at_key=False)

    def _refuse_sizes(self, sizes: Any, where: Path, *, unknown: bool) -> None:
        """Reports what is neither a size nor an expression."""
        for place, size in enumerate(sizes if isinstance(sizes, list) else ()):
            if type(size) is Formula or (size is None and unknown):
                continue
            if type(size) is int and 1 <= size <= LARGEST:
                continue
            text = f"a size must be a whole number above 0; found {describe(size)}"
            hint = ""
            if isinstance(size, str) and is_word(size.split("[")[0]):
                hint = f'write "${{{size}}}"'
            elif size is None:
                hint = "Keras makes no weight without all its sizes"
            self._report((*where, place), text, hint, at_key=False)

    def _weights(self, key: str, given: Any) -> dict[str, Any]:
        """The sizes of weights by their names."""
        found: dict[str, Any] = {}
        for name, sizes in (given or {}).items():
            where = (key, name)
            if not isinstance(name, str) or not is_name(name):
                text = f"a weight's name must be {NAME_SAYS}; found {describe(name)}"
                self._report(where, text, name_hint(name))
            elif isinstance(sizes, list | Formula):
                self._refuse_sizes(sizes, where, unknown=False)
                found[name] = sizes
            else:
                text = f"the weight '{name}' must be a list of sizes; found "
                hint = 'as in ["${filters}"], or [] for one number'
                if type(sizes) is int:
                    hint = f"write [{sizes}]"
                text = f"{text}{describe(sizes)}"
                self._report(where, text, hint, at_key=False)
        return found
