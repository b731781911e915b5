"""The backbone's settings in simulated worlds: short waits, so that a few seconds see everything."""

from shared.messaging.settings import BackboneSettings

SETTINGS = BackboneSettings(
    relay_poll_seconds=0.5,
    relay_heartbeat_seconds=0.5,
    relay_ack_timeout_seconds=1.0,
    relay_transaction_seconds_max=2.0,
    relay_backoff_seconds_max=0.5,
    relay_poison_tries=2,
    relay_checkpoint_seconds=1.0,
    relay_log_check_seconds=1.0,
    relay_loss_grace_seconds=3.0,
    consumer_log_check_seconds=1.0,
    consumer_poll_seconds=0.5,
    consumer_fetch_max=5,
    consumer_session_timeout_seconds=2.0,
    consumer_backoff_seconds_max=0.5,
    group_wait_seconds=0.003,
)
