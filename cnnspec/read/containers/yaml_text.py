"""YAML as `model.to_yaml()` of Keras 1 and 2 wrote it, with its tags of Python's.

PyYAML's own loader makes whatever object a tag names, which is why Keras gave the
method up (CVE-2021-37678). Here a tag says how a value is to be read, if it is of a few
that mean plain data, and is refused otherwise.
"""

from typing import Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError
from yaml.nodes import MappingNode, Node, ScalarNode
from yaml.reader import ReaderError

from cnnspec.ground.source.nodes import plain
from cnnspec.ground.visible import visible
from cnnspec.read.containers.json_text import DEPTH_LIMIT
from cnnspec.read.found import Place, ReadError

SIZE_LIMIT = 4 * 2**20
"""Bytes; libyaml reads some 4 MiB in a second."""
VALUES_LIMIT = 400_000
"""Values, those counted anew that an alias repeats."""
_CORE, _PYTHON = "tag:yaml.org,2002:", "tag:yaml.org,2002:python/"
_LISTS = {_CORE + "seq", _PYTHON + "tuple", _PYTHON + "list"}
_MAPPINGS = {_CORE + "map", _PYTHON + "dict", _CORE + "omap"}
_TEXTS = {_CORE + "str", _PYTHON + "str", _PYTHON + "unicode"}
_PLAIN = {
    *(_CORE + name for name in ("int", "float", "bool", "null")),
    *(_PYTHON + name for name in ("int", "long", "float", "bool", "none")),
}
_WRAPPERS = ("ListWrapper", "_TupleWrapper", "_DictWrapper")
"""What TensorFlow makes of a list, tuple or mapping of a layer: written as a call."""
_NONE = "?"
_ANEW = "save the model anew, in today's form: model.save('model.keras')"


def parsed_yaml(content: bytes) -> Any:
    """The plain data of a text.

    Raises:
        ReadError: it is no YAML, beyond the limits, or has a tag that means an object.
    """
    if len(content) > SIZE_LIMIT:
        text = f"this YAML is over {SIZE_LIMIT // 2**20} MiB; no model's layers are"
        raise ReadError(text)
    try:
        node = _Parser(content.decode("utf-8-sig")).get_single_node()
    except UnicodeDecodeError as error:
        what = f"byte 0x{content[error.start]:02x} is not UTF-8, as YAML is"
        raise ReadError(what, _ANEW) from None
    except MarkedYAMLError as error:
        why = visible(str(error.problem or error.context or "it breaks off"))
        raise ReadError(f"this is no YAML: {why}", _ANEW, _place(error)) from None
    except ReaderError as error:
        raise ReadError(f"this is no YAML: {error.reason}", _ANEW) from None
    return _Values().of(node) if node else None


def _place(error: MarkedYAMLError) -> Place:
    mark = error.problem_mark or error.context_mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place()


class _Parser(CParser):
    """libyaml's parser, which resolves no tag and refuses a nesting too deep."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def resolve(self, kind: type, value: Any, implicit: Any) -> str:
        """The tag of a node that has none."""
        quoted = kind is ScalarNode and not implicit[0]
        return _CORE + "str" if quoted else _NONE

    def descend_resolver(self, parent: Node | None, index: Any) -> None:
        """Called where a node begins."""
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            text = f"values are nested over {DEPTH_LIMIT} deep here; no model is"
            raise ReadError(text, "", _at(parent))

    def ascend_resolver(self) -> None:
        """Called where a node ends."""
        self._depth -= 1


def _at(node: Node | None) -> Place:
    if node is None:
        return Place()
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


class _Values:
    """Makes plain data of nodes."""

    def __init__(self) -> None:
        self._open: set[int] = set()
        self._left = VALUES_LIMIT

    def of(self, node: Node) -> Any:
        """The data of a node."""
        self._left -= 1
        if self._left < 0:
            text = f"this has over {VALUES_LIMIT:,} values; no model's layers need them"
            raise ReadError(text, "", _at(node))
        if id(node) in self._open:
            raise ReadError("an alias stands inside its own anchor", _ANEW, _at(node))
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        self._open.add(id(node))
        data = (
            self._mapping(node) if isinstance(node, MappingNode) else self._list(node)
        )
        self._open.discard(id(node))
        return data

    def _list(self, node: Node) -> Any:
        if _wraps(node):
            return self.of(node.value[0])
        _refuse_tag(node, _LISTS)
        return [self.of(item) for item in node.value]

    def _mapping(self, node: Node) -> dict[Any, Any]:
        _refuse_tag(node, _MAPPINGS)
        data: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.of(key_node)
            if isinstance(key, dict | list):
                text = "a key is a list or a mapping here, and no word"
                raise ReadError(text, _ANEW, _at(key_node))
            value = self.of(value_node)
            if key in data and data[key] != value:
                text = f"the key '{visible(str(key))}' stands twice in a mapping"
                raise ReadError(text, "take one of them out", _at(key_node))
            data[key] = value
        return data

    def _scalar(self, node: ScalarNode) -> Any:
        if node.tag in _TEXTS:
            return node.value
        if node.tag != _NONE:
            _refuse_tag(node, _PLAIN)
        return _plain(node)


def _plain(node: ScalarNode) -> Any:
    # PyYAML puts quotes round whatever YAML 1.1 and 1.2 read as different things.
    value = plain(node.value)
    if isinstance(value, float) and value - value and node.value[-1:].isdigit():
        raise ReadError("a number isn't finite here", _ANEW, _at(node))
    return value


def _wraps(node: Node) -> bool:
    """Whether a node is a call whose only argument is the plain data itself."""
    of_tensorflow = node.tag.startswith(f"{_PYTHON}object/apply:tensorflow.python.")
    return of_tensorflow and node.tag.endswith(_WRAPPERS) and len(node.value) == 1


def _refuse_tag(node: Node, known: set[str]) -> None:
    if node.tag == _NONE or node.tag in known:
        return
    tag = visible(node.tag.removeprefix(_PYTHON).removeprefix(_CORE)[:80])
    text = f"the tag !!{tag} makes an object of Python's, which is never done here"
    python = node.tag.startswith(_PYTHON)
    text = text if python else f"the tag !!{tag} doesn't belong in a Keras model"
    raise ReadError(text, _ANEW, _at(node))
