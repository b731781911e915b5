"""Document numbers: a MILSTRIP number carries one digit of its year, so the year is resolved at entry."""

from datetime import date, timedelta

from shared.errors import Kind, Refusal
from shared.types import DocumentNumber, OrderId

AHEAD_DAYS_MAX = 30
AGE_DAYS_MAX = 366
_ACTIVITY_LENGTH = 6
_DECADES = 3


class DocumentDateImpossible(Refusal):
    """The ordinal date in the document number names no day of the calendar."""

    kind = Kind.INVALID
    field = "document_number"


class DocumentDateOutOfReach(Refusal):
    """The document number's date is more than 30 days ahead, or more than a year ago."""

    kind = Kind.INVALID
    field = "document_number"


def activity_of(number: DocumentNumber) -> str:
    """Name the activity that numbered the document."""
    return number[:_ACTIVITY_LENGTH]


def day_of(number: DocumentNumber, today: date) -> date:
    """Resolve the day: in the most recent year with the number's digit in which it exists and is not far ahead."""
    digit, ordinal = int(number[6]), int(number[7:10])
    latest = today + timedelta(days=AHEAD_DAYS_MAX)
    youngest = latest.year - (latest.year - digit) % 10
    for year in range(youngest, youngest - 10 * _DECADES, -10):
        day = date(year, 1, 1) + timedelta(days=ordinal - 1)
        if day.year == year and day <= latest:
            return day
    raise DocumentDateImpossible(document_number=number)


def require_reach(number: DocumentNumber, today: date, placed_on: date | None = None) -> None:
    """Refuse a number whose only reading is years ago: its sender means a day ahead, or one long past.

    It is read as on the day on which it was placed elsewhere, if it was.
    """
    day, seen = day_of(number, placed_on or today), {"today": today}
    if placed_on is not None:
        seen = {"placed_on": placed_on}
    if (placed_on or today) - day > timedelta(days=AGE_DAYS_MAX):
        raise DocumentDateOutOfReach(document_number=number, latest_reading=day, **seen)


def order_id_of(number: DocumentNumber, suffix: str | None, today: date) -> OrderId:
    """Name the order: the number, its full year, and on a split fill its suffix."""
    order = f"{number}-{day_of(number, today).year}"
    return order if suffix is None else f"{order}-{suffix}"
