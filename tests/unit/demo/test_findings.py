"""What a play has not shown is no finding that holds."""

import random
from datetime import date

from deploy.local.settings import StackSettings
from jvtrack.client import JVTrack
from jvtrack.demo.buyer import Buyer
from jvtrack.demo.company import Company
from jvtrack.demo.inspector import Inspector
from jvtrack.demo.papers import Papers
from jvtrack.demo.scenes import power_cuts
from jvtrack.demo.stage import Stage
from shared import clock


async def test_power_cuts_that_nobody_could_make_do_not_hold() -> None:
    (finding,) = await power_cuts.play(a_company(Stage(StackSettings(), {}, killer=None, is_local=False)))

    assert not finding.holds
    assert "--killer" in finding.outcome


def a_company(stage: Stage) -> Company:
    nobody = JVTrack(
        token="", orders="http://127.0.0.1:1", production="http://127.0.0.1:1", inventory="http://127.0.0.1:1"
    )
    papers = Papers(date(2026, 11, 23), "00")
    return Company(
        stage=stage,
        papers=papers,
        operator=nobody,
        planner=nobody,
        inspector=Inspector(nobody),
        buyer=Buyer(nobody, papers),
        depots={},
        factories={},
        dice=random.Random(1),
        began_at=clock.now(),
    )
