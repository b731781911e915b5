"""Who a command speaks for: `JVTRACK_TOKEN`'s bearer, or an operator of the local stack."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeVar

from deploy.local import state
from deploy.local.issuer import Bearer, Issuer
from deploy.local.ports import HOST
from deploy.local.settings import SERVICES, StackSettings
from jvtrack.client import JVTrack, Patience
from jvtrack.client.operations import Operations

_TOKEN_HOURS = 0.25
# Whoever waits at a terminal would rather be told.
_PATIENCE = Patience(seconds_max=15.0)

T = TypeVar("T")


class ServiceName(StrEnum):
    """The services."""

    ORDERS = "orders"
    PRODUCTION = "production"
    INVENTORY = "inventory"


def call(what: Callable[[JVTrack], Awaitable[T]]) -> T:
    """Do something with a client, and close it."""

    async def run() -> T:
        async with _connect() as jvtrack:
            return await what(jvtrack)

    return asyncio.run(run())


def operations(jvtrack: JVTrack, service: ServiceName) -> Operations:
    """Give the operators' doors of a service."""
    match service:
        case ServiceName.ORDERS:
            return jvtrack.orders.operations
        case ServiceName.PRODUCTION:
            return jvtrack.production.operations
        case ServiceName.INVENTORY:
            return jvtrack.inventory.operations


def _connect() -> JVTrack:
    settings = state.as_running(StackSettings())
    urls = {
        name: os.environ.get(f"JVTRACK_{name.upper()}_URL", f"http://{HOST}:{settings.service_ports[name]}")
        for name in SERVICES
    }
    token = os.environ.get("JVTRACK_TOKEN") or _operator_token(settings)
    return JVTrack(
        token=token,
        orders=urls["orders"],
        production=urls["production"],
        inventory=urls["inventory"],
        patience=_PATIENCE,
        reads_own_writes=True,
    )


def _operator_token(settings: StackSettings) -> str:
    bearer = Bearer("operator@command-line", "operator", "IND")
    return Issuer(settings).token(bearer, hours=_TOKEN_HOURS)
