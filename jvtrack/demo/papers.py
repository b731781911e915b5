"""The numbers on the company's papers: today's document numbers, lots and consignments, none used twice.

An edition tells one play from another on the same system, so that a second one is not taken for a retry of the first.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from jvtrack.client import document_number

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SERIALS_MAX = len(_DIGITS) ** 2
# Cuts a day into fewer pieces than there are editions.
_SECONDS_PER_EDITION = 67


@dataclass(slots=True)
class Papers:
    """Gives out numbers of one edition, the same in every play of it."""

    today: date
    edition: str
    _used: Counter[str] = field(default_factory=Counter)

    def document_number(self, activity: str) -> str:
        """Number an order of an activity."""
        serial = self._next(activity)
        assert serial < _SERIALS_MAX, f"{activity} has no document numbers left today"
        high, low = divmod(serial, len(_DIGITS))
        return document_number(activity, self.today, f"{self.edition}{_DIGITS[high]}{_DIGITS[low]}")

    def lot(self, factory: str) -> str:
        """Number a lot of a factory."""
        return f"L-{self.edition}-{self._next(f'lot of {factory}') + 1:05}"

    def shipment(self, factory: str) -> str:
        """Number a consignment of a factory."""
        return f"S-{self.edition}-{self._next(f'shipment of {factory}') + 1:05}"

    def purchase(self, supplier: str) -> str:
        """Number a purchase order to a supplier."""
        return f"PO-{supplier}-{self.edition}-{self._next(f'purchase of {supplier}') + 1:05}"

    def source(self, factory: str, line: str) -> str:
        """Name a line of a factory as the sender of its events."""
        return f"/{factory}/{line}-{self.edition}"

    def _next(self, series: str) -> int:
        self._used[series] += 1
        return self._used[series] - 1


def edition_of(moment: datetime) -> str:
    """Name an edition after the time of day, so that plays of one day differ."""
    passed = moment.hour * 3600 + moment.minute * 60 + moment.second
    high, low = divmod(passed // _SECONDS_PER_EDITION, len(_DIGITS))
    return f"{_DIGITS[high]}{_DIGITS[low]}"
