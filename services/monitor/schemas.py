"""Bodies of monitor's doors."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.monitor.domain import board as seen
from services.monitor.domain import findings as wrong
from services.monitor.domain.carried import MINUTES_SHOWN, Minute
from services.monitor.domain.senders import Sender
from shared.http.forms import Answer, example
from shared.types import Nation, SiteId

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_PARKED: dict[str, Any] = {
    "kind": "key-parked",
    "of": "inventory",
    "says": "inventory has set 1 key of production.v1 aside, and what follows of them waits",
    "remedy": "List them with `jvtrack parked list`; put the cause right, then `jvtrack parked release`.",
    "section": "A key is parked",
}


class Finding(Answer):
    """One thing that is wrong."""

    kind: wrong.Kind
    """What kind of thing; of an overview's, the worst stands first."""
    of: str
    """The service, process or site that it is about."""
    says: str
    """What is wrong."""
    remedy: str
    """What to do about it."""
    section: str
    """The section of RUNBOOK.md that goes on from there."""


class Process(Answer):
    """A process of a service."""

    name: str
    """As the stack names it: `inventory`, or `inventory.2` where several run it."""
    service: str
    """Its service."""
    answers: bool
    """Whether it answered when it was last asked."""
    silent_seconds: float
    """How long it has not answered, or since monitor began; 0 if it answers."""
    troubles: Mapping[str, str]
    """What keeps it from being ready, by what its readiness stands on."""
    leads: bool
    """Whether it is the one of its service that publishes."""


class Outbox(Answer):
    """What a service has decided and Kafka has not acknowledged; shown of a service of which a process answers."""

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


class Hearing(Answer):
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
    age_p50_seconds: float | None
    """From recorded to applied: half of those of the last minute were younger; none if there were none."""
    age_p99_seconds: float | None
    """The same for 99 of 100."""
    parked_keys: int
    """Keys that wait for an operator."""
    stopped_partitions: int
    """Partitions stopped by a fault."""
    owners: Mapping[str, Sequence[int]]
    """Which process has which partitions."""


class StreamRead(Answer):
    """What a stream carries."""

    topic: str
    """The stream."""
    published_per_second: float
    """Facts published, over the last minute."""
    facts: Sequence[int]
    """Facts recorded in each of the last sixty minutes, the running one last, as far as monitor has heard."""
    bytes: int
    """Bytes of their data."""


class Overview(Answer):
    """How the whole system is."""

    model_config = example(
        {
            "as_of": "2026-11-28T09:30:00.120Z",
            "is_well": False,
            "says": f"{_PARKED['says']}.",
            "findings": [_PARKED],
            "processes": [
                {
                    "name": "inventory",
                    "service": "inventory",
                    "answers": True,
                    "silent_seconds": 0.0,
                    "troubles": {},
                    "leads": True,
                }
            ],
            "outboxes": [],
            "hearings": [],
            "streams": [],
        }
    )

    as_of: datetime
    """When it was looked, UTC."""
    is_well: bool
    """Whether nothing is wrong."""
    says: str
    """In one line whether all is well, or the worst thing that is not."""
    findings: Sequence[Finding]
    """All that is wrong, the worst first, each with what to do about it."""
    processes: Sequence[Process]
    """Every process that is watched."""
    outboxes: Sequence[Outbox]
    """What waits for Kafka, by service."""
    hearings: Sequence[Hearing]
    """How each group keeps up with each stream."""
    streams: Sequence[StreamRead]
    """What each stream carries."""


class SenderRead(Answer):
    """A factory that has sent, and whether it is missed; of a partner nation's, only when it was heard of last."""

    model_config = example(
        {
            "site": "F-01",
            "nation": "IND",
            "last_recorded_at": "2026-11-28T09:29:58.120Z",
            "facts_of_a_day": 1240,
            "habit_seconds": 54000.0,
            "is_silent": False,
            "clock_ahead_seconds": 0.0,
        }
    )

    site: SiteId
    """The factory."""
    nation: Nation | None
    """Its nation; none if the catalogue does not say."""
    last_recorded_at: datetime
    """When the last fact of its came, by our clock, UTC."""
    facts_of_a_day: int | None
    """Facts of its that were recorded in the last 24 hours, whole hours; none of a partner nation's."""
    habit_seconds: float | None
    """How long it was silent at most between two hours in which it sent; none before it has sent in enough of them."""
    is_silent: bool | None
    """Whether it is silent for longer than it ever was, by half; none of a partner nation's."""
    clock_ahead_seconds: float | None
    """How far its clock was ahead of ours within the last hour; none of a partner nation's."""


def read_sender(sender: Sender, now: datetime, *, is_ours: bool, hours_min: int, factor: float) -> SenderRead:
    """Show a sender, in full or only that it was heard of."""
    return SenderRead(
        site=sender.site,
        nation=sender.nation,
        last_recorded_at=sender.last_recorded_at,
        facts_of_a_day=sender.facts_since(now - _DAY) if is_ours else None,
        habit_seconds=sender.habit_seconds(hours_min) if is_ours else None,
        is_silent=sender.is_silent(now, hours_min=hours_min, factor=factor) if is_ours else None,
        clock_ahead_seconds=sender.ahead_seconds(now) if is_ours else None,
    )


def read_overview(
    as_of: datetime, found: Sequence[wrong.Finding], board: seen.Board, *, says: str, history: Sequence[Minute]
) -> Overview:
    """Put an overview together from what was seen."""
    return Overview(
        as_of=as_of,
        is_well=not found and bool(board.processes),
        says=says,
        findings=[Finding.model_validate(each, from_attributes=True) for each in found],
        processes=[Process.model_validate(each, from_attributes=True) for each in board.processes],
        outboxes=[Outbox.model_validate(each, from_attributes=True) for each in board.outboxes],
        hearings=[Hearing.model_validate(each, from_attributes=True) for each in board.hearings],
        streams=_streams(as_of, board, history),
    )


def _streams(as_of: datetime, board: seen.Board, history: Sequence[Minute]) -> Sequence[StreamRead]:
    running = as_of.replace(second=0, microsecond=0)
    minutes = [running - _MINUTE * back for back in reversed(range(MINUTES_SHOWN))]
    carried = {(each.topic, each.minute): each for each in history}
    rates = {flow.topic: flow.published_per_second for flow in board.flows}
    shown = []
    for topic in sorted({*rates, *(topic for topic, _ in carried)}):
        mine = [carried.get((topic, minute)) for minute in minutes]
        shown.append(
            StreamRead(
                topic=topic,
                published_per_second=rates.get(topic, 0.0),
                facts=[each.facts if each else 0 for each in mine],
                bytes=sum(each.bytes for each in mine if each),
            )
        )
    return shown
