"""What a process shows is read over a while: rates from counters, ages from histograms, silence from its answers."""

import math

import pytest

from services.monitor.domain.looks import NEVER, quantile
from tests.unit.monitor.makers import gone, look, sample, watched

PUBLISHED = sample("published_total", topic="stock.v1")
LEADS = sample("relay_leader")


def test_a_counter_has_risen_by_what_it_shows_more_than_at_the_oldest_look() -> None:
    process = watched(
        "orders", look(10.0, {PUBLISHED: 100.0}), look(12.0, {PUBLISHED: 130.0}), look(14.0, {PUBLISHED: 160.0})
    )

    assert list(process.risen("jvtrack_published_total")) == [({"topic": "stock.v1"}, 60.0)]
    assert process.seconds == 4.0


def test_a_process_that_began_anew_counts_from_nought() -> None:
    process = watched("orders", look(10.0, {PUBLISHED: 100.0}), gone(11.0), look(12.0, {PUBLISHED: 7.0}))

    assert list(process.risen("jvtrack_published_total")) == [({"topic": "stock.v1"}, 7.0)]


def test_what_was_not_counted_before_has_risen_from_nought() -> None:
    process = watched("orders", look(10.0), look(12.0, {PUBLISHED: 7.0, LEADS: 1.0}))

    assert list(process.risen("jvtrack_published_total")) == [({"topic": "stock.v1"}, 7.0)]


def test_only_what_is_asked_for_is_shown() -> None:
    process = watched("inventory.2", look(1.0, {PUBLISHED: 3.0, LEADS: 1.0}))

    assert list(process.shown("jvtrack_relay_leader")) == [({}, 1.0)]
    assert process.service == "inventory"


@pytest.mark.parametrize(
    ("looks", "seconds"),
    [
        ((look(1.0), look(2.0)), 0.0),
        ((look(1.0), gone(2.0), gone(5.0)), 4.0),
        ((gone(1.0), gone(4.0)), 4.0),
        ((), 0.0),
    ],
    ids=["answers", "since it last answered", "since it began to be watched", "never looked at"],
)
def test_silence_is_counted_from_the_last_answer(looks: tuple[object, ...], seconds: float) -> None:
    assert watched("orders", *looks).silent_seconds == seconds  # type: ignore[arg-type]  # looks


def test_who_was_never_looked_at_does_not_answer() -> None:
    assert watched("orders").newest is NEVER


@pytest.mark.parametrize(
    ("share", "counted", "below"),
    [
        (0.5, {0.1: 10.0, 0.5: 20.0, math.inf: 20.0}, 0.1),
        (0.75, {0.1: 10.0, 0.5: 20.0, math.inf: 20.0}, 0.3),
        (0.99, {0.1: 10.0, 0.5: 10.0, math.inf: 20.0}, 0.5),
        (0.5, {0.1: 0.0, 0.5: 0.0, math.inf: 0.0}, None),
        (0.5, {}, None),
        (0.0, {0.1: 0.0, 0.5: 4.0}, 0.1),
    ],
    ids=["at a bound", "between two", "above the last", "none", "nothing counted", "nothing wanted"],
)
def test_ages_are_read_between_the_bounds_of_a_histogram(
    share: float, counted: dict[float, float], below: float | None
) -> None:
    found = quantile(share, counted)

    assert found == (None if below is None else pytest.approx(below))


def test_a_histogram_without_a_last_bound_ends_at_its_highest() -> None:
    assert quantile(1.0, {0.1: 1.0, 0.5: 3.0}) == pytest.approx(0.5)
