"""Readings of the benchmark are kept as measured, and only put beside others of the same machine, with their commit."""

from pathlib import Path

import pytest

from bench.compare.found import Curve, Found, Kept, Line
from bench.smoke.figures import Figure

FACTS = {"cpu": "two cores", "memory": "8 GiB", "kernel": "6", "python": "3.11", "commit": "abc", "load before": "0.1"}
LENGTH = {"repetitions": 3, "seconds": 8.0, "rows_max": 1_000_000}
FOUND = Found(
    [Line("relay", "events/s", {"JVTrack": Figure("relay", "events/s", [1.0, 2.0])}, aim="45,000")],
    ["All went well."],
    [Curve("door", "us", {10_000: 410.0, 100_000: 420.0})],
)


def test_what_a_phase_has_found_is_there_again_after_an_interruption(tmp_path: Path) -> None:
    Kept(tmp_path, FACTS, LENGTH).put("relays", FOUND)

    kept = Kept(tmp_path, {**FACTS, "load before": "0.9"}, LENGTH)

    assert kept.get("relays") == FOUND
    assert kept.get("growth") is None


@pytest.mark.parametrize(
    ("facts", "length"),
    [({**FACTS, "cpu": "64 cores"}, LENGTH), (FACTS, {**LENGTH, "seconds": 2.0})],
    ids=["another machine", "a shorter run"],
)
def test_readings_of_another_kind_are_not_put_side_by_side(
    tmp_path: Path, facts: dict[str, str], length: dict[str, float]
) -> None:
    Kept(tmp_path, FACTS, LENGTH).put("relays", FOUND)

    assert Kept(tmp_path, facts, length).newest("relays") is None


def test_what_an_earlier_commit_did_is_shown_as_such_until_it_is_measured_anew(tmp_path: Path) -> None:
    Kept(tmp_path, FACTS, LENGTH).put("relays", FOUND)

    kept = Kept(tmp_path, {**FACTS, "commit": "def"}, LENGTH)
    shown = kept.newest("relays")

    assert kept.get("relays") is None
    assert shown is not None
    assert (shown.found, shown.commit) == (FOUND, "abc")


def test_a_phase_that_is_forgotten_is_measured_anew(tmp_path: Path) -> None:
    kept = Kept(tmp_path, FACTS, LENGTH)
    kept.put("relays", FOUND)

    kept.forget("relays")

    assert kept.get("relays") is None
