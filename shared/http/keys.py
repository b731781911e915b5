"""The public keys that access tokens are checked with: a JWKS file, read again when it changes."""

import json
from pathlib import Path

import jwt

from shared import clock
from shared.errors import Fault
from shared.observe.logs import get_log

ALGORITHMS = frozenset({"EdDSA", "ES256"})
_FILE_SIZE_MAX = 65_536
_KEYS_MAX = 32
_LOOK_EVERY_SECONDS = 1.0

log = get_log()


class KeysUnusable(Fault):
    """The file of public keys cannot be used."""


class KeySet:
    """The keys of one file, by their id."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._modified_ns = path.stat().st_mtime_ns if path.is_file() else 0
        self._keys = _read(path)
        self._look_at = clock.monotonic() + _LOOK_EVERY_SECONDS

    def get(self, key_id: object) -> jwt.PyJWK | None:
        """Find a key by the id in a token's header."""
        return self._keys.get(key_id) if isinstance(key_id, str) else None

    def refresh(self) -> bool:
        """Read the file again if it has changed, looking at most once a second; tell whether the keys are new.

        A file that has become unreadable changes nothing: the keys known before stay in force.
        """
        if clock.monotonic() < self._look_at:
            return False
        self._look_at = clock.monotonic() + _LOOK_EVERY_SECONDS
        try:
            modified_ns = self._path.stat().st_mtime_ns
            if modified_ns == self._modified_ns:
                return False
            self._modified_ns = modified_ns
            self._keys = _read(self._path)
        except (OSError, KeysUnusable) as error:
            log.warning("keys_unreadable", path=str(self._path), error=str(error))
            return False
        log.info("keys_read", path=str(self._path), keys=len(self._keys))
        return True


def _read(path: Path) -> dict[str, jwt.PyJWK]:
    try:
        with path.open("rb") as file:
            content = file.read(_FILE_SIZE_MAX + 1)
        if len(content) > _FILE_SIZE_MAX:
            raise KeysUnusable(f"{path} is larger than {_FILE_SIZE_MAX} bytes")
        members = json.loads(content)["keys"]
        keys = [jwt.PyJWK(member) for member in members]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
        raise KeysUnusable(f"{path} is not a readable JWKS file: {error!r}") from error
    if not 0 < len(keys) <= _KEYS_MAX:
        raise KeysUnusable(f"{path} must hold 1 to {_KEYS_MAX} keys")
    for key, member in zip(keys, members, strict=True):
        if key.algorithm_name not in ALGORITHMS or key.key_id is None or "d" in member:
            raise KeysUnusable(f"{path} must hold public Ed25519 or P-256 keys, each with a kid")
    return {str(key.key_id): key for key in keys}
