"""YAML text to nodes, by libyaml's C parser, and nodes to plain data."""

import re
from collections.abc import Iterable
from typing import Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError
from yaml.nodes import MappingNode, Node, ScalarNode
from yaml.reader import ReaderError

from cnnspec.ground.errors import Diagnostic, Mark, SpecError
from cnnspec.ground.source.files import composed
from cnnspec.ground.source.nodes import (
    CORE,
    DEPTH_LIMIT,
    DIGITS_LIMIT,
    INT,
    PLAIN,
    STR,
    child,
    mark_of,
    plain,
)

ALIAS_LIMIT = 100_000
"""Values that aliases may add to what the text itself holds."""

_OF_FILES = frozenset({"extends", "data", "summary"})
"""Keys below which files are named, whose letters stay as they are."""

_SIGN = re.compile(r"[^\w\s$./~-]|[\u318d\u119e\u30fc]|\d+[.)]\s")
"""How a plain value begins that may be an item of a list behind a strange sign."""
_TUPLE = re.compile(r"\(\s*[-+\d.$]")


class Parser(CParser):
    """libyaml's parser, leaving tags alone and refusing a nesting that is too deep."""

    def __init__(self, text: str, path: str) -> None:
        """Begins with `text`.

        Raises:
            SpecError: it holds half a character, which is none.
        """
        try:
            super().__init__(text)
        except UnicodeEncodeError as error:
            from cnnspec.ground.source.syntax import refused_character

            half = text[error.start]
            raise SpecError([refused_character(path, text, half)]) from None
        self._path, self._text = path, text
        self._depth = 0

    def resolve(self, kind: type, value: Any, implicit: Any) -> str:
        """The tag of a node that has none: `?` if it is plain, a string if quoted."""
        return PLAIN if kind is not ScalarNode or implicit[0] else STR

    def descend_resolver(self, parent: Node | None, index: Any) -> None:
        """Called by libyaml where a node begins."""
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            from cnnspec.ground.source.syntax import too_deep

            mark = (
                mark_of(self._path, parent.start_mark) if parent else Mark(self._path)
            )
            raise SpecError([too_deep(mark)])

    def ascend_resolver(self) -> None:
        """Called by libyaml where a node ends."""
        self._depth -= 1

    def document(self) -> Node:
        """The root node of the only document in the text."""
        try:
            node = self.get_single_node()
        except (MarkedYAMLError, ReaderError) as error:
            from cnnspec.ground.source.foreign import of_text
            from cnnspec.ground.source.syntax import complaint

            found = of_text(self._path, self._text)
            found = found or complaint(self._path, self._text, error, _compose)
            raise SpecError([found]) from None
        if node is None:
            text = "the file holds nothing"
            hint = "a spec needs at least input: and layers:; cnnspec init writes one"
            mark = Mark(self._path)
            raise SpecError([Diagnostic("error", "empty", mark, text, hint)])
        assert isinstance(node, Node)
        return node


def _compose(text: str) -> object:
    return Parser(text, "").get_single_node()


class Reader:
    """Makes plain data from nodes."""

    def __init__(self, path: str, text: str) -> None:
        self._path, self._text = path, text
        # Without aliases a document can't hold more values than characters.
        self._left = len(text) + ALIAS_LIMIT
        self._composes = composed(text) != text
        self._open: set[int] = set()
        self.problems: list[Diagnostic] = []

    def value(self, node: Node) -> Any:
        """The data of a node; what is wrong with it goes into `problems`."""
        if type(node) is ScalarNode:
            return self._scalar(node)
        self._left -= len(node.value)
        if self._left < 0 or id(node) in self._open:
            raise self._alias(node)
        self._open.add(id(node))
        if node.tag != PLAIN and node.tag not in (CORE + "map", CORE + "seq"):
            self._refuse_tag(node)
        if type(node) is MappingNode:
            data: Any = self._mapping(node)
        else:
            data = [self.value(item) for item in node.value]
        self._open.discard(id(node))
        return data

    def _mapping(self, node: MappingNode) -> dict[Any, Any]:
        data: dict[Any, Any] = {}
        in_tuple = False
        for place, (key_node, value_node) in enumerate(node.value):
            if in_tuple:
                # {size: (3, 3)} is read as the keys `size` and `3)`.
                in_tuple = not str(key_node.value).endswith(")")
                continue
            in_tuple = _opens_tuple(value_node)
            if in_tuple:
                self._refuse_tuple(
                    value_node, [k.value for k, _ in node.value[place + 1 :]]
                )
            if type(key_node) is not ScalarNode:
                self._report(
                    "key", key_node, "a key must be a word, not a list or mapping"
                )
                continue
            key = self._scalar(key_node)
            if key in data:
                first, _ = child(node, key)
                self._report(
                    "duplicate-key",
                    key_node,
                    f"the key '{key}' stands here a second time; "
                    f"it was given in line {first.start_mark.line + 1}",
                    "keep one of the two",
                )
            elif key == "<<" and key_node.tag == PLAIN:
                self._report(
                    "merge-key",
                    key_node,
                    "'<<' merges mappings in YAML 1.1, but not in YAML 1.2",
                    "write the keys out",
                )
            else:
                data[key] = self._below(key, value_node)
        return data

    def _below(self, key: Any, node: Node) -> Any:
        """The data of a key's value."""
        if not self._composes or key not in _OF_FILES:
            return self.value(node)
        self._composes = False
        data = self.value(node)
        self._composes = True
        return data

    def _scalar(self, node: ScalarNode) -> Any:
        tag, text = node.tag, node.value
        if not text.isprintable():
            self._refuse_hidden(node)
        if tag == PLAIN and _SIGN.match(text):
            self._refuse_sign(node)
        if self._composes:
            text = composed(text)
        if tag == PLAIN:
            if (
                text[:1] == "("
                and ")" in text
                and "=" not in text
                and _TUPLE.match(text)
            ):
                self._refuse_tuple(node, ())
            if len(text) > DIGITS_LIMIT and INT.fullmatch(text):
                message = f"this number has more than {DIGITS_LIMIT} digits"
                self._report("number", node, message, "no spec needs one so large")
                return 0
            return plain(text)
        if tag not in (STR, "!"):
            return self._tagged(node)
        return text

    def _refuse_tuple(self, node: ScalarNode, rest: Iterable[Any]) -> None:
        """Reports a tuple, of which a comma in a mapping may have cut a rest."""
        parts = [node.value]
        for part in rest if ")" not in node.value else ():
            parts.append(str(part))
            if parts[-1].endswith(")"):
                break
        text = ", ".join(parts).strip("() ,")
        message = "YAML has no tuples in round brackets"
        alone = len(parts) == 1 and "," not in node.value
        hint = f"write {text}" if alone else f"write a list in square ones: [{text}]"
        self._report("tuple", node, message, hint)

    def _tagged(self, node: ScalarNode) -> Any:
        """A scalar with an explicit tag of the core schema, such as `!!str 5`."""
        value = plain(node.value)
        types: dict[str, tuple[type, ...]] = {
            "int": (int,),
            "float": (int, float),
            "bool": (bool,),
            "null": (type(None),),
        }
        allowed = types.get(node.tag.removeprefix(CORE))
        if allowed is None:
            self._refuse_tag(node)
        elif type(value) not in allowed:
            tag = node.tag.removeprefix(CORE)
            self._report("tag", node, f"'{node.value}' is no !!{tag}", "remove the tag")
            return value
        return float(value) if node.tag == CORE + "float" and value else value

    def _refuse_hidden(self, node: ScalarNode) -> None:
        from cnnspec.ground.visible import hidden

        if found := hidden(node.value, keep="\n\t"):
            from cnnspec.ground.source.syntax import hidden_character

            mark = mark_of(self._path, node.start_mark)
            self.problems.append(hidden_character(mark, node.value, found))
        elif node.tag == PLAIN:
            self._refuse_sign(node)

    def _refuse_sign(self, node: ScalarNode) -> None:
        """Refuses what only looks like a dash or a space, where a line begins."""
        from cnnspec.ground.source.slips import sign

        line = node.start_mark.line + 1
        if found := sign(self._path, self._text, line, _compose):
            raise SpecError([found])

    def _refuse_tag(self, node: Node) -> None:
        tag = node.tag.replace(CORE, "!!")
        self._report("tag", node, f"a spec has no use for the tag {tag}", "remove it")

    def _alias(self, node: Node) -> SpecError:
        if id(node) in self._open:
            message, hint = "an alias stands inside its own anchor", "remove the alias"
        else:
            message = f"aliases make this document over {ALIAS_LIMIT:,} values larger"
            hint = "write the values out, or use fewer aliases"
        mark = mark_of(self._path, node.start_mark)
        return SpecError([Diagnostic("error", "alias", mark, message, hint)])

    def _report(self, code: str, node: Node, message: str, hint: str = "") -> None:
        mark = mark_of(self._path, node.start_mark)
        self.problems.append(Diagnostic("error", code, mark, message, hint))


def _opens_tuple(node: Node) -> bool:
    """Whether a value is the first part of a tuple that a comma has cut."""
    return (
        node.tag == PLAIN
        and type(node) is ScalarNode
        and node.value[:1] == "("
        and ")" not in node.value
        and _TUPLE.match(node.value) is not None
    )
