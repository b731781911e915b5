"""What can be set about a local stack, from `JVTRACK_*` variables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.local.places import HOME
from deploy.local.ports import HOST

SERVICES = ("orders", "production", "inventory")
"""Every service, in the order in which they are started."""

Port = Annotated[int, Field(gt=0, lt=65_536)]


class StackSettings(BaseSettings):
    """Where a stack keeps its data, listens, and finds servers that already run."""

    model_config = SettingsConfigDict(env_prefix="JVTRACK_", frozen=True, use_attribute_docstrings=True)

    namespace: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")] = "jvtrack"
    """Goes before the name of every topic, group and database."""
    home: Path = HOME
    """Data of each namespace are in a folder below."""
    kafka: str | None = None
    """Bootstrap servers of a Kafka that already runs."""
    postgres: str | None = None
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
