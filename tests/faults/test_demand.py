"""L1: one order, its depot and its factories for a long time, over the three services' own rules.

The exploration visits every state that a few unforeseen things lead to; these walks are longer, and almost everything
unforeseen may come twice. However late the messages are heard, in the end the three agree.
"""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.faults.extent import EXTENT, SECONDS_MAX
from tests.unit.protocol.explorer import Step
from tests.unit.protocol.making import Making
from tests.unit.protocol.ordering import OFTEN, Ordering
from tests.unit.protocol.stocking import Stocking
from tests.unit.protocol.world import Budget, DemandWorld, Services, State

# Of two pieces one may be given up; who wants none cancels.
TWICE = Budget(*[OFTEN] * len(Budget._fields))._replace(reduce=1)
WORLD = DemandWorld(Services(Ordering(), Stocking(), Making()), TWICE)
DELIVERIES_MAX = 500
picks = st.integers(0, 1_000)


class Walk(RuleBasedStateMachine):
    """Does something that may happen, or hears one of the messages under way."""

    @initialize(start=st.sampled_from(list(WORLD.starts())))
    def begin(self, start: State) -> None:
        self.state = start
        self.path = ["start"]

    def _go(self, pick: int, *, hears: bool) -> bool:
        """Take one of the steps of a kind, if there is any."""
        steps: list[Step[State]] = [step for step in WORLD.steps(self.state) if step.is_message is hears]
        if steps:
            chosen = steps[pick % len(steps)]
            self.state = chosen.state
            self.path.append(chosen.label)
        return bool(steps)

    @rule(pick=picks)
    def act(self, pick: int) -> None:
        self._go(pick, hears=False)

    @rule(pick=picks)
    def hear(self, pick: int) -> None:
        self._go(pick, hears=True)

    @invariant()
    def no_rule_is_broken(self) -> None:
        assert WORLD.broken(self.state) is None, self.path

    def teardown(self) -> None:
        for _ in range(DELIVERIES_MAX):
            if not self._go(0, hears=True):
                break
            self.no_rule_is_broken()
        assert not self._go(0, hears=True), ["they answer each other for ever", *self.path]


TestWalk = pytest.mark.timeout(SECONDS_MAX)(Walk.TestCase)
TestWalk.settings = EXTENT.machines
