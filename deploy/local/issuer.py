"""The local stack's own issuer of access tokens: one Ed25519 key pair, made once."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm

from deploy.local.locks import locked
from deploy.local.settings import StackSettings
from shared import clock

_ALGORITHM = "EdDSA"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a token speaks for."""

    subject: str
    role: str
    nation: str
    sites: Sequence[str] = ()
    scopes: Sequence[str] = ()


def is_made(settings: StackSettings) -> bool:
    """Tell whether a stack's issuer has a key already."""
    return _private_key(settings).exists()


def _private_key(settings: StackSettings) -> Path:
    return settings.directory / "issuer" / "private.pem"


class Issuer:
    """Signs tokens that the stack's services accept."""

    def __init__(self, settings: StackSettings) -> None:
        self._settings = settings
        self._directory = settings.directory / "issuer"
        with locked(settings.directory / "issuer.lock"):
            self._key = self._kept_key()
            self._key_id = f"{settings.namespace}-{self._public()['x'][:8]}"
            self._publish()

    @property
    def jwks(self) -> Path:
        """Locate the public keys that the services check tokens with."""
        return self._directory / "jwks.json"

    def token(self, bearer: Bearer, *, hours: float) -> str:
        """Issue an RFC 9068 access token."""
        now = clock.now()
        claims = {
            "iss": self._settings.auth_issuer,
            "aud": self._settings.auth_audience,
            "sub": bearer.subject,
            "client_id": bearer.subject,
            "role": bearer.role,
            "sites": list(bearer.sites),
            "nation": bearer.nation,
            "scope": " ".join(bearer.scopes),
            "jti": str(uuid4()),
            "iat": now,
            "exp": now + timedelta(hours=hours),
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM, headers={"typ": "at+jwt", "kid": self._key_id})

    def _kept_key(self) -> Ed25519PrivateKey:
        path = _private_key(self._settings)
        if not path.exists():
            self._directory.mkdir(parents=True, exist_ok=True)
            pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            fresh = path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(pem)
            fresh.rename(path)
        key = load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(key, Ed25519PrivateKey)
        return key

    def _public(self) -> dict[str, str]:
        members: dict[str, str] = OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return members

    def _publish(self) -> None:
        if not self.jwks.exists():
            key = {**self._public(), "kid": self._key_id, "alg": _ALGORITHM, "use": "sig"}
            fresh = self.jwks.with_suffix(".new")
            fresh.write_text(json.dumps({"keys": [key]}, indent=1))
            fresh.rename(self.jwks)
