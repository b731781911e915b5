"""Crashes, freezes, stale owners, lost answers and late batches at every await, in a thousand schedules or ten.

`make chaos` plays ten thousand seeds. A seed that ends wrong is told with its schedule and the history of the first key
that is wrong; it is then kept in `KEPT`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from shared.observe.metrics import BackboneMetrics
from tests.faults import mutants
from tests.faults.counters import counters
from tests.faults.demand import REAL, demand
from tests.faults.extent import EXTENT, SECONDS_MAX
from tests.faults.latest import latest
from tests.faults.lending import lent
from tests.faults.mutants import Mutant
from tests.faults.search import Findings, Scenario, search
from tests.unit.protocol import broken
from tests.unit.protocol.world import Services

DEMAND_SEEDS = EXTENT.seeds * 15 // 100
LATEST_SEEDS = EXTENT.seeds * 10 // 100
LENT_SEEDS = EXTENT.seeds * 5 // 100
COUNTER_SEEDS = EXTENT.seeds - DEMAND_SEEDS - LATEST_SEEDS - LENT_SEEDS
MUTANT_SEEDS_MAX = 300
KEPT: dict[str, tuple[int, ...]] = {"counters": (299, 662), "demand": (), "latest": (43,), "lent": ()}
"""Seeds that once ended wrong: they go first."""
WEATHER = ("died", "frozen", "rollbacks", "broken", "silent")
DONE = ("cancel", "reduce", "raise", "hurry", "split", "counter", "refuse", "scrap", "take", "unissue")
"""What people and factories have done to orders."""
LENT = ("lend", "ship", "cancel", "decline", "free", "take", "receive")
"""What people in two depots have done."""
HAPPENED = (
    *WEATHER,
    "refused",
    "unacknowledged",
    "late",
    "deadlocks",
    "ceased",
    "shortened",
    "replaced",
    "poisoned",
    "given up",
)
COUNTED = ("fenced_batches_total", "duplicates_total", "applied_total", "rebalances_total")


class Observed:
    """Worlds of counters that share their metrics."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._metrics = BackboneMetrics(self.registry)

    def scenario(self, seed: int) -> Scenario:
        return counters(seed, self._metrics)

    def counted(self) -> Counter[str]:
        """Sum up what the backbone itself has counted, as `/metrics` would show it."""
        found: Counter[str] = Counter()
        for family in self.registry.collect():
            for sample in family.samples:
                found[sample.name.removeprefix("jvtrack_")] += int(sample.value)
        return found


def seeds(caught_by: int) -> list[int]:
    """Begin with a seed that has caught a mutant before, and go on with the others if it no longer does."""
    return [caught_by, *range(1, MUTANT_SEEDS_MAX + 1)]


def told(found: Findings) -> str:
    return f"{found.seeds} seeds; {dict(found.counts)}\n{found.wrong}"


@pytest.mark.timeout(SECONDS_MAX)
def test_no_schedule_loses_doubles_or_reorders_a_fact_and_everything_that_can_happen_did() -> None:
    observed = Observed()

    found = search([*KEPT["counters"], *range(1, COUNTER_SEEDS + 1)], observed.scenario)

    assert found.wrong is None, told(found)
    assert [what for what in HAPPENED if not found.counts[what]] == []
    assert [what for what in COUNTED if not observed.counted()[what]] == []


@pytest.mark.timeout(SECONDS_MAX)
def test_no_schedule_leaves_an_older_state_last_on_a_compacted_topic() -> None:
    found = search([*KEPT["latest"], *range(1, LATEST_SEEDS + 1)], latest)

    assert found.wrong is None, told(found)
    assert [what for what in (*WEATHER, "late", "compacted") if not found.counts[what]] == []


def test_an_older_state_that_stays_last_is_found_out() -> None:
    found = search(seeds(170), latest, mutants.with_strays_that_nobody_sees)

    assert found.wrong is not None
    assert "is the newest (I2)" in str(found.wrong.wrongs)


@pytest.mark.timeout(SECONDS_MAX)
def test_no_schedule_oversells_forgets_or_sets_services_at_odds_over_an_order() -> None:
    metrics = BackboneMetrics(CollectorRegistry())

    found = search([*KEPT["demand"], *range(1, DEMAND_SEEDS + 1)], lambda seed: demand(seed, metrics))

    assert found.wrong is None, told(found)
    assert [what for what in (*WEATHER, *DONE) if not found.counts[what]] == []


@pytest.mark.timeout(SECONDS_MAX)
def test_no_schedule_sets_two_depots_at_odds_over_what_one_ships_for_the_other() -> None:
    metrics = BackboneMetrics(CollectorRegistry())

    found = search([*KEPT["lent"], *range(1, LENT_SEEDS + 1)], lambda seed: lent(seed, metrics))

    assert found.wrong is None, told(found)
    assert [what for what in (*WEATHER, *LENT) if not found.counts[what]] == []


@pytest.mark.parametrize(
    ("mutant", "rule", "seed"),
    [
        pytest.param(mutants.without_the_fence, "I4", 40, id="no fence"),
        pytest.param(mutants.with_offsets_before_effects, "I4", 4, id="offsets before effects"),
        pytest.param(mutants.with_rows_forgotten_before_the_ack, "I2", 1, id="forgotten before the ack"),
        pytest.param(mutants.with_a_release_that_does_not_lock, "I4", 160, id="release does not lock"),
        pytest.param(
            mutants.with_a_relay_that_trusts_what_was_acknowledged, "I2", 12, id="acknowledged is there for ever"
        ),
        pytest.param(mutants.with_a_consumer_that_never_goes_back, "I4", 71, id="never goes back"),
        pytest.param(mutants.with_facts_that_overtake_a_blocked_one, "I3", 1, id="overtakes what is blocked"),
        pytest.param(mutants.with_a_discard_that_leaves_a_hole, "I2", 3, id="discard leaves a hole"),
    ],
)
def test_a_backbone_that_is_wrong_in_one_thing_is_found_out(mutant: Mutant, rule: str, seed: int) -> None:
    found = search(seeds(seed), counters, mutant)

    assert found.wrong is not None
    assert rule in str(found.wrong.wrongs)
    assert found.wrong.history, "the offending key has a history"


@pytest.mark.parametrize(
    ("services", "seed"),
    [
        pytest.param(replace(REAL, ordering=broken.TrustsItsView()), 10, id="cancel trusts orders' view"),
        pytest.param(replace(REAL, ordering=broken.InfersArrivals()), 3, id="arrivals inferred"),
        pytest.param(replace(REAL, making=broken.ForgetsToHurry()), 29, id="hurry not passed on"),
        pytest.param(replace(REAL, stocking=broken.KeepsItsTurn()), 16, id="raised and not served sooner"),
    ],
)
def test_a_protocol_that_is_wrong_in_one_thing_is_found_out(services: Services, seed: int) -> None:
    found = search(seeds(seed), lambda number: demand(number, services=services))

    assert found.wrong is not None
    assert "I8" in str(found.wrong.wrongs)
    assert "schedule:" in str(found.wrong)


def test_a_lateral_order_that_nobody_withdraws_is_found_out() -> None:
    found = search(seeds(6), lent, mutants.with_a_lateral_order_that_nobody_withdraws)

    assert found.wrong is not None
    assert "waits for what nobody will ship (I8)" in str(found.wrong.wrongs)


@pytest.mark.parametrize("scenario", [counters, demand, latest, lent])
def test_a_seed_always_plays_the_same_schedule(scenario: Callable[[int], Scenario]) -> None:
    first, again = scenario(7), scenario(7)

    assert first.play() == again.play()
    assert first.world.schedule == again.world.schedule != []
    assert [(at, who) for at, who, _ in first.world.trace] == [(at, who) for at, who, _ in again.world.trace]
