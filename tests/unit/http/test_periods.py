"""A period has whole days in UTC, and is cut where a month ends."""

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from pydantic import ValidationError

from shared.http import groupings
from shared.http.periods import Period, PeriodFilter, PeriodTooLong

TODAY = date(2026, 11, 26)


class By(StrEnum):
    MONTH = "month"
    PART = "part"


def test_a_period_ends_with_its_last_day() -> None:
    period = Period(date(2026, 10, 31), date(2026, 11, 1))

    assert (period.begin, period.end, period.days) == (
        datetime(2026, 10, 31, tzinfo=UTC),
        datetime(2026, 11, 2, tzinfo=UTC),
        2,
    )


def test_a_period_is_cut_into_months_of_which_the_first_and_the_last_may_be_short() -> None:
    months = Period(date(2026, 11, 30), date(2027, 1, 1)).months()

    assert [(month.first, month.last) for month in months] == [
        (date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 1)),
    ]


def test_the_period_before_has_as_many_days_and_ends_the_day_before() -> None:
    assert Period(date(2025, 11, 27), TODAY).before == Period(date(2024, 11, 27), date(2025, 11, 26))
    assert Period(TODAY, TODAY).before == Period(date(2026, 11, 25), date(2026, 11, 25))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, date(2025, 11, 27), TODAY),
        ({"from": "2026-11-01"}, date(2026, 11, 1), TODAY),
        ({"from": "2026-12-01"}, date(2026, 12, 1), date(2026, 12, 1)),
        ({"to": "2024-12-31"}, date(2024, 1, 2), date(2024, 12, 31)),
    ],
    ids=str,
)
def test_what_is_not_said_is_counted_from_what_is(asked: dict[str, str], first: date, last: date) -> None:
    assert PeriodFilter.model_validate(asked).period(TODAY) == Period(first, last)


@pytest.mark.parametrize(
    "asked", [{"from": "2026-02-01", "to": "2026-01-31"}, {"to": "0001-01-01"}, {"from": 1}], ids=str
)
def test_what_is_no_period_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PeriodFilter.model_validate(asked)


def test_a_period_of_more_than_ten_years_is_refused() -> None:
    with pytest.raises(PeriodTooLong):
        PeriodFilter.model_validate({"from": "2010-01-01"}).period(TODAY)


def test_groupings_are_named_once_and_in_order() -> None:
    assert groupings.named(By, "part,month,part") == (By.MONTH, By.PART)
    assert groupings.named(By, None) == ()
    assert groupings.naming(By).pattern == "^(month|part)(,(month|part)){0,1}$"
