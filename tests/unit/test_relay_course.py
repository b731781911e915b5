"""The relay's course sees what a relay lost, told twice, or told out of order, whoever relayed it."""

import pytest

from bench.compare.relay_course import KEYS, Arrivals, number_of, payload_of


def arrived(*numbers: int) -> Arrivals:
    arrivals = Arrivals("r")
    for number in numbers:
        arrivals.see(payload_of(number, "r"), moment=0.0)
    return arrivals


@pytest.mark.parametrize(
    ("numbers", "wrongs"),
    [
        ((0, 1, 2, KEYS, KEYS + 1), {"lost": 0, "doubled": 0, "reordered": 0}),
        ((1, 0), {"lost": 0, "doubled": 0, "reordered": 0}),
        ((0, 2), {"lost": 1, "doubled": 0, "reordered": 0}),
        ((0, 1, 0), {"lost": 0, "doubled": 1, "reordered": 0}),
        ((KEYS, 0), {"lost": 0, "doubled": 0, "reordered": 2}),
    ],
    ids=["all in order", "two keys are in no order", "one is missing", "one came twice", "a key's second came first"],
)
def test_a_relay_is_judged_by_what_arrived(numbers: tuple[int, ...], wrongs: dict[str, int]) -> None:
    written = len(set(numbers)) + wrongs["lost"]

    assert arrived(*numbers).wrongs(written) == wrongs


def test_facts_of_another_run_are_not_counted() -> None:
    assert number_of(payload_of(7, "r1"), "r2") is None
    assert number_of(payload_of(7, "r1"), "r1") == 7
