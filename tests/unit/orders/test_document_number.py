"""Document numbers: which year they mean, and which order they name."""

from datetime import date

import pytest

from services.orders.domain.document_number import (
    DocumentDateImpossible,
    DocumentDateOutOfReach,
    activity_of,
    day_of,
    order_id_of,
    require_reach,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("number", "today", "year"),
    [
        pytest.param("7201YA6327A001", TODAY, 2026, id="today"),
        pytest.param("7201YA6001A001", TODAY, 2026, id="earlier this year"),
        pytest.param("7201YA6357A001", TODAY, 2026, id="thirty days ahead"),
        pytest.param("7201YA6358A001", TODAY, 2016, id="further ahead is ten years ago"),
        pytest.param("7201YA5365A001", TODAY, 2025, id="last year"),
        pytest.param("7201YA7001A001", TODAY, 2017, id="next year is too far ahead"),
        pytest.param("7201YA7001A001", date(2026, 12, 20), 2027, id="next year is near"),
        pytest.param("7201YA6366A001", TODAY, 2016, id="a leap day's year"),
        pytest.param("7201YA4366A001", TODAY, 2024, id="the last leap year"),
    ],
)
def test_the_year_is_the_latest_in_which_the_day_exists_and_is_not_far_ahead(
    number: str, today: date, year: int
) -> None:
    assert day_of(number, today).year == year


def test_a_day_that_no_year_of_its_digit_has_is_refused() -> None:
    with pytest.raises(DocumentDateImpossible):
        day_of("7201YA5366A001", TODAY)


@pytest.mark.parametrize(
    ("number", "today"),
    [
        ("7201YA6327A001", TODAY),
        ("7201YA6357A001", TODAY),
        ("7201YA5327A001", TODAY),
        ("7201YA7001A001", date(2026, 12, 20)),
        ("7201YA8060A001", date(2029, 3, 1)),
    ],
)
def test_a_number_of_the_last_year_or_the_next_month_may_be_entered(number: str, today: date) -> None:
    require_reach(number, today)


@pytest.mark.parametrize(
    ("number", "today"),
    [
        pytest.param("7201YA6358A001", TODAY, id="31 days ahead"),
        pytest.param("7201YA6364A001", TODAY, id="37 days ahead"),
        pytest.param("7201YA7001A001", TODAY, id="next year"),
        pytest.param("7201YA5300A001", TODAY, id="more than a year ago"),
        pytest.param("7201YA6366A001", TODAY, id="a leap day of ten years ago"),
    ],
)
def test_a_number_that_could_only_be_of_long_ago_is_not_taken_for_that(number: str, today: date) -> None:
    with pytest.raises(DocumentDateOutOfReach):
        require_reach(number, today)


def test_a_number_that_does_not_fit_the_day_of_earlier_books_names_that_day() -> None:
    with pytest.raises(DocumentDateOutOfReach) as refused:
        require_reach("7201YA6332A001", TODAY, date(2026, 9, 29))

    assert refused.value.facts["placed_on"] == date(2026, 9, 29)
    assert "today" not in refused.value.facts


def test_an_order_is_named_by_its_number_its_year_and_its_suffix() -> None:
    assert order_id_of("7201YA6327A001", None, TODAY) == "7201YA6327A001-2026"
    assert order_id_of("7201YA6327A001", "B", TODAY) == "7201YA6327A001-2026-B"


def test_a_number_begins_with_its_activity() -> None:
    assert activity_of("7201YA6327A001") == "7201YA"
