"""What libyaml has against a text, in words for somebody who doesn't know its terms."""

import re
from collections.abc import Callable
from typing import Any

from yaml.reader import ReaderError

from cnnspec.ground.errors import Diagnostic, Mark
from cnnspec.ground.source.nodes import DEPTH_LIMIT, mark_of


def too_deep(mark: Mark) -> Diagnostic:
    """What to say of a text that is nested beyond `DEPTH_LIMIT`."""
    text = f"more than {DEPTH_LIMIT} lists and mappings stand inside one another"
    hint = "close a bracket that was left open, or flatten the document"
    return Diagnostic("error", "too-deep", mark, text, hint)


def hidden_character(mark: Mark, text: str, character: str) -> Diagnostic:
    """What to say of a text with a character in it that can't be seen."""
    from unicodedata import name

    before, _, after = text.partition(character)
    shown = f"{before[-20:]}{character}{after[:20]}".strip()
    control = "a control character"
    what = name(character, control if character < "\xa0" else "no character")
    message = f"'{shown}' holds a character that can't be seen"
    hint = f"remove it; it is U+{ord(character):04X}, {what}"
    return Diagnostic("error", "hidden-character", mark, message, hint)


def refused_character(path: str, text: str, character: str) -> Diagnostic:
    """What to say of a character that libyaml doesn't read, where it first stands."""
    before, _, after = text.partition(character)
    lines = before.split("\n")
    mark = Mark(path, len(lines), len(lines[-1]) + 1)
    line = lines[-1] + character + after.partition("\n")[0]
    return hidden_character(mark, line, character)


def complaint(
    path: str, text: str, error: Any, compose: Callable[[str], object]
) -> Diagnostic:
    """libyaml's complaint, in words for somebody who doesn't know its terms.

    Args:
        path: what messages call the file.
        text: of it.
        error: what libyaml raised.
        compose: libyaml, to try what may have been meant.
    """
    if isinstance(error, ReaderError):
        return refused_character(path, text, chr(error.character))
    place = error.problem_mark or error.context_mark
    mark = mark_of(path, place) if place else Mark(path)
    problem = str(error.problem or error.context or error)
    if "nesting depth" in problem:  # libyaml's own limit, since PyYAML 6.0.4
        return too_deep(mark)
    # As libyaml counts them, which has YAML 1.1's ends of lines.
    lines = re.split("[\n\x85\u2028\u2029]", text)
    for line in (mark.line, mark.line - 1):
        if slip := _slip(path, line, lines):
            return slip
    if "did not find expected key" in problem and _is_list_item(mark, lines):
        message = "a list begins here, and no key above it says what it is"
        hint = "write layers: in a line of its own above it, and indent the list"
        return Diagnostic("error", "yaml-indentation", mark, message, hint)
    from cnnspec.ground.source.slips import slip as mended

    begun = error.context_mark.line + 1 if error.context_mark else mark.line
    several = "another document" in problem
    if not several and (found := mended(path, lines, mark.line, begun, compose)):
        if found.hint.startswith("indent") and "mapping values" in problem:
            message = "a ':' stands here where no key can be"
            return found._replace(mark=mark, message=message)
        return found
    if "cannot start any token" in problem:
        return _reserved(mark, lines)
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
    code = "yaml-tab" if found == "\t" else "yaml-syntax"
    return Diagnostic("error", code, mark, message, hint)


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
