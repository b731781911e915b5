"""What can be set about monitor, read once; every bound by name."""

from collections.abc import Mapping

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class MonitorSettings(BaseSettings):
    """Whom it watches, and when it calls something late, from `JVTRACK_MONITOR_*`; times in seconds."""

    model_config = SettingsConfigDict(env_prefix="JVTRACK_MONITOR_", frozen=True, use_attribute_docstrings=True)

    watched: Mapping[str, str] = Field(default_factory=dict)
    """Address of every process that is watched, as JSON: `{"orders": "http://127.0.0.1:8101", "inventory.2": ...}`."""
    look_seconds: float = Field(default=1.0, gt=0)
    """How often every process is asked how it is."""
    look_seconds_max: float = Field(default=4.0, gt=0)
    """How long an answer may take, longer than readiness waits for what it looks at; later counts as none."""
    count_seconds: float = Field(default=1.0, gt=0)
    """How often it is read what was counted."""
    window_seconds: float = Field(default=60.0, gt=0)
    """Time over which rates and ages are taken."""
    late_seconds: float = Field(default=5.0, gt=0)
    """Age of the oldest fact that waits to be applied at which what it changes is called late."""
    unpublished_seconds: float = Field(default=5.0, gt=0)
    """Age of the oldest fact that Kafka has not acknowledged at which a service is called unheard."""
    clock_seconds_max: float = Field(default=120.0, gt=0)
    """How far a sender's clock may be ahead of ours before it is called wrong."""
    habit_days: int = Field(default=14, gt=0)
    """Days in which it is looked how long a sender is used to be silent."""
    habit_hours_min: int = Field(default=6, gt=1)
    """Hours in which a sender must have sent before it is known to have a habit."""
    silence_factor: float = Field(default=1.5, gt=1)
    """How many times as long as ever before a sender may be silent before it is missed."""
    after_seconds_max: float = Field(default=5.0, gt=0)
    """How long a request waits for the versions in `JVTrack-After`."""
