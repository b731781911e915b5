-- The backbone's tables, one set per service. Roles are named after the database: <database>_app, <database>_relay.
CREATE TABLE event_log (
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id    uuid        NOT NULL,
  topic       smallint    NOT NULL,
  key         text        NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 400),
  key_seq     bigint      NOT NULL CHECK (key_seq > 0),
  type        text        NOT NULL CHECK (octet_length(type) BETWEEN 1 AND 200),
  payload     bytea       NOT NULL CHECK (octet_length(payload) <= 900000),
  headers     jsonb       CHECK (octet_length(headers::text) <= 16384),
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (topic, key, key_seq)
);
CREATE INDEX event_log_event_id ON event_log (event_id);
CREATE TABLE outbox_pending (seq bigint PRIMARY KEY)
  WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
CREATE TABLE outbox_blocked (
  topic      smallint    NOT NULL,
  key        text        NOT NULL,
  seq        bigint      NOT NULL,
  error      text        NOT NULL,
  blocked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (topic, key)
);
CREATE TABLE outbox_held (
  seq   bigint   PRIMARY KEY,
  topic smallint NOT NULL,
  key   text     NOT NULL,
  FOREIGN KEY (topic, key) REFERENCES outbox_blocked DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX outbox_held_key ON outbox_held (topic, key);
CREATE TABLE outbox_discarded (
  seq          bigint      PRIMARY KEY REFERENCES event_log,
  reason       text        NOT NULL,
  discarded_by text        NOT NULL,
  discarded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE relay_progress (
  topic        smallint NOT NULL,
  part         int      NOT NULL,
  topic_id     text     NOT NULL,
  acked_offset bigint   NOT NULL,
  acked_id     uuid     NOT NULL,
  PRIMARY KEY (topic, part)
);
CREATE TABLE relay_checkpoint (
  topic        smallint    NOT NULL,
  part         int         NOT NULL,
  acked_offset bigint      NOT NULL,
  acked_id     uuid        NOT NULL,
  good_seq     bigint      NOT NULL,
  taken_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (topic, part, acked_offset)
);
CREATE TABLE consumer_offset (
  grp           text   NOT NULL,
  topic         text   NOT NULL,
  part          int    NOT NULL,
  next_off      bigint NOT NULL,
  epoch         bigint NOT NULL,
  topic_id      text   NOT NULL,
  last_event_id uuid,
  PRIMARY KEY (grp, topic, part)
);
CREATE TABLE stream_position (
  grp        text        NOT NULL,
  topic      smallint    NOT NULL,
  key        text        NOT NULL,
  key_seq    bigint      NOT NULL,
  event_id   uuid        NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (grp, topic, key)
) WITH (fillfactor = 70);
CREATE TABLE parked_key (
  grp       text        NOT NULL,
  topic     smallint    NOT NULL,
  key       text        NOT NULL,
  part      int         NOT NULL,
  cause     text        NOT NULL CHECK (cause IN ('contract', 'refused', 'unlisted', 'fork', 'hole')),
  error     text        NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (grp, topic, key)
);
CREATE TABLE parked_event (
  grp         text        NOT NULL,
  topic       smallint    NOT NULL,
  key         text        NOT NULL,
  key_seq     bigint      NOT NULL,
  event_id    uuid        NOT NULL,
  record_off  bigint      NOT NULL,
  payload     bytea       NOT NULL,
  headers     jsonb       NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (grp, topic, key, key_seq, event_id),
  FOREIGN KEY (grp, topic, key) REFERENCES parked_key ON DELETE CASCADE
);
CREATE TABLE operation_log (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  done_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor        text        NOT NULL,
  action       text        NOT NULL,
  subject      text        NOT NULL,
  reason       text
);
CREATE TABLE idempotency (
  principal    text        NOT NULL,
  route        text        NOT NULL,
  key          text        NOT NULL,
  request_hash bytea       NOT NULL,
  status       smallint    NOT NULL,
  response     bytea       NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (principal, route, key)
);
CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at);
