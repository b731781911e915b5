"""How fresh an answer is: until when Kafka was heard here, and how far behind that left what was applied."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.inventory.schemas.stock import Freshness
from shared.events.envelope import Stream
from shared.observe.metrics import BackboneMetrics

HEARD = (Stream.ORDERS, Stream.PRODUCTION)


def freshness(
    applied_to: Mapping[str, datetime], metrics: BackboneMetrics, *, now: datetime, heard_seconds_max: float
) -> list[Freshness]:
    """Say how fresh each stream is; what Kafka has not answered lately is not known, and never nothing."""
    events, seconds = _by_topic(metrics.lag_events), _by_topic(metrics.lag_seconds)
    heard = _by_topic(metrics.heard_timestamp_seconds)
    newest = {topic.split(".", 1)[-1]: moment for topic, moment in applied_to.items()}
    told = []
    for stream in HEARD:
        heard_at = min(heard.get(stream.topic, [0.0]))
        is_known = now.timestamp() - heard_at <= heard_seconds_max and stream.topic in events
        told.append(
            Freshness(
                stream=stream.topic,
                applied_to=newest.get(stream.topic),
                heard_to=datetime.fromtimestamp(heard_at, UTC) if heard_at else None,
                lag_events=int(sum(events[stream.topic])) if is_known else None,
                lag_seconds=max(seconds[stream.topic]) if is_known else None,
            )
        )
    return told


def _by_topic(gauge: Any) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for metric in gauge.collect():
        for sample in metric.samples:
            values.setdefault(sample.labels["topic"], []).append(sample.value)
    return values
