"""The company: depots, factories, and who plans, buys, inspects and operates, each with a token of their own."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from jvtrack.client import JVTrack, Order, WhatIf
from jvtrack.demo.buyer import Buyer
from jvtrack.demo.depot import Depot
from jvtrack.demo.factory import Factory
from jvtrack.demo.inspector import Inspector
from jvtrack.demo.papers import Papers
from jvtrack.demo.stage import Stage
from shared import clock
from shared.types import TailNumber

ACTIVITIES: Mapping[str, tuple[str, str]] = {
    "D-01": ("7201YA", "7202YA"),
    "D-02": ("7311YA", "7312YA"),
    "D-03": ("7405YB", "7406YB"),
    "D-04": ("7507YC", "7508YC"),
    "D-05": ("7609YC", "7610YC"),
}
"""The depots, and the activities in whose name they order."""
FACTORIES = ("F-01", "F-02", "F-03", "F-04")
_SEED = 17


@dataclass(frozen=True, slots=True)
class Supposed:
    """What a scene supposed, beside when its platforms were expected back as it was."""

    found: WhatIf
    expected: Mapping[TailNumber, date | None]


@dataclass(frozen=True, slots=True)
class Company:
    """Everybody in the play."""

    stage: Stage
    papers: Papers
    operator: JVTrack
    planner: JVTrack
    inspector: Inspector
    buyer: Buyer
    depots: Mapping[str, Depot]
    factories: Mapping[str, Factory]
    dice: random.Random
    began_at: datetime
    followed: dict[str, Order] = field(default_factory=dict)
    """Orders whose promises are drawn in the end, by what waits for them."""
    supposed: list[Supposed] = field(default_factory=list)
    """What-ifs that are printed and drawn in the end."""

    @classmethod
    def gather(cls, stage: Stage, papers: Papers, connection: JVTrack) -> "Company":
        """Give everybody a token; all share one set of connections."""

        def acting(role: str, *sites: str) -> JVTrack:
            return connection.acting_as(stage.token(role, *sites))

        return cls(
            stage=stage,
            papers=papers,
            operator=acting("operator"),
            planner=acting("planner"),
            inspector=Inspector(acting("quality")),
            buyer=Buyer(acting("procurement"), papers),
            depots={site: Depot(site, codes, acting("depot", site), papers) for site, codes in ACTIVITIES.items()},
            factories={site: Factory(site, acting("factory", site), papers) for site in FACTORIES},
            dice=random.Random(_SEED),  # noqa: S311  # a play, the same every time
            began_at=clock.now(),
        )

    def clerk(self, site: str) -> Depot:
        """Give a depot as its clerk works in it: with the same papers, and no word on what is urgent."""
        jvtrack = self.operator.acting_as(self.stage.clerk_token(site))
        return replace(self.depots[site], jvtrack=jvtrack)
