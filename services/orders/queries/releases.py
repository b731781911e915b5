"""What would release grounded platforms soonest: the snapshot that is ranked, and the ranking as it is shown."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.order import OrderState
from services.orders.domain.platforms import TailName
from services.orders.domain.release import Action, ActionKind, Grounded, Line, Option, Outlook, rank
from services.orders.queries import platforms, seen
from services.orders.schemas.platforms import BlockingLine, GroundedFilter
from services.orders.schemas.releases import ActionRead, ActionsRead, OptionRead
from services.orders.store.lookups import Sight


async def snapshot(session: AsyncSession, sight: Sight, *, tails_max: int) -> list[Grounded]:
    """Read who of those that may be seen waits for what, in three queries however many they are."""
    waiting = await platforms.grounded_page(session, GroundedFilter(), sight, after=None, limit=tails_max)
    nations = await seen.nations(session, {each.site for each in waiting})
    return [
        Grounded(TailName(each.platform, each.tail_number), nations[each.site], tuple(map(_line, each.blocking)))
        for each in waiting
    ]


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


def _line(line: BlockingLine) -> Line:
    return Line(
        order_id=line.order_id,
        part=line.part,
        promised_for=line.promised_for,
        is_held=line.state is OrderState.RESERVED,
        source=line.source if line.state is OrderState.SOURCED else None,
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
            explanation=_explanation(action),
        )
        for action in actions
    ]


def _explanation(action: Action) -> str:
    line = action.line
    if action.kind is ActionKind.ISSUE:
        return "All that is missing is held for the order in stock: only the depot's issue is missing."
    if action.kind is ActionKind.EXPEDITE:
        return f"{line.source} brings it on {line.promised_for}; hurried, it is taken to come on {action.on}."
    assert action.donor is not None, "who gives is named"
    back = f"is expected back on {action.donor_expected}" if action.donor_expected else "has no day to be back on"
    return f"{action.donor.tail_number} has the part and {back}; it then waits for {line.order_id}, too."
