"""Names as code follow the language's own rules."""

from collections.abc import Callable

import pytest

from cnnspec.emit.code.plan.words import named_by
from cnnspec.language.naming import in_call, in_round


@pytest.mark.parametrize(
    ("rule", "codes", "code"),
    [
        (in_call, ("name", '"fc"'), 'f"{name}_fc"'),
        (in_call, ('"stem"', '"fc"'), '"stem_fc"'),
        (in_call, ('"{a}"', '"fc"'), '"{a}_fc"'),
        (in_call, ("name", '"{a}"'), 'f"{name}_{{a}}"'),
        (in_call, ("name", 'f"t{i}"'), 'f"{name}_t{i}"'),
        (in_call, ("name", """'q"t'"""), """f"{name}_" + 'q"t'"""),
        (in_call, ("name", '"a" if x else "b"'), 'f"{name}_" + ("a" if x else "b")'),
        (
            in_call,
            ('f"u_{i}" if i else "u"', '"fc"'),
            '(f"u_{i}" if i else "u") + "_fc"',
        ),
        (in_round, ("i + 1", '"conv2d"'), 'f"{i + 1}_conv2d"'),
        (lambda call, inside: f"{inside}<{call}>", ("name", '"fc"'), 'f"fc<{name}>"'),
        (lambda call, inside: inside, ("name", '"fc"'), '"fc"'),
    ],
)
def test_the_code_of_a_name(
    rule: Callable[..., str], codes: tuple[str, ...], code: str
) -> None:
    assert named_by(rule, *codes) == code
    names = {"name": "n", "i": 4, "x": False}
    assert eval(code, names) == rule(*(str(eval(one, names)) for one in codes))
