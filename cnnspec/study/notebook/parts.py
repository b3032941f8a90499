"""What the lesson of each variant says, part by part, as functions that all may use."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from cnnspec.emit.keras_script.lesson import sections
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.study.notebook.inlining import inlined
from cnnspec.study.notebook.spans import Edit, Text, assigned, edited, names_in
from cnnspec.study.notebook.unify import Parameter, Unified, Variety

_TRAINING = ("compile", "fit", "fine_tune")


class Parts(NamedTuple):
    """The code of one variant's lesson."""

    data: str
    samples: str
    constants: Mapping[str, str]
    """The values of the variables that the model's code reads, by their names."""
    constant_lines: str
    """The same as the lesson has them."""
    classes: Sequence[str]
    """Layers that no public module of Keras has."""
    model: str
    """The functions of its blocks, and what makes it."""
    training: str
    """What compiles and fits it."""


def parts_of(writer: Writer) -> Parts:
    """The code of the lesson of a variant.

    Args:
        writer: of a lesson in a notebook, without an ensemble.

    Raises:
        SpecError: one's own templates can't be rendered.
    """
    found: dict[str, list[str]] = {}
    for key, code in sections(writer):
        found.setdefault(key, []).append(code)
    model = writer.view.model
    assert model is not None
    lines = "\n".join(found.get("constants", []))
    text = Text(lines)
    values = {
        target.id: text.piece(node.value)
        for node in text.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    training = "\n".join(code for key in _TRAINING for code in found.get(key, []))
    return Parts(
        data="\n".join(found["data"]),
        samples="\n".join(found.get("samples", [])),
        constants=values,
        constant_lines=lines,
        classes=model.classes,
        model="\n\n\n".join([*model.functions, *found["model"]]),
        training=_silent(_by_name(inlined(training))),
    )


def _by_name(code: str) -> str:
    """Code whose `compile` is given its optimizer by name."""
    text = Text(code)
    return edited(
        code,
        [
            Edit(begin, begin, "optimizer=")
            for call in _calls(text, "compile")
            for argument in call.args[:1]
            for begin, _ in [text.span(argument)]
        ],
    )


def _silent(code: str) -> str:
    """Code whose `fit` tells nothing meanwhile."""
    text = Text(code)
    ends = [text.end_of_arguments(call) for call in _calls(text, "fit")]
    return edited(code, [Edit(end, end, ", verbose=0") for end in ends])


def _calls(text: Text, method: str) -> Iterator[ast.Call]:
    for node in ast.walk(text.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == method:
            yield node


# ------------------------------------------------------------------ functions


class Function(NamedTuple):
    """A function of the notebook, which one or several variants call."""

    name: str
    variants: tuple[int, ...]
    """Their places."""
    code: str
    """What it does, with its parameters' names in place of what differs."""
    parameters: tuple[Parameter, ...]

    @property
    def head(self) -> str:
        """What it takes, as its definition has it."""
        needed = [one.name for one in self.parameters if one.default is None]
        return ", ".join(
            [
                *needed,
                *(f"{p.name}={p.default}" for p in self.parameters if p.default),
            ]
        )

    def arguments(self, variant: int) -> str:
        """What a variant gives it."""
        place = self.variants.index(variant)
        return ", ".join(
            f"{one.name}={one.values[place]}"
            for one in self.parameters
            if one.values[place] != one.default
        )


class Shared:
    """What several variants do, as as few functions as possible.

    Attributes:
        called: the variants' names, as variables can be called.
        settings: code of what the study changes in each, by its keys.
    """

    def __init__(
        self, called: Sequence[str], settings: Sequence[Mapping[str, str]]
    ) -> None:
        self.called, self.settings = called, settings

    def functions(
        self,
        name: str,
        codes: Mapping[int, str],
        constants: Mapping[int, Mapping[str, str]] = MappingProxyType({}),
    ) -> list[Function]:
        """As few functions as do what some variants need.

        Args:
            name: of the first; others have that of their first variant behind it.
            codes: of each variant, by its place.
            constants: of each, the values of variables that its code reads.
        """
        groups: list[list[int]] = []
        for place in codes:
            for group in groups:
                if self._united(codes, constants, [*group, place]):
                    group.append(place)
                    break
            else:
                groups.append([place])
        found: list[Function] = []
        for group in groups:
            united = self._united(codes, constants, group)
            assert united is not None
            own = f"{name}_{self.called[group[0]]}" if found else name
            found.append(Function(own, tuple(group), *united))
        return found

    def _united(
        self,
        codes: Mapping[int, str],
        constants: Mapping[int, Mapping[str, str]],
        group: Sequence[int],
    ) -> Unified | None:
        return Variety(
            [codes[place] for place in group],
            [constants.get(place, {}) for place in group],
            [self.settings[place] for place in group],
        ).unified()


def made_known(code: str, *readers: str) -> list[str]:
    """The variables that code assigns to and that other code reads."""
    read: set[str] = set()
    for tree in map(ast.parse, readers):
        read |= {*names_in(tree)} - {*assigned(tree)}
    return [name for name in dict.fromkeys(assigned(ast.parse(code))) if name in read]
