"""What is posted: lots that are started, finished and dispatched, in blocks so that each lot is in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BLOCK = 150
"""Lots under way at the same time."""
_STAGES = ("lot-started", "lot-finished", "lot-dispatched")


@dataclass(frozen=True, slots=True)
class Posting:
    """One event to post, and where its goods will be seen."""

    body: bytes
    lot: str
    depot: str
    part: str
    stage: str


@dataclass(frozen=True, slots=True)
class Workload:
    """Numbered events of one run: any number gives the same event each time."""

    run: str
    factories: Sequence[str]
    depots: Sequence[str]
    parts: Sequence[str]

    def __getitem__(self, number: int) -> Posting:
        """Give the event of a number."""
        block, place = divmod(number, BLOCK * len(_STAGES))
        stage, within = divmod(place, BLOCK)
        return self.event(block * BLOCK + within, _STAGES[stage])

    def event(self, lot: int, stage: str) -> Posting:
        """Give one stage of one lot."""
        factory = self.factories[lot % len(self.factories)]
        part = self.parts[lot % len(self.parts)]
        depot = self.depots[(lot // len(self.parts) + lot) % len(self.depots)]
        name = f"{self.run}-{lot}"
        more = f',"shipment":"{name}","depot":"{depot}"' if stage == "lot-dispatched" else ""
        body = (
            f'{{"specversion":"1.0","id":"{name}-{stage}","source":"/{factory}/line-1",'
            f'"type":"jvtrack.factory.{stage}.v1","time":"2026-11-20T08:00:00+05:30",'
            f'"data":{{"lot":"{name}","part":"{part}","quantity":{1 + lot % 9}{more}}}}}'
        )
        return Posting(body.encode(), f"{factory}:{name}", depot, part, stage)


def from_json(members: Mapping[str, Any]) -> Workload:
    """Read a workload from what another process was told."""
    return Workload(**members)
