-- Facts that an operator threw away instead of having them applied, each by its place in its key's history.
CREATE TABLE parked_discarded (
  grp          text        NOT NULL,
  topic        smallint    NOT NULL,
  key          text        NOT NULL,
  key_seq      bigint      NOT NULL,
  event_id     uuid        NOT NULL,
  cause        text        NOT NULL,
  reason       text,
  discarded_by text        NOT NULL,
  discarded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (grp, topic, key, key_seq, event_id)
);
-- When a fact was queued, which may be long after it was recorded: republished, unblocked, told again after a loss.
ALTER TABLE outbox_pending ADD COLUMN queued_at timestamptz NOT NULL DEFAULT clock_timestamp();
-- Stretches of Kafka's log, from an offset up to another, that were written after it had lost facts and before the relay
-- noticed: new facts stand there before lost ones that were told again behind them.
CREATE TABLE relay_loss (
  topic    smallint    NOT NULL,
  part     int         NOT NULL,
  from_off bigint      NOT NULL,
  to_off   bigint      NOT NULL,
  found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (topic, part, found_at)
);
