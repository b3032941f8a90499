"""Signs as Korean, Japanese and Chinese keyboards and word processors write them.

Imported only when there is something to say.
"""

import re

_WIDE = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
        **dict.fromkeys("\u201c\u201d\u201e\u300c\u300d", '"'),
        **dict.fromkeys("\u2018\u2019\u201a", "'"),
        "\u3000": " ",
        "\u3001": ",",
        "\u3010": "[",
        "\u3011": "]",
    }
)


def narrow(text: str) -> str:
    """A text with the signs that YAML has, and a space after each."""
    new = text.translate(_WIDE)
    return text if new == text else re.sub(r"([:,]|^ *-)(?=[^\s:/])", r"\1 ", new)
