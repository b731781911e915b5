"""How long open demand waits, by band of priority: 01-03, 04-08 and 09-15, as the time standards of MILSTRIP have them.

How long is too long is for the settings to say, in days for each band.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BANDS: Sequence[range] = (range(1, 4), range(4, 9), range(9, 16))
"""The priority designators of each band, the first band first."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long the orders of a band may wait."""

    band: int
    first: int
    last: int
    days: int
    since: datetime
    """What was placed before this moment waits too long."""


def limits(days: Sequence[int], now: datetime) -> list[Limit]:
    """Give the limit of each band as of a moment."""
    return [
        Limit(band, priorities[0], priorities[-1], each, now - timedelta(days=each))
        for band, (priorities, each) in enumerate(zip(BANDS, days, strict=True), start=1)
    ]
