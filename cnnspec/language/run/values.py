"""What the values of statements come to: rounds, tests, and what is trained."""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.ground.errors import Invalid, Problem
from cnnspec.language.program import CallStep, IfStep, RepeatStep
from cnnspec.language.run.problems import wrong
from cnnspec.language.run.scope import Scope


def rounds_of(
    step: RepeatStep, scope: Scope[Any]
) -> tuple[int, Iterator[dict[str, Any]]]:
    """How many rounds a repeat has, and the variables of each.

    Raises:
        Invalid: what says so isn't of the form that it must have.
    """
    if step.times is not None:
        times = scope.worked_out(step.times, ("times",))
        if type(times) is not int or times < 0:
            what, path = "a whole number of 0 or more", ("times",)
            raise wrong(path, "repeat.times", what, times, step.times)
        index = [step.index] if step.index else []
        return times, (dict.fromkeys(index, number) for number in range(times))
    lists = _lists(step, scope)
    return len(next(iter(lists.values()))), _walked(lists, step.index)


def _walked(lists: dict[str, list[Any]], index: str) -> Iterator[dict[str, Any]]:
    for number, values in enumerate(zip(*lists.values(), strict=True)):
        counted = {index: number} if index else {}
        yield {**dict(zip(lists, values, strict=True)), **counted}


def _lists(step: RepeatStep, scope: Scope[Any]) -> dict[str, list[Any]]:
    """The lists that a repeat walks, which have one length.

    Raises:
        Invalid: they haven't, or one is no list.
    """
    lists = {
        name: scope.worked_out(values, ("for", name))
        for name, values in step.lists.items()
    }
    for name, values in lists.items():
        if not isinstance(values, list):
            path, title = ("for", name), f"repeat.for.{name}"
            what, given = "a list, one value a round", step.lists[name]
            raise wrong(path, title, what, values, given)
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"'{name}' has {size}" for name, size in lengths.items())
        text = "the lists of a repeat are walked together, and differ in length"
        text = f"{text}: {found}"
        hint = "give each the same number of values"
        raise Invalid([Problem(("for",), "repeat", text, hint, True)])
    return lists


def is_frozen(step: CallStep | RepeatStep, scope: Scope[Any]) -> bool:
    """Whether nothing in a call or repeat is trained.

    Raises:
        Invalid: what says so comes to something else than true or false.
    """
    if scope.frozen or step.trainable is True:
        return scope.frozen
    found = scope.worked_out(step.trainable, ("trainable",))
    if type(found) is bool:
        return not found
    path, title = ("trainable",), "trainable"
    raise wrong(path, title, "true or false", found, step.trainable)


def is_true(step: IfStep, scope: Scope[Any], variables: Mapping[str, Any]) -> bool:
    """Whether the test of an `if` holds.

    Args:
        step: the `if`.
        scope: where it stands.
        variables: there, with the sizes that the test asks for.

    Raises:
        Invalid: it comes to something else than true or false.
    """
    test = scope.worked_out(step.test, ("test",), variables)
    if type(test) is bool:
        return test
    path, title, what = ("test",), "if.test", "true or false"
    if type(test) is not int:
        raise wrong(path, title, what, test, step.test)
    # The number may be right, and it is the test that has to compare it.
    formula = step.test.text
    text = f"{title} must be {what}; found {test}, which {formula} comes to"
    hint = f'write "${{{formula.strip("${}")} != 1}}"'
    raise Invalid([Problem(path, "wrong-type", text, hint)])
