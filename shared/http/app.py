"""Puts a service's HTTP door together: the same watch, guard, problems, health and pages for each."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Transaction
from shared.http import docs, guard, health, problems
from shared.http.arrivals import Arrivals
from shared.http.heads import HeadAsGet
from shared.http.tokens import Authenticator
from shared.http.watch import Watch
from shared.observe.metrics import HttpMetrics

_SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    transaction: Transaction = request.app.state.transaction
    async with transaction() as session:
        yield session


# `scope="function"`: the default scope would commit after the 2xx has gone out.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]
"""A transaction that commits when the route has returned well, before its answer goes out."""


async def _transaction(request: Request) -> Transaction:
    transaction: Transaction = request.app.state.transaction
    return transaction


OwnTransaction = Annotated[Transaction, Depends(_transaction)]
"""Opens a transaction where a route needs one only for a moment: for what streams, or waits."""


def create_app(
    *,
    title: str,
    version: str,
    description: str,
    routers: Sequence[APIRouter],
    registry: CollectorRegistry,
    auth: Authenticator,
    transaction: Transaction,
    probes: Mapping[str, health.Probe],
    arrivals: Arrivals,
) -> FastAPI:
    """Build the app; a route without a rule is a RuleMissing here, not an open door later.

    Routers keep their prefix in themselves (`APIRouter(prefix="/v1/orders")`): their routes are laid side by side in
    one table, which a request walks in half the time of nested ones.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=_SILENT,
    )
    app.state.transaction = transaction
    app.state.http_metrics = HttpMetrics(registry)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Watch, metrics=app.state.http_metrics)
    problems.install(app)
    for router in (*routers, health.router(probes, registry), docs.router(app)):
        for route in router.routes:
            assert isinstance(route, APIRoute), f"{route} is not a route that the guard knows"
            app.router.routes.append(guard.adopt(route, auth, arrivals))
    return app
