"""What is wrong is said in words, the worst first, each with what to do about it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.monitor.domain.board import Board, board
from services.monitor.domain.findings import Finding, Kind, findings, verdict
from services.monitor.domain.senders import Sender
from tests.unit.monitor.makers import BOUNDS, HEARS, gone, look, sample, seen, watched
from tests.unit.monitor.test_senders import MONDAY, by_day, factory, sent

RUNBOOK = (Path(__file__).parents[3] / "RUNBOOK.md").read_text()
NOW = datetime(2026, 11, 28, tzinfo=UTC)
PARKED, STOPPED = sample("parked_keys", **HEARS), sample("stopped_partitions", **HEARS)
LATE, WAITING = sample("lag_seconds", **HEARS, partition=0), sample("lag_events", **HEARS, partition=0)
OLD, PENDING, BLOCKED = sample("outbox_age_seconds"), sample("outbox_pending"), sample("blocked_keys")


def found(at: Board, *senders: Sender, now: datetime = NOW) -> list[Finding]:
    """Find what is wrong."""
    return list(findings(at, senders, BOUNDS, now))


def test_where_nothing_is_wrong_it_says_so_with_what_goes_on() -> None:
    published, bounds = sample("published_total", topic="stock.v1"), ("0.1", "+Inf")
    ages = [sample("event_age_seconds_bucket", **HEARS, le=bound) for bound in bounds]
    process = watched("inventory", look(0.0), look(10.0, {published: 400.0, **dict.fromkeys(ages, 8.0)}))

    at = board([process])

    assert found(at) == []
    assert verdict([], at) == "All is well: 1 process answers, 40.0 facts a second, applied within 0.1 s."


def test_where_nothing_was_applied_lately_nothing_is_said_of_how_fast() -> None:
    assert verdict([], seen(orders={})) == "All is well: 1 process answers, 0.0 facts a second."


def test_where_nothing_is_watched_nothing_is_called_well() -> None:
    assert verdict([], board([])).startswith("Nothing is watched")


@pytest.mark.parametrize("service", ["orders", "production", "inventory", "monitor"])
def test_a_service_that_is_gone_is_the_worst_and_it_says_what_stands_still(service: str) -> None:
    at = board([watched(service, look(0.0), gone(12.0)), watched("other", look(12.0, {PARKED: 1.0}))])

    worst, parked = found(at)

    assert (worst.kind, worst.of, parked.kind) == (Kind.SERVICE_AWAY, service, Kind.KEY_PARKED)
    assert worst.says.startswith(f"{service} has not answered for 12 s: ")
    assert f"jvtrack restart {service}" in worst.remedy
    assert verdict([worst, parked], at) == f"{worst.says} (1 more)."


def test_one_process_of_two_that_is_gone_is_told_with_how_many_serve() -> None:
    at = board([watched("orders.1", look(0.0), gone(3.0)), watched("orders.2", look(3.0))])

    (finding,) = found(at)

    assert (finding.kind, finding.of) == (Kind.PROCESS_AWAY, "orders.1")
    assert finding.says == "orders.1 has not answered for 3.0 s; 1 other serves"


@pytest.mark.parametrize(
    ("shown", "kind", "says"),
    [
        ({BLOCKED: 2.0}, Kind.KEY_BLOCKED, "Kafka refuses what inventory tells of 2 keys"),
        (
            {OLD: 9.0, PENDING: 1_200.0},
            Kind.UNPUBLISHED,
            "1,200 facts wait at inventory to be told to Kafka, the first for 9.0 s",
        ),
        ({STOPPED: 1.0}, Kind.PARTITION_STOPPED, "inventory has stopped at 1 partition of production.v1"),
        (
            {PARKED: 3.0},
            Kind.KEY_PARKED,
            "inventory has set 3 keys of production.v1 aside, and what follows of them waits",
        ),
        (
            {LATE: 30.0, WAITING: 5_000.0},
            Kind.LATE,
            "Stock is 30 s behind what factories report: 5,000 facts wait, 0 a second are applied",
        ),
    ],
)
def test_what_is_stuck_or_late_is_said_in_words(shown: dict[object, float], kind: Kind, says: str) -> None:
    (finding,) = found(seen(inventory=shown))  # type: ignore[arg-type]  # samples

    assert (finding.kind, finding.of, finding.says) == (kind, "inventory", says)


def test_a_copy_that_is_late_is_named_by_its_stream() -> None:
    of = {"group": "jvtrack.production.projections", "topic": "catalogue.v1", "partition": 0}

    (finding,) = found(seen(production={sample("lag_seconds", **of): 7.0, sample("lag_events", **of): 1.0}))

    assert finding.says.startswith("The copy of catalogue.v1 in production is 7.0 s behind")


def test_a_process_that_is_not_ready_says_why_unless_that_was_said_already() -> None:
    alone = watched("orders", look(1.0, outbox="Kafka would forget facts"))
    said = watched("inventory", look(1.0, {PARKED: 1.0}, consumers="a key has waited too long", outbox="it is slow"))

    parked, *unready = found(board([alone, said]))

    assert (parked.kind, parked.of) == (Kind.KEY_PARKED, "inventory")
    assert {finding.kind for finding in unready} == {Kind.NOT_READY}
    assert [finding.says for finding in unready] == [
        "orders is not ready: Kafka would forget facts",
        "inventory is not ready: it is slow",
    ]


def test_a_database_that_is_away_is_said_whatever_else_is_wrong() -> None:
    (worst, _) = found(board([watched("inventory", look(1.0, {PARKED: 1.0}, database="it does not answer"))]))

    assert worst.kind is Kind.DATABASE_AWAY
    assert worst.says == "The database of inventory does not answer: its doors answer 503 (it does not answer)"


def test_a_sender_that_is_missed_and_one_whose_clock_is_wrong_are_told_last() -> None:
    silent = by_day()
    ahead = factory(sent(MONDAY, delay=-7_200.0))
    at = seen(inventory={PARKED: 1.0})

    kinds = [finding.kind for finding in found(at, silent, now=silent.last_recorded_at + timedelta(days=3))]
    (_, clock) = found(at, ahead, now=MONDAY + timedelta(minutes=20))

    assert kinds == [Kind.KEY_PARKED, Kind.SENDER_SILENT]
    assert (clock.kind, clock.says) == (Kind.CLOCK_WRONG, "The clock of F-01 is 2 h ahead of ours")


def test_every_finding_leads_to_a_section_of_the_runbook() -> None:
    everything = {BLOCKED: 1.0, OLD: 9.0, STOPPED: 1.0, PARKED: 1.0, LATE: 9.0, WAITING: 1.0}
    at = board(
        [
            watched("orders", gone(1.0)),
            watched("inventory.1", look(1.0, everything)),
            watched("inventory.2", gone(1.0)),
            watched("production", look(1.0, database="it is away", consumers="is not connected to Kafka")),
        ]
    )
    ahead = factory(sent(MONDAY, delay=-7_200.0))
    told = [*found(at, by_day(), ahead, now=MONDAY + timedelta(days=9)), *found(at, ahead, now=MONDAY)]

    assert {finding.kind for finding in told} == set(Kind)
    assert {finding.section for finding in told if f"\n## {finding.section}\n" not in RUNBOOK} == set()
