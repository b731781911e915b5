"""What a stream has carried, by the minute."""

from dataclasses import dataclass
from datetime import datetime

MINUTES_SHOWN = 60
"""How far back it is shown."""


@dataclass(frozen=True, slots=True)
class Minute:
    """What a stream has carried in one minute."""

    topic: str
    minute: datetime
    """When it began, UTC."""
    facts: int
    bytes: int
