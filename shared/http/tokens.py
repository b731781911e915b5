"""Access tokens (RFC 9068): from a bearer header to the principal that it proves.

Only signatures of configured keys count, only EdDSA and ES256, and every claim that the rights need is required.
A verified token is remembered by its digest until it expires, so that a busy sender is verified once, not per event.
"""

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import jwt
from pydantic import BaseModel, Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared import clock
from shared.errors import Kind, Refusal
from shared.http.keys import KeySet
from shared.types import Nation, SiteId

_TOKEN_SIZE_MAX = 8192
_SITES_MAX = 200
_TYPES = ("at+jwt", "application/at+jwt")
_REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
_REASONS: dict[type[jwt.PyJWTError], str] = {
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not valid yet",
    jwt.InvalidAudienceError: "wrong audience",
    jwt.InvalidIssuerError: "wrong issuer",
    jwt.InvalidSignatureError: "wrong signature",
    jwt.MissingRequiredClaimError: "a required claim is missing",
}


class TokenMissing(Refusal):
    """A bearer token is needed at this door."""

    kind = Kind.UNAUTHENTICATED


class TokenInvalid(Refusal):
    """The bearer token proves nothing here."""

    kind = Kind.UNAUTHENTICATED


class Role(StrEnum):
    """What a principal does in the trade."""

    FACTORY = "factory"
    DEPOT = "depot"
    PLANNER = "planner"
    PROCUREMENT = "procurement"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    QUALITY = "quality"


class Scope(StrEnum):
    """What a principal may do beyond what its role may."""

    APPROVE_URGENCY = "approve-urgency"
    """Approve urgent needs of the sites it orders for: urgency of need A and B."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request comes from, as its token proves it."""

    subject: str
    role: Role
    sites: frozenset[str]
    nation: str
    scopes: frozenset[str] = frozenset()
    expires_at: float = math.inf


class AuthSettings(BaseSettings):
    """Whose tokens count, from `JVTRACK_AUTH_ISSUER`, `_AUDIENCE` and `_KEYS` (a JWKS file of public keys)."""

    model_config = SettingsConfigDict(env_prefix="JVTRACK_AUTH_", frozen=True)

    issuer: str
    audience: str
    keys: Path
    leeway_seconds: Annotated[int, Field(ge=0, le=60)] = 5
    remembered_tokens_max: Annotated[int, Field(ge=1, le=100_000)] = 10_000


class _Claims(BaseModel):
    """What the rights need of a token, beside what the signature check has seen."""

    sub: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
    role: Role
    nation: Nation
    sites: Annotated[list[SiteId], Field(max_length=_SITES_MAX)] = []
    scope: Annotated[str, StringConstraints(max_length=2000)] = ""
    exp: float


class Authenticator:
    """Turns `Authorization` headers into principals."""

    def __init__(self, settings: AuthSettings) -> None:
        self._settings = settings
        self._keys = KeySet(settings.keys)
        self._remembered: OrderedDict[bytes, Principal] = OrderedDict()

    def principal(self, authorization: str | None) -> Principal:
        """Prove who sends this header, or refuse."""
        if authorization is None:
            raise TokenMissing
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenMissing
        if self._keys.refresh():
            self._remembered.clear()
        digest = hashlib.sha256(token.encode()).digest()
        known = self._remembered.get(digest)
        if known is None:
            known = self._verify(token)
            self._remember(digest, known)
        elif known.expires_at + self._settings.leeway_seconds <= clock.now().timestamp():
            del self._remembered[digest]
            raise TokenInvalid(reason="expired")
        else:
            self._remembered.move_to_end(digest)
        return known

    def _remember(self, digest: bytes, principal: Principal) -> None:
        self._remembered[digest] = principal
        if len(self._remembered) > self._settings.remembered_tokens_max:
            self._remembered.popitem(last=False)

    def _verify(self, token: str) -> Principal:
        if len(token) > _TOKEN_SIZE_MAX:
            raise TokenInvalid(reason="too long")
        try:
            claims = _Claims.model_validate(self._signed_claims(token))
        except jwt.PyJWTError as error:
            raise TokenInvalid(reason=_REASONS.get(type(error), "not a token")) from None
        except ValidationError as error:
            raise TokenInvalid(reason=f"claim {error.errors()[0]['loc'][0]} is wrong or missing") from None
        return Principal(
            subject=claims.sub,
            role=claims.role,
            sites=frozenset(claims.sites),
            nation=claims.nation,
            scopes=frozenset(claims.scope.split()),
            expires_at=claims.exp,
        )

    def _signed_claims(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        if str(header.get("typ")).lower() not in _TYPES:
            raise TokenInvalid(reason="not an access token")
        key = self._keys.get(header.get("kid"))
        if key is None:
            raise TokenInvalid(reason="unknown key")
        if header.get("alg") != key.algorithm_name:
            raise TokenInvalid(reason="wrong algorithm")
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=self._settings.audience,
            issuer=self._settings.issuer,
            leeway=self._settings.leeway_seconds,
            options={"require": _REQUIRED},
        )
