"""The ten mutants: what looks right and is wrong, and the smallest test that finds each of them out.

Each of these tests also passes with the code as it is built. A mutant that no test catches any longer would tell that
the harness has gone blind.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.fixtures import broken_relays
from tests.integration.backbone import test_batches
from tests.integration.backbone import test_mutants as backbone
from tests.integration.inventory import test_mutants as ledger
from tests.unit import test_demand_protocol as protocol
from tests.unit.protocol import broken


@dataclass(frozen=True, slots=True)
class Caught:
    """A mutant by its name in the code, and the tests that pass as built and find it out."""

    mutant: str
    as_built: Callable[..., Any]
    found_out: Callable[..., Any]


def caught(mutant: Callable[..., Any], by: Callable[..., Any], *, as_built: Callable[..., Any] | None = None) -> Caught:
    """Name a mutant and the test that runs both the code as built and the mutant, unless another runs the former."""
    return Caught(mutant.__name__, as_built or by, by)


def no_lock() -> None:
    """Stand for the mutant within its test."""


RELAY = backbone.test_a_relay_loses_and_reorders_nothing_only_if_it_reads_what_is_pending_from_the_lowest_up
COMPETING = backbone.test_relays_that_compete_keep_the_order_only_if_one_of_them_leads
OWNERS = backbone.test_two_owners_at_once_hear_everything_once_only_behind_the_fence
DYING = backbone.test_a_consumer_that_dies_loses_nothing_only_if_its_offset_moves_with_its_effects
RELEASED = test_batches.test_a_batch_waits_for_a_release_and_then_goes_on_in_order
UNLOCKED = test_batches.test_a_release_that_did_not_lock_its_partition_would_be_found_out
LOCKS = ledger.test_two_that_touch_the_same_stock_in_opposite_order_wait_for_each_other_only_without_the_sorted_lock
SALES = ledger.test_the_last_piece_is_sold_twice_only_by_who_reads_and_then_writes
EXPLORED = protocol.test_no_unforeseen_things_together_break_the_protocol_or_make_it_circle
BROKEN = protocol.test_a_protocol_that_is_wrong_in_one_thing_is_caught

MUTANTS = {
    "a relay with a cursor on seq": caught(broken_relays.with_a_cursor_on_seq, RELAY),
    "a relay in the order of transaction ids": caught(broken_relays.in_order_of_transaction_ids, RELAY),
    "a relay that goes on from its own last seq": caught(broken_relays.from_its_own_last_seq, RELAY),
    "relays that skip what is locked": caught(broken_relays.with_workers_that_skip_what_is_locked, COMPETING),
    "a consumer without fence": caught(backbone.without_the_fence, OWNERS),
    "offsets before effects": caught(backbone.with_offsets_before_effects, DYING),
    "a release that does not lock the partition": caught(no_lock, UNLOCKED, as_built=RELEASED),
    "a ledger without the sorted lock": caught(ledger.without_the_sorted_lock, LOCKS),
    "a reservation by read-then-write": caught(ledger.by_read_then_write, SALES),
    "a cancel that trusts orders' view": caught(broken.TrustsItsView, BROKEN, as_built=EXPLORED),
}


def test_there_are_ten_mutants() -> None:
    assert len({each.mutant for each in MUTANTS.values()}) == 10


@pytest.mark.parametrize("each", MUTANTS.values(), ids=MUTANTS.keys())
def test_every_mutant_is_put_to_the_test_beside_the_code_as_it_is_built(each: Caught) -> None:
    both = [each.as_built, each.found_out]

    assert all(test.__name__.startswith("test_") for test in both)
    assert each.mutant in text_of(each.found_out)
    assert each.as_built is not each.found_out or "as_built" in text_of(each.found_out)


def text_of(test: Callable[..., Any]) -> str:
    """Give what a test says, with the cases that it is run with."""
    marks = getattr(test, "pytestmark", [])
    return "\n".join([inspect.getsource(test), *(repr(mark) for mark in marks)])
