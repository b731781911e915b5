ALTER TABLE outbox_pending DROP COLUMN queued_at;
DROP TABLE relay_loss, parked_discarded;
