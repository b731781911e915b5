"""The platform is told the truth about a service."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from shared.http import health
from tests.unit.http.makers import Issuer, a_client, an_app


async def fine() -> str | None:
    return None


async def late() -> str | None:
    return "the oldest fact has waited 12 s"


async def broken() -> str | None:
    raise ConnectionRefusedError


async def stuck() -> str | None:
    await asyncio.Event().wait()
    return None


@pytest.mark.asyncio
async def test_a_service_whose_checks_are_in_order_is_ready(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, probes={"database": fine})) as client:
        live = await client.get("/health/live")
        ready = await client.get("/health/ready")

    assert live.status_code == 204
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "checks": {"database": {"ready": True}}}


@pytest.mark.asyncio
async def test_a_service_that_cannot_work_says_why(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROBE_SECONDS_MAX", 0.02)
    probes = {"database": fine, "outbox": late, "broker": broken, "partitions": stuck}

    async with a_client(an_app(issuer, probes=probes)) as client:
        ready = await client.get("/health/ready")

    assert ready.status_code == 503
    assert ready.json()["checks"] == {
        "database": {"ready": True},
        "outbox": {"ready": False, "reason": "the oldest fact has waited 12 s"},
        "broker": {"ready": False, "reason": "the check itself failed: ConnectionRefusedError"},
        "partitions": {"ready": False, "reason": "the check itself failed: TimeoutError"},
    }


@pytest.mark.asyncio
async def test_only_the_metrics_that_are_named_are_shown(issuer: Issuer) -> None:
    async with a_client(an_app(issuer)) as client:
        await client.get("/health/live")
        named = await client.get("/metrics", params={"name[]": ["jvtrack_http_streams_open", "jvtrack_nothing"]})

    shown = [sample.name for family in text_string_to_metric_families(named.text) for sample in family.samples]
    assert shown == ["jvtrack_http_streams_open"]


@pytest.mark.asyncio
async def test_metrics_count_requests_by_route_and_not_by_path(issuer: Issuer) -> None:
    async with a_client(an_app(issuer)) as client:
        for path in ("/health/live", "/docs/assets/nothing", "/docs/assets/never", "/nowhere/1", "/nowhere/2"):
            await client.get(path)
        metrics = await client.get("/metrics")

    families = {family.name: family for family in text_string_to_metric_families(metrics.text)}
    counts = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for sample in families["jvtrack_http_request_seconds"].samples
        if sample.name.endswith("_count")
    }
    assert metrics.headers["content-type"].startswith("text/plain")
    assert counts == {("/health/live", "204"): 1, ("/docs/assets/{name}", "404"): 2, ("unrouted", "404"): 2}


def test_a_service_without_checks_is_ready() -> None:
    readiness = asyncio.run(health.check({}))

    assert readiness.ready
    assert health.router({}, CollectorRegistry()).routes
