-- What is copied from every service's backbone.
CREATE TABLE reached (service, grp, topic, part, next_off);
CREATE TABLE parked (service, grp, topic, key, cause, error, waiting);
CREATE TABLE thrown (service, grp, topic, key, key_seq);
CREATE TABLE position (service, grp, topic, key, key_seq, event_id);
CREATE TABLE fact (service, seq, event_id, topic, key, key_seq, type, digest, recorded_at);
CREATE TABLE waiting (service, seq, state);
CREATE TABLE discarded (service, seq);
CREATE TABLE loss (topic, part, from_off, to_off);
-- What Kafka has, from offset 0; `previous` is the highest key_seq of the key before this record.
CREATE TABLE record (topic, part, off, key, key_seq, event_id, type, digest, previous);
CREATE TABLE alien (topic, part, off, error);
CREATE TABLE beginning (topic, part, off, end_off);
CREATE TABLE late (event_id);
-- What facts say, as far as an invariant asks.
CREATE TABLE told_lot (key, key_seq, event_id, type, quantity, voided, voided_type, said);
CREATE TABLE told_scrap (key, key_seq, event_id, quantity);
CREATE TABLE told_work_order (key, key_seq, quantity, day);
CREATE TABLE told_order (key, key_seq, order_id, quantity, for_stock, partial);
CREATE TABLE told_release (order_id, quantity);
CREATE TABLE told_sourcing (key, key_seq, work_order, source, asked_on, due, waiting_days, may_be_asked);
CREATE TABLE told_override (key, key_seq, source);
CREATE TABLE told_promise (order_id, key_seq, number, promised_for, first, reason);
CREATE TABLE told_overdue (order_id, key_seq, number, promised_for);
CREATE TABLE told_loss (order_id, key_seq, seq, taken, reason, winner, gate, unaccepted);
CREATE TABLE told_references (order_id, key_seq, accepted);
CREATE TABLE told_emergency (order_id, key_seq);
CREATE TABLE told_demand (
  order_id, key_seq, quantity, reserved, issued, cancelled, released, arrived, lost, closed, day, unsettled, recorded_at);
CREATE TABLE posting (
  site, part, version, place, cause, line, reason, lot, condition, shelf, change, balance, order_id);
CREATE TABLE told_shipment (shipment_id, key_seq, closed);
CREATE TABLE told_shipment_line (
  shipment_id, key_seq, depot, part, lot, condition, dispatched, received, lost);
CREATE TABLE told_tail (
  platform, tail_number, key_seq, registers, site, illustrative, since, cause, awaiting_parts, corrects);
CREATE TABLE told_part (part_id, key_seq, name, unit_of_issue, quantity_scale, platforms, grounds, record);
CREATE TABLE told_first_article (first_article, key_seq, part, state);
CREATE TABLE told_site (site_id, key_seq, kind, country, record);
-- What stands in the services' own tables.
CREATE TABLE accepted (source, id, event_id);
-- What of this was looked up again once the log was read: facts may have been accepted in between.
CREATE TABLE accepted_since (event_id, voided_by, type);
CREATE TABLE lot (lot_id, version, finished, scrapped_finished, dispatched, scrapped_in_process, begun_at);
CREATE TABLE work_order (work_order_id, version, quantity, order_id, accepted);
CREATE TABLE orders (
  order_id, version, quantity, heard, reserved, issued, cancelled, released, arrived, lost, closed, sourced, open,
  work_orders_quantity, accepted, promises, promised_for, promise_reason, first_promised_for,
  conditions);
CREATE TABLE sourcing (
  order_id, n, sourced, quantity, lateral, brings, source, asked_on, due_asked, waiting_days, ended_on, needed, sources,
  heard);
CREATE TABLE promise (order_id, n, promised_for, first, reason, version);
CREATE TABLE judged_article (name, version, part, state);
CREATE TABLE overstay (site, part, lot, condition, quantity, last_day);
CREATE TABLE overdue_promise (order_id, number, version);
CREATE TABLE reservation_loss (order_id, heard, taken, reason, winner, gate, unaccepted);
-- Moments of fulfilments are in microseconds since 1970.
CREATE TABLE fulfilment_row (
  order_id, heard, answered_at, heard_at, backorders, short_since, met_at, received_at, n, began_at, ended_at);
CREATE TABLE lot_fact (event_id, kind, lot, quantity, said);
CREATE TABLE tail_row (
  platform, tail_number, version, site, illustrative, n, began_at, ended_at, cause, awaiting_parts);
CREATE TABLE first_article (first_article, version);
CREATE TABLE held_back (order_id, lot, condition, site, part, quantity, gate);
CREATE TABLE protected_minimum (site, part, version);
CREATE TABLE stock_level (site, part, version);
CREATE TABLE replenishment (site, part, version);
CREATE TABLE gate (first_article, version, part, state, is_open);
CREATE TABLE part_copy (service, part_id, name, unit_of_issue, quantity_scale, platforms, grounds);
CREATE TABLE site_copy (service, site_id, kind, country);
CREATE TABLE own_part (part_id, version, name, unit_of_issue, quantity_scale, platforms, record);
CREATE TABLE own_site (site_id, version, kind, country, record);
CREATE TABLE shipment (shipment_id, version, closed);
CREATE TABLE shipment_line (
  shipment_id, depot, part, lot, condition, dispatched, received, lost, version, stock_version);
CREATE TABLE holding (site, part, lot, condition, version, produced, on_hand, reserved, in_transit, held);
CREATE TABLE demand (
  order_id, version, quantity, reserved, issued, cancelled, released, arrived, lost, closed, returned, held, site, part,
  stock_version, accepted, partial, conditions);
CREATE TABLE idle (order_id, lot, condition, site, part, short, there, quantity);
CREATE TABLE unaccepted (order_id, lot, condition, site, quantity, made_as);
CREATE TABLE contest (waiting, holding, lot, waiting_priority, holding_priority, site, part, quantity);
CREATE TABLE transfer (
  cause, line, part, lot, source_site, source_condition, source_shelf, source_version, target_site, target_condition,
  target_shelf, target_version, quantity, reason, order_id, shipment_id);
