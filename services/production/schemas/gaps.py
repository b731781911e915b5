"""What production shows of a sender that numbers its events: which numbers have not come."""

from datetime import datetime

from services.production.schemas.forms import View
from shared.http.forms import example


class Gap(View):
    """Numbers that follow each other."""

    first: int
    """The first of them."""
    last: int
    """The last of them."""


class GapsRead(View):
    """Which numbers of a sender are missing."""

    model_config = example(
        {
            "source": "F-01/line-3",
            "first_sequence": 1,
            "highest_sequence": 480,
            "known_from": 0,
            "missing": 3,
            "gaps": [{"first": 212, "last": 214}],
            "reused": [],
            "events": 477,
            "duplicates": 12,
            "last_seen_at": "2026-11-23T08:35:00.120Z",
        }
    )

    source: str
    """The sender."""
    first_sequence: int
    """Lowest number that has come."""
    highest_sequence: int
    """Highest number that has come."""
    known_from: int
    """Gaps below this number are no longer listed."""
    missing: int
    """How many numbers are missing between the lowest and the highest."""
    gaps: list[Gap]
    """The missing numbers, lowest first, page by page."""
    reused: list[Gap]
    """Numbers that came under more than one id, lowest first; at most the newest thousand stretches."""
    events: int
    """Numbered events accepted from this sender."""
    duplicates: int
    """Deliveries of numbered events that had been accepted before."""
    last_seen_at: datetime
    """When it was last heard, UTC."""
