"""What every service reads from its environment, once, at its start."""

from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.messaging.settings import BackboneSettings


class CommonSettings(BaseSettings):
    """What all services of one stack have in common, from `JVTRACK_*`."""

    model_config = SettingsConfigDict(env_prefix="JVTRACK_", frozen=True, use_attribute_docstrings=True)

    namespace: str = Field(default="jvtrack", pattern=r"^[a-z][a-z0-9_]{0,30}$")
    """Prefix of topics, groups and databases."""
    kafka: str
    """Kafka's bootstrap servers, `host:port[,host:port]`."""
    log_level: str = "INFO"
    """Lowest level that is logged."""
    log_json: bool = True
    """Whether log lines are JSON; else for people."""
    backbone: BackboneSettings = BackboneSettings()
    """Bounds of the backbone, as JSON in `JVTRACK_BACKBONE`."""


class DoorSettings(BaseSettings):
    """Where one service listens and keeps its data, from `JVTRACK_<SERVICE>_*`."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    database: str
    """SQLAlchemy URL of the service's database, as its application role."""
    relay_database: str
    """DSN of the same database, as its relay role, directly and never through a pooler."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(gt=0, lt=65536)
    """Port to listen on."""
    own_port: int | None = Field(default=None, gt=0, lt=65536)
    """Port of this process alone, where several processes share the other one."""
    pool_size: int = Field(default=12, gt=0)
    """Database connections at most."""


def door_settings(service: str) -> DoorSettings:
    """Read the settings of one service's door."""
    options: dict[str, Any] = {"_env_prefix": f"JVTRACK_{service.upper()}_"}
    return DoorSettings(**options)
