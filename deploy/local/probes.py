"""Asks a process of a stack, from outside, whether it serves."""

import http.client
import socket

from deploy.local import brokers, kafka
from deploy.local.ports import HOST
from deploy.local.replicas import service_of

_SECONDS_MAX = 2.0
_OK = 200


def serves(name: str, port: int) -> bool:
    """Tell whether what listens on the port answers as it should."""
    match service_of(name):
        case brokers.KAFKA:
            return kafka.answers(port)
        case "postgres":
            return _listens(port)
        case _:
            return is_ready(port)


def is_ready(port: int) -> bool:
    """Tell whether a service says that it is ready."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_SECONDS_MAX)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=_SECONDS_MAX):
            return True
    except OSError:
        return False
