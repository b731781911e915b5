-- Keys and indexes, once everything is copied.
CREATE INDEX fact_key ON fact (topic, key, key_seq);
CREATE INDEX fact_event ON fact (event_id);
CREATE INDEX record_key ON record (topic, key, key_seq);
CREATE INDEX position_key ON position (topic, key, service, grp);
CREATE INDEX parked_key ON parked (topic, key, service, grp);
CREATE INDEX waiting_seq ON waiting (service, seq);
CREATE INDEX discarded_seq ON discarded (service, seq);
CREATE INDEX reached_part ON reached (topic, part);
CREATE INDEX told_lot_event ON told_lot (event_id);
CREATE INDEX told_lot_voided ON told_lot (key, voided) WHERE voided IS NOT NULL;
CREATE INDEX lot_fact_event ON lot_fact (event_id);
CREATE INDEX told_lot_key ON told_lot (key, key_seq);
CREATE INDEX told_scrap_key ON told_scrap (key, key_seq);
CREATE INDEX told_scrap_event ON told_scrap (event_id);
CREATE INDEX told_work_order_key ON told_work_order (key, key_seq);
CREATE INDEX told_sourcing_key ON told_sourcing (key, work_order);
CREATE INDEX told_override_key ON told_override (key, source);
CREATE INDEX told_demand_order ON told_demand (order_id, key_seq);
CREATE INDEX told_promise_number ON told_promise (order_id, number);
CREATE INDEX told_overdue_order ON told_overdue (order_id, key_seq);
CREATE INDEX overdue_promise_order ON overdue_promise (order_id);
CREATE INDEX told_emergency_order ON told_emergency (order_id, key_seq);
CREATE INDEX told_references_order ON told_references (order_id, key_seq);
CREATE INDEX told_loss_order ON told_loss (order_id, key_seq);
CREATE INDEX reservation_loss_order ON reservation_loss (order_id, heard);
CREATE INDEX told_shipment_line_key
  ON told_shipment_line (shipment_id, depot, part, lot, condition, key_seq);
CREATE INDEX accepted_event ON accepted (event_id);
CREATE INDEX accepted_since_event ON accepted_since (event_id);
CREATE INDEX shipment_line_key ON shipment_line (shipment_id, depot, part, lot, condition);
CREATE INDEX told_part_id ON told_part (part_id, key_seq);
CREATE INDEX told_site_id ON told_site (site_id, key_seq);
CREATE INDEX told_first_article_id ON told_first_article (first_article, key_seq);
CREATE INDEX told_first_article_part ON told_first_article (part);
CREATE INDEX told_order_id ON told_order (order_id);
CREATE INDEX gate_id ON gate (first_article);
CREATE INDEX transfer_cause ON transfer (cause, reason);
CREATE INDEX part_copy_id ON part_copy (part_id);
CREATE INDEX site_copy_id ON site_copy (site_id);
CREATE INDEX orders_id ON orders (order_id);
CREATE INDEX demand_id ON demand (order_id);
CREATE INDEX told_tail_name ON told_tail (platform, tail_number, key_seq);
CREATE INDEX tail_row_name ON tail_row (platform, tail_number, n);
-- The last fact of each key that its producer has told.
CREATE TABLE head AS SELECT topic, key, max(key_seq) AS key_seq, count(*) AS facts FROM fact GROUP BY topic, key;
CREATE UNIQUE INDEX head_key ON head (topic, key);
-- What Kafka has not acknowledged yet.
CREATE TABLE unsent AS
  SELECT f.topic, f.key, f.key_seq FROM waiting w JOIN fact f ON f.service = w.service AND f.seq = w.seq;
CREATE INDEX unsent_key ON unsent (topic, key, key_seq);
-- Who hears what.
CREATE TABLE hears AS SELECT DISTINCT service, grp, topic FROM reached;
-- Holes in the order of a key, as the log is read from its start; one is healed if Kafka had lost what is missing and
-- it was told again further on.
CREATE TABLE hole AS
  SELECT r.topic, r.part, r.off, r.key, r.key_seq, r.previous,
    EXISTS (SELECT 1 FROM loss l WHERE l.topic = r.topic AND l.part = r.part AND r.off >= l.from_off AND r.off < l.to_off)
    AND r.key_seq - r.previous - 1 = (
      SELECT count(DISTINCT x.key_seq) FROM record x
      WHERE x.topic = r.topic AND x.key = r.key AND x.key_seq > r.previous AND x.key_seq < r.key_seq) AS is_healed
  FROM record r WHERE r.key_seq > r.previous + 1 AND r.topic <> 1;
-- Facts that a hearer passed over because an operator threw them away: at its own door, or at the teller's.
CREATE TABLE passed_over AS
  SELECT service, topic, key, key_seq FROM thrown
  UNION SELECT h.service, f.topic, f.key, f.key_seq
    FROM discarded d JOIN fact f ON f.service = d.service AND f.seq = d.seq JOIN hears h ON h.topic = f.topic;
CREATE INDEX passed_over_key ON passed_over (topic, key, key_seq);
-- The stock as it stood when it was read, and how much of its history Kafka had after that.
CREATE TABLE cut AS
  SELECT h.site, h.part, max(h.version) AS version,
    (SELECT max(r.key_seq) FROM record r WHERE r.topic = 4 AND r.key = h.site || '/' || h.part) AS heard
  FROM holding h GROUP BY h.site, h.part;
CREATE UNIQUE INDEX cut_key ON cut (site, part);
CREATE TABLE standing (site, part, lot, condition, shelf, quantity);
INSERT INTO standing SELECT site, part, lot, condition, 'produced', produced FROM holding WHERE produced <> 0;
INSERT INTO standing SELECT site, part, lot, condition, 'on_hand', on_hand FROM holding WHERE on_hand <> 0;
INSERT INTO standing SELECT site, part, lot, condition, 'reserved', reserved FROM holding WHERE reserved <> 0;
INSERT INTO standing SELECT site, part, lot, condition, 'in_transit', in_transit FROM holding WHERE in_transit <> 0;
-- Both halves of every transfer; is_cut tells whether the half lies within the cut of its own stock.
CREATE TABLE half (
  site, part, lot, condition, shelf, version, change, cause, line, reason, order_id, shipment_id, is_real, is_cut);
INSERT INTO half
  SELECT t.source_site, t.part, t.lot, t.source_condition, t.source_shelf, t.source_version, -t.quantity, t.cause,
    t.line, t.reason, t.order_id, t.shipment_id, t.source_shelf IN ('produced', 'on_hand', 'reserved', 'in_transit'),
    t.source_version <= coalesce(c.version, 0)
  FROM transfer t LEFT JOIN cut c ON c.site = t.source_site AND c.part = t.part;
INSERT INTO half
  SELECT t.target_site, t.part, t.lot, t.target_condition, t.target_shelf, t.target_version, t.quantity, t.cause,
    t.line, t.reason, t.order_id, t.shipment_id, t.target_shelf IN ('produced', 'on_hand', 'reserved', 'in_transit'),
    t.target_version <= coalesce(c.version, 0)
  FROM transfer t LEFT JOIN cut c ON c.site = t.target_site AND c.part = t.part;
CREATE INDEX half_transfer ON half (cause, line);
CREATE INDEX half_order ON half (order_id) WHERE shelf = 'issued';
CREATE INDEX half_road ON half (shipment_id, site, part, lot, condition) WHERE shelf = 'in_transit';
-- Every platform at its version, with the last word about where it is at home.
CREATE TABLE tail AS
  SELECT DISTINCT platform, tail_number, version, site, illustrative,
    (SELECT max(t.key_seq) FROM told_tail t WHERE t.platform = r.platform AND t.tail_number = r.tail_number
       AND t.key_seq <= r.version AND t.registers) AS registered
  FROM tail_row r;
-- Its life as its facts make it: from the day it came into service, a period for each change that was not corrected.
CREATE TABLE made_period AS
  WITH changes AS (
    SELECT c.platform, c.tail_number, t.key_seq, t.since, t.cause, t.awaiting_parts,
      lead(t.corrects, 1, false) OVER (PARTITION BY c.platform, c.tail_number ORDER BY t.key_seq) AS is_corrected
    FROM tail c CROSS JOIN told_tail t
    WHERE t.platform = c.platform AND t.tail_number = c.tail_number AND t.key_seq <= c.version AND NOT t.registers),
  begun AS (
    SELECT platform, tail_number, key_seq, since, cause, awaiting_parts FROM changes WHERE NOT is_corrected
    UNION ALL
    SELECT c.platform, c.tail_number, 0, t.since, NULL, false
    FROM tail c CROSS JOIN told_tail t
    WHERE t.platform = c.platform AND t.tail_number = c.tail_number AND t.key_seq = c.registered)
  SELECT platform, tail_number, row_number() OVER life AS n, since AS began_at, lead(since) OVER life AS ended_at,
    cause, awaiting_parts
  FROM begun WINDOW life AS (PARTITION BY platform, tail_number ORDER BY key_seq);
CREATE INDEX made_period_name ON made_period (platform, tail_number, n);
-- The fulfilment of every order that was answered, as it is kept.
CREATE TABLE fulfilment AS
  SELECT DISTINCT order_id, heard, answered_at, heard_at, backorders, short_since, met_at, received_at FROM fulfilment_row;
CREATE INDEX fulfilment_row_order ON fulfilment_row (order_id, n);
-- And as inventory's words make it, up to the last one that was heard: where something began or ceased to be short.
CREATE TABLE heard_word AS
  SELECT t.order_id, t.key_seq, t.unsettled, max(t.recorded_at) OVER (PARTITION BY t.order_id ORDER BY t.key_seq) AS at,
    t.quantity > t.reserved + t.issued + t.cancelled AS is_short,
    t.issued > 0 AND t.quantity = t.issued + t.cancelled AS is_received
  FROM fulfilment_row c CROSS JOIN told_demand t ON t.order_id = c.order_id AND t.key_seq <= c.heard
  WHERE coalesce(c.n, 1) = 1
    AND NOT EXISTS (SELECT 1 FROM passed_over x WHERE x.service = 'orders' AND x.topic = 4
                    AND x.key = 'demand:' || t.order_id AND x.key_seq = t.key_seq);
CREATE TABLE turned AS
  SELECT order_id, key_seq, at, is_short, is_received, is_short IS NOT was_short AS turns, is_received IS NOT was_received AS ends,
    is_last
  FROM (
    SELECT *, lag(is_short) OVER words AS was_short, lag(is_received) OVER words AS was_received,
      lead(key_seq) OVER words IS NULL AS is_last
    FROM heard_word WHERE NOT unsettled WINDOW words AS (PARTITION BY order_id ORDER BY key_seq));
CREATE TABLE made_backorder AS
  SELECT order_id, n, began_at, ended_at FROM (
    SELECT order_id, is_short, at AS began_at,
      sum(is_short) OVER turns AS n, lead(at) OVER turns AS ended_at
    FROM turned WHERE turns WINDOW turns AS (PARTITION BY order_id ORDER BY key_seq))
  WHERE is_short;
CREATE INDEX made_backorder_order ON made_backorder (order_id, n);
CREATE TABLE made_fulfilment AS
  SELECT w.order_id, w.answered_at, w.heard_at, coalesce(s.backorders, 0) AS backorders,
    CASE WHEN s.is_short THEN s.turned_at END AS short_since, CASE WHEN NOT s.is_short THEN s.turned_at END AS met_at,
    CASE WHEN s.is_received THEN s.ended_at END AS received_at
  FROM (SELECT order_id, min(at) AS answered_at, max(at) AS heard_at FROM heard_word GROUP BY order_id) w
  LEFT JOIN (
    SELECT order_id, sum(turns AND is_short) AS backorders, max(CASE WHEN turns THEN at END) AS turned_at,
      max(CASE WHEN ends THEN at END) AS ended_at, max(is_last AND is_short) AS is_short,
      max(is_last AND is_received) AS is_received
    FROM turned GROUP BY order_id) s ON s.order_id = w.order_id;
CREATE UNIQUE INDEX made_fulfilment_order ON made_fulfilment (order_id);
-- Every row that tells of itself, under the key and with the version of its last fact when it was read.
CREATE TABLE kept AS
  SELECT 1 AS topic, 'part:' || part_id AS key, version FROM own_part
  UNION ALL SELECT 1, 'site:' || site_id, version FROM own_site
  UNION ALL SELECT 2, 'order:' || order_id, version FROM orders
  UNION ALL SELECT 2, 'platform:' || platform || '/' || tail_number, version FROM tail
  UNION ALL SELECT 3, 'lot:' || lot_id, version FROM lot
  UNION ALL SELECT 3, 'work-order:' || work_order_id, version FROM work_order
  UNION ALL SELECT 3, 'first-article:' || first_article, version FROM first_article
  UNION ALL SELECT 4, site || '/' || part, version FROM cut
  UNION ALL SELECT 4, 'demand:' || order_id, version FROM demand
  UNION ALL SELECT 4, 'shipment:' || shipment_id, version FROM shipment
  UNION ALL SELECT 4, 'protected-minimum:' || site || '/' || part, version FROM protected_minimum
  UNION ALL SELECT 4, 'stock-level:' || site || '/' || part, version FROM stock_level
  UNION ALL SELECT 2, 'replenishment:' || site || '/' || part, version FROM replenishment;
CREATE INDEX kept_key ON kept (topic, key);
-- The ledger rebuilt from stock.v1: what stood on every shelf after every posting, and after that what came next.
CREATE TABLE running AS
  SELECT p.*, sum(change) OVER history AS stands,
    lead(version) OVER history AS next_version, lead(balance) OVER history AS next_balance
  FROM posting p
  WINDOW history AS (PARTITION BY site, part, lot, condition, shelf ORDER BY version, place);
CREATE INDEX running_account ON running (site, part, lot, condition, shelf, version)
