"""What holds of every ranking of release actions: no few actions do better than those that are named."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.release import (
    SET_MAX,
    Action,
    ActionKind,
    Grounded,
    Line,
    may_give,
    rank,
)
from tests.unit.orders.grounded import OUTLOOK, a_line, a_tail
from tests.unit.orders.makers import TODAY

LINES = st.builds(
    a_line,
    st.sampled_from(["HUB", "BLADE", "PUMP"]),
    st.none() | st.integers(0, 120),
    source=st.none() | st.just("F-01"),
    held=st.booleans(),
)


@st.composite
def fleets(draw: st.DrawFn) -> list[Grounded]:
    """Draw a small fleet of one platform; each line has an order of its own."""
    fleet = []
    for number in range(draw(st.integers(1, 4))):
        lines = draw(st.lists(LINES, max_size=4))
        named = [Line(f"{number}-{n}", *_values(line)) for n, line in enumerate(lines)]
        fleet.append(a_tail(f"T-{number}", *named, nation=draw(st.sampled_from(["IND", "IND", "RUS"]))))
    return fleet


def _values(line: Line) -> tuple[str, date | None, bool, str | None]:
    return line.part, line.foreseen, line.is_held, line.source


@given(fleets())
def test_an_option_brings_what_it_says_and_its_donors_lose_no_day(fleet: list[Grounded]) -> None:
    for option in rank(fleet, OUTLOOK):
        assert played(fleet, option.actions) == (int(option.releases is not None), option.days_saved)


@given(fleets())
def test_no_single_action_is_better_than_the_first_that_is_named(fleet: list[Grounded]) -> None:
    best = max((played(fleet, [action]) for action in every_action(fleet)), default=(0, 0))

    singles = [each for each in rank(fleet, OUTLOOK) if len(each.actions) == 1]
    named = [(int(each.releases is not None), each.days_saved) for each in singles]

    assert (named[0] if named else (0, 0)) == best


@given(fleets())
def test_no_set_of_few_actions_is_better_for_a_platform_than_the_one_that_is_named(fleet: list[Grounded]) -> None:
    ranked = rank(fleet, OUTLOOK)
    actions = list(every_action(fleet))
    for tail in fleet:
        own = [action for action in actions if action.tail == tail.name]
        tried = [played(fleet, chosen) for size in range(2, SET_MAX + 1) for chosen in allowed(own, size)]
        best = max(tried, default=(0, 0))
        alone = max((played(fleet, [action])[1] for action in own), default=0)
        named = [
            (int(each.releases is not None), each.days_saved)
            for each in ranked
            if each.actions[0].tail == tail.name and len(each.actions) > 1
        ]

        assert named == ([best] if best[0] or best[1] > max(alone, 0) else [])


@given(fleets(), st.randoms())
def test_the_ranking_does_not_depend_on_the_order_in_which_platforms_are_read(
    fleet: list[Grounded], dice: object
) -> None:
    mixed = list(fleet)
    dice.shuffle(mixed)  # type: ignore[attr-defined]  # a Random

    assert rank(mixed, OUTLOOK) == rank(fleet, OUTLOOK)


def allowed(actions: Sequence[Action], size: int) -> Iterator[tuple[Action, ...]]:
    """Choose so many actions, one for a line, no donor giving one part twice."""
    for chosen in combinations(actions, size):
        given = [(each.donor, each.line.part) for each in chosen if each.donor]
        if len({each.line.order_id for each in chosen}) == size and len(given) == len(set(given)):
            yield chosen


def every_action(fleet: Sequence[Grounded]) -> Iterator[Action]:
    """List whatever could be done for any line, with any donor there is."""
    for tail in fleet:
        for line in tail.lines:
            if line.is_held:
                yield Action(ActionKind.ISSUE, tail.name, line, TODAY)
                continue
            hurried_to = OUTLOOK.hurried_to(line)
            if hurried_to is not None:
                yield Action(ActionKind.EXPEDITE, tail.name, line, hurried_to)
            for donor in fleet:
                if may_give(donor, tail, line.part):
                    yield Action(ActionKind.CANNIBALISE, tail.name, line, TODAY, donor.name, donor.expected)


def played(fleet: Sequence[Grounded], actions: Sequence[Action]) -> tuple[int, int]:
    """Play actions out, donors' new lines too: how many platforms have no line left, how many days are saved."""
    waits = {tail.name: {line.order_id: OUTLOOK.wait(line) for line in tail.lines} for tail in fleet}
    before = {name: max(lines.values(), default=0) for name, lines in waits.items()}
    left = {name: set(lines) for name, lines in waits.items()}
    for action in actions:
        moved = waits[action.tail][action.line.order_id]
        waits[action.tail][action.line.order_id] = min((action.on - TODAY).days, OUTLOOK.horizon_days)
        left[action.tail].discard(action.line.order_id)
        if action.donor is not None:
            waits[action.donor][action.line.order_id] = moved
            left[action.donor].add(action.line.order_id)
    acted_on = {action.tail for action in actions}
    saved = sum(before[name] - max(lines.values(), default=0) for name, lines in waits.items())
    return sum(not left[name] for name in acted_on), saved
