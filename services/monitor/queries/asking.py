"""Asks one process how it is, over the doors that are open to all: is it ready, and what does it count?"""

import asyncio
from collections.abc import Mapping

import httpx
from prometheus_client.parser import text_string_to_metric_families
from pydantic import BaseModel, ValidationError

from services.monitor.domain.looks import NEVER, Look, Sample
from shared import clock

ASKED = (
    "jvtrack_outbox_pending",
    "jvtrack_outbox_age_seconds",
    "jvtrack_blocked_keys",
    "jvtrack_published_total",
    "jvtrack_relay_leader",
    "jvtrack_applied_total",
    "jvtrack_parked_keys",
    "jvtrack_stopped_partitions",
    "jvtrack_lag_events",
    "jvtrack_lag_seconds",
    "jvtrack_event_age_seconds_bucket",
)
"""What is asked for of all that a process counts."""
_READY = (200, 503)


class _Check(BaseModel):
    ready: bool
    reason: str | None = None


class _Readiness(BaseModel):
    checks: Mapping[str, _Check]


async def ask(client: httpx.AsyncClient, address: str) -> Look:
    """Look at a process; one that is gone, slow or answers anything else does not answer."""
    try:
        ready, shown = await asyncio.gather(
            client.get(f"{address}/health/ready"), client.get(f"{address}/metrics", params={"name[]": ASKED})
        )
        shown.raise_for_status()
        if ready.status_code not in _READY:
            ready.raise_for_status()
        readiness = _Readiness.model_validate_json(ready.content)
        samples = read_samples(shown.text)
    except (httpx.HTTPError, ValidationError, ValueError):
        return Look(clock.monotonic(), answers=False, troubles=NEVER.troubles, samples=NEVER.samples)
    troubles = {name: check.reason or name for name, check in readiness.checks.items() if not check.ready}
    return Look(clock.monotonic(), answers=True, troubles=troubles, samples=samples)


def read_samples(text: str) -> Mapping[Sample, float]:
    """Read metrics in Prometheus' text form; raises ValueError."""
    return {
        Sample(sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
