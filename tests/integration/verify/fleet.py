"""Platforms in a day of business: registered, down, down otherwise, corrected, moved and up again."""

from datetime import timedelta

from jvtrack.client import PlatformDown, PlatformTerms, PlatformUp
from shared import clock
from shared.types import Platform
from tests.fixtures.catalogue import Trade

MI_17 = Platform.MI_17V_5


async def keep_fleet(trade: Trade) -> None:
    """Let one platform go through everything that can be said of one, and others stand."""
    planner = trade.acting("planner").orders.platforms
    depot, other = (trade.acting("depot", site).orders.platforms for site in ("D-01", "D-02"))
    now = clock.now()
    terms = PlatformTerms(site="D-01", in_service_since=now - timedelta(days=900))
    for tail in ("ZP-1", "ZP-2", "ZP-3"):
        await planner.put(MI_17, tail, terms)
    service = PlatformDown(since=now - timedelta(days=30), cause="Scheduled service.", awaiting_parts=False)
    broken = PlatformDown(since=now - timedelta(days=20), cause="Chips in oil.", awaiting_parts=True)
    for said in (service, broken, broken.model_copy(update={"since": now - timedelta(days=25), "corrects": True})):
        await depot.down(MI_17, "ZP-1", said)
    await planner.put(MI_17, "ZP-1", terms.model_copy(update={"site": "D-02"}))
    await other.up(MI_17, "ZP-1", PlatformUp(since=now - timedelta(days=2)))
    await other.up(MI_17, "ZP-1", PlatformUp(since=now - timedelta(days=1), corrects=True))
    await depot.down(MI_17, "ZP-2", broken)
