"""Makers of what the tests of the HTTP door stand on: an issuer, tokens, principals, an app and its client."""

import asyncio
import base64
import json
import math
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.db import Transaction
from shared.events.envelope import Stream
from shared.http.app import create_app
from shared.http.arrivals import ArrivalLimits, Arrivals
from shared.http.auth import Authenticator, AuthSettings, Principal, Role
from shared.http.health import Probe
from shared.http.versions import Token
from shared.messaging.signals import Signal

HEARD = (Stream.STOCK, Stream.PRODUCTION)
ISSUER = "urn:jvtrack:issuer"
AUDIENCE = "jvtrack"

Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class Issuer:
    """Signs tokens, and keeps the file of its public keys."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "keys.json"
        self.keys: dict[str, Key] = {
            "ed": ed25519.Ed25519PrivateKey.generate(),
            "p256": ec.generate_private_key(ec.SECP256R1()),
        }
        self.publish("ed", "p256")

    def publish(self, *key_ids: str) -> None:
        """Write the public halves of these keys."""
        self.path.write_text(json.dumps({"keys": [a_jwk(key_id, self.keys[key_id]) for key_id in key_ids]}))

    def settings(self, **changes: Any) -> AuthSettings:
        """Give the settings of a service that trusts this issuer."""
        return AuthSettings(
            **{"issuer": ISSUER, "audience": AUDIENCE, "keys": self.path, "leeway_seconds": 0, **changes}
        )

    def authenticator(self) -> Authenticator:
        """Give the authenticator of a service that trusts this issuer."""
        return Authenticator(self.settings())

    def token(self, *, key_id: str = "ed", headers: Mapping[str, object] | None = None, **changes: object) -> str:
        """Sign claims; a claim that is changed to None is left out."""
        claims = {name: value for name, value in {**some_claims(), **changes}.items() if value is not None}
        key = self.keys[key_id]
        algorithm = "EdDSA" if isinstance(key, ed25519.Ed25519PrivateKey) else "ES256"
        sent = {"typ": "at+jwt", "kid": key_id, **(headers or {})}
        return jwt.encode(claims, key, algorithm=algorithm, headers=sent)

    def bearer(self, **changes: object) -> dict[str, str]:
        """Give the header of a request with a token."""
        return {"Authorization": f"Bearer {self.token(**changes)}"}  # type: ignore[arg-type]  # claims and key alike


def some_claims() -> dict[str, object]:
    """Make the claims of a depot."""
    now = int(clock.now().timestamp())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "depot-1",
        "iat": now - 1,
        "exp": now + 60,
        "role": "depot",
        "sites": ["D-01"],
        "nation": "IND",
        "scope": "stock:read orders:write",
    }


def a_jwk(key_id: str, key: Key) -> dict[str, object]:
    """Make the public half of a key as a JWKS holds it."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        text = jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key())
    else:
        text = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())
    return {**json.loads(text), "kid": key_id}


def unsigned(header: Mapping[str, object], claims: Mapping[str, object], signature: bytes = b"") -> str:
    """Make something that looks like a token without a key."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def a_principal(role: Role = Role.DEPOT, *, sites: Sequence[str] = ("D-01",), nation: str = "IND") -> Principal:
    """Make a principal as its token would prove it."""
    return Principal("someone", role, frozenset(sites), nation, frozenset(), math.inf)


@asynccontextmanager
async def no_transaction() -> AsyncIterator[AsyncSession]:
    """Stand where a database would: for routes that use none."""
    yield cast(AsyncSession, None)


class Applied:
    """What a service has applied, and who sees it: looks are counted."""

    def __init__(self, *tokens: Token, sees: Callable[[Principal], bool] = lambda _: True) -> None:
        self.tokens = set(tokens)
        self.changed = Signal()
        self.looks = 0
        self.open = 0
        self.fails_with: Exception | None = None
        self._sees = sees

    def apply(self, *tokens: Token) -> None:
        """Apply versions."""
        self.tokens.update(tokens)
        self.changed.set()

    def arrivals(self, **limits: float) -> Arrivals:
        """Let requests wait for it."""
        bounds = ArrivalLimits(**limits)  # type: ignore[arg-type]  # one of them counts
        return Arrivals(
            self._transaction, self._sees_all, heard=HEARD, changed=self.changed, limits=bounds, missing=self._missing
        )

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        self.open += 1
        try:
            yield cast(AsyncSession, None)
        finally:
            self.open -= 1

    async def _missing(self, _session: AsyncSession, tokens: Collection[Token]) -> set[Token]:
        self.looks += 1
        if self.fails_with is not None:
            raise self.fails_with
        await asyncio.sleep(0)
        return set(tokens) - self.tokens

    async def _sees_all(self, _session: AsyncSession, principal: Principal, _tokens: Sequence[Token]) -> bool:
        return self._sees(principal)


def an_app(
    issuer: Issuer,
    *routers: APIRouter,
    transaction: Transaction = no_transaction,
    arrivals: Arrivals | None = None,
    probes: Mapping[str, Probe] | None = None,
) -> FastAPI:
    """Build an app with these routes."""
    return create_app(
        title="A service",
        version="1.0",
        description="For tests.",
        routers=routers,
        registry=CollectorRegistry(),
        auth=issuer.authenticator(),
        transaction=transaction,
        probes=probes or {},
        arrivals=arrivals or Applied().arrivals(),
    )


def a_client(app: FastAPI, **headers: str) -> httpx.AsyncClient:
    """Make a client of an app, which sees answers and never exceptions."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers)


def slug(response: httpx.Response) -> str:
    """Read which problem was answered, and that it is answered as one."""
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == response.status_code
    return cast(str, response.json()["type"]).removeprefix("urn:jvtrack:problem:")
