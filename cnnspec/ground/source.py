"""YAML 1.2 text to plain data, and where each of its keys and values stands.

libyaml's C parser makes the tree of nodes; the scalars are read by the core schema of
YAML 1.2 (yaml.org/spec/1.2.2, section 10.3.2), because PyYAML's own reading is that of
YAML 1.1, where `no` is false, `010` is eight and `1e-3` is a string.
"""

import os
import re
import stat
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from cnnspec.ground.errors import (
    Diagnostic,
    Frame,
    Mark,
    OverrideError,
    Path,
    Problem,
    SpecError,
    near,
    nearest,
)

if TYPE_CHECKING:
    from cnnspec.ground.ignores import Ignore

DEPTH_LIMIT = 100
"""Nesting beyond this is no spec, and would exhaust the C parser's stack."""
SIZE_LIMIT = 32 * 2**20
"""Bytes. A layer takes about 60, so this is half a million layers."""
ALIAS_LIMIT = 100_000
"""Values that aliases may add to what the text itself holds."""
DIGITS_LIMIT = 40
"""No size, seed or rate needs more, and Python won't print an integer of thousands."""

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_INDEX = re.compile("[0-9]{1,9}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TUPLE = re.compile(r"\(\s*[-+\d.$]")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_MAY_BE_NUMBER = frozenset("+-.0123456789")
_CORE = "tag:yaml.org,2002:"
_PLAIN, _STR = "?", _CORE + "str"


class Source:
    """A YAML document: its data, and the place of every key and value in it.

    Attributes:
        path: the file's name as messages show it.
        data: mappings, lists, strings, numbers, booleans and None.
        problems: duplicate keys and the like, which leave the rest readable.
        has_formulas: whether a `$` stands anywhere in it.
        ignores: its comments that silence warnings, and those of what it extends.
    """

    def __init__(self, text: str, path: str = "<spec>") -> None:
        """Reads `text`.

        Raises:
            SpecError: the text is not one YAML 1.2 document.
        """
        self.path = path
        self._root = _Parser(text, path).document()
        reader = _Reader(path, len(text))
        self.data: Any = reader.value(self._root)
        self.problems = reader.problems
        self.has_formulas = "$" in text
        self.ignores: list[Ignore] = []
        if "cnnspec:" in text:
            from cnnspec.ground.ignores import read_ignores

            self.ignores = read_ignores(text, path)
        self._base: Source | None = None
        self._overrides: dict[Path, str] = {}

    def extend(self, base: "Source") -> None:
        """Fills in what another document says and this one doesn't.

        Mappings are filled in key by key; anything else of this document stands. A key
        of the base that is null here is left out: `inputs: null`.
        """
        without = [
            key
            for key, value in (self.data if isinstance(self.data, dict) else {}).items()
            if value is None and key in base.data and not self.is_blank((key,))
        ]
        self._base = base
        self.data = _merged(self.data, base.data)
        for key in without:
            del self.data[key]
        self.problems = [*self.problems, *base.problems]
        self.has_formulas |= base.has_formulas
        self.ignores = [*self.ignores, *base.ignores]

    def mark(self, path: Path, at_key: bool = False) -> Mark:
        """Where the value that `path` leads to begins, or its key.

        A path that leads past the document's end gives the last place on its way, so a
        problem with something missing points at what should have held it.
        """
        name, node = self._place(path, at_key)
        return _mark(name, node.start_mark)

    def line(self, path: Path) -> str:
        """`line 31`, or `line 31 of base.yaml` where another file holds the value."""
        mark = self.mark(path, at_key=True)
        where = "" if mark.path == self.path else f" of {mark.path}"
        return f"line {mark.line}{where}"

    def value(self, path: Path) -> Any:
        """The value that a path leads to; None where there is none."""
        found = self.data
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def origin(self, path: Path) -> str:
        """`in line 31`, or `by --set vars.width=8`."""
        text = self._override(path)
        return f"by --set {text}" if text else f"in {self.line(path)}"

    def _override(self, path: Path) -> str:
        """The `KEY=VALUE` that changed a value from outside, the last one."""
        found = ""
        for given, text in self._overrides.items():
            if path[: len(given)] == given:
                found = text
        return found

    def is_blank(self, path: Path) -> bool:
        """Whether nothing at all is written where a value should stand."""
        _, node = self._place(path)
        return isinstance(node, ScalarNode) and node.value == "" and node.tag == _PLAIN

    def _place(self, path: Path, at_key: bool = False) -> tuple[str, Node]:
        """The node that a path leads to, and the file that it stands in."""
        node, place = self._root, self._root
        for number, step in enumerate(path):
            key, value = _child(node, step)
            if value is None:
                # What a mapping lacks, the base may have; a list stands for itself.
                base = self._base if isinstance(node, MappingNode) else None
                if base and base.holds(path[: number + 1]):
                    return base._place(path, at_key)
                break
            node = value
            place = key if at_key and number == len(path) - 1 else value
        return self.path, place

    def holds(self, path: Path) -> bool:
        """Whether a path leads to a value that is written in the document."""
        node: Node | None = self._root
        for step in path:
            assert node is not None
            _, value = _child(node, step)
            if value is None:
                base = self._base if isinstance(node, MappingNode) else None
                return base is not None and base.holds(path)
            node = value
        return True

    def writes(self, path: Path) -> bool:
        """Whether the file itself writes a value, and not one that it extends."""
        return self.holds(path) and self.mark(path).path == self.path

    def line_of_text(self, path: Path, line: int) -> int:
        """The document's line on which a line of the text under `path` stands.

        Only a block (`|`) keeps the lines of its text; of another text it is the first.
        """
        _, node = self._place(path)
        block = isinstance(node, ScalarNode) and node.style == "|"
        return self.mark(path).line + (line if block else 0)

    def diagnostic(
        self,
        severity: str,
        code: str,
        path: Path,
        message: str,
        hint: str = "",
        at_key: bool = False,
    ) -> Diagnostic:
        """A diagnostic that points at the value under `path`."""
        if text := self._override(path):
            message = f"{message} (given by --set {text})"
        return Diagnostic(severity, code, self.mark(path, at_key), message, hint)

    def error(self, problem: Problem) -> Diagnostic:
        """The diagnostic of a problem whose path leads from the document's root."""
        path, code, message, hint, at_key, trail, severity, times = problem
        if trail:
            several = f"{times:,} times, first " if times > 1 else ""
            message = f"{message} ({several}{self.way(trail)})"
        return self.diagnostic(severity, code, path, message, hint, at_key)

    def way(self, trail: Sequence[Frame]) -> str:
        """`in mlpconv, called at line 31, second time round`: innermost first."""
        return ", ".join(
            f"{_ordinal(frame.round)} time round"
            if frame.round
            else f"in {frame.block}, called at {self.line(frame.path)}"
            for frame in reversed(trail)
        )

    def is_overridden(self, *keys: str) -> bool:
        """Whether a value below one of the document's keys was changed from outside."""
        return any(path[0] in keys for path in self._overrides)

    def override(self, assignment: str) -> None:
        """Changes a value, as `--set KEY=VALUE` does.

        Args:
            assignment: keys joined by dots, `=`, and the value as YAML writes it. Keys
                that aren't there yet are made; a number counts from 0 into a list.

        Raises:
            OverrideError: it isn't of that form, or leads through what holds no keys.
        """
        key, equals, text = assignment.partition("=")
        if not key or not equals:
            raise OverrideError(f"'{assignment}' is not of the form KEY=VALUE")
        path: Path = tuple(
            int(step) if _INDEX.fullmatch(step) else step for step in key.split(".")
        )
        if path[0] == "extends":
            raise OverrideError(f"'{assignment}': only the file itself can extend one")
        value = _override_value(assignment, text)
        self.has_formulas |= "$" in text
        holder = self.data
        for place, step in enumerate(path):
            last = place == len(path) - 1
            if isinstance(holder, list) and isinstance(step, int):
                if step >= len(holder):
                    raise OverrideError(f"'{key}': the list has {len(holder)} items")
            elif not isinstance(holder, dict):
                raise OverrideError(_no_way(path, place, holder, text))
            elif not last:
                holder.setdefault(step, {})
            if last:
                holder[step] = value
            holder = holder[step]
        shown = " ".join(assignment.split())
        self._overrides[path] = shown if len(shown) < 80 else f"{shown[:77]}..."


def _no_way(path: Path, place: int, holder: Any, text: str) -> str:
    """Why the step of a path at that place leads nowhere, and what would."""
    key, there = (".".join(map(str, steps)) for steps in (path, path[:place]))
    there = there or "the spec"
    if isinstance(holder, list):
        places = f"0 to {len(holder) - 1}"
        return f"'{key}': {there} is a list; say {places} instead of '{path[place]}'"
    inside = text
    for step in reversed(path[place:]):
        inside = f"{{{step}: {inside}}}"
    if isinstance(holder, str) and path[place] == holder:
        return f"'{key}': {there} is '{holder}' alone; set {there}='{inside}'"
    shown = "null" if holder is None else holder
    return f"'{key}': {there} is {shown} and no mapping; set {there}='{inside}'"


def _override_value(assignment: str, text: str) -> Any:
    try:
        source = Source(text, "--set") if text.strip() else None
    except SpecError as error:
        reason = error.diagnostics[0].message
        raise OverrideError(f"'{assignment}': {reason}") from None
    if source is not None and source.problems:
        raise OverrideError(f"'{assignment}': {source.problems[0].message}")
    return source.data if source else None


_ORDINALS = (
    *("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
    *("ninth", "tenth", "eleventh", "twelfth"),
)


def _ordinal(number: int) -> str:
    """`second`; in figures above twelve: `21st`."""
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    ends = {1: "st", 2: "nd", 3: "rd"}
    teen = 10 < number % 100 < 20
    return f"{number}{'th' if teen else ends.get(number % 10, 'th')}"


_NOT_INHERITED = ("name", "description", "expect", "extends")
"""Keys that say something of their own file only."""


def _merged(data: Any, base: Any) -> Any:
    """The data with what only the base has."""
    if not isinstance(data, dict) or not isinstance(base, dict):
        return data
    more = {key: value for key, value in base.items() if key not in data}
    own = {k: _merged(v, base[k]) if k in base else v for k, v in data.items()}
    # In the order of the base, which is that of the variables and blocks.
    return {key: own.get(key, more.get(key)) for key in {**base, **own}}


def read_source(path: str | os.PathLike[str]) -> Source:
    """Reads the YAML file at `path`, and the files that it extends.

    Raises:
        SpecError: it can't be read, or isn't a YAML 1.2 document.
    """
    name = os.fspath(path)
    source = Source(read_text(name), name)
    follow(source)
    return source


def follow(source: Source, chain: Sequence[str] = ()) -> None:
    """Reads the files that a document extends.

    Args:
        source: the document.
        chain: the files that led to it.

    Raises:
        SpecError: one of them can't be read, or leads back to one above.
    """
    data = source.data
    given = data.get("extends") if isinstance(data, dict) else None
    if not isinstance(given, str) or not given:
        return
    name = os.path.join(os.path.dirname(source.path), given)
    chain = [*chain, source.path]
    if os.path.realpath(name) in map(os.path.realpath, chain):
        names = [os.path.basename(one) for one in [*chain, name]]
        text = f"the file extends itself: {' → '.join(names)}"
        raise SpecError([_extends_error(source, "cycle", text, "extend another file")])
    try:
        base = Source(read_text(name), name)
    except SpecError as error:
        if error.diagnostics[0].mark != Mark(name):
            raise
        [found] = error.diagnostics
        text = f"'{given}', which this extends: {found.message}"
        hint = found.hint or "name it as seen from this file's folder"
        raise SpecError([_extends_error(source, "extends", text, hint)]) from None
    follow(base, chain)
    if not isinstance(base.data, dict):
        text = f"'{given}', which this extends, is no spec"
        raise SpecError([_extends_error(source, "extends", text, "name another")])
    base.data = {k: v for k, v in base.data.items() if k not in _NOT_INHERITED}
    source.extend(base)


def _extends_error(source: Source, code: str, text: str, hint: str) -> Diagnostic:
    return source.diagnostic("error", code, ("extends",), text, hint)


def read_text(name: str) -> str:
    """The text of a UTF-8 file.

    Raises:
        SpecError: it isn't there, can't be read, or isn't text.
    """
    try:
        if not stat.S_ISREG(mode := os.stat(name).st_mode) and not stat.S_ISDIR(mode):
            text = "this is a pipe or a device, not a file"
            raise _error(name, "not-a-file", text, "save the text as a file first")
        with open(name, "rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        raise _error(name, *_unreadable(name, error)) from None
    if len(content) > SIZE_LIMIT:
        size = SIZE_LIMIT // 2**20
        raise _error(name, "too-large", f"the file is over {size} MiB; no spec is")
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _error(name, "encoding", "this is a binary file, not YAML text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - before.rfind(b"\n")
        raise _error(
            name,
            "encoding",
            f"byte 0x{content[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
            line,
            column,
        ) from None


def _unreadable(name: str, error: Exception) -> tuple[str, str, str]:
    if isinstance(error, FileNotFoundError):
        return "not-found", "there is no such file", _neighbour(name)
    if isinstance(error, IsADirectoryError):
        return "not-a-file", "this is a folder", "name a file in it"
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return "unreadable", f"the file can't be read: {reason}", ""


def _neighbour(name: str) -> str:
    """A file beside the missing one that its name may have meant."""
    folder, base = os.path.split(name)
    try:
        there = os.listdir(folder or ".")
    except OSError:
        return ""
    meant = next((e for e in (".yaml", ".yml") if base + e in there), None)
    return near(base + meant) if meant else nearest(base, there)


def _error(
    path: str, code: str, message: str, hint: str = "", line: int = 1, column: int = 1
) -> SpecError:
    return SpecError(
        [Diagnostic("error", code, Mark(path, line, column), message, hint)]
    )


def _mark(path: str, mark: Any) -> Mark:
    return Mark(path, mark.line + 1, mark.column + 1)


def _child(node: Node, step: str | int) -> tuple[Node, Node | None]:
    """The key node and value node that `step` leads to from `node`."""
    if isinstance(node, SequenceNode):
        if isinstance(step, int) and step < len(node.value):
            return node.value[step], node.value[step]
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            if _is_key(key, step):
                return key, value
    return node, None


def _is_key(node: Node, key: Any) -> bool:
    """Whether a key of a mapping is the one that the data hold as `key`."""
    return type(node) is ScalarNode and key in (node.value, _plain(node.value))


class _Parser(CParser):
    """libyaml's parser, leaving tags alone and refusing a nesting that is too deep."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(text)
        self._path, self._text = path, text
        self._depth = 0

    def resolve(self, kind: type, value: Any, implicit: Any) -> str:
        """The tag of a node that has none: `?` if it is plain, a string if quoted."""
        return _PLAIN if kind is not ScalarNode or implicit[0] else _STR

    def descend_resolver(self, parent: Node | None, index: Any) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            mark = _mark(self._path, parent.start_mark) if parent else Mark(self._path)
            raise SpecError([_too_deep(mark)])

    def ascend_resolver(self) -> None:
        self._depth -= 1

    def document(self) -> Node:
        """The root node of the only document in the text."""
        try:
            node = self.get_single_node()
        except (MarkedYAMLError, ReaderError) as error:
            raise SpecError([_syntax(self._path, self._text, error)]) from None
        if node is None:
            raise _error(
                self._path,
                "empty",
                "the file holds nothing",
                "a spec needs at least input: and layers:; cnnspec init writes one",
            )
        assert isinstance(node, Node)
        return node


def _too_deep(mark: Mark) -> Diagnostic:
    text = f"more than {DEPTH_LIMIT} lists and mappings stand inside one another"
    hint = "close a bracket that was left open, or flatten the document"
    return Diagnostic("error", "too-deep", mark, text, hint)


def _syntax(path: str, text: str, error: Any) -> Diagnostic:
    """libyaml's complaint, in words for somebody who doesn't know its terms."""
    if isinstance(error, ReaderError):
        message = (
            f"character U+{ord(str(error.character)[:1] or ' '):04X} is not allowed"
        )
        return Diagnostic("error", "yaml-syntax", Mark(path), message, "remove it")
    place = error.problem_mark or error.context_mark
    mark = _mark(path, place) if place else Mark(path)
    problem = str(error.problem or error.context or error)
    if path.endswith(".py"):
        message = "this is a Python file, and a spec is YAML"
        return Diagnostic("error", "yaml-syntax", mark, message, "name a .yaml file")
    if "nesting depth" in problem:  # libyaml's own limit, since PyYAML 6.0.4
        return _too_deep(mark)
    lines = text.split("\n")
    if "cannot start any token" in problem:
        return _reserved(mark, lines)
    for line in (mark.line, mark.line - 1):
        if slip := _slip(path, line, lines):
            return slip
    if "did not find expected key" in problem and _is_list_item(mark, lines):
        message = "a list begins here, and no key above it says what it is"
        hint = "write layers: in a line of its own above it, and indent the list"
        return Diagnostic("error", "yaml-indentation", mark, message, hint)
    for code, sign, message, hint in _SYNTAX:
        if sign in problem or sign in str(error.context):
            opened = error.context_mark
            if "not closed" in message and opened and opened.line + 1 < mark.line:
                message = f"{message}; it was opened in line {opened.line + 1}"
            return Diagnostic("error", code, mark, message, hint)
    return Diagnostic("error", "yaml-syntax", mark, f"not YAML: {problem}")


def _is_list_item(mark: Mark, lines: list[str]) -> bool:
    """Whether an item of a list stands below a key in the same column."""
    item, above = lines[mark.line - 1], "".join(lines[max(mark.line - 2, 0)])
    column = mark.column - 1
    is_item = item[column:].startswith("- ") and not item[:column].strip()
    return is_item and re.match(rf" {{{column}}}\w+:", above) is not None


def _reserved(mark: Mark, lines: list[str]) -> Diagnostic:
    """A character that no value begins with."""
    line = "".join(lines[mark.line - 1 : mark.line])
    found = line[mark.column - 1 : mark.column]
    if found == "\t":
        message, hint = "a tab stands where a value begins", "indent with spaces"
    else:
        message = f"a value can't begin with {found}, which YAML keeps for itself"
        hint = "put quotes round the text"
    return Diagnostic("error", "yaml-tab", mark, message, hint)


def _slip(path: str, line: int, lines: list[str]) -> Diagnostic | None:
    """A slip of the hand in a line that libyaml stopped at or after."""
    for sign, message, hint in _SLIPS:
        # The time that some of these take grows with the square of the length.
        if found := re.search(sign, "".join(lines[max(line - 1, 0) : line])[:1000]):
            mark = Mark(path, line, found.end())
            return Diagnostic("error", "yaml-syntax", mark, message, hint)
    return None


_SLIPS = (
    # where the mark ends, our message, our hint
    (
        r"^[^'\"]*[{\[,][^'\"]*[\s:](?=\$\{)",
        "an expression stands inside { } or [ ] without quotes",
        'put quotes round it, as in {units: "${4 * width}"}',
    ),
    (
        r"^ *-(?=[A-Za-z])",
        "a '-' has no space after it",
        "write '- ' before each item of a list",
    ),
    (
        r"^ *- +if: +(?=[^\s{&*#|>])",
        "'if:' has test: and then: in a mapping below it",
        'write - if: {test: "${strides != 1}", then: [...]}',
    ),
    (
        r"[:,\[{] *f(?=[\"'])",
        "YAML has no f-strings",
        'put expressions into the text, as in "conv${i + 1}"',
    ),
    (
        r"^ *(- +)?[A-Za-z_]\w*:(?=[^\s:/])",
        "a ':' has no space after it",
        "write key: value",
    ),
    (
        r'^( *summary:)? *(?=Model: "|Layer \(type\)|_{8}|={8}|┏)',
        "a printed summary stands here outside a block of text",
        "write summary: | and the table below it, each line indented",
    ),
)

_SYNTAX = (
    # code, a part of libyaml's message, our message, our hint
    (
        "several-documents",
        "but found another document",
        "a second YAML document begins here; a spec file holds one",
        "move it to a file of its own, or remove the '---'",
    ),
    (
        "yaml-indentation",
        "did not find expected key",
        "this line is indented differently from the lines it belongs with",
        "give the keys of one mapping the same indentation",
    ),
    (
        "yaml-indentation",
        "did not find expected '-' indicator",
        "this line is indented differently from the list it stands in",
        "begin each item of the list with '- ' in the same column",
    ),
    (
        "yaml-indentation",
        "mapping values are not allowed in this context",
        "a ':' stands here where no key can be",
        "indent this line as the one above; put quotes round text that holds ': '",
    ),
    (
        "yaml-syntax",
        "did not find expected ',' or '}'",
        "a '{' is not closed before this, or a ',' is missing",
        "write {key: value, key: value}",
    ),
    (
        "yaml-syntax",
        "did not find expected ',' or ']'",
        "a '[' is not closed before this, or a ',' is missing",
        "write [value, value]",
    ),
    (
        "yaml-syntax",
        "found unknown escape character",
        "between double quotes, a '\\' and this character mean nothing",
        "put single quotes round the text; a path may have / instead",
    ),
    (
        "yaml-syntax",
        "could not find expected ':'",
        "a key has no ':' after it",
        "write key: value",
    ),
    (
        "yaml-syntax",
        "found unexpected end of stream",
        "a quote is opened and never closed",
        "close it",
    ),
    (
        "alias",
        "found undefined alias",
        "this *alias has no &anchor above it",
        "define it above with &, or put quotes round a text that begins with '*'",
    ),
    (
        "alias",
        "found duplicate anchor",
        "this &anchor is defined twice",
        "give each anchor a name of its own",
    ),
)


class _Reader:
    """Makes plain data from nodes."""

    def __init__(self, path: str, text_size: int) -> None:
        self._path = path
        # Without aliases a document can't hold more values than characters.
        self._left = text_size + ALIAS_LIMIT
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
        if node.tag != _PLAIN and node.tag not in (_CORE + "map", _CORE + "seq"):
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
        for key_node, value_node in node.value:
            if in_tuple:
                # {size: (3, 3)} is read as the keys `size` and `3)`.
                in_tuple = not str(key_node.value).endswith(")")
                continue
            in_tuple = _opens_tuple(value_node)
            if type(key_node) is not ScalarNode:
                self._report(
                    "key", key_node, "a key must be a word, not a list or mapping"
                )
                continue
            key = self._scalar(key_node)
            if key in data:
                first = next(k for k, _ in node.value if _is_key(k, key))
                self._report(
                    "duplicate-key",
                    key_node,
                    f"the key '{key}' stands here a second time; "
                    f"it was given in line {first.start_mark.line + 1}",
                    "keep one of the two",
                )
            elif key == "<<" and key_node.tag == _PLAIN:
                self._report(
                    "merge-key",
                    key_node,
                    "'<<' merges mappings in YAML 1.1, but not in YAML 1.2",
                    "write the keys out",
                )
            else:
                data[key] = self.value(value_node)
        return data

    def _scalar(self, node: ScalarNode) -> Any:
        tag, text = node.tag, node.value
        if tag == _PLAIN:
            if text[:1] == "(" and _TUPLE.match(text):
                self._report(
                    "tuple",
                    node,
                    "YAML has no tuples in round brackets",
                    "write a list in square ones, as in [3, 3]",
                )
            if len(text) > DIGITS_LIMIT and _INT.fullmatch(text):
                message = f"this number has more than {DIGITS_LIMIT} digits"
                self._report("number", node, message, "no spec needs one so large")
                return 0
            return _plain(text)
        if tag not in (_STR, "!"):
            return self._tagged(node)
        return text

    def _tagged(self, node: ScalarNode) -> Any:
        """A scalar with an explicit tag of the core schema, such as `!!str 5`."""
        value = _plain(node.value)
        types: dict[str, tuple[type, ...]] = {
            "int": (int,),
            "float": (int, float),
            "bool": (bool,),
            "null": (type(None),),
        }
        allowed = types.get(node.tag.removeprefix(_CORE))
        if allowed is None:
            self._refuse_tag(node)
        elif type(value) not in allowed:
            tag = node.tag.removeprefix(_CORE)
            self._report("tag", node, f"'{node.value}' is no !!{tag}", "remove the tag")
            return value
        return float(value) if node.tag == _CORE + "float" and value else value

    def _refuse_tag(self, node: Node) -> None:
        tag = node.tag.replace(_CORE, "!!")
        self._report("tag", node, f"a spec has no use for the tag {tag}", "remove it")

    def _alias(self, node: Node) -> SpecError:
        if id(node) in self._open:
            message, hint = "an alias stands inside its own anchor", "remove the alias"
        else:
            message = f"aliases make this document over {ALIAS_LIMIT:,} values larger"
            hint = "write the values out, or use fewer aliases"
        mark = _mark(self._path, node.start_mark)
        return SpecError([Diagnostic("error", "alias", mark, message, hint)])

    def _report(self, code: str, node: Node, message: str, hint: str = "") -> None:
        mark = _mark(self._path, node.start_mark)
        self.problems.append(Diagnostic("error", code, mark, message, hint))


def _opens_tuple(node: Node) -> bool:
    """Whether a value is the first part of a tuple that a comma has cut."""
    return (
        node.tag == _PLAIN
        and type(node) is ScalarNode
        and node.value[:1] == "("
        and ")" not in node.value
        and _TUPLE.match(node.value) is not None
    )


def _plain(text: str) -> Any:
    """The value of an unquoted scalar by YAML 1.2's core schema.

    An integer of more than `DIGITS_LIMIT` digits stays text.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _MAY_BE_NUMBER:
        if _INT.fullmatch(text):
            base = {"0o": 8, "0x": 16}.get(text[:2], 10)
            return int(text, base) if len(text) <= DIGITS_LIMIT else text
        if _FLOAT.fullmatch(text):
            return float(text)
    return text
