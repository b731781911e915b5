"""The demand protocol in every interleaving of what depots, factories and rivals do, over the services' own rules.

By default every two unforeseen things are explored together, and some threes and a four; JVTRACK_CHAOS=whole (`make
chaos-search`) explores every three, and more fours and fives. What is explored may happen or not, so that more together
hold fewer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations

import pytest

from services.inventory.domain.demand import Demand
from tests.faults.extent import EXTENT, WHOLE
from tests.unit.protocol import broken
from tests.unit.protocol.explorer import BOUND, LIVELOCK, Findings, Step, explore
from tests.unit.protocol.making import Making
from tests.unit.protocol.ordering import BetweenDepots, ForStock, Ordering, Overruled, Resources, SharesOut
from tests.unit.protocol.stocking import Stocking
from tests.unit.protocol.world import Budget, DemandWorld, Services

pytestmark = pytest.mark.usefixtures("uncounted")

STATES_MAX = 4_000_000
REAL = Services(Ordering(), Stocking(), Making())
CHOSEN = (
    ("counter", "decline", "cancel"),
    ("counter", "decline", "scrap"),
    ("cancel", "over", "under"),
    ("unissue", "unreceive", "take"),
    ("cancel", "refuse", "reduce", "scrap"),
)
MANY = (
    ("cancel", "reduce", "unissue", "take"),
    ("cancel", "take", "lose", "scrap"),
    ("cancel", "free", "take", "lose", "scrap"),
    ("cancel", "reduce", "free", "take", "unissue"),
    ("cancel", "reduce", "unissue", "unreceive", "take"),
    ("cancel", "reduce", "refuse", "scrap", "over"),
)
MORE = (*combinations(Budget._fields, 3), *CHOSEN, *MANY) if EXTENT is WHOLE else CHOSEN


def once(*together: Iterable[str]) -> list[tuple[str, ...]]:
    """Leave out what others hold: they explore it too, with less happening than may."""
    sets = [frozenset(each) for each in together]
    return [tuple(each) for each, mine in zip(together, sets, strict=True) if not any(mine < other for other in sets)]


def explored(*unforeseen: str, services: Services = REAL) -> Findings:
    return explore(DemandWorld(services, Budget(**dict.fromkeys(unforeseen, 1))), states_max=STATES_MAX)


def test_an_order_that_nothing_happens_to_is_served_and_forgotten_by_nobody() -> None:
    found = explored()

    assert found.broken is None, found
    assert found.states > 100


@pytest.mark.timeout(600)
@pytest.mark.parametrize("unforeseen", once(*combinations(Budget._fields, 2), *MORE), ids="+".join)
def test_no_unforeseen_things_together_break_the_protocol_or_make_it_circle(unforeseen: tuple[str, ...]) -> None:
    found = explored(*unforeseen)

    assert found.broken is None, found


@pytest.mark.parametrize(
    "unforeseen",
    once(
        *(("cancel", other) for other in Budget._fields[1:]), ("cancel", "free", "take"), ("cancel", "unissue", "take")
    ),
    ids="+".join,
)
def test_an_order_between_depots_is_served_or_declined_in_every_interleaving(unforeseen: tuple[str, ...]) -> None:
    found = explored(*unforeseen, services=replace(REAL, ordering=BetweenDepots()))

    assert found.broken is None, found


@pytest.mark.parametrize(
    "unforeseen",
    [
        (),
        *((each,) for each in Budget._fields),
        ("unreceive", "lose"),
        ("over", "cancel"),
        ("cancel", "unreceive", "lose"),
    ],
    ids="+".join,
)
def test_an_order_for_stock_fills_the_shelf_once_in_every_interleaving(unforeseen: tuple[str, ...]) -> None:
    found = explored(*unforeseen, services=replace(REAL, ordering=ForStock()))

    assert found.broken is None, found


@pytest.mark.parametrize(
    ("rule", "broken_rule", "said"),
    [
        ("stocked", lambda demand: demand, "is no longer wanted"),
        ("is_for_stock", property(lambda _: False), "is no longer wanted"),
    ],
)
def test_an_order_for_stock_that_still_wants_what_has_arrived_is_caught(
    monkeypatch: pytest.MonkeyPatch, rule: str, broken_rule: object, said: str
) -> None:
    monkeypatch.setattr(Demand, rule, broken_rule)

    found = explored(services=replace(REAL, ordering=ForStock()))

    assert found.broken is not None
    assert said in found.broken


@pytest.mark.parametrize(
    "unforeseen", [(), *((each,) for each in Budget._fields), ("cancel", "free"), ("refuse", "scrap")], ids="+".join
)
def test_an_order_that_is_shared_out_over_two_sources_is_served_in_every_interleaving(
    unforeseen: tuple[str, ...],
) -> None:
    found = explored(*unforeseen, services=replace(REAL, ordering=SharesOut()))

    assert found.broken is None, found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("unforeseen", [(), *((each,) for each in Budget._fields), ("cancel", "free")], ids="+".join)
def test_an_order_whose_source_slips_is_sourced_anew_in_every_interleaving(unforeseen: tuple[str, ...]) -> None:
    found = explored(*unforeseen, services=replace(REAL, ordering=Resources()))

    assert found.broken is None, found


@pytest.mark.parametrize(
    ("services", "unforeseen", "rule"),
    [
        pytest.param(replace(REAL, ordering=broken.InfersArrivals()), ("free",), "believes", id="arrivals inferred"),
        pytest.param(replace(REAL, ordering=broken.Nags()), ("free",), "for ever", id="a kept work order nagged"),
        pytest.param(
            replace(REAL, ordering=broken.TrustsItsView()), ("cancel",), "believes", id="cancel trusts a view"
        ),
        pytest.param(
            replace(REAL, ordering=broken.PlansForStockAlone()), ("scrap",), "forgotten", id="scrap not planned for"
        ),
        pytest.param(
            replace(REAL, ordering=broken.NeverTakesNo()),
            ("reduce", "unissue", "take"),
            "waits for",
            id="no is not heard",
        ),
        pytest.param(replace(REAL, ordering=broken.AddsUp()), ("free",), "differ", id="totals added up"),
        pytest.param(replace(REAL, stocking=broken.LosesQuietly()), ("take",), "believes", id="a loss not told"),
        pytest.param(replace(REAL, stocking=broken.CountsNoArrivals()), (), "arrivals", id="arrivals not counted"),
        pytest.param(
            replace(REAL, making=broken.GivesWhatIsMade()), ("free",), "production", id="made goods given back"
        ),
        pytest.param(replace(REAL, making=broken.ForgetsToAnswer()), ("free",), "never answered", id="no is not said"),
    ],
)
def test_a_protocol_that_is_wrong_in_one_thing_is_caught(
    services: Services, unforeseen: tuple[str, ...], rule: str
) -> None:
    found = explored(*unforeseen, services=services)

    assert found.broken is not None
    assert rule in found.broken
    assert found.path[0] == "start"


@pytest.mark.parametrize(
    ("ordering", "unforeseen"),
    [
        pytest.param(broken.SourcesBeforeItIsGivenBack(), (), id="what its source has not given back"),
        pytest.param(broken.SourcesWhatIsUnwanted(), ("reduce",), id="what is no longer wanted"),
        pytest.param(broken.SourcesWhatIsUnwanted(), ("cancel",), id="what is being cancelled"),
        pytest.param(broken.DecidesHalfway(), (), id="what has just arrived"),
    ],
)
def test_sourcing_what_nobody_lacks_is_caught(ordering: Ordering, unforeseen: tuple[str, ...]) -> None:
    with pytest.raises(Overruled, match="sourced"):
        explored(*unforeseen, services=replace(REAL, ordering=ordering))


class Gossip:
    """A toy world in which two messages answer each other, once somebody has spoken."""

    def __init__(self, tires_after: int) -> None:
        self._tires_after = tires_after

    def starts(self) -> Iterator[int]:
        yield 0

    def steps(self, state: int) -> Iterator[Step[int]]:
        if state == 0:
            yield Step("speak", False, 1)
        elif self._tires_after == 0:
            yield Step("answer", True, 3 - state)
        elif state < self._tires_after:
            yield Step("answer", True, state + 1)

    def broken(self, state: int) -> str | None:
        return "too much talk" if state > 100 else None


def test_messages_that_answer_each_other_for_ever_are_found() -> None:
    found = explore(Gossip(tires_after=0), states_max=10)

    assert found == Findings(3, LIVELOCK, ("start", "speak"))


def test_talk_that_ends_is_no_livelock() -> None:
    assert explore(Gossip(tires_after=5), states_max=10) == Findings(6)


def test_a_search_that_does_not_end_says_so() -> None:
    assert explore(Gossip(tires_after=50), states_max=10).broken == BOUND


def test_a_broken_rule_is_shown_with_the_way_to_it() -> None:
    found = explore(Gossip(tires_after=200), states_max=1000)

    assert found.broken == "too much talk"
    assert found.path == ("start", "speak", *["answer"] * 100)
