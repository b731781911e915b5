"""Document numbers in MILSTRIP shape: activity, ordinal date, serial."""

from datetime import date

from shared.types import DocumentNumber


def document_number(activity: str, day: date, serial: str) -> DocumentNumber:
    """Number an order of an activity: `document_number("7201YA", date(2026, 11, 23), "A001")` is `7201YA6327A001`."""
    return f"{activity}{day.year % 10}{day.timetuple().tm_yday:03}{serial:0>4}"
