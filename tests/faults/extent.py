"""How much is tried: a cut in every run of the tests, the whole with JVTRACK_CHAOS=whole (`make chaos-search`)."""

import os
from dataclasses import dataclass

from hypothesis import HealthCheck, settings


@dataclass(frozen=True, slots=True)
class Extent:
    """How long to search, and how hard to shake."""

    machines: settings
    """Examples and steps of every stateful test."""
    storm_events: int
    storm_crashes_min: int
    seeds: int
    """Schedules of the whole search, of a hundred fifteen of the demand protocol and ten of a compacted topic."""
    file_lines: int
    """Lines of the longest file that is imported."""


CUT = Extent(
    machines=settings(max_examples=200, stateful_step_count=30, deadline=None),
    storm_events=10_000,
    storm_crashes_min=15,
    seeds=1_000,
    file_lines=20_000,
)
WHOLE = Extent(
    machines=settings(
        max_examples=2_000, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    ),
    storm_events=200_000,
    storm_crashes_min=600,
    seeds=10_000,
    file_lines=100_000,
)
EXTENT = WHOLE if os.environ.get("JVTRACK_CHAOS") == "whole" else CUT
SEED = int(os.environ.get("JVTRACK_CHAOS_SEED", "20261125"))
"""What the storm's chances come from; printed when something was lost."""
SECONDS_MAX = 3600
"""No test of the whole may take longer."""
