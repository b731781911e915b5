"""Every fact of a stream is known to everyone who hears the stream: handled, or listed as ignored."""

import pytest

from services.inventory.handlers import subscription as inventory_subscription
from services.inventory.settings import InventorySettings
from services.monitor import handlers as monitor
from services.orders import handlers as orders
from services.production import handlers as production
from shared.clock import now
from shared.events.envelope import ContractBroken, Event, Header, Stream, new_event_id
from shared.messaging.handlers import Deciders, Projections, UnlistedType
from tests.contract.published_language import facts

Ears = Deciders | Projections  # type: ignore[type-arg]  # of any work: nothing is handled here

HEARD: list[tuple[Ears, Stream]] = [
    (orders.deciders, Stream.STOCK),
    (orders.deciders, Stream.PRODUCTION),
    (orders.projections, Stream.CATALOGUE),
    (orders.makings, Stream.PRODUCTION),
    *((each.registry, stream) for each in production.SUBSCRIPTIONS for stream in each.streams),
    *((monitor.SUBSCRIPTION.registry, stream) for stream in monitor.SUBSCRIPTION.streams),
    *((each.registry, stream) for each in (inventory_subscription(InventorySettings()),) for stream in each.streams),
]
CASES = [
    pytest.param(ears, fact.TYPE, id=f"{number}-{fact.TYPE}")
    for number, (ears, stream) in enumerate(HEARD)
    for fact in facts()
    if issubclass(fact, Event) and stream is fact.STREAM
]


@pytest.mark.parametrize(("ears", "kind"), CASES)
def test_whoever_hears_a_stream_knows_each_of_its_facts(ears: Ears, kind: str) -> None:
    moment = now()
    header = Header(
        id=new_event_id(),
        source="/jvtrack/test",
        type=kind,
        key="key",
        key_seq=1,
        occurred_at=moment,
        recorded_at=moment,
        traceparent=None,
    )

    try:
        ears.open(header, b"{}")
    except UnlistedType:
        pytest.fail(f"{kind} would park its key")
    except ContractBroken:
        pass  # Known, and missing its data.
