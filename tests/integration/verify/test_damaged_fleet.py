"""The proof names a platform that stands otherwise than its facts say, or whose life has a gap."""

import pytest

from tests.integration.verify.books import Books, offences


@pytest.mark.parametrize(
    ("broken", "named", "said"),
    [
        pytest.param(
            "UPDATE tail_period SET cause = 'Rust.' WHERE tail_number = 'ZP-2' AND n = 2",
            ["I7"],
            "MI-17V-5/ZP-2: its period 2 is down (Rust., awaiting parts)",
            id="it is down for another cause than was told",
        ),
        pytest.param(
            "UPDATE tail_period SET awaiting_parts = false WHERE tail_number = 'ZP-2' AND n = 2",
            ["I7"],
            "its facts make it down (Chips in oil., awaiting parts)",
            id="it no longer awaits parts",
        ),
        pytest.param(
            "UPDATE tail_period SET began_at = began_at - interval '1 day' WHERE tail_number = 'ZP-1' AND n = 3",
            ["I7"],
            "MI-17V-5/ZP-1: its period 2 ends at",
            id="two periods overlap",
        ),
        pytest.param(
            "DROP INDEX tail_period_open; UPDATE tail_period SET ended_at = NULL WHERE tail_number = 'ZP-1' AND n = 2",
            ["I7"],
            "ends at no time, and the next one begins at",
            id="two periods lie open at once",
        ),
        pytest.param(
            "UPDATE tail_period SET ended_at = began_at + interval '1 day' WHERE tail_number = 'ZP-2' AND n = 2",
            ["I7"],
            "and the next one begins at no time",
            id="no period lasts",
        ),
        pytest.param(
            "DELETE FROM tail_period WHERE tail_number = 'ZP-2' AND n = 2",
            ["I7"],
            "its facts make a period 2",
            id="a period is gone",
        ),
        pytest.param(
            "DELETE FROM tail_period WHERE tail_number = 'ZP-3'",
            ["I7"],
            "MI-17V-5/ZP-3: its facts make a period 1, up from",
            id="a whole life is gone",
        ),
        pytest.param(
            "UPDATE tail_period SET ended_at = now() WHERE tail_number = 'ZP-3';"
            "INSERT INTO tail_period (platform, tail_number, n, began_at, is_down, cause, awaiting_parts, posted_by) "
            "SELECT platform, tail_number, 2, ended_at, true, 'Rust.', false, 'x' FROM tail_period "
            "WHERE tail_number = 'ZP-3'",
            ["I7"],
            "MI-17V-5/ZP-3: its period 2 is down (Rust.) from",
            id="it is down, and nobody has told so",
        ),
        pytest.param(
            "UPDATE tail SET site = 'D-03' WHERE tail_number = 'ZP-1'",
            ["I7"],
            "is at home at D-03, and it was registered at D-02",
            id="it is at home elsewhere",
        ),
        pytest.param(
            "UPDATE part_copy SET grounds = '{}' WHERE part_id = 'MI17-MAIN-GEARBOX'",
            ["I7"],
            "grounds )",
            id="a copy of what a part grounds differs",
        ),
    ],
)
async def test_a_platform_that_was_altered_by_hand_is_named(
    books: Books, broken: str, named: list[str], said: str
) -> None:
    report = await books.broken("orders", broken)

    assert report.violated() == sorted(named)
    assert said in offences(report, named[0])
