"""What monitor shows of the whole system."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from jvtrack.client.answers.record import Record
from shared.types import Nation, SiteId


class Finding(Record):
    """One thing that is wrong."""

    kind: str
    """What kind of thing."""
    of: str
    """The service, process or site that it is about."""
    says: str
    """What is wrong."""
    remedy: str
    """What to do about it."""
    section: str
    """The section of the runbook that goes on from there."""


class ProcessSeen(Record):
    """A process of a service."""

    name: str
    """As the stack names it."""
    service: str
    """Its service."""
    answers: bool
    """Whether it answered when it was last asked."""
    silent_seconds: float
    """How long it has not answered."""
    troubles: Mapping[str, str]
    """What keeps it from being ready."""
    leads: bool
    """Whether it is the one of its service that publishes."""


class OutboxSeen(Record):
    """What a service has decided and Kafka has not acknowledged."""

    service: str
    """The service."""
    pending: int
    """Facts that wait."""
    age_seconds: float
    """How long the first of them has waited."""
    blocked_keys: int
    """Keys whose next fact Kafka refuses for good."""
    published_per_second: float
    """Facts acknowledged, over the last minute."""


class Hearing(Record):
    """How one group of a service keeps up with one stream."""

    service: str
    """The service."""
    group: str
    """Its consumer group."""
    topic: str
    """The stream."""
    waiting: int
    """Facts in Kafka that are not applied yet."""
    late_seconds: float
    """Age of the oldest of them."""
    applied_per_second: float
    """Facts applied, over the last minute."""
    age_p50_seconds: float | None = None
    """From recorded to applied, median of the last minute."""
    age_p99_seconds: float | None = None
    """The same for 99 of 100."""
    parked_keys: int
    """Keys that wait for an operator."""
    stopped_partitions: int
    """Partitions stopped by a fault."""
    owners: Mapping[str, Sequence[int]]
    """Which process has which partitions."""


class StreamSeen(Record):
    """What a stream carries."""

    topic: str
    """The stream."""
    published_per_second: float
    """Facts published, over the last minute."""
    facts: Sequence[int]
    """Facts recorded in each of the last sixty minutes, the running one last."""
    bytes: int
    """Bytes of their data."""


class SenderSeen(Record):
    """A factory that has sent, and whether it is missed; of a partner nation's, only when it was heard of last."""

    site: SiteId
    """The factory."""
    nation: Nation | None = None
    """Its nation."""
    last_recorded_at: datetime
    """When the last fact of its came."""
    facts_of_a_day: int | None = None
    """Facts of its in the last 24 hours."""
    habit_seconds: float | None = None
    """How long it was silent at most before."""
    is_silent: bool | None = None
    """Whether it is silent for longer than it ever was."""
    clock_ahead_seconds: float | None = None
    """How far its clock was ahead of ours within the last hour."""


class Overview(Record):
    """How the whole system is."""

    as_of: datetime
    """When it was looked."""
    is_well: bool
    """Whether nothing is wrong."""
    says: str
    """In one line whether all is well, or the worst thing that is not."""
    findings: Sequence[Finding]
    """All that is wrong, the worst first."""
    processes: Sequence[ProcessSeen]
    """Every process that is watched."""
    outboxes: Sequence[OutboxSeen]
    """What waits for Kafka, by service."""
    hearings: Sequence[Hearing]
    """How each group keeps up with each stream."""
    streams: Sequence[StreamSeen]
    """What each stream carries."""
