"""What streams carry and sites send is counted once, however often and late it is delivered, whatever its type."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import pytest

from services.monitor.domain.senders import Sender
from services.monitor.handlers import SUBSCRIPTION
from services.monitor.queries import counted
from shared import clock
from shared.db import Database
from shared.events.catalogue import SiteDefined
from shared.events.envelope import Event, Stream
from shared.events.production import LotFinished
from shared.sql import Statement
from shared.types import SiteKind
from tests.integration.premises import Ear, Said

_PARKED = Statement("SELECT count(*) FROM parked_key")


class LotPolished(Event):
    """A fact of a later version, which this one does not know."""

    TYPE: ClassVar[str] = "jvtrack.production.lot-polished.v1"
    STREAM: ClassVar[Stream] = Stream.PRODUCTION
    lot: str

    @property
    def key(self) -> str:
        """Give the lot's key."""
        return f"lot:{self.lot}"


class Gossip(LotPolished):
    """A fact whose name is not one of ours."""

    TYPE: ClassVar[str] = "example.gossip"


def a_lot(number: int, *, factory: str = "F-01") -> LotFinished:
    return LotFinished(lot=f"{factory}:L-{number}", part="T-1", factory=factory, quantity=1)


def a_site(site: str, country: str, kind: SiteKind = SiteKind.FACTORY) -> SiteDefined:
    return SiteDefined(site_id=site, name=site, kind=kind, organisation="A company", country=country)


async def carried(database: Database) -> dict[str, int]:
    async with database.transaction() as session:
        found = await counted.minutes(session)
    totals: dict[str, int] = {}
    for minute in found:
        totals[minute.topic] = totals.get(minute.topic, 0) + minute.facts
        assert minute.bytes > 0
    return totals


async def senders(database: Database) -> Sequence[Sender]:
    async with database.transaction() as session:
        return await counted.senders(session, days=14)


async def test_what_a_stream_carries_is_counted_once_though_it_comes_twice_and_late(
    ear: Ear, database: Database
) -> None:
    said = ear.number(a_site("F-01", "IND"), a_lot(1), a_lot(2), a_lot(1))

    await ear.hear_said(said[:1] + said[2:3])
    await ear.hear_said(said)
    await ear.hear_said(said)

    assert await carried(database) == {"catalogue.v1": 1, "production.v1": 3}


@pytest.mark.parametrize(
    ("fact", "total"), [(LotPolished(lot="F-01:L-1"), 1), (Gossip(lot="F-01:L-1"), 0)], ids=["later", "not ours"]
)
async def test_a_fact_of_a_type_that_nobody_knows_yet_is_counted_and_never_parked(
    ear: Ear, database: Database, fact: Event, total: int
) -> None:
    await ear.hear(fact)

    async with database.transaction() as session:
        parked = await _PARKED.value(session)
    assert (parked, (await carried(database)).get("production.v1", 0)) == (0, total)


async def test_a_factory_is_known_by_what_it_sends_with_its_nation_and_a_supplier_is_not_missed(
    ear: Ear, database: Database
) -> None:
    await ear.hear(a_site("F-01", "IND"), a_site("F-09", "RUS"), a_site("S-01", "IND", SiteKind.SUPPLIER))
    await ear.hear(a_lot(1), a_lot(2), a_lot(1, factory="F-09"), a_lot(1, factory="S-01"), a_lot(1, factory="F-77"))

    found = {sender.site: (sender.nation, sender.hours[-1].facts) for sender in await senders(database)}

    assert found == {"F-01": ("IND", 2), "F-09": ("RUS", 1), "F-77": (None, 1)}
    async with database.transaction() as session:
        assert await counted.nations(session, ["F-01", "F-09", "F-88"]) == {"F-01": "IND", "F-09": "RUS"}


async def test_a_clock_two_hours_ahead_is_seen_in_whatever_order_its_facts_come(ear: Ear, database: Database) -> None:
    now = clock.now()
    first, second = (
        Said(a_lot(number), 1, occurred_at=now + timedelta(hours=hours)) for number, hours in ((1, 2), (2, -1))
    )

    await ear.hear_said([second], partition=1)
    await ear.hear_said([first])

    (sender,) = await senders(database)
    assert sender.ahead_seconds(clock.now()) == pytest.approx(7_200, abs=30)


def test_monitor_folds_and_tells_nothing_so_that_it_can_be_rebuilt() -> None:
    assert SUBSCRIPTION.tables == ("stream_minute", "sender_hour", "site_copy")
    assert set(SUBSCRIPTION.streams) == set(Stream)
