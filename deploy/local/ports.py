"""Which TCP ports of this machine are free, and who holds one that is not."""

import os
import random
import socket
from collections.abc import Mapping
from pathlib import Path

from deploy.errors import SetupError

HOST = "127.0.0.1"
_LISTENING = "0A"
# Below the range from which the kernel takes ports for outgoing connections, so that a free one stays free.
_FIRST, _LAST = 20_000, 32_000
# Processes that look for ports at the same time look in different stretches.
_STRETCH = 500
_TRIES_MAX = 200
_given: set[int] = set()


def free_port() -> int:
    """Find a port that nobody listens on, another each time."""
    first = _FIRST + os.getpid() * _STRETCH % (_LAST - _FIRST)
    for _ in range(_TRIES_MAX):
        port = random.randrange(first, first + _STRETCH)  # noqa: S311 - a port is no secret.
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise SetupError(f"No free TCP port found between {_FIRST} and {_LAST}: stop some servers on this machine.")


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def require_free(ports: Mapping[str, int]) -> None:
    """Refuse to start when a port is taken, naming it, its holder and the variable that sets another."""
    owners: dict[int, str] = {}
    for name, port in ports.items():
        # The ports of several processes of a kind follow from the one that is set.
        kind = name.partition(".")[0]
        variable = f"JVTRACK_{kind.upper()}_PORT"
        if port in owners:
            raise SetupError(f"Port {port} is given to both {owners[port]} and {name}: set {variable} to another.")
        if not is_free(port):
            option = kind.replace("_", "-")
            raise SetupError(
                f"Port {port} for {name} is taken by {holder(port)}: stop it, or choose another port with "
                f"--{option}-port or {variable}."
            )
        owners[port] = name


def holder(port: int) -> str:
    """Name the program that listens on a port, as far as this user may know."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(handle.readlink()) in inodes for handle in (process / "fd").iterdir()):
                program, *words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
                return f"`{' '.join([Path(program).name, *words])[:40].strip()}` (pid {process.name})"
        except OSError:
            continue
    return "another program"


def _listening_inodes(port: int) -> list[str]:
    lines = [
        line.split()
        for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
        if table.exists()
        for line in table.read_text().splitlines()[1:]
    ]
    return [fields[9] for fields in lines if fields[3] == _LISTENING and int(fields[1].rsplit(":", 1)[1], 16) == port]
