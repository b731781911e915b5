"""What is wrong, the worst first, each in words with what to do about it."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.monitor.domain.board import Board, Hearing, Outbox, Process
from services.monitor.domain.senders import Sender
from services.monitor.domain.words import many, span


class Kind(StrEnum):
    """What can be wrong; what stands first is worse."""

    SERVICE_AWAY = "service-away"
    DATABASE_AWAY = "database-away"
    PARTITION_STOPPED = "partition-stopped"
    KEY_BLOCKED = "key-blocked"
    UNPUBLISHED = "unpublished"
    KEY_PARKED = "key-parked"
    LATE = "late"
    NOT_READY = "not-ready"
    PROCESS_AWAY = "process-away"
    CLOCK_WRONG = "clock-wrong"
    SENDER_SILENT = "sender-silent"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    kind: Kind
    of: str
    """The service, process, group or site that it is about."""
    says: str
    """What is wrong, in a sentence."""
    remedy: str
    """What to do about it, in a sentence."""
    section: str
    """The section of the runbook that goes on from there."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when on something counts as wrong."""

    late_seconds: float
    unpublished_seconds: float
    clock_seconds: float
    habit_hours: int
    silence_factor: float


_STANDS_STILL = {
    "orders": "nobody can order, and nothing is sourced or promised",
    "production": "factories cannot report",
    "inventory": "stock is not booked, and no depot can take or ask for any",
    "monitor": "nothing is watched",
}
_LATE = {
    ("inventory", "production.v1"): "Stock is {late} behind what factories report",
    ("inventory", "orders.v1"): "Reserving is {late} behind what depots order",
    ("orders", "stock.v1"): "Orders are {late} behind what stock does",
    ("orders", "production.v1"): "Promises are {late} behind what factories report",
    ("production", "orders.v1"): "Work orders are {late} behind what is sourced",
}
_SAID_BY: Mapping[str, AbstractSet[Kind]] = {
    "outbox": {Kind.KEY_BLOCKED, Kind.UNPUBLISHED},
    "consumers": {Kind.PARTITION_STOPPED, Kind.KEY_PARKED, Kind.LATE},
}
"""What a service's readiness stands on, and which findings say already what is wrong with it."""
_COPY_LATE = "The copy of {topic} in {service} is {late} behind"


def findings(board: Board, senders: Sequence[Sender], bounds: Bounds, now: datetime) -> Sequence[Finding]:
    """Say all that is wrong, the worst first."""
    found = [
        *_away(board.services()),
        *(finding for outbox in board.outboxes for finding in _of_outbox(outbox, bounds)),
        *(finding for hearing in board.hearings for finding in _of_hearing(hearing, bounds)),
        *(finding for sender in senders for finding in _of_sender(sender, bounds, now)),
    ]
    said = {(finding.of, finding.kind) for finding in found}
    found += [finding for process in board.processes for finding in _troubles(process, said)]
    worst = list(Kind)
    return sorted(found, key=lambda finding: worst.index(finding.kind))


def verdict(found: Sequence[Finding], board: Board) -> str:
    """Say in one line whether all is well, or the worst thing that is not."""
    if found:
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        return f"{found[0].says}{more}."
    if not board.processes:
        return "Nothing is watched: no process is named in JVTRACK_MONITOR_WATCHED."
    ages = [hearing.age_p99_seconds for hearing in board.hearings if hearing.age_p99_seconds is not None]
    rate = sum(flow.published_per_second for flow in board.flows)
    applied = f", applied within {span(max(ages))}" if ages else ""
    answer = "1 process answers" if len(board.processes) == 1 else f"{len(board.processes)} processes answer"
    return f"All is well: {answer}, {rate:,.1f} facts a second{applied}."


def _away(services: Mapping[str, Sequence[Process]]) -> Iterator[Finding]:
    for service, processes in services.items():
        gone = [process for process in processes if not process.answers]
        if len(gone) == len(processes):
            since = span(min(process.silent_seconds for process in gone))
            says = f"{service} has not answered for {since}: {_STANDS_STILL.get(service, 'what it does stands still')}"
            yield _restart(Kind.SERVICE_AWAY, service, says)
        else:
            for process in gone:
                rest = many(len(processes) - len(gone), "other serves", "others serve")
                says = f"{process.name} has not answered for {span(process.silent_seconds)}; {rest}"
                yield _restart(Kind.PROCESS_AWAY, process.name, says)


def _restart(kind: Kind, name: str, says: str) -> Finding:
    remedy = f"See `jvtrack status` and the end of its log; `jvtrack restart {name}` starts it again."
    return Finding(kind, name, says, remedy, "Readiness is red")


def _of_outbox(outbox: Outbox, bounds: Bounds) -> Iterator[Finding]:
    service = outbox.service
    if outbox.blocked_keys:
        says = f"Kafka refuses what {service} tells of {many(outbox.blocked_keys, 'key')}"
        remedy = "List them with `jvtrack outbox blocked`; put the cause right, then `jvtrack outbox unblock`."
        yield Finding(Kind.KEY_BLOCKED, service, says, remedy, "A key is blocked")
    if outbox.age_seconds > bounds.unpublished_seconds:
        waiting = many(outbox.pending, "fact waits", "facts wait")
        says = f"{waiting} at {service} to be told to Kafka, the first for {span(outbox.age_seconds)}"
        remedy = "See whether Kafka answers (`jvtrack status`); they go out by themselves once it does."
        yield Finding(Kind.UNPUBLISHED, service, says, remedy, "Readiness is red")


def _of_hearing(hearing: Hearing, bounds: Bounds) -> Iterator[Finding]:
    service, topic = hearing.service, hearing.topic
    if hearing.stopped_partitions:
        says = f"{service} has stopped at {many(hearing.stopped_partitions, 'partition')} of {topic}"
        remedy = "Its log says at which fact and why; it goes on by itself once the fault is mended."
        yield Finding(Kind.PARTITION_STOPPED, service, says, remedy, "A partition has stopped")
    if hearing.parked_keys:
        says = f"{service} has set {many(hearing.parked_keys, 'key')} of {topic} aside, and what follows of them waits"
        remedy = "List them with `jvtrack parked list`; put the cause right, then `jvtrack parked release`."
        yield Finding(Kind.KEY_PARKED, service, says, remedy, "A key is parked")
    if hearing.late_seconds > bounds.late_seconds:
        said = _LATE.get((service, topic), _COPY_LATE)
        late = said.format(late=span(hearing.late_seconds), service=service, topic=topic)
        waiting = many(hearing.waiting, "fact waits", "facts wait")
        says = f"{late}: {waiting}, {hearing.applied_per_second:,.0f} a second are applied"
        more = f"`jvtrack up --replicas {service}=2`"
        remedy = f"It catches up by itself while more are applied than arrive; otherwise run more of it: {more}."
        yield Finding(Kind.LATE, service, says, remedy, "Readiness is red")


def _of_sender(sender: Sender, bounds: Bounds, now: datetime) -> Iterator[Finding]:
    ahead = sender.ahead_seconds(now)
    if ahead > bounds.clock_seconds:
        says = f"The clock of {sender.site} is {span(ahead)} ahead of ours"
        remedy = "Tell the factory: what it reports stands, with its own times beside ours."
        yield Finding(Kind.CLOCK_WRONG, sender.site, says, remedy, "A sender is silent, or its clock is wrong")
    if sender.is_silent(now, hours_min=bounds.habit_hours, factor=bounds.silence_factor):
        silent = span((now - sender.last_recorded_at).total_seconds())
        habit = span(sender.habit_seconds(bounds.habit_hours) or 0.0)
        says = f"{sender.site} has sent nothing for {silent}, and was never silent for more than {habit} before"
        remedy = "Ask the factory whether its system runs; what it sends late is taken as if it were on time."
        yield Finding(Kind.SENDER_SILENT, sender.site, says, remedy, "A sender is silent, or its clock is wrong")


def _troubles(process: Process, said: AbstractSet[tuple[str, Kind]]) -> Iterator[Finding]:
    for check, reason in process.troubles.items():
        if check == "database":
            says = f"The database of {process.name} does not answer: its doors answer 503 ({reason})"
            remedy = "Bring PostgreSQL back; everything goes on by itself, and nothing that was answered is lost."
            yield Finding(Kind.DATABASE_AWAY, process.name, says, remedy, "Doors answer 503")
        elif not any((process.service, kind) in said for kind in _SAID_BY.get(check, ())):
            says = f"{process.name} is not ready: {reason}"
            remedy = "It goes on by itself once that has passed; if it lasts, its log says more."
            yield Finding(Kind.NOT_READY, process.name, says, remedy, "Readiness is red")
