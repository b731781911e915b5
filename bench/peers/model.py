"""The events as a team would read them, and the rows that they keep: an ORM class for each table."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, DateTime, Identity, Index, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.clock import now


class EventData(BaseModel):
    """What happened to a lot."""

    model_config = ConfigDict(extra="forbid")

    lot: str = Field(min_length=1, max_length=40)
    part: str = Field(pattern=r"^[A-Z0-9][A-Z0-9.-]{0,39}$")
    quantity: int = Field(gt=0)
    shipment: str | None = None
    depot: str | None = None


class FactoryEvent(BaseModel):
    """A CloudEvent as it is posted."""

    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=200)
    type: Literal[
        "jvtrack.factory.lot-started.v1", "jvtrack.factory.lot-finished.v1", "jvtrack.factory.lot-dispatched.v1"
    ]
    time: AwareDatetime | None = None
    data: EventData

    @property
    def site(self) -> str:
        """Name the factory."""
        return self.source.strip("/").split("/")[0]

    @property
    def lot(self) -> str:
        """Name the lot, as the other services know it."""
        return f"{self.site}:{self.data.lot}"


class Message(BaseModel):
    """What the door tells the stock service."""

    event_id: str
    type: str
    key: str
    version: int
    site: str
    part: str
    quantity: int
    depot: str | None = None


class DoorRow(DeclarativeBase):
    """Tables of the door's database."""


class Accepted(DoorRow):
    """An event that was accepted, once."""

    __tablename__ = "accepted_event"

    source: Mapped[str] = mapped_column(String(200), primary_key=True)
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    type: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class Lot(DoorRow):
    """A lot and how much of it is where."""

    __tablename__ = "lot"

    lot: Mapped[str] = mapped_column(String(100), primary_key=True)
    part: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=0)
    started: Mapped[int] = mapped_column(default=0)
    finished: Mapped[int] = mapped_column(default=0)
    dispatched: Mapped[int] = mapped_column(default=0)


class Outbox(DoorRow):
    """A message that is to be published, or was."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_unsent", "id", postgresql_where=text("sent_at IS NULL")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(100))
    payload: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StockRow(DeclarativeBase):
    """Tables of the stock service's database."""


class Inbox(StockRow):
    """A message that was applied, once."""

    __tablename__ = "inbox"

    event_id: Mapped[str] = mapped_column(String(400), primary_key=True)
    key: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    place: Mapped[int] = mapped_column(BigInteger, Identity())


class Balance(StockRow):
    """How much of a part and lot is at a site, or on the road to it."""

    __tablename__ = "balance"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    lot: Mapped[str] = mapped_column(String(100), primary_key=True)
    produced: Mapped[int] = mapped_column(default=0)
    in_transit: Mapped[int] = mapped_column(default=0)
