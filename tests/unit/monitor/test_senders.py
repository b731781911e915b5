"""A sender is missed when silent for longer than it ever was; its clock is wrong when it tells of tomorrow."""

from datetime import UTC, datetime, timedelta

import pytest

from services.monitor.domain.senders import HOUR, Sender, SenderHour

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def sent(at: datetime, *, delay: float = 1.0) -> SenderHour:
    """Send something in an hour, last a quarter past."""
    return SenderHour(at, facts=3, last_recorded_at=at + 15 * MINUTE, delay_min_seconds=delay)


def factory(*hours: SenderHour) -> Sender:
    """Make a factory that has sent in these hours."""
    return Sender("F-01", "IND", hours)


def by_day() -> Sender:
    """Make a factory that works from eight to three, four days a week."""
    return factory(*(sent(MONDAY + timedelta(days=day, hours=hour)) for day in range(4) for hour in range(7)))


@pytest.mark.parametrize(("hours", "is_missed"), [(17, False), (30, True)])
def test_who_is_silent_at_night_is_missed_only_after_a_longer_night(hours: int, *, is_missed: bool) -> None:
    sender = by_day()
    now = sender.last_recorded_at + timedelta(hours=hours)

    assert sender.is_silent(now, hours_min=6, factor=1.5) is is_missed


def test_who_sends_every_hour_may_be_silent_for_an_hour() -> None:
    sender = factory(*(sent(MONDAY + hour * HOUR) for hour in range(12)))

    assert sender.habit_seconds(6) == HOUR.total_seconds()


def test_who_has_sent_a_few_times_has_no_habit_and_is_not_missed() -> None:
    sender = factory(sent(MONDAY), sent(MONDAY + HOUR))

    assert sender.habit_seconds(6) is None
    assert not sender.is_silent(MONDAY + timedelta(days=300), hours_min=6, factor=1.5)


def test_what_it_sent_is_counted_by_whole_hours() -> None:
    sender = factory(sent(MONDAY), sent(MONDAY + HOUR), sent(MONDAY + 2 * HOUR))

    assert sender.facts_since(MONDAY + HOUR) == 6


@pytest.mark.parametrize(
    ("delay", "ahead"), [(-7_200.0, 7_200.0), (3.0, 0.0)], ids=["two hours ahead", "posted after it happened"]
)
def test_a_clock_is_ahead_by_what_it_tells_of_before_it_is_here(delay: float, ahead: float) -> None:
    sender = factory(sent(MONDAY, delay=delay))

    assert sender.ahead_seconds(MONDAY + 30 * MINUTE) == ahead


def test_a_clock_that_was_put_right_is_right() -> None:
    sender = factory(sent(MONDAY, delay=-7_200.0), sent(MONDAY + 3 * HOUR))

    assert sender.ahead_seconds(MONDAY + 3 * HOUR) == 0.0
