"""What becomes of a work order, drawn from the seed and its name: when it is begun, late, spoilt in part, and sent."""

from dataclasses import dataclass
from math import ceil

from jvtrack.simulate.chances import dice_for, spoilt_of, spread
from shared.types import WorkOrderId

LEAD_SIGMA = 0.3
"""How far actual lead times lie around the stated ones."""
TRANSIT_DAYS, TRANSIT_SIGMA = 4.0, 0.5
SPOILT_SHARE = 0.03
LATE_FROM = 1.1
"""From how many times the stated lead time on a source says that it is late."""
BEGUN_AT, TOLD_AT, MADE_AT = 0.3, 0.6, 0.9
"""When work begins, a delay is told, and the last piece is made, as shares of the time until the goods are sent."""
CAUSES = (
    "Castings were rejected.",
    "The press stood still.",
    "Material came late.",
    "Waits for an inspector.",
    "Strike at the forge.",
)


@dataclass(frozen=True, slots=True)
class Course:
    """The days of a work order, counted from when it was asked for, and what is spoilt of it."""

    begun: float
    told_late: float | None
    """When the source says that it is late; never, if it is not."""
    late_days: int
    """By how many days."""
    cause: str
    made: float
    sent: float
    received: float
    spoilt: int
    """How much is spoilt; never all of it."""


def course_of(seed: int, work_order: WorkOrderId, *, quantity: int, lead_time_days: int) -> Course:
    """Draw it: the same for the same seed, name, quantity and stated lead time."""
    dice = dice_for(seed, "course", work_order)
    sent = lead_time_days * spread(dice, 1.0, LEAD_SIGMA)
    late = ceil(sent - lead_time_days) if sent > LATE_FROM * lead_time_days else 0
    cause, transit = dice.choice(CAUSES), spread(dice, TRANSIT_DAYS, TRANSIT_SIGMA)
    return Course(
        begun=BEGUN_AT * sent,
        told_late=TOLD_AT * sent if late else None,
        late_days=late,
        cause=cause,
        made=MADE_AT * sent,
        sent=sent,
        received=sent + transit,
        spoilt=min(quantity - 1, spoilt_of(dice, quantity, SPOILT_SHARE)),
    )
