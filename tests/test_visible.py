"""What a text of somebody else's looks like in messages, tables and files."""

import json
import unicodedata

import pytest

from cnnspec.ground.visible import hidden, json_text, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("conv2d_1", "conv2d_1"),
        ("손글씨 人工知能 ñ", "손글씨 人工知能 ñ"),
        ("a\N{NO-BREAK SPACE}b\N{IDEOGRAPHIC SPACE}c", "a\u00a0b\u3000c"),
        ("a\\nb", "a\\nb"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\0\x1b[31m\x7f\x9b", r"\x00\x1b[31m\x7f\x9b"),
        ("\x85\u2028\u2029", r"\x85\u2028\u2029"),
        ("\u202e\u2066\u200f\u061c", r"\u202e\u2066\u200f\u061c"),
        ("\u200b\ufeff\xad\U000e0041", r"\u200b\ufeff\xad\U000e0041"),
        ("\udcff", r"\udcff"),
        ("\ufffe\U0001ffff\ufdd0", r"\ufffe\U0001ffff\ufdd0"),
        ("na\u200dme", r"na\u200dme"),
        ("\u200dé", r"\u200dé"),
        ("é\u200d", r"é\u200d"),
        ("می\u200cخواهم 👩\u200d🔬", "می\u200cخواهم 👩\u200d🔬"),
        ("é\u200d\n", r"é\u200d\n"),
    ],
)
def test_what_hides_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_no_character_that_controls_or_separates_lines_stays() -> None:
    for number in (*range(0x10000), *range(0xE0000, 0xE0200), 0x1FFFF, 0x10FFFE):
        character = chr(number)
        hides = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        hides |= number % 0x10000 > 0xFFFD or number in range(0xFDD0, 0xFDF0)
        shown = visible(f"a{character}b")
        assert len(shown.splitlines()) == 1
        assert (character not in shown) == hides, hex(number)


def test_what_is_to_be_kept_stays() -> None:
    assert visible("a\nb\tc\x1b", keep="\n\t") == "a\nb\tc\\x1b"


def test_json_keeps_what_it_escapes() -> None:
    data = {"a\u202e\n": ["\udcff", "\x7f\x9b\U000e0041", "손\u200d"]}
    text = json_text(data)
    assert json.loads(text) == data
    assert visible(text, keep="\n") == text
    assert "손" in text


def test_first_hidden_character_is_found() -> None:
    assert hidden("a\nb\u202e\x1b", keep="\n") == "\u202e"
    assert hidden("a\nb", keep="\n") == ""
