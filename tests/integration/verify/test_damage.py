"""The proof names whatever is broken on purpose after a day of business, in a log, in the ledger or in a total."""

import pytest

from tests.integration.verify.books import Books, offences


@pytest.mark.parametrize(
    ("service", "broken", "named", "said"),
    [
        pytest.param(
            "production",
            "DELETE FROM event_log WHERE key = 'lot:F-01:L-1' AND key_seq = 1",
            ["I1", "I2", "I3"],
            "of /F-01/line-1 was accepted",
            id="an accepted event was never told",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET quantity = quantity + 1, open = open + 1",
            ["I1", "I8"],
            "was accepted, and event_log says",
            id="an order is larger than was told",
        ),
        pytest.param(
            "inventory",
            "UPDATE balance SET on_hand = on_hand + 1 WHERE (site, lot, condition) = ('D-01', 'F-01:L-1', 'A')",
            ["I5", "I6"],
            "on_hand balance is",
            id="a balance was altered",
        ),
        pytest.param(
            "inventory",
            "INSERT INTO transfer (cause_id, line, part, lot, source_site, source_condition, source_shelf, "
            "source_version, target_site, target_condition, target_shelf, target_version, quantity, reason, actor, "
            "occurred_at) SELECT cause_id, line + 100, part, lot, source_site, source_condition, source_shelf, "
            "source_version, target_site, target_condition, target_shelf, target_version, quantity, reason, actor, "
            "occurred_at FROM transfer WHERE lot = 'F-01:L-1' AND reason = 'finished' ORDER BY quantity DESC LIMIT 1",
            ["I4", "I5", "I6"],
            "and its transfers move",
            id="a transfer was booked twice",
        ),
        pytest.param(
            "inventory",
            "INSERT INTO parked_discarded (grp, topic, key, key_seq, event_id, cause, discarded_by) "
            "VALUES ('deciders', 3, 'lot:F-01:L-1', 99, gen_random_uuid(), 'contract', 'somebody');"
            "UPDATE transfer SET quantity = quantity + 1 WHERE lot = 'F-01:L-1' AND reason = 'finished'",
            ["I5", "I4", "I6"],
            "lot:F-01:L-1: production finished 8, and inventory made",
            id="inventory made more than was finished, and an operator discarded another fact of the same lot",
        ),
        pytest.param(
            "inventory",
            "DELETE FROM transfer WHERE lot = 'F-01:L-1' AND reason = 'scrapped'",
            ["I5", "I6"],
            "balance is",
            id="a transfer is gone",
        ),
        pytest.param(
            "inventory",
            "UPDATE transfer SET quantity = quantity + 9 WHERE reason = 'returned'",
            ["I5", "I6"],
            "-8 issued, which is more come back than had gone",
            id="more came back than was issued",
        ),
        pytest.param(
            "production",
            "UPDATE lot SET finished = finished + 1 WHERE lot_id = 'F-01:L-1'",
            ["I5"],
            "production counts",
            id="production counts more than it told",
        ),
        pytest.param(
            "inventory",
            "UPDATE reservation SET quantity = quantity + 1 WHERE order_id = (SELECT min(order_id) FROM reservation)",
            ["I6"],
            "and reservations hold",
            id="a reservation holds what is not there",
        ),
        pytest.param(
            "inventory",
            "UPDATE demand SET arrived = arrived + 1",
            ["I8"],
            "it was told as",
            id="a demand has other totals than were told",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET lost = lost + 1, arrived = arrived - 1 WHERE arrived > 0",
            ["I8"],
            "heard inventory's word",
            id="an order has other totals than inventory told",
        ),
        pytest.param(
            "orders",
            "UPDATE work_order SET quantity = quantity + 1",
            ["I8", "I7"],
            "which production did not say",
            id="orders knows a work order otherwise",
        ),
        pytest.param(
            "orders",
            "UPDATE part_copy SET name = 'Gear' WHERE part_id = 'MI17-MAIN-GEARBOX'",
            ["I7"],
            "orders has MI17-MAIN-GEARBOX as (Gear",
            id="a copy of a part differs",
        ),
        pytest.param(
            "production",
            "DELETE FROM site_copy WHERE site_id = 'D-01'",
            ["I7"],
            "production applied site:D-01@1, and has no copy of it",
            id="a copy of a site is gone",
        ),
        pytest.param(
            "inventory",
            "DELETE FROM stream_position WHERE key = 'lot:F-01:L-1'",
            ["I4"],
            "read past lot:F-01:L-1@1",
            id="inventory forgot how far it came",
        ),
        pytest.param(
            "inventory",
            "DELETE FROM event_log WHERE key = 'D-01/MI17-MAIN-GEARBOX' AND key_seq = 2",
            ["I2", "I3"],
            "D-01/MI17-MAIN-GEARBOX@2",
            id="a fact is gone from the log",
        ),
    ],
)
async def test_what_was_broken_on_purpose_is_named(
    books: Books, service: str, broken: str, named: list[str], said: str
) -> None:
    report = await books.broken(service, broken)

    assert report.violated() == sorted(named)
    assert said in offences(report, named[0])
