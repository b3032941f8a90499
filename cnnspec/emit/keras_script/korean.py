"""What Korean texts need beside their words."""

_LAST_SOUNDS = {**dict.fromkeys("036", "n"), **dict.fromkeys("178", "l")}
"""Whether the name of a digit ends in a consonant, and whether that is ㄹ."""


def with_particle(word: object, after_consonant: str, after_vowel: str) -> str:
    """A word or number with the particle that its last sound asks for: `0.01을`.

    The short form stands behind a vowel, that of 으로 behind ㄹ, too.
    """
    text = str(word)
    last = text[-1:]
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        sound = "" if not final else "l" if final == 8 else "n"
    else:
        sound = _LAST_SOUNDS.get(last, "")
    is_short = not sound or (sound == "l" and after_vowel == "로")
    return f"{text}{after_vowel if is_short else after_consonant}"
