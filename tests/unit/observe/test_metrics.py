"""The names of metrics are what dashboards and alerts stand on."""

from prometheus_client import CollectorRegistry, generate_latest

from shared.observe.metrics import BackboneMetrics, HttpMetrics

NAMES = {
    *("jvtrack_outbox_pending", "jvtrack_outbox_age_seconds", "jvtrack_published", "jvtrack_publish_failures"),
    *("jvtrack_blocked_keys", "jvtrack_relay_leader", "jvtrack_applied", "jvtrack_duplicates", "jvtrack_forks"),
    *("jvtrack_holes", "jvtrack_fenced_batches", "jvtrack_parked_keys", "jvtrack_stopped_partitions"),
    *("jvtrack_lag_events", "jvtrack_lag_seconds", "jvtrack_event_age_seconds", "jvtrack_rebalances"),
    "jvtrack_heard_timestamp_seconds",
    *("jvtrack_batch_size", "jvtrack_batch_retries", "jvtrack_group_queue"),
    *("jvtrack_http_request_seconds", "jvtrack_http_streams_open", "jvtrack_http_streams_cut"),
}


def test_the_published_names_stay() -> None:
    registry = CollectorRegistry()
    BackboneMetrics(registry)
    HttpMetrics(registry)

    assert {family.name for family in registry.collect()} == NAMES


def test_two_processes_in_one_interpreter_count_apart() -> None:
    first, second = CollectorRegistry(), CollectorRegistry()
    BackboneMetrics(first).applied_total.labels(group="stock", topic="orders.v1").inc()
    BackboneMetrics(second)

    assert b'jvtrack_applied_total{group="stock",topic="orders.v1"} 1.0' in generate_latest(first)
    assert b"jvtrack_applied_total{" not in generate_latest(second)
