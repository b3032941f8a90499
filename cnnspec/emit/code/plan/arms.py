"""Which arms of a program's `if`s are taken."""

from collections.abc import Callable, Iterator

from cnnspec.emit.code.plan.history import (
    Arm,
    ArmTaken,
    Asked,
    Called,
    Event,
    Passed,
    Repeated,
    Structure,
)


def taken_arms(
    events: list[Event], is_flat: Callable[[Structure], bool]
) -> frozenset[Arm]:
    """The arms that some run takes, or a branch that is tried.

    Args:
        events: what happened.
        is_flat: whether nothing is kept of a part, which then takes no arm.
    """
    taken = frozenset(_arms(events, is_flat, None))
    while True:
        # A branch that is tried may take others, which needn't be tried.
        found = taken | frozenset(_arms(events, is_flat, taken))
        if found == taken:
            return taken
        taken = found


def _arms(
    events: list[Event],
    is_flat: Callable[[Structure], bool],
    taken: frozenset[Arm] | None,
) -> Iterator[Arm]:
    """The arms that are taken; in trials as well of arms that aren't `taken`."""
    for event in events:
        if isinstance(event, ArmTaken) and event.is_tried:
            if taken is None or (event.step.path, event.arm) in taken:
                continue
        elif isinstance(event, ArmTaken) and not is_flat(event):
            yield event.step.path, event.arm
        if not isinstance(event, Called | Repeated | ArmTaken) or not is_flat(event):
            for inside in _inside(event):
                yield from _arms(inside, is_flat, taken)


def _inside(event: Event) -> Iterator[list[Event]]:
    """What happened in branches, in a call, in rounds, in an arm."""
    if isinstance(event, Repeated):
        yield from (one.events for one in event.rounds)
        return
    if not isinstance(event, ArmTaken | Asked | Passed):
        yield event.branches
    if isinstance(event, ArmTaken | Called):
        yield event.events
