"""The Kafka door: every fact of every stream is counted by its headers alone, whatever its type."""

from collections.abc import Hashable, Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.commands import Counting, Heard, stream_of
from services.monitor.store import TABLES
from shared.events.catalogue import SiteDefined
from shared.events.envelope import CloudEvent, Event, Header, Stream, open_event
from shared.messaging.handlers import Projections, Subscription


class Witness(Projections[Counting]):
    """Hears every fact without reading it: a type that is not known yet is counted as any other, and never parked."""

    def open(self, header: Header, payload: bytes) -> CloudEvent[Event] | None:
        """Read what a site is; of any other fact no more than that it was told, and how large it is."""
        site = open_event(header, payload, SiteDefined).data if header.type == SiteDefined.TYPE else None
        return CloudEvent(
            id=header.id,
            source=header.source,
            key=header.key,
            key_seq=header.key_seq,
            occurred_at=header.occurred_at,
            recorded_at=header.recorded_at,
            data=Heard.model_construct(type=header.type, size=len(payload), site=site),
        )

    def touches(self, received: CloudEvent[Event]) -> Iterable[Hashable]:  # noqa: ARG002  # as its base
        """Lock nothing: counts are added to."""
        return ()

    async def handle(self, work: Counting, received: CloudEvent[Event]) -> None:
        """Count a fact; one of a stream that is not ours is none."""
        fact = received.data
        assert isinstance(fact, Heard), "nothing else is opened"
        if fact.site is not None:
            work.sites[fact.site.site_id] = fact.site
        if (stream := stream_of(fact.type)) is not None:
            work.carry(received, stream, fact.size)


async def open_counting(
    session: AsyncSession, _received: Sequence[CloudEvent[Event]], _touched: frozenset[Hashable]
) -> Counting:
    """Begin a batch; it locks nothing."""
    return Counting(session)


SUBSCRIPTION = Subscription("projections", tuple(Stream), Witness(), open_counting, tables=TABLES)
