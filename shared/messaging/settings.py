"""Every bound of the backbone, by name."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class BackboneSettings(BaseModel):
    """Bounds of the outbox, the relay, the consumers, the group commit and the streams; times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    relay_batch_max: int = Field(default=2000, gt=0)
    """Rows that the relay reads from the outbox at a time."""
    relay_batch_bytes_max: int = Field(default=16_000_000, gt=0)
    """Bytes of payload that the relay reads at a time."""
    relay_poll_seconds: float = Field(default=0.25, gt=0)
    """The safety net under the wake-up: how long a leader sleeps at most."""
    relay_heartbeat_seconds: float = Field(default=0.3, gt=0)
    """How often a leader shows its database session that it lives."""
    relay_follow_seconds: float = Field(default=0.15, gt=0)
    """How often a follower tries to lead."""
    relay_session_timeout_seconds: float = Field(default=1.2, gt=0)
    """How long a silent leader keeps its lock."""
    relay_transaction_seconds_max: float = Field(default=10.0, gt=0)
    """How long a leader that froze in the middle of a statement keeps its lock."""
    relay_ack_timeout_seconds: float = Field(default=10.0, gt=0)
    """How long the relay waits for Kafka's acknowledgement before it takes a new producer."""
    relay_backoff_seconds_max: float = Field(default=1.0, gt=0)
    """Longest pause between tries while Kafka or PostgreSQL is away; facts that wait are published that much later."""
    relay_poison_tries: int = Field(default=5, gt=0)
    """How often a row may fail alone with the same lasting error before its key is blocked."""
    relay_checkpoint_seconds: float = Field(default=60.0, gt=0)
    """How often the relay notes a point up to which Kafka surely has everything."""
    relay_checkpoints_kept: int = Field(default=1000, gt=1)
    """Checkpoints kept per partition."""
    relay_log_check_seconds: float = Field(default=4.0, gt=0)
    """How often a leader looks whether Kafka's log was shortened or replaced."""
    relay_loss_grace_seconds: float = Field(default=12.0, ge=0)
    """How long the relay waits after it found Kafka's log shortened, so that consumers see it too."""

    consumer_batch_max: int = Field(default=500, gt=0)
    """Records applied in one transaction, of one partition or several."""
    consumer_fetch_max: int = Field(default=2_000, gt=0)
    """Records taken at a time from what was fetched; the partitions are looked after when they are applied."""
    consumer_batch_seconds: float = Field(default=0.25, gt=0)
    """How long one transaction may last before the next ones take fewer records."""
    consumer_batch_min: int = Field(default=100, gt=0)
    """Records of one transaction, however long it lasts: fewer would take nearly as long."""
    consumer_gather_seconds_max: float = Field(default=0.06, ge=0)
    """Longest pause in which records come together after a few were applied."""
    consumer_step_seconds_max: float = Field(default=60.0, gt=0)
    """How long a consumer may take to fetch and apply once, with all its tries, before it connects anew."""
    consumer_poll_seconds: float = Field(default=0.2, gt=0)
    """How long one fetch waits for records."""
    consumer_session_timeout_seconds: float = Field(default=6.0, gt=0)
    """How long Kafka waits for a silent consumer before its partitions move."""
    consumer_rebalance_seconds: float = Field(default=10.0, gt=0)
    """How long Kafka waits for a consumer to end its batch and join again when partitions move."""
    consumer_fenced_seconds: float = Field(default=6.0, ge=0)
    """How long a fenced consumer leaves a partition to the owner who fenced it, before it tries to take it back."""
    consumer_retries: int = Field(default=5, gt=0)
    """Tries of one batch under passing failures before the partition is fetched anew."""
    consumer_backoff_seconds_max: float = Field(default=5.0, gt=0)
    """Longest pause between tries."""
    consumer_log_check_seconds: float = Field(default=4.0, gt=0)
    """How often a consumer looks whether Kafka's log was shortened or replaced."""
    consumer_commit_seconds: float = Field(default=5.0, gt=0)
    """How often offsets are shown to Kafka, for lag tools only."""
    parked_flood_keys: int = Field(default=20, gt=0)
    """Keys that may be parked within the window before the partition stops."""
    hole_seconds_max: float = Field(default=60.0, gt=0)
    """How long a key may wait for a missing fact before readiness turns red."""
    parked_flood_seconds: float = Field(default=60.0, gt=0)
    """The window of parked_flood_keys."""

    group_max: int = Field(default=500, gt=0)
    """Requests of one group commit."""
    group_queue_max: int = Field(default=5000, gt=0)
    """Requests that may wait at a door before it answers 503."""
    group_wait_seconds: float = Field(default=0.003, ge=0)
    """How long the first request of a group waits for company, unless it and the last one came alone."""
    group_wait_below: int = Field(default=16, ge=0)
    """Groups at least this large do not wait."""
    group_concurrency: int = Field(default=2, gt=0)
    """Groups decided at the same time."""
    group_retries: int = Field(default=3, gt=0)
    """Tries of one group under passing failures."""
    group_seconds_max: float = Field(default=5.0, gt=0)
    """How long a group may take with all its tries before its requests are told that the database is away."""

    tail_events_max: int = Field(default=20_000, gt=0)
    """Events that a stream keeps for resuming readers; older is 410."""
    tail_bytes_max: int = Field(default=64_000_000, gt=0)
    """Bytes of their data that a stream keeps."""
    tail_idle_seconds: float = Field(default=60.0, gt=0)
    """How long a stream stays connected to Kafka after its last reader has gone."""
    outbox_age_seconds_max: float = Field(default=60.0, gt=0)
    """Age of the oldest unpublished event at which readiness turns red."""
    stop_seconds: float = Field(default=3.5, gt=0)
    """How long a stopping service gives its doors to finish, and then its loops."""

    @model_validator(mode="after")
    def _leader_shows_itself_in_time(self) -> Self:
        """A leader that sleeps or waits longer than its session may be silent would lose its own lock."""
        longest = max(self.relay_poll_seconds, self.relay_heartbeat_seconds, self.relay_follow_seconds)
        if longest >= self.relay_session_timeout_seconds:
            raise ValueError(
                "relay_poll_seconds, relay_heartbeat_seconds and relay_follow_seconds"
                " must lie below relay_session_timeout_seconds"
            )
        return self
