"""What would release grounded platforms soonest: the snapshot that is ranked, and the ranking as it is shown."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.catalogue import SiteNotDepot
from services.orders.domain.order import OrderState
from services.orders.domain.platforms import TailName
from services.orders.domain.release import Action, ActionKind, Grounded, Line, Option, Outlook, Spare, rank
from services.orders.queries import platforms, seen
from services.orders.schemas.platforms import BlockingLine, GroundedFilter
from services.orders.schemas.releases import ActionRead, ActionsRead, OptionRead, SpareStock
from services.orders.store import laterals, lookups
from services.orders.store.lookups import Sight
from shared.types import Nation, PartId, SiteKind


@dataclass(frozen=True, slots=True)
class Spares:
    """What depots could ship, by part, the nearest first."""

    by_part: Mapping[PartId, Sequence[Spare]] = field(default_factory=dict)

    def covering(self, line: BlockingLine, lacks: int) -> tuple[Spare, ...]:
        """List the other depots that could ship all that an order lacks."""
        there = self.by_part.get(line.part, ())
        return tuple(each for each in there if lacks and each.quantity >= lacks and each.depot != line.ordered_by)


async def snapshot(
    session: AsyncSession, sight: Sight, *, today: date, tails_max: int, spares: Spares | None = None
) -> list[Grounded]:
    """Read who of those that may be seen waits for what, in a handful of queries however many they are."""
    waiting = await platforms.grounded_page(session, GroundedFilter(), sight, today=today, after=None, limit=tails_max)
    nations = await seen.nations(session, {each.site for each in waiting})
    return [
        Grounded(
            TailName(each.platform, each.tail_number),
            nations[each.site],
            tuple(_line(line, spares or Spares()) for line in each.blocking),
        )
        for each in waiting
    ]


async def spares(session: AsyncSession, said: SpareStock, nation: Nation, *, road_days: int) -> Spares:
    """Read how long what depots of a nation could ship is on the road, from their terms as sources.

    A site that is not heard of yet, or another nation's, ships nothing; one that is no depot is refused.
    """
    known = await laterals.lead_times(session, {each.part for each in said.spare}, nation)
    sites = await lookups.sites(session, {each.site for each in said.spare})
    found: defaultdict[PartId, list[Spare]] = defaultdict(list)
    for number, each in enumerate(said.spare):
        site = sites.get(each.site)
        if site is not None and site.kind is not SiteKind.DEPOT:
            raise SiteNotDepot(site=each.site).at(f"spare[{number}].site")
        if site is not None and site.country == nation:
            days = known.get((each.part, each.site), road_days)
            found[each.part].append(Spare(each.site, each.quantity, days))
    for listed in found.values():
        listed.sort(key=lambda spare: (spare.road_days, -spare.quantity, spare.depot))
    return Spares(found)


def ranked(grounded: Sequence[Grounded], outlook: Outlook, *, options_max: int) -> ActionsRead:
    """Show what would release them soonest, the best first."""
    options = rank(grounded, outlook)
    return ActionsRead(
        today=outlook.today,
        horizon_days=outlook.horizon_days,
        expedite_percent=outlook.expedite_percent,
        grounded=len(grounded),
        options=[_option(each) for each in options[:options_max]],
        options_total=len(options),
    )


def _line(line: BlockingLine, spares: Spares) -> Line:
    lacks = line.missing - line.reserved
    return Line(
        order_id=line.order_id,
        part=line.part,
        foreseen=line.foreseen,
        is_held=line.state is OrderState.RESERVED,
        source=line.source if line.state is OrderState.SOURCED and not line.on_road else None,
        lacks=lacks,
        spares=spares.covering(line, lacks),
        overdue_since=line.promised_for if line.overdue else None,
    )


def _option(option: Option) -> OptionRead:
    return OptionRead(
        actions=_actions(option.actions),
        releases=[option.releases.tail_number] if option.releases else [],
        days_saved=option.days_saved,
    )


def _actions(actions: Sequence[Action]) -> list[ActionRead]:
    return [
        ActionRead(
            kind=action.kind,
            platform=action.tail.platform,
            tail_number=action.tail.tail_number,
            order_id=action.line.order_id,
            part=action.line.part,
            on=action.on,
            donor=action.donor and action.donor.tail_number,
            donor_expected_release=action.donor_expected,
            source=action.line.source if action.kind is ActionKind.EXPEDITE else None,
            depot=action.spare.depot if action.spare else None,
            explanation=_explanation(action),
        )
        for action in actions
    ]


def _brings(line: Line) -> str:
    if line.overdue_since is None:
        return f"{line.source} brings it on {line.foreseen}"
    late = f"{line.source} is late since {line.overdue_since}"
    return f"{late}, and nobody can say when it comes" if line.foreseen is None else f"{late}, expected {line.foreseen}"


def _explanation(action: Action) -> str:
    line = action.line
    if action.kind is ActionKind.ISSUE:
        return "All that is missing is held for the order in stock: only the depot's issue is missing."
    if action.kind is ActionKind.EXPEDITE:
        return f"{_brings(line)}; hurried, it is taken to come on {action.on}."
    if action.spare is not None:
        there = f"{action.spare.depot} has {action.spare.quantity} beyond what it protects"
        return f"{there}; {line.lacks} shipped today are here on {action.on}."
    assert action.donor is not None, "who gives is named"
    back = f"is expected back on {action.donor_expected}" if action.donor_expected else "has no day to be back on"
    return f"{action.donor.tail_number} has the part and {back}; it then waits for {line.order_id}, too."
