"""What orders tells of platforms: which there are, and which are down."""

from datetime import datetime
from typing import ClassVar

from shared.events.envelope import Event, Stream
from shared.types import Platform, SiteId, TailNumber, Text


class PlatformEvent(Event):
    """A fact about one aircraft or vehicle, keyed by its platform and tail number."""

    STREAM: ClassVar[Stream] = Stream.ORDERS

    platform: Platform
    """What it is."""
    tail_number: TailNumber
    """Which one it is."""
    site: SiteId
    """The depot that it is at home at."""

    @property
    def key(self) -> str:
        """Name the aircraft or vehicle."""
        return f"platform:{self.platform}/{self.tail_number}"


class PlatformRegistered(PlatformEvent):
    """An aircraft or vehicle belongs to the fleet, as this says in full."""

    TYPE: ClassVar[str] = "jvtrack.orders.platform-registered.v1"

    in_service_since: datetime
    """When it came into service: it is up from then on, until it is said to be down."""
    illustrative: bool = False
    """Whether the record is invented, for demonstration."""


class PlatformDown(PlatformEvent):
    """It cannot do its work, or is down for another cause than before."""

    TYPE: ClassVar[str] = "jvtrack.orders.platform-down.v1"

    since: datetime
    """Since when, by the depot's clock."""
    cause: Text
    """Why."""
    awaiting_parts: bool
    """Whether it stands still for want of parts."""
    corrects: bool = False
    """Whether this takes the place of the last change."""


class PlatformUp(PlatformEvent):
    """It can do its work again."""

    TYPE: ClassVar[str] = "jvtrack.orders.platform-up.v1"

    since: datetime
    """Since when, by the depot's clock."""
    corrects: bool = False
    """Whether this takes the place of the last change."""
