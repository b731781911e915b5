"""Makers of grounded platforms and of the lines that they wait for."""

from datetime import date, timedelta

from services.orders.domain.platforms import TailName
from services.orders.domain.release import (
    Grounded,
    Line,
    Outlook,
)
from shared.types import Platform
from tests.unit.orders.makers import TODAY

OUTLOOK = Outlook(TODAY, horizon_days=90, expedite_percent=50)


def in_days(days: int | None) -> date | None:
    return None if days is None else TODAY + timedelta(days=days)


def a_line(part: str, days: int | None = None, *, source: str | None = None, held: bool = False) -> Line:
    return Line(f"ORDER-{part}", part, in_days(days), held, source)


def a_tail(number: str, *lines: Line, platform: Platform = Platform.MI_17V_5, nation: str = "IND") -> Grounded:
    return Grounded(TailName(platform, number), nation, lines)
