"""A consumer's partition against a reader who only keeps lists: what was handed over, and what nobody could apply."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.errors import Refusal
from shared.messaging import parking_store
from shared.messaging.applying import Record
from shared.messaging.consumer_store import Fenced, Ownership
from tests.fixtures.toy import Toy
from tests.fixtures.toy_judge import wrongs
from tests.fixtures.toy_kafka import Said
from tests.fixtures.toy_partition import Partition

T = TypeVar("T")
UNLUCKY = 13
COUNTERS = ("left", "right")
counters = st.sampled_from(COUNTERS)
counts = st.integers(1, 6)
picks = st.integers(0, 200)
seldom = st.sampled_from([False, False, False, False, True])


def has_more(reader: "Reader") -> bool:
    """Tell whether records are there that nobody has applied."""
    return reader.owned.next_offset < len(reader.partition.records)


class Reader(RuleBasedStateMachine):
    """Puts records into a partition, repeats them, holds some back, and applies them as owners that die and change."""

    def __init__(self, toy: Toy, runner: asyncio.Runner) -> None:
        super().__init__()
        self.toy = toy
        self.partition = Partition(toy)
        self._runner = runner
        self.told: dict[str, int] = dict.fromkeys(COUNTERS, 0)
        self.held: list[Said] = []
        self.unlucky: set[tuple[str, int]] = set()
        self.stale: Ownership | None = None
        self.unhealed: set[str] = set()
        self.owned = self._run(self.partition.take_over())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    @rule(facts=st.lists(st.tuples(counters, seldom, seldom), min_size=1, max_size=5))
    def tell(self, facts: list[tuple[str, bool, bool]]) -> None:
        """Tell some facts, some of which nobody can apply, and some of which are held up on their way."""
        for name, is_unlucky, is_held in facts:
            self.told[name] += 1
            said = Said(name, self.told[name], by=UNLUCKY if is_unlucky else 1)
            if is_unlucky and UNLUCKY in self.toy.temper.refuses:
                self.unlucky.add((name, said.number))
            if is_held:
                self.held.append(said)
            else:
                self.partition.add(said)

    @precondition(lambda self: self.held)
    @rule(pick=picks)
    def deliver_late(self, pick: int) -> None:
        self.partition.add(self.held.pop(pick % len(self.held)))

    @precondition(lambda self: self.partition.said)
    @rule(pick=picks)
    def repeat(self, pick: int) -> None:
        self.partition.add(self.partition.said[pick % len(self.partition.said)])

    @precondition(has_more)
    @rule(count=counts, heals=st.booleans())
    def apply(self, count: int, *, heals: bool) -> None:
        """Apply the next records; who does not heal has died just before."""
        applied = self._run(self.partition.apply(self.owned, self._next(count)))
        assert applied is not None
        self.owned = applied.owned
        self.unhealed.update(applied.healed)
        if heals:
            self.heal()

    @precondition(lambda self: self.unhealed)
    @rule()
    def heal(self) -> None:
        """Apply what waited for holes that are filled, as the owner does from time to time."""
        self._run(self._heal())
        self.unhealed.clear()

    async def _heal(self) -> None:
        async with self.toy.database.transaction() as session:
            keys = await parking_store.healable(session, self.toy.group)
        for key, _ in keys:
            async with self.toy.database.transaction() as session:
                await self.partition.parking.heal(session, key, self.partition.place)

    @precondition(has_more)
    @rule(count=counts)
    def die(self, count: int) -> None:
        """Lose the database in the middle of a batch."""
        self.toy.temper.before_settling = _lose_the_database
        with suppress(ConnectionError):
            applied = self._run(self.partition.apply(self.owned, self._next(count)))
            self.owned = applied.owned if applied else self.owned
            self.unhealed.update(applied.healed if applied else ())
        self.toy.temper.before_settling = _go_on

    @rule()
    def take_over(self) -> None:
        self.stale, self.owned = self.owned, self._run(self.partition.take_over())

    @precondition(lambda self: self.stale and self.stale.next_offset < len(self.partition.records))
    @rule(count=counts)
    def apply_as_a_stale_owner(self, count: int) -> None:
        assert self.stale is not None
        with pytest.raises(Fenced):
            self._run(self.partition.apply(self.stale, self.partition.records[self.stale.next_offset :][:count]))

    @precondition(lambda self: self.unlucky)
    @rule(is_mended=seldom)
    def release(self, *, is_mended: bool) -> None:
        """Release everything that is parked, perhaps after what refused it was mended."""
        if is_mended:
            self.toy.temper.refuses.clear()
            self.unlucky.clear()
        for name in COUNTERS:
            with suppress(Refusal):
                self._run(self.partition.release(name))
        self.unhealed.clear()

    @invariant()
    def every_fact_is_heard_once_in_order_as_soon_as_all_before_it_were(self) -> None:
        due = {name: self._due(name) for name in COUNTERS}
        heard = self._run(self.toy.hearing())
        reached = {name: sum(key == name for key, _ in heard) for name in COUNTERS}
        assert wrongs(heard, reached) == []
        for name in COUNTERS:
            assert reached[name] == due[name] or (name in self.unhealed and reached[name] < due[name]), (reached, due)

    def _next(self, count: int) -> list[Record]:
        return self.partition.records[self.owned.next_offset :][:count]

    def _due(self, name: str) -> int:
        """Count the facts that were handed over without one missing or refused before them."""
        there = {said.number for said in self.partition.said[: self.owned.next_offset] if said.name == name}
        number = 0
        while number + 1 in there and (name, number + 1) not in self.unlucky:
            number += 1
        return number

    def teardown(self) -> None:
        self.partition.add(*self.held)
        self.take_over()
        if has_more(self):
            self.apply(len(self.partition.records), heals=True)
        self.release(is_mended=True)
        self.heal()
        assert wrongs(self._run(self.toy.hearing()), self.told) == []


async def _lose_the_database() -> None:
    raise ConnectionError("the server has gone away")


async def _go_on() -> None:
    """Hold nobody up."""
