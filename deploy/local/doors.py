"""Where the services' doors are: as `JVTRACK_<SERVICE>_URL` says, or at the stack's ports."""

import os
import re
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from deploy.errors import SetupError
from deploy.local.ports import HOST
from deploy.local.settings import SERVICES, StackSettings

_PORTS = {"http": 80, "https": 443}
_ADDRESS = re.compile(r"https?://[^\s/:@]+(?::[0-9]{1,5})?(?:/\S*)?", re.ASCII)
_OPEN_SECONDS_MAX = 1.0


def door_addresses(settings: StackSettings) -> Mapping[str, str]:
    """Locate every service's door."""
    return {name: _named(name) or f"http://{HOST}:{settings.service_ports[name]}" for name in SERVICES}


def require_a_door(addresses: Mapping[str, str]) -> None:
    """Refuse to call services none of which is there, so that nobody waits for what has not been started."""
    if not any(map(_opens, addresses.values())):
        places = ", ".join(f"{name} at {address}" for name, address in addresses.items())
        raise SetupError(
            f"No service answers ({places}): start the stack with `jvtrack up`, or say in JVTRACK_<SERVICE>_URL where "
            "they run."
        )


def _named(name: str) -> str | None:
    variable = f"JVTRACK_{name.upper()}_URL"
    address = os.environ.get(variable)
    if address and not _ADDRESS.fullmatch(address):
        raise SetupError(f"{variable} is no address: write http://HOST:PORT.")
    return address


def _opens(address: str) -> bool:
    parts = urlsplit(address)
    try:
        with socket.create_connection((parts.hostname, parts.port or _PORTS[parts.scheme]), timeout=_OPEN_SECONDS_MAX):
            return True
    except (OSError, ValueError):  # Nobody can listen on a port above the last one.
        return False
