"""Document numbers as a client makes them."""

from datetime import date

from jvtrack.client import document_number


def test_a_document_number_carries_its_day_and_serial() -> None:
    assert document_number("7201YA", date(2026, 11, 23), "A1") == "7201YA632700A1"
