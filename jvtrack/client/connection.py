"""All services as one bearer: what a program opens, uses and closes."""

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx

from jvtrack.client.door import Door, TokenSource
from jvtrack.client.inventory import Inventory
from jvtrack.client.memory import Memory
from jvtrack.client.monitor import Monitor
from jvtrack.client.orders import Orders
from jvtrack.client.patience import Patience
from jvtrack.client.problems import TokenMissingError
from jvtrack.client.production import Production

ADDRESSES = {
    "orders": "http://127.0.0.1:8101",
    "production": "http://127.0.0.1:8102",
    "inventory": "http://127.0.0.1:8103",
    "monitor": "http://127.0.0.1:8104",
}
"""Where the services of the local stack listen."""
# A stream beats every ten seconds; one that is silent for longer is broken.
_SILENCE_SECONDS_MAX = 30.0
_CONNECT_SECONDS_MAX = 5.0
_CONNECTIONS_MAX = 200


class JVTrack:
    """The typed client: `orders`, `production`, `inventory` and `monitor`, each with its `operations`.

    With `reads_own_writes`, every request waits until the service it goes to has applied what this client wrote
    before, at whichever service; otherwise what was just written may not be seen elsewhere yet.
    """

    def __init__(
        self,
        *,
        token: TokenSource,
        orders: str = ADDRESSES["orders"],
        production: str = ADDRESSES["production"],
        inventory: str = ADDRESSES["inventory"],
        monitor: str = ADDRESSES["monitor"],
        patience: Patience | None = None,
        reads_own_writes: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        addresses = {"orders": orders, "production": production, "inventory": inventory, "monitor": monitor}
        memory = Memory() if reads_own_writes else None
        self._doors = {
            name: Door(name, _connect(address, transport), token, patience or Patience(), memory)
            for name, address in addresses.items()
        }

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, *, reads_own_writes: bool = False) -> Self:
        """Connect as `JVTRACK_TOKEN` to `JVTRACK_<SERVICE>_URL`, or where that is not set to the local stack.

        Without a token it raises TokenMissingError.
        """
        token = environment.get("JVTRACK_TOKEN")
        if not token:
            raise TokenMissingError
        urls = {name: environment.get(f"JVTRACK_{name.upper()}_URL", address) for name, address in ADDRESSES.items()}
        return cls(
            token=token,
            orders=urls["orders"],
            production=urls["production"],
            inventory=urls["inventory"],
            monitor=urls["monitor"],
            reads_own_writes=reads_own_writes,
        )

    @property
    def orders(self) -> Orders:
        """Ask for parts and say where they come from."""
        return Orders(self._doors["orders"])

    @property
    def production(self) -> Production:
        """Report what a factory makes, and hear what it is to make."""
        return Production(self._doors["production"])

    @property
    def inventory(self) -> Inventory:
        """Keep parts, sites and stock."""
        return Inventory(self._doors["inventory"])

    @property
    def monitor(self) -> Monitor:
        """See whether all is well, what is late or stuck, and what to do about it."""
        return Monitor(self._doors["monitor"])

    def acting_as(self, token: TokenSource) -> "JVTrack":
        """Give a client for another bearer that shares this one's connections; close only this one."""
        other = object.__new__(JVTrack)
        memory = None if self._doors["orders"].memory is None else Memory()
        other._doors = {name: door.acting_as(token, memory) for name, door in self._doors.items()}
        return other

    async def are_ready(self) -> Mapping[str, bool]:
        """Tell of each service whether it says that it is ready."""
        return {name: await door.is_ready() for name, door in self._doors.items()}

    async def close(self) -> None:
        """Close every connection."""
        for door in self._doors.values():
            await door.http.aclose()

    async def __aenter__(self) -> Self:
        """Use the client for a while."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self.close()


def _connect(address: str, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=address,
        timeout=httpx.Timeout(_SILENCE_SECONDS_MAX, connect=_CONNECT_SECONDS_MAX),
        limits=httpx.Limits(max_connections=_CONNECTIONS_MAX),
        transport=transport,
        trust_env=False,
    )
