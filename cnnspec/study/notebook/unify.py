"""The code of several variants as one function, with a parameter for what differs."""

import ast
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from cnnspec.catalogue.registry import find, is_layer
from cnnspec.emit.code.model import value_text
from cnnspec.study.notebook.spans import (
    Edit,
    Text,
    assigned,
    edited,
    names_in,
    stands_alone,
)

_LAYERS = ("layers.", "keras.layers.", "keras.applications.")
"""Modules of what has weights of its own."""
LEFT_OUT = {
    "fit": {
        "shuffle": "True",
        "callbacks": "None",
        "class_weight": "None",
        "validation_split": "0.0",
    },
    "compile": {"loss_weights": "None", "metrics": "None", "jit_compile": '"auto"'},
}
"""What Keras takes where a method's argument is left out (keras/src/trainers/trainer.py
3.15)."""


class Parameter(NamedTuple):
    """Something that differs between variants."""

    name: str
    values: tuple[str, ...]
    """Code of each variant's."""

    @property
    def default(self) -> str | None:
        """The first variant's, where it can be one: an object would be made once."""
        nodes = ast.walk(ast.parse(self.values[0]))
        is_object = any(
            isinstance(one, ast.Call | ast.List | ast.Dict) for one in nodes
        )
        return None if is_object else self.values[0]


class Unified(NamedTuple):
    """Code that does for several variants."""

    code: str
    """That of the first, with names in place of what differs."""
    parameters: tuple[Parameter, ...]


class _Hole(NamedTuple):
    """A place at which variants differ."""

    edit: Edit
    """With a name in braces to come."""
    name: str
    values: tuple[str, ...]


class Variety:
    """What one or several variants write.

    Attributes:
        texts: of each variant.
        constants: of each, code of the values of variables by their names.
        settings: of each, code of what the study changes, by its keys.
    """

    def __init__(
        self,
        codes: Sequence[str],
        constants: Sequence[Mapping[str, str]],
        settings: Sequence[Mapping[str, str]],
    ) -> None:
        self.texts = [Text(code) for code in _with_common_remarks(codes)]
        self.constants, self.settings = constants, settings
        first = self.constants[0]
        self._varied = {
            name
            for name in first
            if any(other.get(name) != first[name] for other in self.constants)
        }

    def unified(self) -> Unified | None:
        """One code for all; none where they differ in more than values."""
        holes = self._holes([text.tree for text in self.texts], "")
        if holes is None:
            return None
        found: dict[tuple[str, tuple[str, ...]], str] = {}
        own = {*assigned(self.texts[0].tree), *names_in(self.texts[0].tree)}
        edits = []
        for edit, wanted, values in holes:
            name = found.get((wanted, values))
            if name is None:
                name = _free(wanted, {*found.values(), *own})
                found[wanted, values] = name
            edits.append(edit._replace(text=edit.text.format(name)))
        code = edited(self.texts[0].code, edits)
        parameters = [Parameter(name, key[1]) for key, name in found.items()]
        return Unified(code, tuple(parameters))

    def _holes(self, nodes: Sequence[Any], name: str) -> list[_Hole] | None:
        """Where code at one place differs; None where it is of another form.

        Args:
            nodes: of each variant.
            name: of the argument or variable that takes it.
        """
        first = nodes[0]
        if self._is_same(nodes):
            return []
        if any(map(_is_docstring, nodes)):
            return None
        inside = self._inside(nodes, name)
        if (
            inside is not None
            or not isinstance(first, ast.expr)
            or isinstance(first, ast.Slice)
        ):
            return inside
        return self._hole(nodes, name)

    def _is_same(self, nodes: Sequence[Any]) -> bool:
        if not isinstance(nodes[0], ast.AST):
            return all(node == nodes[0] for node in nodes)
        dumps = {ast.dump(node) for node in nodes}
        return len(dumps) == 1 and self._varied.isdisjoint(names_in(nodes[0]))

    def _inside(self, nodes: Sequence[Any], name: str) -> list[_Hole] | None:
        first = nodes[0]
        if len({type(node) for node in nodes}) > 1 or not isinstance(first, ast.AST):
            return None
        if isinstance(first, ast.Name | ast.Constant):
            return None
        if isinstance(first, ast.Call) and not self._calls_the_same(nodes):
            return None
        found: list[_Hole] = []
        for field in first._fields:
            values = [getattr(node, field) for node in nodes]
            named = _name_of(first, field) or name
            if field == "keywords":
                inside = self._of_keywords(nodes)
            elif isinstance(values[0], list):
                inside = self._of_list(values, named)
            else:
                inside = self._holes(values, named)
            if inside is None:
                return None
            found += inside
        return found

    def _calls_the_same(self, calls: Sequence[ast.Call]) -> bool:
        """Whether calls are of one thing, or of what one thing makes: `Dense(…)(x)`."""
        called = [call.func for call in calls]
        return self._is_same(called) or all(isinstance(f, ast.Call) for f in called)

    def _of_list(self, lists: Sequence[list[Any]], name: str) -> list[_Hole] | None:
        if len({len(one) for one in lists}) > 1:
            return None
        found: list[_Hole] = []
        for nodes in zip(*lists, strict=True):
            inside = self._holes(nodes, name)
            if inside is None:
                return None
            found += inside
        return found

    def _of_keywords(self, calls: Sequence[ast.Call]) -> list[_Hole] | None:
        """As `_holes`, of arguments that some variants leave out."""
        given = [{one.arg: one.value for one in call.keywords} for call in calls]
        found: list[_Hole] = []
        for key in dict.fromkeys(key for one in given for key in one):
            if key is None:
                return None
            nodes = [one.get(key) for one in given]
            if all(nodes):
                inside = self._holes(nodes, key)
            elif default := _left_out(calls[0], key):
                inside = self._added(calls[0], key, nodes, default)
            else:
                return None
            if inside is None:
                return None
            found += inside
        return found

    def _added(
        self, call: ast.Call, key: str, nodes: Sequence[Any], default: str
    ) -> list[_Hole] | None:
        """An argument that some leave out."""
        codes = [
            self._code(place, node) if node else default
            for place, node in enumerate(nodes)
        ]
        if not all(code is not None and stands_alone(code) for code in codes):
            return None
        text, values = self.texts[0], tuple(map(str, codes))
        if nodes[0]:
            return [_Hole(Edit(*text.span(nodes[0]), "{}"), key, values)]
        last = text.end_of_arguments(call)
        return [_Hole(Edit(last, last, f", {key}={{}}"), key, values)]

    def _hole(self, nodes: Sequence[ast.expr], name: str) -> list[_Hole] | None:
        if any(map(_makes_layer, nodes)):
            return None
        codes = [self._code(place, node) for place, node in enumerate(nodes)]
        if not all(code is not None and stands_alone(code) for code in codes):
            return None
        first = nodes[0]
        if isinstance(first, ast.Name) and first.id in self.constants[0]:
            name = first.id.lower()
        values = tuple(map(str, codes))
        edit = Edit(*self.texts[0].span(first), "{}")
        return [_Hole(edit, self._set(values) or name or "value", values)]

    def _set(self, values: Sequence[str]) -> str:
        """The last word of the setting whose values these are, if there is one."""
        for key in {key: None for settings in self.settings for key in settings}:
            pairs = [
                (settings[key], value)
                for settings, value in zip(self.settings, values, strict=True)
                if key in settings
            ]
            word = key.rpartition(".")[2]
            if word.isidentifier() and all(one == other for one, other in pairs):
                return word
        return ""

    def _code(self, place: int, node: ast.expr) -> str | None:
        """What stands at a place, with values in place of constants' names."""
        text, constants = self.texts[place], self.constants[place]
        start, _ = text.span(node)
        edits = []
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id in constants:
                begin, end = text.span(inner)
                edits.append(Edit(begin - start, end - start, constants[inner.id]))
        return _as_config(edited(text.piece(node), edits))


def _is_docstring(node: Any) -> bool:
    """Whether code says something of a function, which holds for no other."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _makes_layer(node: ast.expr) -> bool:
    """Whether code makes a layer or a model.

    One that a function is handed would be the same, with the same weights, wherever
    the function uses it.
    """
    return any(
        ast.unparse(inner.func).startswith(_LAYERS)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call)
    )


def _left_out(call: ast.Call, key: str) -> str:
    """What Keras takes for an argument that a call leaves out, as code, if anything."""
    module, _, name = ast.unparse(call.func).rpartition(".")
    if module != "layers" or not is_layer(name):
        return LEFT_OUT.get(name, {}).get(key, "")
    argument = find(name).arguments().get(key)
    if argument is None or argument.required:
        return ""
    return value_text(argument.default)


def _name_of(node: ast.AST, field: str) -> str:
    """What takes the value in a field of code: an argument, or a variable."""
    if isinstance(node, ast.keyword):
        return node.arg or ""
    if isinstance(node, ast.Assign) and field == "value":
        [target] = node.targets
        return target.id.lower() if isinstance(target, ast.Name) else ""
    return ""


def _with_common_remarks(codes: Sequence[str]) -> list[str]:
    """Code whose first has no comments but those that all have: others needn't hold."""
    lines = [code.split("\n") for code in codes]
    common = set(lines[0]).intersection(*lines[1:])
    kept = [
        line for line in lines[0] if not line.lstrip().startswith("#") or line in common
    ]
    return ["\n".join(kept), *codes[1:]]


def _as_config(code: str) -> str:
    """An initializer as a dictionary, of which each layer makes one of its own.

    One that is made once gives the same numbers to all layers that it is handed to
    (keras/src/initializers/random_initializers.py 3.15).
    """
    call = ast.parse(code, mode="eval").body
    if not isinstance(call, ast.Call) or call.args:
        return code
    module, _, name = ast.unparse(call.func).rpartition(".")
    if module != "keras.initializers":
        return code
    text = Text(code)
    config = (f'"{one.arg}": {text.piece(one.value)}' for one in call.keywords)
    return f'{{"class_name": "{name}", "config": {{{", ".join(config)}}}}}'


def _free(name: str, taken: set[str]) -> str:
    """A name that nothing else has."""
    if name not in taken:
        return name
    return next(n for n in (f"{name}_{k}" for k in count(2)) if n not in taken)
