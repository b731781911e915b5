"""What can be set about a local stack, from `JVTRACK_*` variables."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.kafka.copies import copies_among
from deploy.local.brokers import KAFKA, NUMBERS, Broker, brokers
from deploy.local.places import HOME
from deploy.local.ports import HOST
from deploy.local.replicas import REPLICAS_MAX, Replica, counts, replicas
from shared.types import written

DECIDING = ("orders", "production", "inventory")
"""The services that decide, and tell what they have decided."""
SERVICES = (*DECIDING, "monitor")
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


def _replicas(value: str) -> str:
    """Take `inventory=2,orders=3`; nothing at all is one of each."""
    asked = counts(value)
    if asked is None or not asked.keys() <= set(SERVICES):
        known = {"services": ", ".join(SERVICES), "most": REPLICAS_MAX}
        said = "write SERVICE=NUMBER, several with commas between them, of {services}, each once, from 1 to {most}"
        raise PydanticCustomError("replicas", said, known)
    return value


def _brokers(value: int) -> int:
    """Take as many brokers as keep facts safe."""
    if value not in NUMBERS:
        said = "write {one} or {several}: with {several} any one of them may fail, with 2 none may"
        raise PydanticCustomError("brokers", said, dict(zip(("one", "several"), NUMBERS, strict=True)))
    return value


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

    namespace: Annotated[str, written(NAMESPACE, "jvtrack")] = "jvtrack"
    """Goes before the name of every topic, group and database."""
    home: Path = HOME
    """Data of each namespace are in a folder below."""
    kafka: Annotated[str | None, BeforeValidator(_servers)] = None
    """Bootstrap servers of a Kafka that already runs."""
    postgres: Annotated[str | None, BeforeValidator(_dsn)] = None
    """Administrator's DSN of a PostgreSQL that already runs."""
    brokers: Annotated[int, AfterValidator(_brokers)] = 1
    """Nodes of the stack's own Kafka."""
    kafka_replicas: Annotated[int | None, Field(gt=0, lt=10)] = None
    """Copies that a newly created topic keeps; when not said, three where there are as many brokers, otherwise one."""
    kafka_port: Port = 9392
    kafka_controller_port: Port = 9393
    postgres_port: Port = 5632
    orders_port: Port = 8101
    production_port: Port = 8102
    inventory_port: Port = 8103
    monitor_port: Port = 8104
    replicas: Annotated[str, AfterValidator(_replicas)] = ""
    """How many processes run which service, `inventory=2,orders=3`; one of each that is not named."""
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
        return {
            "orders": self.orders_port,
            "production": self.production_port,
            "inventory": self.inventory_port,
            "monitor": self.monitor_port,
        }

    @property
    def own_ports(self) -> Mapping[str, int]:
        """Give the ports that a start of this stack must find free."""
        kafka = {each.name: each.port for each in self.kafka_brokers}
        controllers = {
            each.name.replace(KAFKA, f"{KAFKA}_controller"): each.controller_port for each in self.kafka_brokers
        }
        postgres = {} if self.postgres else {"postgres": self.postgres_port}
        own = {each.name: each.port for each in self.service_replicas}
        return {**kafka, **controllers, **postgres, **self.service_ports, **own}

    @property
    def service_replicas(self) -> Sequence[Replica]:
        """Give every process of every service, in the order in which they are started."""
        asked = counts(self.replicas) or {}
        ports = self.service_ports.items()
        return [each for name, port in ports for each in replicas(name, port, asked.get(name, 1))]

    @property
    def kafka_brokers(self) -> Sequence[Broker]:
        """Give every node of the stack's own Kafka; none where another one is named."""
        return [] if self.kafka else brokers(self.brokers, self.kafka_port, self.kafka_controller_port)

    @property
    def topic_copies(self) -> int | None:
        """Give the copies that a new topic keeps; none where it depends on how many brokers the named Kafka has."""
        return self.kafka_replicas or (None if self.kafka else copies_among(self.brokers))

    @property
    def kafka_address(self) -> str:
        """Give the bootstrap servers that the services use."""
        return self.kafka or ",".join(f"{HOST}:{each.port}" for each in self.kafka_brokers)
