"""Where lines end: words are wrapped here, brackets are black's."""

# ruff: noqa: E501 - each statement is a line, until it is laid out

import re
from textwrap import dedent

import pytest

from cnnspec.emit.code.print.layout import WIDTH, columns, laid_out

CASES = {
    "brackets": """
        x = call(first=100, second=20000, third=30000, fourth=40000, fifth=50000, sixth=60000, more=7)
        ->
        x = call(
            first=100, second=20000, third=30000, fourth=40000, fifth=50000, sixth=60000, more=7
        )
        """,
    "comment": """
        if x:
            # <30 word>
            y = 1
        ->
        if x:
            # <16 word>
            # <14 word>
            y = 1
        """,
    "comment in Korean": """
        # <30 낱말>
        y = 1
        ->
        # <17 낱말>
        # <13 낱말>
        y = 1
        """,
    "comment behind code": """
        y = 1  # a
        ->
        y = 1  # a
        """,
    "no comments but a string": """
        x = '''
        # <30 word>
        #: 5
        '''
        y = 1
        ->
        x = \"\"\"
        # <30 word>
        #: 5
        \"\"\"
        y = 1
        """,
    "note": """
        #: 55x55x96
        y = 1
        ->
        y = 1  # 55x55x96
        """,
    "note between a comment and a function's end": """
        def f(x):
            # Why.
            #: 5
            return x
        ->
        def f(x):
            # Why.
            return x  # 5
        """,
    "note behind the last of several lines": """
        for a in b:
            #: 5x5
            x = layers.Conv2DTranspose(300, 5, padding="same")(first_tensor, second_tensor, third)
            y
        ->
        for a in b:
            x = layers.Conv2DTranspose(300, 5, padding="same")(
                first_tensor, second_tensor, third
            )  # 5x5
            y
        """,
    "note that just has room": """
        #: 55
        x234567890123456789012345678901234567890123456789012345678901234567890123456789012
        ->
        x234567890123456789012345678901234567890123456789012345678901234567890123456789012  # 55
        """,
    "note without room": """
        #: 55
        x2345678901234567890123456789012345678901234567890123456789012345678901234567890123
        z
        ->
        x2345678901234567890123456789012345678901234567890123456789012345678901234567890123
        z
        """,
    "docstring": """
        def f():
            \"\"\"A b.\"\"\"
            return
        ->
        def f():
            \"\"\"A b.\"\"\"
            return
        """,
    "docstring in a long line": """
        def f():
            \"\"\"<30 word>\"\"\"
        ->
        def f():
            \"\"\"<15 word>
            <15 word>
            \"\"\"
        """,
    "docstring that has no room for its quotes": """
        def f():
            \"\"\"<15 word> wordy\"\"\"
        ->
        def f():
            \"\"\"<15 word>
            wordy
            \"\"\"
        """,
    "docstring of paragraphs that are not indented": """
        class A:
            def f():
                \"\"\"A b.

        <30 word>

        C.\"\"\"
                return
        ->
        class A:
            def f():
                \"\"\"A b.

                <16 word>
                <14 word>

                C.
                \"\"\"
                return
        """,
    "docstring with lines of its own": """
        def f():
            \"\"\"A.

            Args:
                b: c
                    d.
            \"\"\"
        ->
        def f():
            \"\"\"A.

            Args:
                b: c
                    d.
            \"\"\"
        """,
    "docstring of a file": """
        \"\"\"A.

        <30 word>
        \"\"\"
        ->
        \"\"\"A.

        <17 word>
        <13 word>
        \"\"\"
        """,
    "text in a line of its own": """
        def f():
            raise SystemExit("<14 word>")
        ->
        def f():
            raise SystemExit(
                "<14 word>"
            )
        """,
    "text in pieces": """
        print("<30 word>")
        ->
        print(
            "<16 word> "
            "<14 word>"
        )
        """,
    "text in pieces, one with a field": """
        print(f"<15 word> {a + b} <30 word>")  # c
        ->
        print(
            "<15 word> "
            f"{a + b} <14 word> "
            "<16 word>"
        )  # c
        """,
    "text in pieces, one with quotes": r"""
        print("<16 word> \"c\" <14 word>")
        ->
        print(
            "<16 word> "
            '"c" <14 word>'
        )
        """,
    "lines of a text": r"""
        raise SystemExit(f"a\n<15 word>\nb {c}") from error
        ->
        raise SystemExit(
            "a\n"
            "<15 word>\n"
            f"b {c}"
        ) from error
        """,
    "text in pieces in Korean": """
        if x:
            print("<30 낱말>")
        ->
        if x:
            print(
                "<15 낱말> "
                "<15 낱말>"
            )
        """,
    "no text but a value": """
        x = "<30 word>"
        ->
        x = "<30 word>"
        """,
    "an address": """
        # <12 word> https://example.org/one-two-three/four-five-six/seven-eight-nine-ten-eleven-twelve/thirteen-fourteen
        x = 1
        ->
        # <12 word>
        # https://example.org/one-two-three/four-five-six/seven-eight-nine-ten-eleven-twelve/thirteen-fourteen
        x = 1
        """,
    "braces that are no field": """
        print(f"{{}} <30 word>")
        ->
        print(
            f"{{}} <30 word>"
        )
        """,
}


def spelt_out(case: str) -> list[str]:
    """The code of a case, and its final form: with thirty words for `<30 word>`."""

    def words(found: re.Match[str]) -> str:
        return " ".join([found[2]] * int(found[1]))

    return re.sub(r"<(\d+) (\w+)>", words, dedent(case).strip("\n")).split("\n->\n")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_code_gets_its_final_form(case: str) -> None:
    code, final = spelt_out(case)
    assert laid_out(code) == f"{final}\n"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_is_laid_out_stays(case: str) -> None:
    final = f"{spelt_out(case)[1]}\n"
    assert laid_out(final) == final


@pytest.mark.parametrize("word", ["word", "낱말"])
@pytest.mark.parametrize("count", range(1, 60, 3))
def test_no_line_is_too_wide(word: str, count: int) -> None:
    said = " ".join([word, "{field:.4f}"] * count)
    code = f'def f(field):\n    """{said}"""\n    # {said}\n    return str(f"{said}")\n'
    final = laid_out(code)
    assert max(map(columns, final.split("\n"))) <= WIDTH
    call = " ".join(final.partition("return ")[2].split("\n"))
    assert eval(call, {"field": 1.0}) == said.replace("{field:.4f}", "1.0000")


def test_what_is_no_python_is_refused() -> None:
    with pytest.raises(SyntaxError) as error:
        laid_out("a = 1\nb = = 2\n")
    assert error.value.lineno == 2
