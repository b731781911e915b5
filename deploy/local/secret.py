"""The one secret of a local stack, from which every password is derived."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.locks import locked

_BYTES = 32
_PASSWORD_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Secret:
    """Gives each role its own password; nobody can tell one from another."""

    key: bytes = field(repr=False)

    @classmethod
    def kept_in(cls, path: Path) -> "Secret":
        """Read the secret from a file that only its owner may read, making it the first time."""
        with locked(path.with_name(f"{path.name}.lock")):
            if not path.exists():
                fresh = path.with_name(f"{path.name}.new")
                fresh.unlink(missing_ok=True)
                handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as file:
                    file.write(secrets.token_bytes(_BYTES))
                fresh.rename(path)
            return cls(path.read_bytes())

    def password(self, role: str) -> str:
        """Derive a role's password."""
        return hmac.new(self.key, role.encode(), hashlib.sha256).hexdigest()[:_PASSWORD_LENGTH]
