"""Days so far off that no calendar has them: a reckoning ends at the calendar's edge, and never fails there."""

from datetime import date

DAYS_AHEAD_MAX = 3650
"""How far ahead a day may lie that somebody names; further says nothing."""


def shift(day: date, days: int) -> date:
    """Move a day, at most to the first or the last one that there is."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))
