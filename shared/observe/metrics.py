"""What Prometheus can ask of a service. The names are part of its interface: dashboards and alerts stand on them.

Nothing is registered at import: each process makes its metrics once, on the registry that `/metrics` shows.
Prometheus adds `_total` to the name of a counter.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_AGE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400)
_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
_STREAM = ("group", "topic")
_PARTITION = ("group", "topic", "partition")


class _Maker:
    """Makes metrics on one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"jvtrack_{name}", text, labels, registry=self._registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"jvtrack_{name}", text, labels, registry=self._registry)

    def histogram(self, name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"jvtrack_{name}", text, labels, registry=self._registry, buckets=buckets)


class OutboxMetrics:
    """How the relay keeps up with what the service has decided."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = _Maker(registry)
        self.outbox_pending = make.gauge("outbox_pending", "Facts not yet acknowledged by Kafka")
        self.outbox_age_seconds = make.gauge("outbox_age_seconds", "Age of the oldest fact not yet acknowledged")
        self.blocked_keys = make.gauge("blocked_keys", "Keys whose next fact Kafka refuses for good")
        self.published_total = make.counter("published", "Facts acknowledged by Kafka", "topic")
        self.publish_failures_total = make.counter("publish_failures", "Relay cycles that failed", "cause")
        self.relay_leader = make.gauge("relay_leader", "1 while this process is the one that publishes")


class ConsumerMetrics:
    """How the consumers keep up with what the streams tell, and what they had to set aside."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = _Maker(registry)
        self.applied_total = make.counter("applied", "Facts applied", *_STREAM)
        self.duplicates_total = make.counter("duplicates", "Deliveries dropped as already applied", *_STREAM)
        self.forks_total = make.counter("forks", "Positions told twice with different facts", *_STREAM)
        self.holes_total = make.counter("holes", "Keys found with a missing fact", *_STREAM)
        self.fenced_batches_total = make.counter("fenced_batches", "Batches given up to a newer owner", *_STREAM)
        self.rebalances_total = make.counter("rebalances", "Changes of the assigned partitions", "group")
        self.parked_keys = make.gauge("parked_keys", "Keys whose facts wait for an operator", *_STREAM)
        self.stopped_partitions = make.gauge("stopped_partitions", "Partitions stopped by a fault", *_STREAM)
        self.lag_events = make.gauge("lag_events", "Facts waiting to be applied", *_PARTITION)
        self.lag_seconds = make.gauge("lag_seconds", "Age of the oldest fact waiting to be applied", *_PARTITION)
        self.heard_timestamp_seconds = make.gauge(
            "heard_timestamp_seconds", "When Kafka last answered; POSIX time, 0 before it has", *_PARTITION
        )
        self.event_age_seconds = make.histogram(
            "event_age_seconds", "From recorded to applied", *_STREAM, buckets=_AGE_SECONDS
        )


class BatchMetrics:
    """How well work is grouped: by the relay, by the consumers, by the doors."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = _Maker(registry)
        self.batch_size = make.histogram(
            "batch_size", "Items in one transaction or publication", "loop", buckets=_BATCH_SIZES
        )
        self.batch_retries_total = make.counter("batch_retries", "Batches tried again", "loop", "cause")
        self.group_queue = make.gauge("group_queue", "Requests waiting for a group commit", "door")


class BackboneMetrics(OutboxMetrics, ConsumerMetrics, BatchMetrics):
    """Everything the loops of one process count."""

    def __init__(self, registry: CollectorRegistry) -> None:
        OutboxMetrics.__init__(self, registry)
        ConsumerMetrics.__init__(self, registry)
        BatchMetrics.__init__(self, registry)


class HttpMetrics:
    """How long the doors take, by route, method and status."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = _Maker(registry)
        self.request_seconds = make.histogram(
            "http_request_seconds",
            "From the request to the end of its answer",
            *("route", "method", "status"),
            buckets=_REQUEST_SECONDS,
        )
        self.streams_open = make.gauge("http_streams_open", "Event streams being read")
        self.streams_cut_total = make.counter("http_streams_cut", "Event streams closed on a slow reader")
