"""What can be set about a local stack, from `JVTRACK_*` variables."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.local.places import HOME
from deploy.local.ports import HOST

SERVICES = ("orders", "production", "inventory")
"""Every service, in the order in which they are started."""

NAMESPACE = r"^[a-z][a-z0-9_]{0,30}$"
Port = Annotated[int, Field(gt=0, lt=65_536)]
_SERVER = re.compile(r"(?:[^\s:,/@\[\]]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}", re.ASCII)
_POSTGRES_SCHEMES = {"postgresql", "postgres", "postgresql+asyncpg"}


def _servers(value: str | None) -> str | None:
    """Take bootstrap servers; nothing at all names none."""
    if value and not all(_SERVER.fullmatch(server.strip()) for server in value.split(",")):
        raise PydanticCustomError("servers", "it names no Kafka; write HOST:PORT, several with commas between them")
    return value or None


def _dsn(value: str | None) -> str | None:
    """Take a PostgreSQL's DSN; nothing at all names none."""
    if value and not _is_dsn(value):
        # What was given is not repeated: it may hold a password.
        raise PydanticCustomError("dsn", "it names no PostgreSQL; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return value or None


def _is_dsn(value: str) -> bool:
    try:
        parts = urlsplit(value)
        has_place = bool(parts.hostname or "host=" in parts.query) and parts.port != 0
    except ValueError:  # Its port is no port.
        return False
    return parts.scheme in _POSTGRES_SCHEMES and has_place


class StackSettings(BaseSettings):
    """Where a stack keeps its data, listens, and finds servers that already run."""

    model_config = SettingsConfigDict(env_prefix="JVTRACK_", frozen=True, use_attribute_docstrings=True)

    namespace: Annotated[str, StringConstraints(pattern=NAMESPACE)] = "jvtrack"
    """Goes before the name of every topic, group and database."""
    home: Path = HOME
    """Data of each namespace are in a folder below."""
    kafka: Annotated[str | None, BeforeValidator(_servers)] = None
    """Bootstrap servers of a Kafka that already runs."""
    postgres: Annotated[str | None, BeforeValidator(_dsn)] = None
    """Administrator's DSN of a PostgreSQL that already runs."""
    kafka_replicas: Annotated[int, Field(gt=0, lt=10)] = 1
    """Copies that a newly created topic keeps."""
    kafka_port: Port = 9392
    kafka_controller_port: Port = 9393
    postgres_port: Port = 5632
    orders_port: Port = 8101
    production_port: Port = 8102
    inventory_port: Port = 8103
    auth_issuer: str = "urn:jvtrack:local-issuer"
    """Issuer whose tokens the services accept."""
    auth_audience: str = "jvtrack"
    """Audience that a token must name."""
    auth_keys: Path | None = None
    """JWKS file of another issuer's public keys."""

    @property
    def directory(self) -> Path:
        """Locate this namespace's data."""
        return self.home.absolute() / self.namespace

    @property
    def servers_elsewhere(self) -> Sequence[str]:
        """Name the servers that are not the stack's own, and where they are, without a password."""
        postgres = urlsplit(self.postgres or "")
        kafka = [f"Kafka at {self.kafka}"] if self.kafka else []
        return [*kafka, *([f"PostgreSQL at {postgres.hostname}:{postgres.port or 5432}"] if self.postgres else [])]

    @property
    def service_ports(self) -> Mapping[str, int]:
        """Give each service's port."""
        return {"orders": self.orders_port, "production": self.production_port, "inventory": self.inventory_port}

    @property
    def own_ports(self) -> Mapping[str, int]:
        """Give the ports that a start of this stack must find free."""
        kafka = {} if self.kafka else {"kafka": self.kafka_port, "kafka_controller": self.kafka_controller_port}
        postgres = {} if self.postgres else {"postgres": self.postgres_port}
        return {**kafka, **postgres, **self.service_ports}

    @property
    def kafka_address(self) -> str:
        """Give the bootstrap servers that the services use."""
        return self.kafka or f"{HOST}:{self.kafka_port}"
