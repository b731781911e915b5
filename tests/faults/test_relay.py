"""L1: whoever leads, dies, is frozen or hears nothing from Kafka, each counter's facts come first in order, and all.

The model is a clerk with one list a counter: what was committed, in its order.
"""

import asyncio
from dataclasses import dataclass

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from prometheus_client import CollectorRegistry

from shared.events.envelope import Stream
from shared.messaging import kafka
from shared.messaging.kafkalog import LogGuard
from shared.messaging.publisher import Publisher, PublishFailed, Suspicions
from shared.messaging.relay_store import Row
from shared.messaging.settings import BackboneSettings
from shared.messaging.topics import Topics
from shared.observe.metrics import BackboneMetrics
from tests.faults.extent import EXTENT, SECONDS_MAX
from tests.fixtures.crash import Killed
from tests.fixtures.histories import Written, broken_histories
from tests.fixtures.memory_kafka import Fate, MemoryKafka
from tests.fixtures.memory_outbox import MemorySession, Pending, SessionGone
from tests.unit.messaging.makers import a_header

TOPICS, SETTINGS = Topics("nowhere", "relay"), BackboneSettings()
METRICS = BackboneMetrics(CollectorRegistry())
COUNTERS = ("first", "second", "third")
READ_MAX = 5
ENDS = (PublishFailed, SessionGone, Killed)
counters = st.sampled_from(COUNTERS)
fates = st.lists(st.sampled_from([Fate.TAKEN, Fate.UNACKNOWLEDGED, Fate.REFUSED, Fate.CRASHED]), max_size=3)


@dataclass(slots=True)
class Term:
    """One relay's time as the leader, which it may not know to be over."""

    session: MemorySession
    publisher: Publisher
    rows: list[Row]
    """What it has read."""


class Leaders(RuleBasedStateMachine):
    """Lets writers commit in any order, and leaders publish until they fail, die or are overtaken."""

    def __init__(self, runner: asyncio.Runner, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self._runner = runner
        self._fates: list[Fate] = []
        self._forgetful = False
        self.kafka = MemoryKafka(partitions=2, fate=self._fate, dies_forgetful=lambda: self._forgetful)
        self.kafka.replace_kafka(patch)
        self.pending = Pending()
        self.seq = 0
        self.open: dict[str, list[Row]] = {}
        self.committed: dict[str, int] = dict.fromkeys(COUNTERS, 0)
        self.written: list[Written] = []
        self.frozen: Term | None = None
        self.term = self._lead()

    def _fate(self) -> Fate:
        return self._fates.pop() if self._fates else Fate.TAKEN

    def _lead(self) -> Term:
        """Begin a term: whoever led before no longer does."""
        session = MemorySession(self.pending)
        guard = LogGuard(session.as_session(), TOPICS, SETTINGS)
        producer: AIOKafkaProducer = self._runner.run(kafka.start_producer("nowhere", client_id="relay"))
        reader: AIOKafkaConsumer = self._runner.run(kafka.start_reader("nowhere", client_id="guard"))
        self._runner.run(guard.start(reader, frozenset({Stream.PRODUCTION})))
        publisher = Publisher(
            producer,
            session.as_session(),
            guard,
            topics=TOPICS,
            suspicions=Suspicions(),
            settings=SETTINGS,
            metrics=METRICS,
        )
        return Term(session, publisher, [])

    @rule(names=st.lists(counters, min_size=1, max_size=5))
    def tell_at_once(self, names: list[str]) -> None:
        """Tell facts in short transactions, each of a counter that nobody holds."""
        for name in names:
            if name not in self.open:
                self._draw(name)
                self._commit(name)

    @rule(name=counters)
    def tell(self, name: str) -> None:
        """Tell one fact more in a transaction that holds its counter until it ends."""
        self._draw(name)

    def _draw(self, name: str) -> None:
        mine = self.open.setdefault(name, [])
        self.seq += 1
        header = a_header(name, self.committed[name] + len(mine) + 1)
        mine.append(Row(seq=self.seq, topic=int(Stream.PRODUCTION), payload=b"{}", header=header, blocked=False))

    @precondition(lambda self: self.open)
    @rule(pick=st.integers(0, 10), is_taken_back=st.sampled_from([False, False, False, True]))
    def end(self, pick: int, *, is_taken_back: bool) -> None:
        """End a transaction."""
        name = sorted(self.open)[pick % len(self.open)]
        if is_taken_back:
            del self.open[name]
        else:
            self._commit(name)

    def _commit(self, name: str) -> None:
        rows = self.open.pop(name)
        self.pending.rows.update({row.seq: row for row in rows})
        self.committed[name] += len(rows)
        self.written += [Written(row.seq, name, row.header.key_seq, row.header.id) for row in rows]

    @precondition(lambda self: self.pending.rows)
    @rule(fates=fates, is_forgetful=st.booleans())
    def publish(self, fates: list[Fate], *, is_forgetful: bool) -> None:
        """Let the leader read and publish; after a failure a new term begins."""
        self._fates, self._forgetful = fates, is_forgetful
        self.term.rows = self.pending.lowest(READ_MAX)
        self._publish(self.term)
        self._fates, self._forgetful = [], False

    def _publish(self, term: Term) -> None:
        try:
            self._runner.run(term.publisher.publish(term.rows))
        except ENDS:
            if term is self.term:
                self.term = self._lead()

    @precondition(lambda self: self.pending.rows)
    @rule()
    def freeze(self) -> None:
        """Freeze the leader after it has read; another takes over."""
        self.term.rows = self.pending.lowest(READ_MAX)
        self.term.session.leads = False
        self.frozen, self.term = self.term, self._lead()

    @precondition(lambda self: self.frozen)
    @rule()
    def thaw(self) -> None:
        """Let a frozen leader publish what it had read."""
        assert self.frozen is not None
        self._publish(self.frozen)
        self.frozen = None

    @invariant()
    def first_deliveries_are_in_order(self) -> None:
        delivered = self.kafka.deliveries()
        there = {record.id for record in delivered}
        reached = [fact for fact in self.written if fact.id in there]
        assert broken_histories(reached, delivered) == {}

    def teardown(self) -> None:
        for _ in range(len(self.pending.rows) + 1):
            if self.pending.rows:
                self.publish([], is_forgetful=False)
        assert not self.pending.rows
        assert broken_histories(self.written, self.kafka.deliveries()) == {}


@pytest.mark.timeout(SECONDS_MAX)
def test_leaders_that_die_freeze_and_fail_lose_and_reorder_nothing(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LeadersHere(Leaders):
        def __init__(self) -> None:
            super().__init__(runner, monkeypatch)

    run_state_machine_as_test(LeadersHere, settings=EXTENT.machines)
