"""What the tests of platforms do at their doors."""

from itertools import count
from typing import Any

import httpx

from tests.integration.orders.house import House

IN_SERVICE = "2020-01-01T00:00:00Z"
SINCE = "2026-11-01T06:00:00Z"
_KEYS = count(1)


async def register(house: House, tail: str = "ZP-1", *, platform: str = "MI-17V-5", site: str = "D-01") -> None:
    """Take a platform into the fleet."""
    terms = {"site": site, "in_service_since": IN_SERVICE}
    nation = "RUS" if site == "D-09" else "IND"
    headers = house.bearer("planner", nation=nation)
    answer = await house.door.put(f"/v1/platforms/{platform}/{tail}", json=terms, headers=headers)
    assert answer.status_code == 200, answer.text


async def say(
    house: House, what: str, tail: str = "ZP-1", *, platform: str = "MI-17V-5", key: str | None = None, **said: Any
) -> httpx.Response:
    """Say that a platform is down or up, as its depot."""
    usual = {"since": SINCE, "cause": "Chips in oil.", "awaiting_parts": True} if what == "down" else {"since": SINCE}
    who = {name: said.pop(name) for name in ("role", "site") if name in said}
    headers = {"Idempotency-Key": key or f"said-{next(_KEYS)}"}
    path = f"/v1/platforms/{platform}/{tail}/{what}"
    return await house.send("POST", path, json={**usual, **said}, headers=headers, **who)


async def show(house: House, tail: str = "ZP-1", *, platform: str = "MI-17V-5") -> dict[str, Any]:
    """Show a platform to an operator."""
    answer = await house.send("GET", f"/v1/platforms/{platform}/{tail}", role="operator", site=None)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def told_of(house: House, tail: str = "ZP-1", *, platform: str = "MI-17V-5") -> list[str]:
    """List the kinds of the facts told of a platform."""
    return await house.told(f"platform:{platform}/{tail}")


async def ask(house: House, path: str, *, role: str = "operator", at: str | None = None, **query: Any) -> Any:
    """Read a list or an answer about platforms, as a role, perhaps at a depot."""
    answer = await house.send("GET", f"/v1/platforms{path}", role=role, site=at, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()
