"""Who may come in: every door of every service has a rule, and the rule is what the door does."""

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import clock
from shared.http.tokens import Role
from tests.fixtures.catalogue import Trade
from tests.fixtures.doors import slug
from tests.fixtures.routes import Way
from tests.fixtures.system import System

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPEN_TO_ALL = {
    "/docs",
    "/docs/assets/{name}",
    "/docs/start.js",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/openapi.json",
}
"""What tells nothing of the trade, and nothing else."""


async def test_every_route_of_every_service_has_one_rule(ways: Sequence[Way]) -> None:
    without = [str(way) for way in ways if not way.has_rule]

    assert {way.service for way in ways} == {"orders", "production", "inventory", "monitor"}
    assert without == []


async def test_only_what_tells_nothing_of_the_trade_is_open_to_all(ways: Sequence[Way]) -> None:
    assert {way.route.path for way in ways if way.is_public} == OPEN_TO_ALL


async def test_no_door_of_the_trade_opens_without_a_token(trade: Trade, ways: Sequence[Way]) -> None:
    answers = [(way, await knock(trade, way, None)) for way in of_trade(ways)]

    assert [told(way, answer) for way, answer in answers if not is_shut(answer, "token-missing")] == []


@pytest.mark.parametrize("kind", ["garbage", "expired", "audience", "issuer", "stranger", "no-algorithm", "id-token"])
async def test_no_door_of_the_trade_opens_to_a_token_that_proves_nothing(
    trade: Trade, ways: Sequence[Way], kind: str
) -> None:
    token = a_bad_token(trade.system, kind)

    answers = [(way, await knock(trade, way, token)) for way in of_trade(ways)]

    assert [told(way, answer) for way, answer in answers if not is_shut(answer, "token-invalid")] == []


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_that_a_rule_does_not_name_is_turned_away(trade: Trade, ways: Sequence[Way], role: Role) -> None:
    token = trade.system.token(role, "D-01", "F-01")
    closed = [way for way in of_trade(ways) if not way.admits(role)]

    answers = [(way, await knock(trade, way, token)) for way in closed]

    assert closed
    assert [told(way, answer) for way, answer in answers if not is_forbidden(answer)] == []


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_that_a_rule_names_comes_as_far_as_the_request_itself(
    trade: Trade, ways: Sequence[Way], role: Role
) -> None:
    token = trade.system.token(role, "D-01", "F-01")
    opened = [way for way in of_trade(ways) if way.admits(role) and not way.path.endswith("/stream")]

    answers = [(way, await knock(trade, way, token)) for way in opened]

    assert opened
    assert [told(way, answer) for way, answer in answers if answer.status_code in {401, 403, 500}] == []


async def test_what_is_open_to_all_answers_without_a_token(trade: Trade, ways: Sequence[Way]) -> None:
    opened = [way for way in ways if way.is_public and "{" not in way.path]

    answers = [(way, await knock(trade, way, None)) for way in opened]

    assert [told(way, answer) for way, answer in answers if answer.status_code not in {200, 204}] == []


async def knock(trade: Trade, way: Way, token: str | None) -> httpx.Response:
    """Send as little as a route may be sent."""
    body: Any = {} if way.method in {"POST", "PUT", "PATCH"} else None
    return await trade.doors.ask(way.service, way.method, way.path, token=token, json=body)


def of_trade(ways: Sequence[Way]) -> Sequence[Way]:
    """Choose the routes of the trade: all under /v1."""
    found = [way for way in ways if way.route.path.startswith("/v1/")]
    assert len(found) > 50
    return found


def told(way: Way, answer: httpx.Response) -> str:
    """Say what a door answered that should not have."""
    return f"{way}: {answer.status_code} {answer.text[:200]}"


def is_shut(answer: httpx.Response, why: str) -> bool:
    """Tell whether a door asked for a better token."""
    return answer.status_code == 401 and slug(answer) == why and answer.headers["www-authenticate"].startswith("Bearer")


def is_forbidden(answer: httpx.Response) -> bool:
    """Tell whether a door turned a role away."""
    return answer.status_code == 403 and slug(answer) == "role-forbidden"


def a_bad_token(system: System, kind: str) -> str:
    """Make a token that proves nothing, for one reason."""
    good = system.token("operator")
    head, claims, _ = good.split(".")
    match kind:
        case "garbage":
            return "not.a.token"
        case "expired":
            return system.token("operator", hours=-1)
        case "no-algorithm":
            return f"{_part({**_read(head), 'alg': 'none'})}.{claims}."
        case "stranger":
            return jwt.encode(_read(claims), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=_read(head))
        case "audience":
            return _signed(system, {**_read(claims), "aud": "somebody-else"}, _read(head))
        case "issuer":
            return _signed(system, {**_read(claims), "iss": "urn:somebody-else"}, _read(head))
        case _:
            return _signed(system, _read(claims), {**_read(head), "typ": "JWT"})


def _signed(system: System, claims: dict[str, object], head: dict[str, object]) -> str:
    """Sign claims with the issuer's own key."""
    now = clock.now()
    key = (system.settings.directory / "issuer" / "private.pem").read_bytes()
    fresh = {**claims, "iat": now, "exp": now + timedelta(hours=1), "jti": str(uuid4())}
    return jwt.encode(fresh, key, algorithm="EdDSA", headers=head)


def _read(part: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return told


def _part(told: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()
