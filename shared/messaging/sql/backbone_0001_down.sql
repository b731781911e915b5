DROP TABLE idempotency, operation_log, parked_event, parked_key, stream_position, consumer_offset, relay_checkpoint,
  relay_progress, outbox_discarded, outbox_held, outbox_blocked, outbox_pending, event_log;
