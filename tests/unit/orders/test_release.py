"""What releases grounded platforms soonest: the ranking, and what is done for whom."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from services.orders.domain.release import (
    SET_MAX,
    ActionKind,
    Grounded,
    Line,
    Option,
    Spare,
    expected_release,
    may_give,
    rank,
)
from shared import clock
from shared.types import Platform
from tests.unit.orders.grounded import OUTLOOK, a_line, a_tail, in_days
from tests.unit.orders.makers import TODAY


def shown(option: Option) -> tuple[list[tuple[str, str, str | None]], str | None, int]:
    """Show an option briefly: what is done for which part with whose, whom it releases, days saved."""
    actions = [(each.kind.value, each.line.part, each.donor and each.donor.tail_number) for each in option.actions]
    return actions, option.releases and option.releases.tail_number, option.days_saved


@pytest.mark.parametrize(
    ("foreseen", "expected"),
    [([], None), ([TODAY], TODAY), ([TODAY, None], None), ([TODAY, in_days(3)], in_days(3))],
)
def test_a_platform_is_expected_back_when_the_last_of_its_lines_is_foreseen(
    foreseen: Sequence[date | None], expected: date | None
) -> None:
    assert expected_release(foreseen) == expected


def test_what_is_held_for_a_platform_only_has_to_be_issued() -> None:
    (option,) = rank([a_tail("A", a_line("GEARBOX", 0, held=True))], OUTLOOK)

    assert shown(option) == ([("issue", "GEARBOX", None)], "A", 90)
    assert option.actions[0].on == TODAY


def test_a_hurried_source_is_taken_to_need_the_stated_share_of_the_days_that_are_left() -> None:
    (option,) = rank([a_tail("A", a_line("GEARBOX", 41, source="F-01"))], OUTLOOK)

    assert shown(option) == ([("expedite", "GEARBOX", None)], "A", 20)
    assert option.actions[0].on == in_days(21)


def overdue(part: str, days: int | None, source: str | None = "F-01") -> Line:
    """Make a line whose promised day was last week; given days, it is foreseen in as many."""
    return replace(a_line(part, days, source=source), overdue_since=in_days(-7))


@pytest.mark.parametrize(("days", "hurried", "saved"), [(40, 20, 20), (None, 45, 45), (1, None, None)])
def test_what_is_overdue_comes_when_it_is_foreseen_and_may_be_hurried(
    days: int | None, hurried: int | None, saved: int | None
) -> None:
    ranked = rank([a_tail("A", overdue("GEARBOX", days))], OUTLOOK)

    assert [(each.actions[0].kind, each.actions[0].on, each.days_saved) for each in ranked] == (
        [] if hurried is None else [(ActionKind.EXPEDITE, in_days(hurried), saved)]
    )


def test_a_platform_whose_overdue_part_nobody_can_say_a_day_of_may_give_another_one() -> None:
    first, later = a_tail("A", a_line("GEARBOX", 30)), a_tail("B", overdue("BLADE", None, source=None))

    assert [shown(each) for each in rank([first, later], OUTLOOK)] == [([("cannibalise", "GEARBOX", "B")], "A", 30)]


def spared(line: Line, *spares: tuple[str, int, int], lacks: int = 1) -> Line:
    return replace(line, lacks=lacks, spares=tuple(Spare(*each) for each in spares))


def shipping(option: Option) -> list[tuple[str, str | None]]:
    return [(each.kind.value, each.spare.depot if each.spare else None) for each in option.actions]


def test_another_depot_ships_what_it_can_spare_and_is_ranked_with_the_others_by_its_days_on_the_road() -> None:
    line = spared(a_line("GEARBOX", 41, source="F-01"), ("D-02", 1, 3), ("D-03", 5, 30))

    ranked = rank([a_tail("A", line)], OUTLOOK)

    assert [(shipping(each)[0], each.releases and each.releases.tail_number, each.days_saved) for each in ranked] == [
        (("lateral", "D-02"), "A", 38),
        (("expedite", None), "A", 20),
        (("lateral", "D-03"), "A", 11),
    ]
    assert ranked[0].actions[0].on == in_days(3)


def test_no_depot_ships_more_in_one_set_than_it_can_spare() -> None:
    lines = [
        replace(spared(a_line("GEARBOX", 40), ("D-02", 3, 3), ("D-03", 2, 9), lacks=2), order_id=name)
        for name in ("ORDER-1", "ORDER-2")
    ]

    best = rank([a_tail("A", *lines)], OUTLOOK)[0]

    assert sorted(shipping(best)) == [("lateral", "D-02"), ("lateral", "D-03")]
    assert best.days_saved == 31


def test_only_the_line_that_is_promised_last_is_worth_hurrying() -> None:
    tail = a_tail("A", a_line("GEARBOX", 60, source="F-01"), a_line("BLADE", 40, source="F-02"))

    assert [shown(each) for each in rank([tail], OUTLOOK)] == [
        ([("expedite", "GEARBOX", None), ("expedite", "BLADE", None)], "A", 30),
        ([("expedite", "GEARBOX", None)], None, 20),
    ]


def test_a_part_is_taken_from_a_platform_that_stays_down_longer_anyway() -> None:
    first, later = a_tail("A", a_line("GEARBOX", 30)), a_tail("B", a_line("BLADE", 50))

    assert [shown(each) for each in rank([first, later], OUTLOOK)] == [([("cannibalise", "GEARBOX", "B")], "A", 30)]


def test_the_platform_that_stays_down_longest_gives_first() -> None:
    tail = a_tail("A", a_line("GEARBOX", 30))
    others = [a_tail(name, a_line("BLADE", days)) for name, days in (("B", 40), ("C", None), ("D", 60))]

    ranked = rank([tail, *others], OUTLOOK)

    assert {each.actions[0].donor_expected for each in ranked if each.releases == tail.name} == {
        None,
        in_days(40),
        in_days(60),
    }
    assert [shown(each)[0][0][2] for each in ranked if each.releases == tail.name] == ["B", "C", "D"]


@pytest.mark.parametrize(
    ("donor", "why"),
    [
        (a_tail("B", a_line("BLADE", 20)), "it is back earlier"),
        (a_tail("B", a_line("BLADE", 30)), "it is back on the same day"),
        (a_tail("B", a_line("GEARBOX", 50)), "it lacks the part itself"),
        (a_tail("B"), "nobody knows what it waits for"),
        (a_tail("B", a_line("BLADE", 50), platform=Platform.T_90), "it is of another type"),
        (a_tail("B", a_line("BLADE", 50), nation="RUS"), "it is another nation's"),
        (a_tail("A", a_line("BLADE", 50)), "it is the same"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_part_is_taken_from_a_platform_that(donor: Grounded, why: str) -> None:
    assert not may_give(donor, a_tail("A", a_line("GEARBOX", 30)), "GEARBOX"), why


def test_who_is_expected_back_gives_nothing_to_whom_nobody_expects() -> None:
    assert not may_give(a_tail("B", a_line("BLADE", 50)), a_tail("A", a_line("GEARBOX")), "GEARBOX")
    assert may_give(a_tail("B", a_line("BLADE")), a_tail("A", a_line("GEARBOX")), "GEARBOX")


def test_what_no_single_action_does_a_set_does() -> None:
    tail = a_tail("A", a_line("GEARBOX", 0, held=True), a_line("BLADE", 40, source="F-01"))

    best = rank([tail], OUTLOOK)[0]

    assert shown(best) == ([("issue", "GEARBOX", None), ("expedite", "BLADE", None)], "A", 70)


def test_a_platform_with_more_lines_than_a_set_has_actions_is_not_released_but_comes_back_sooner() -> None:
    tail = a_tail("A", *(a_line(f"PART-{n}", 10 * n, source="F-01") for n in range(1, SET_MAX + 2)))

    assert [shown(each) for each in rank([tail], OUTLOOK)] == [
        ([("expedite", "PART-4", None), ("expedite", "PART-3", None)], None, 20),
        ([("expedite", "PART-4", None)], None, 10),
    ]


def test_a_line_for_which_nothing_can_be_done_is_left_and_the_later_ones_are_hurried_together() -> None:
    tail = a_tail("A", a_line("HUB", 5), a_line("GEARBOX", 60, source="F-01"), a_line("BLADE", 50, source="F-02"))

    assert [shown(each) for each in rank([tail], OUTLOOK)] == [
        ([("expedite", "GEARBOX", None), ("expedite", "BLADE", None)], None, 30),
        ([("expedite", "GEARBOX", None)], None, 10),
    ]


def test_a_set_that_saves_no_more_than_one_of_its_actions_is_not_named() -> None:
    tail = a_tail("A", a_line("HUB", 30), a_line("GEARBOX", 60, source="F-01"), a_line("BLADE", 20, source="F-02"))

    assert [shown(each) for each in rank([tail], OUTLOOK)] == [([("expedite", "GEARBOX", None)], None, 30)]


def test_the_sets_of_a_large_fleet_are_looked_for_in_seconds() -> None:
    spares = tuple((f"D-{number:02}", 9, number) for number in range(2, 5))
    lines = [spared(a_line(f"PART-{n}", 30 + n, source="F-01"), *spares) for n in range(5)]
    fleet = [
        a_tail(f"T-{number:04}", *(replace(line, order_id=f"O-{number}-{line.part}") for line in lines))
        for number in range(100)
    ]
    begun = clock.monotonic()

    ranked = rank(fleet, OUTLOOK)

    assert sum(len(each.actions) > 1 for each in ranked) == 100
    assert clock.monotonic() - begun < 5


def test_what_releases_a_platform_comes_before_what_only_saves_more_days() -> None:
    nearly = a_tail("A", a_line("GEARBOX", 2, source="F-01"))
    lines = [a_line(f"PART-{n}", 10, source="F-01") for n in range(SET_MAX)]
    far = a_tail("B", a_line("HUB", 80, source="F-01"), *lines, nation="RUS")

    assert [shown(each)[1:] for each in rank([far, nearly], OUTLOOK)] == [("A", 1), (None, 40)]


def test_two_lines_of_one_part_need_two_donors() -> None:
    twice = a_tail("A", Line("O-1", "BLADE", in_days(30)), Line("O-2", "BLADE", in_days(30)))
    donor, other = a_tail("B", a_line("HUB")), a_tail("C", a_line("HUB"))

    assert [each.releases for each in rank([twice, donor], OUTLOOK) if len(each.actions) == 2] == []
    (together,) = [each for each in rank([twice, donor, other], OUTLOOK) if len(each.actions) == 2]
    assert [each.donor and each.donor.tail_number for each in together.actions] == ["B", "C"]


def test_a_part_that_everybody_lacks_is_not_looked_for_at_everybody_again_and_again() -> None:
    fleet = [a_tail(f"T-{number:04}", Line(f"O-{number}", "BLADE", in_days(30))) for number in range(3_000)]
    begun = clock.monotonic()

    ranked = rank(fleet, OUTLOOK)

    assert ranked == []
    assert clock.monotonic() - begun < 5
