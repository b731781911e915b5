"""What is seen of all processes at once: who answers, what waits in outboxes, how far each group has come."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.monitor.domain.looks import Watched, quantile

MEDIAN, HIGH = 0.5, 0.99


@dataclass(frozen=True, slots=True)
class Process:
    """A process of a service."""

    name: str
    service: str
    answers: bool
    silent_seconds: float
    """How long it has not answered."""
    troubles: Mapping[str, str]
    """What keeps it from being ready."""
    leads: bool
    """Whether it is the one that publishes."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """What a service has decided and Kafka has not acknowledged yet."""

    service: str
    pending: int
    age_seconds: float
    blocked_keys: int
    published_per_second: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """How one group of a service keeps up with one stream."""

    service: str
    group: str
    topic: str
    waiting: int
    """Facts that are in Kafka and not applied."""
    late_seconds: float
    """Age of the oldest of them."""
    applied_per_second: float
    age_p50_seconds: float | None
    """From recorded to applied, of those that were applied of late."""
    age_p99_seconds: float | None
    parked_keys: int
    stopped_partitions: int
    owners: Mapping[str, Sequence[int]]
    """Which process has which partitions."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What a stream carries."""

    topic: str
    published_per_second: float


@dataclass(frozen=True, slots=True)
class Board:
    """All of it at one moment."""

    processes: Sequence[Process]
    outboxes: Sequence[Outbox]
    hearings: Sequence[Hearing]
    flows: Sequence[Flow]

    def services(self) -> Mapping[str, Sequence[Process]]:
        """Give the processes of each service."""
        found = defaultdict[str, list[Process]](list)
        for process in self.processes:
            found[process.service].append(process)
        return found


def board(watched: Iterable[Watched]) -> Board:
    """Put together what all processes show of themselves."""
    by_service = defaultdict[str, list[Watched]](list)
    for each in watched:
        by_service[each.service].append(each)
    groups = [group for service, mine in by_service.items() for group in _hearings(service, mine)]
    return Board(
        processes=[_process(each) for mine in by_service.values() for each in mine],
        outboxes=[_outbox(service, mine) for service, mine in by_service.items() if _answer(mine)],
        hearings=groups,
        flows=_flows(each for mine in by_service.values() for each in mine),
    )


def _answer(mine: Iterable[Watched]) -> bool:
    return any(each.newest.answers for each in mine)


def _process(each: Watched) -> Process:
    leads = any(value > 0 for _, value in each.shown("jvtrack_relay_leader"))
    newest = each.newest
    return Process(each.name, each.service, newest.answers, each.silent_seconds, newest.troubles, leads)


def _outbox(service: str, mine: Sequence[Watched]) -> Outbox:
    """Read a service's outbox: each of its processes shows the same one, and only the leader publishes."""
    return Outbox(
        service,
        pending=int(_highest(mine, "jvtrack_outbox_pending")),
        age_seconds=_highest(mine, "jvtrack_outbox_age_seconds"),
        blocked_keys=int(_highest(mine, "jvtrack_blocked_keys")),
        published_per_second=sum(_rates(mine, "jvtrack_published_total", "topic").values()),
    )


def _highest(mine: Iterable[Watched], name: str) -> float:
    return max((value for each in mine for _, value in each.shown(name)), default=0.0)


def _rates(mine: Iterable[Watched], name: str, *labels: str) -> Mapping[tuple[str, ...], float]:
    """Add up per second what has risen, by labels."""
    found = defaultdict[tuple[str, ...], float](float)
    for each in mine:
        for of, risen in each.risen(name):
            found[tuple(of[label] for label in labels)] += risen / each.seconds if each.seconds > 0 else 0.0
    return found


def _flows(watched: Iterable[Watched]) -> Sequence[Flow]:
    rates = _rates(list(watched), "jvtrack_published_total", "topic")
    return [Flow(topic, rate) for (topic,), rate in sorted(rates.items())]


def _hearings(service: str, mine: Sequence[Watched]) -> Sequence[Hearing]:
    waiting, late = defaultdict[tuple[str, str], float](float), defaultdict[tuple[str, str], float](float)
    owners = defaultdict[tuple[str, str], dict[str, list[int]]](dict)
    for each in mine:
        for of, value in each.shown("jvtrack_lag_events"):
            place = of["group"], of["topic"]
            waiting[place] += value
            owners[place].setdefault(each.name, []).append(int(of["partition"]))
        for of, value in each.shown("jvtrack_lag_seconds"):
            place = of["group"], of["topic"]
            late[place] = max(late[place], value)
    applied = _rates(mine, "jvtrack_applied_total", "group", "topic")
    parked, ages = _counts(mine, "jvtrack_parked_keys"), _ages(mine)
    stopped = _counts(mine, "jvtrack_stopped_partitions", add=True)
    return [
        Hearing(
            service,
            group,
            topic,
            waiting=int(waiting[group, topic]),
            late_seconds=late[group, topic],
            applied_per_second=applied.get((group, topic), 0.0),
            age_p50_seconds=quantile(MEDIAN, ages[group, topic]),
            age_p99_seconds=quantile(HIGH, ages[group, topic]),
            parked_keys=parked[group, topic],
            stopped_partitions=stopped[group, topic],
            owners={name: sorted(parts) for name, parts in owners[group, topic].items()},
        )
        for group, topic in sorted({*waiting, *applied, *parked, *stopped, *ages})
    ]


def _counts(mine: Iterable[Watched], name: str, *, add: bool = False) -> Mapping[tuple[str, str], int]:
    """Read a count by group and stream: what each process sees for all of them, or what each has, added up."""
    found = defaultdict[tuple[str, str], int](int)
    for each in mine:
        for of, value in each.shown(name):
            place = of["group"], of["topic"]
            found[place] = found[place] + int(value) if add else max(found[place], int(value))
    return found


def _ages(mine: Iterable[Watched]) -> Mapping[tuple[str, str], Mapping[float, float]]:
    """Count by group and stream how many facts were applied at which age."""
    found = defaultdict[tuple[str, str], dict[float, float]](dict)
    for each in mine:
        for of, risen in each.risen("jvtrack_event_age_seconds_bucket"):
            counted, bound = found[of["group"], of["topic"]], float(of["le"])
            counted[bound] = counted.get(bound, 0.0) + risen
    return found
