"""What a reader of the stock stream gets to see of each movement."""

import json

import pytest

from services.inventory.api.stock import Shown
from services.inventory.domain.ledger import Reason
from services.inventory.queries.seen import Seen
from services.inventory.schemas.stock import GoodsFilter
from shared.events.envelope import Event, new_event_id
from shared.events.stock import Posting, StockMoved
from shared.http.places import Place
from shared.http.sse import TailEvent
from shared.types import Condition, Shelf
from tests.unit.inventory.makers import DEPOT, LOT, OTHER_DEPOT, PART, a_demand

NAMES = {"event_id": "id", "recorded_at": "then"}
SEEN = Seen(full=frozenset({DEPOT}), some_none=frozenset({OTHER_DEPOT}), streams=frozenset({"D-09"}))


def a_movement(
    site: str = DEPOT, shelf: Shelf = Shelf.ON_HAND, lot: str = LOT, condition: Condition = Condition.A
) -> TailEvent:
    """Make a movement as the tail gives it."""
    posting = Posting(
        cause=new_event_id(), line=1, reason=Reason.RECEIVED, lot=lot, condition=condition, shelf=shelf, change=1
    )
    return told(StockMoved(site=site, part=PART, postings=[posting]))


def told(event: Event) -> TailEvent:
    """Make a fact as the tail gives it."""
    data = event.model_dump_json(exclude_defaults=True).encode()
    return TailEvent(Place("stock.v1", "0a", (1,)), event.TYPE, data, version=4, event_id="id", recorded_at="then")


def shown(event: TailEvent, wanted: GoodsFilter | None = None, parts: frozenset[str] | None = None) -> object:
    """Say what is shown of a fact."""
    data = Shown(wanted or GoodsFilter(), parts, SEEN).shape(event)
    return None if data is None else json.loads(data)


def test_a_site_that_is_seen_in_full_is_shown_as_it_is() -> None:
    event = a_movement()

    assert shown(event) == {**json.loads(event.data), "version": 4, **NAMES}


@pytest.mark.parametrize(
    ("event", "sight"),
    [
        (a_movement(OTHER_DEPOT), {"site": OTHER_DEPOT, "part": PART, **NAMES}),
        (a_movement(OTHER_DEPOT, Shelf.IN_TRANSIT), None),
        (a_movement(OTHER_DEPOT, condition=Condition.F), None),
        (a_movement("D-09", Shelf.IN_TRANSIT), {"site": "D-09", "part": PART, **NAMES}),
        (a_movement("F-01"), None),
    ],
)
def test_of_other_sites_only_the_place_is_shown_or_nothing(event: TailEvent, sight: object) -> None:
    assert shown(event) == sight


@pytest.mark.parametrize("site", [OTHER_DEPOT, "D-09"])
@pytest.mark.parametrize("wanted", [GoodsFilter(lot=LOT), GoodsFilter(condition=Condition.A)])
def test_of_a_lot_or_a_condition_nothing_is_told_of_other_sites(site: str, wanted: GoodsFilter) -> None:
    assert shown(a_movement(site), wanted) is None


@pytest.mark.parametrize(
    ("wanted", "parts", "is_shown"),
    [
        (GoodsFilter(part=PART, site=DEPOT, lot=LOT, condition=Condition.A), None, True),
        (GoodsFilter(), frozenset({PART}), True),
        (GoodsFilter(), frozenset({"BLADE"}), False),
        (GoodsFilter(part="BLADE"), None, False),
        (GoodsFilter(site=OTHER_DEPOT), None, False),
        (GoodsFilter(lot="F-01:L-9"), None, False),
        (GoodsFilter(condition=Condition.F), None, False),
    ],
)
def test_the_stream_is_filtered_like_the_query(
    wanted: GoodsFilter, parts: frozenset[str] | None, *, is_shown: bool
) -> None:
    assert (shown(a_movement(), wanted, parts) is not None) is is_shown


def test_what_is_told_of_demand_is_not_the_stocks_stream() -> None:
    assert shown(told(a_demand().reserve(0)[1])) is None
