"""Lateral supply in every interleaving of what two depots and their people do, over the services' own rules."""

from itertools import combinations

import pytest

from services.orders.domain import lending
from services.orders.domain.order import Decision, Order
from tests.unit.protocol.explorer import explore
from tests.unit.protocol.lending_world import Chances, LendingWorld

pytestmark = pytest.mark.usefixtures("uncounted")

STATES_MAX = 1_000_000
MORE = (("cancel", "decline", "take_there"), ("free", "take", "lose", "decline"), ("cancel", "free", "take_there"))


@pytest.mark.parametrize(
    "unforeseen",
    [(), *((each,) for each in Chances._fields), *combinations(Chances._fields, 2), *MORE],
    ids="+".join,
)
def test_another_depot_ships_declines_or_fails_and_the_order_counts_on_it_exactly_as_long_as_it_holds(
    unforeseen: tuple[str, ...],
) -> None:
    found = explore(LendingWorld(Chances(**dict.fromkeys(unforeseen, 1))), states_max=STATES_MAX)

    assert found.broken is None, found
    assert found.states > 20


def never(_order: Order, _lateral: Order) -> bool:
    """Stand for a rule that is wrong: no lateral order is let go when the order was served otherwise."""
    return False


def test_a_lateral_order_that_is_kept_though_nobody_holds_it_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "keep_or_withdraw", Decision)

    found = explore(LendingWorld(Chances()), states_max=STATES_MAX)

    assert found.broken == "a lateral order waits for what nobody will ship"


def test_a_depot_that_is_not_let_go_when_the_order_was_served_otherwise_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lending, "is_unwanted", never)

    found = explore(LendingWorld(Chances(free=2)), states_max=STATES_MAX)

    assert found.broken == "the other depot holds what nobody counts on"
