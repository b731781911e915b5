"""All processes at once: what each of them sees of the same books is counted once, what each does is added up."""

import math

import pytest

from services.monitor.domain.board import Flow, board
from tests.unit.monitor.makers import GROUP, HEARS, gone, look, sample, seen, watched

PENDING, AGE, BLOCKED = sample("outbox_pending"), sample("outbox_age_seconds"), sample("blocked_keys")


def test_the_outbox_of_a_service_is_the_same_at_each_of_its_processes() -> None:
    shown = {PENDING: 7.0, AGE: 1.5, BLOCKED: 2.0}

    (outbox,) = seen(**{"inventory.1": shown, "inventory.2": shown}).outboxes

    assert (outbox.service, outbox.pending, outbox.age_seconds, outbox.blocked_keys) == ("inventory", 7, 1.5, 2)


def test_of_a_service_that_does_not_answer_no_outbox_is_known() -> None:
    found = board([watched("orders", gone(1.0)), watched("production", look(1.0))])

    assert [outbox.service for outbox in found.outboxes] == ["production"]
    assert [(process.name, process.answers) for process in found.processes] == [("orders", False), ("production", True)]


def test_what_replicas_apply_and_have_waiting_is_added_up_and_the_oldest_counts() -> None:
    first = {
        sample("lag_events", **HEARS, partition=0): 3.0,
        sample("lag_seconds", **HEARS, partition=0): 0.5,
        sample("stopped_partitions", **HEARS): 1.0,
        sample("parked_keys", **HEARS): 4.0,
    }
    second = {
        sample("lag_events", **HEARS, partition=2): 5.0,
        sample("lag_events", **HEARS, partition=1): 1.0,
        sample("lag_seconds", **HEARS, partition=2): 9.0,
        sample("stopped_partitions", **HEARS): 1.0,
        sample("parked_keys", **HEARS): 4.0,
    }

    (hearing,) = seen(**{"inventory.1": first, "inventory.2": second}).hearings

    assert (hearing.service, hearing.group, hearing.topic) == ("inventory", GROUP, "production.v1")
    assert (hearing.waiting, hearing.late_seconds) == (9, 9.0)
    assert (hearing.parked_keys, hearing.stopped_partitions) == (4, 2)
    assert hearing.owners == {"inventory.1": [0], "inventory.2": [1, 2]}


def test_rates_and_ages_are_those_of_the_time_that_was_watched() -> None:
    applied, published = sample("applied_total", **HEARS), sample("published_total", topic="stock.v1")
    bounds = [sample("event_age_seconds_bucket", **HEARS, le=bound) for bound in ("0.1", "0.5", "+Inf")]
    before = {applied: 10.0, published: 50.0, **dict.fromkeys(bounds, 10.0)}
    after = {applied: 30.0, published: 90.0, bounds[0]: 20.0, bounds[1]: 30.0, bounds[2]: 30.0}

    found = board([watched("inventory", look(0.0, before), look(10.0, after))])

    (hearing,) = found.hearings
    assert hearing.applied_per_second == pytest.approx(2.0)
    assert hearing.age_p50_seconds == pytest.approx(0.1)
    assert hearing.age_p99_seconds == pytest.approx(0.492)
    assert found.flows == [Flow("stock.v1", 4.0)]
    assert found.outboxes[0].published_per_second == pytest.approx(4.0)


def test_after_a_single_look_nothing_has_a_rate_yet() -> None:
    (flow,) = seen(orders={sample("published_total", topic="orders.v1"): 50.0}).flows

    assert flow.published_per_second == 0.0
    assert not math.isnan(flow.published_per_second)


def test_the_one_that_publishes_is_known() -> None:
    found = seen(**{"orders.1": {sample("relay_leader"): 0.0}, "orders.2": {sample("relay_leader"): 1.0}})

    assert {process.name: process.leads for process in found.processes} == {"orders.1": False, "orders.2": True}
    assert {name: len(mine) for name, mine in found.services().items()} == {"orders": 2}
