"""How fresh an answer is said to be: what Kafka has not answered lately is not known, and never nothing."""

from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from services.inventory.api.freshness import freshness
from services.inventory.schemas.stock import Freshness
from shared.observe.metrics import BackboneMetrics
from tests.unit.inventory.makers import NOW


def metrics(*partitions: tuple[float, float]) -> BackboneMetrics:
    """Measure partitions of production: how many facts each is behind, and how long ago Kafka answered for it."""
    made = BackboneMetrics(CollectorRegistry())
    for number, (events, ago) in enumerate(partitions):
        labels = ("group", "production.v1", str(number))
        made.lag_events.labels(*labels).set(events)
        made.lag_seconds.labels(*labels).set(events / 10)
        made.heard_timestamp_seconds.labels(*labels).set(NOW.timestamp() - ago)
    return made


def production(made: BackboneMetrics) -> Freshness:
    """Say how fresh production is."""
    orders, told = freshness({"jvtrack.orders.v1": NOW}, made, now=NOW, heard_seconds_max=5)
    assert (orders.applied_to, orders.heard_to, orders.lag_events) == (NOW, None, None)
    return told


def test_a_stream_that_is_heard_is_as_far_behind_as_its_partitions_are() -> None:
    told = production(metrics((3, 0.5), (4, 2)))

    assert (told.lag_events, told.lag_seconds) == (7, 0.4)
    assert told.heard_to == NOW - timedelta(seconds=2)


def test_while_kafka_does_not_answer_the_lag_is_not_known() -> None:
    told = production(metrics((0, 0.5), (0, 60)))

    assert (told.lag_events, told.lag_seconds) == (None, None)
    assert told.heard_to == NOW - timedelta(seconds=60)


def test_nothing_is_known_of_a_stream_that_was_never_heard() -> None:
    never = NOW - datetime.fromtimestamp(0, UTC)

    for told in (production(metrics()), production(metrics((0, never.total_seconds())))):
        assert (told.heard_to, told.lag_events, told.lag_seconds) == (None, None, None)
