"""L3: whatever happens to writers, relays and Kafka at once, nothing is lost, invented or reordered."""

import random
import sys

import pytest

from tests.faults.extent import EXTENT, SECONDS_MAX, SEED
from tests.faults.storm import Storm, a_moody_kafka
from tests.fixtures.broken_relays import with_a_cursor_on_seq
from tests.fixtures.toy import Toy


@pytest.mark.timeout(SECONDS_MAX)
async def test_a_storm_over_the_outbox_loses_and_reorders_nothing(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(SEED)
    kafka = a_moody_kafka(chance)
    kafka.replace_kafka(monkeypatch)
    storm = Storm(toy, kafka, chance)

    await storm.rage(EXTENT.storm_events)
    after = await storm.aftermath(SEED)
    sys.stdout.write(f"storm: {after.figures()}\n")

    assert after.report() == ""
    assert len(after.written) >= EXTENT.storm_events
    assert after.crashes >= EXTENT.storm_crashes_min
    assert after.repeats > 0, "nothing was repeated, so nothing was tested"
    assert after.taken_back > 0


async def test_a_storm_shows_the_seed_the_schedule_and_the_history_of_what_a_broken_relay_loses(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(SEED)
    kafka = a_moody_kafka(chance)
    kafka.replace_kafka(monkeypatch)
    with_a_cursor_on_seq(monkeypatch)
    storm = Storm(toy, kafka, chance)

    await storm.rage(1_000, drain_seconds_max=2.0)
    report = (await storm.aftermath(SEED)).report()

    assert ": lost " in report
    assert f"seed {SEED}" in report
    assert "after batch" in report
    assert "history of hot-" in report
    assert "stands at no place" in report
