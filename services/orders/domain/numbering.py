"""Document numbers that orders gives itself: within what a depot has set aside for its replenishment.

A depot's rule names its activity code and one serial letter or digit: 7201YA 6330 R01F is the 52nd of day 330 of 2026.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shared.errors import Kind, Refusal
from shared.types import DocumentNumber, SiteId

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLACES = 3
NUMBERS_A_DAY = len(_DIGITS) ** _PLACES


class DocumentNumberMissing(Refusal):
    """Name a document number, or let the depot's rule set numbers aside for its replenishment."""

    kind = Kind.INVALID
    field = "document_number"


class NumbersUsedUp(Refusal):
    """All numbers that the depot has set aside for this day are used: name a document number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A depot's rule: which numbers it has set aside, how many of a day are given, and what it releases by itself."""

    site: SiteId
    activity: str
    serial: str
    release_cost_max: Decimal | None = None
    currency: str | None = None
    numbered_on: date | None = None
    numbered: int = 0

    def give(self, day: date) -> tuple[DocumentNumber, "Rule"]:
        """Give the next number of a day, and the rule as it then is."""
        n = self.numbered if self.numbered_on == day else 0
        if n >= NUMBERS_A_DAY:
            raise NumbersUsedUp(activity=self.activity, serial=self.serial, day=day)
        number = f"{self.activity}{day.year % 10}{day:%j}{self.serial}{_digits(n)}"
        return number, replace(self, numbered_on=day, numbered=n + 1)

    def releases(self, cost: Decimal | None, currency: str | None) -> bool:
        """Tell whether an order of this cost is released without anybody; one of unknown cost never is."""
        if self.release_cost_max is None or cost is None or currency != self.currency:
            return False
        return cost <= self.release_cost_max


def _digits(n: int) -> str:
    digits = ""
    for _ in range(_PLACES):
        n, digit = divmod(n, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
