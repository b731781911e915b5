"""What the platform asks of a service: is it alive, is it ready, and its metrics. Open to everybody; tells no trade."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import BaseModel, Field

from shared.http.auth import public
from shared.observe.logs import get_log

PROBE_SECONDS_MAX = 2.0

Probe = Callable[[], Awaitable[str | None]]
"""Tells what is wrong, in a sentence for an operator; None when nothing is."""

Names = Annotated[
    list[str],
    Query(
        alias="name[]",
        default_factory=list,
        max_length=100,
        description="Only the metrics of these names, as they are shown.",
    ),
]

log = get_log()


class Check(BaseModel):
    """One thing that readiness stands on."""

    ready: Annotated[bool, Field(description="Whether this is in order.")]
    reason: Annotated[str | None, Field(description="What is wrong, for an operator.")] = None


class Readiness(BaseModel):
    """Whether the service can do its work, and why not."""

    ready: Annotated[bool, Field(description="Whether every check is in order.")]
    checks: Annotated[dict[str, Check], Field(description="Each check by its name.")]


def router(probes: Mapping[str, Probe], registry: CollectorRegistry) -> APIRouter:
    """Give the routes `/health/live`, `/health/ready` and `/metrics`."""
    routes = APIRouter(tags=["health"])

    @routes.get("/health/live", status_code=204)
    @public
    async def live() -> Response:
        """Tell that the process answers at all; restart it when it does not."""
        return Response(status_code=204)

    @routes.get("/health/ready", responses={503: {"model": Readiness}})
    @public
    async def ready() -> Response:
        """Tell whether the service can do its work: 200 or 503, with every check."""
        readiness = await check(probes)
        status = 200 if readiness.ready else 503
        return Response(readiness.model_dump_json(exclude_none=True), status, media_type="application/json")

    @routes.get("/metrics", response_class=Response)
    @public
    async def metrics(names: Names) -> Response:
        """Give the metrics in Prometheus' text form, all or those that are named."""
        shown = registry.restricted_registry(names) if names else registry
        return Response(generate_latest(shown), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return routes


async def check(probes: Mapping[str, Probe]) -> Readiness:
    """Ask all probes at once; one that fails or takes too long is not ready."""
    results = await asyncio.gather(*map(_ask, probes.values()), return_exceptions=True)
    checks = {name: _judge(name, result) for name, result in zip(probes, results, strict=True)}
    return Readiness(ready=all(each.ready for each in checks.values()), checks=checks)


async def _ask(probe: Probe) -> str | None:
    async with asyncio.timeout(PROBE_SECONDS_MAX):
        return await probe()


def _judge(name: str, result: str | BaseException | None) -> Check:
    if isinstance(result, BaseException):
        log.warning("probe_failed", probe=name, exc_info=result)
        return Check(ready=False, reason=f"the check itself failed: {type(result).__name__}")
    return Check(ready=result is None, reason=result)
