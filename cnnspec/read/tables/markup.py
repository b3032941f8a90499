"""Tables in HTML: what notebooks keep of coloured output, and tables of web pages.

Imported only for a text that has tags or entities.
"""

import html
import re

_ROW = re.compile(r"<tr\b[^<>]*>(.*?)</tr\s*>", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<t[dh]\b[^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:pre|span|table|thead|tbody|tfoot|tr|td|th|div|p|code|b|i|em|strong|font|a|"
    r"samp|tt|html|body|li|ul|ol|colgroup|col|style|details|summary|blockquote)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)


def without_markup(text: str) -> str:
    r"""The text of HTML, in which a table's row is a line with bars between its cells.

    It has as many line ends as before; a line that the text lacks ends in ``\v``.
    """
    if "<t" in text.lower():
        text = _ROW.sub(_row, text)
    text = _TAG.sub("", _BREAK.sub("\v", text))
    return html.unescape(text).replace("\xa0", " ") if "&" in text else text


def _row(match: re.Match[str]) -> str:
    cells = [" ".join(cell.split()) for cell in _CELL.split(match[1])[1:]]
    ends = match[0].count("\n")
    return f"\v| {' | '.join(cells)} |\v" + "\n" * ends
