"""Who a command speaks for: `JVTRACK_TOKEN`'s bearer, or an operator of the local stack."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import TypeVar

from deploy.errors import SetupError
from deploy.local import state
from deploy.local.doors import door_addresses, require_a_door
from deploy.local.issuer import Bearer, Issuer
from deploy.local.settings import StackSettings
from jvtrack.client import JVTrack, JVTrackError, Patience
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
    MONITOR = "monitor"


def call(what: Callable[[JVTrack], Awaitable[T]]) -> T:
    """Do something with a client, and close it; whoever calls where nothing runs is told so at once."""
    settings = state.as_running(StackSettings())
    addresses = door_addresses(settings)
    # A service of a running stack may be on its way back, which is worth waiting for.
    if state.running(settings) is None:
        require_a_door(addresses)

    async def run() -> T:
        async with _connect(settings, addresses) as jvtrack:
            return await what(jvtrack)

    try:
        return asyncio.run(run())
    except JVTrackError as error:
        raise SetupError(str(error)) from error


def operations(jvtrack: JVTrack, service: ServiceName) -> Operations:
    """Give the operators' doors of a service."""
    match service:
        case ServiceName.ORDERS:
            return jvtrack.orders.operations
        case ServiceName.PRODUCTION:
            return jvtrack.production.operations
        case ServiceName.INVENTORY:
            return jvtrack.inventory.operations
        case ServiceName.MONITOR:
            return jvtrack.monitor.operations


def _connect(settings: StackSettings, addresses: Mapping[str, str]) -> JVTrack:
    return JVTrack(
        token=os.environ.get("JVTRACK_TOKEN") or partial(_operator_token, settings),
        orders=addresses["orders"],
        production=addresses["production"],
        inventory=addresses["inventory"],
        monitor=addresses["monitor"],
        patience=_PATIENCE,
        reads_own_writes=True,
    )


def _operator_token(settings: StackSettings) -> str:
    bearer = Bearer("operator@command-line", "operator", "IND")
    return Issuer(settings).token(bearer, hours=_TOKEN_HOURS)
