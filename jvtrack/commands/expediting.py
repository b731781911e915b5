"""`jvtrack orders expedite`: bring an order sooner, after a look at what it costs others; and who could ship."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, TypeVar

import typer

from deploy.errors import SetupError
from jvtrack.client import (
    AllowEmergencyUse,
    AllowSubstitutes,
    BringForward,
    CannibalisePlatform,
    ExpediteAct,
    HurrySource,
    JVTrack,
    NeedStronger,
    RaiseUrgency,
    ShipFromDepot,
    Spare,
    SplitNeed,
)
from jvtrack.commands.caller import call
from jvtrack.commands.days import DAY_FORMATS, read_day
from jvtrack.commands.named import REFERENCE_FORM, read_reference
from jvtrack.commands.order_filters import OrderName
from jvtrack.commands.prices import ask_price, if_seen, show_price
from jvtrack.commands.shown import Json, Table, screen, show_json
from shared.types import Urgency

_V = TypeVar("_V")
Yes = Annotated[bool, typer.Option("--yes", help="Neither show the price nor ask whether it is meant: for scripts.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the order's history.")]
Hurried = Annotated[
    str | None, typer.Option("--hurry", metavar="WORK_ORDER", help="Ask its source for an earlier day.")
]
WantedBy = Annotated[datetime | None, typer.Option("--by", formats=DAY_FORMATS, help="The day by which it is wanted.")]
Lender = Annotated[str | None, typer.Option("--from-depot", metavar="DEPOT", help="Let another depot ship.")]
Second = Annotated[str | None, typer.Option("--split", metavar="SOURCE", help="Give a second source a share.")]
Donor = Annotated[
    str | None, typer.Option("--cannibalise", metavar="TAIL", help="Take it from this one, which stands still anyway.")
]
Sooner = Annotated[
    datetime | None, typer.Option(formats=DAY_FORMATS, help="Bring the day of need forward to this one.")
]
More = Annotated[
    list[str] | None,
    typer.Option("--accept-reference", help=f"Take lots of this, too: {REFERENCE_FORM}. May be repeated."),
]
EmergencyUse = Annotated[
    bool, typer.Option("--emergency-use", help="Take goods, too, that are suspended but for emergency use (N).")
]
Substitutes = Annotated[
    bool, typer.Option("--with-substitutes", help="Take all that may replace what it accepts, by the catalogue.")
]


def expedite(  # noqa: PLR0913  # one option for each thing that can be done
    order: OrderName,
    *,
    reason: Reason,
    work_order: Hurried = None,
    wanted_by: WantedBy = None,
    depot: Lender = None,
    source: Second = None,
    donor: Donor = None,
    quantity: Annotated[int | None, typer.Option(help="How many quanta the depot or the second source brings.")] = None,
    urgency: Annotated[Urgency | None, typer.Option(help="Raise the urgency of need.")] = None,
    required_by: Sooner = None,
    references: More = None,
    substitutes: Substitutes = False,
    emergency: EmergencyUse = False,
    version: Annotated[int | None, typer.Option(help="Do nothing if the order has changed since this version.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would cost others.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Bring an order sooner: hurry a source, let another depot ship, split the need, or need it more.

    To need it more is to raise its urgency, bring its day forward, or allow substitutes or goods for emergencies.
    What it would cost others is shown first, and it is done if that is meant; `--yes` does it at once.
    """
    named: dict[str, Any] = {"--hurry": work_order, "--from-depot": depot, "--split": source, "--cannibalise": donor}
    named |= {"--urgency": urgency}
    named |= {"--required-by": read_day(required_by), "--accept-reference": references or None}
    named |= {"--with-substitutes": substitutes or None, "--emergency-use": emergency or None}
    act = _act(named, wanted_by=read_day(wanted_by), quantity=quantity, why={"reason": reason, "version": version})
    if as_json and not (yes or dry_run):
        raise SetupError("Nobody is asked where JSON is written: add --yes, or --dry-run to see what it would cost.")
    if dry_run or not yes:
        show_price(call(partial(ask_price, order=order, act=act)), as_json=as_json)
        if dry_run:
            return
        typer.confirm(f"Do that for {order}?", abort=True)
    _do(order, act, as_json=as_json)


def _do(order: str, act: ExpediteAct, *, as_json: bool) -> None:
    done = call(lambda jvtrack: jvtrack.orders.expedite(order, act))
    if as_json:
        show_json(done)
        return
    lateral = f" {act.depot} is asked by {done.lateral}." if isinstance(act, ShipFromDepot) else ""
    typer.echo(f"{order} is {done.order.state}, promised for {done.order.promised_for or 'no day'}.{lateral}")


def alternatives(order: OrderName, *, as_json: Json = False) -> None:
    """List the other depots that could ship what an order waits for, beyond what they protect."""
    found = call(partial(_could_ship, order=order))
    if as_json:
        show_json(found)
        return
    table = Table("depot", "part", "could ship, quanta")
    for each in found:
        table.add_row(each.site, each.part, "some" if each.quantity is None else str(each.quantity))
    screen().print(table)


def _act(
    named: Mapping[str, Any], *, wanted_by: date | None, quantity: int | None, why: Mapping[str, Any]
) -> ExpediteAct:
    """Read what is to be done; what belongs to something else is refused."""
    chosen = [(option, value) for option, value in named.items() if value is not None]
    if len(chosen) != 1:
        raise SetupError(f"Say what is to be done: one of {', '.join(named)}.")
    option, value = chosen[0]
    for other, said, takers in (("--by", wanted_by, _DATED), ("--quantity", quantity, _COUNTED)):
        if said is not None and option not in takers:
            raise SetupError(f"{other} goes with {' or '.join(takers)}, not with {option}.")
    match option:
        case "--hurry":
            return HurrySource(work_order=value, wanted_by=_needed(wanted_by, "--by", "2026-12-20"), **why)
        case "--split":
            return SplitNeed(source=value, quantity=_needed(quantity, "--quantity", "1"), **why)
        case "--from-depot":
            return ShipFromDepot(depot=value, quantity=_needed(quantity, "--quantity", "1"), **why)
        case "--cannibalise":
            return CannibalisePlatform(donor=value, **why)
    return _stronger(option, value, why)


def _stronger(option: str, value: Any, why: Mapping[str, Any]) -> NeedStronger:
    """Read how the need itself is to be stronger."""
    match option:
        case "--urgency":
            return RaiseUrgency(urgency=value, **why)
        case "--required-by":
            return BringForward(required_by=value, **why)
        case "--accept-reference":
            return AllowSubstitutes(references=list(map(read_reference, value)), **why)
        case "--with-substitutes":
            return AllowSubstitutes(**why)
    return AllowEmergencyUse(**why)


_DATED = ("--hurry",)
_COUNTED = ("--from-depot", "--split")


def _needed(value: _V | None, option: str, example: str) -> _V:
    if value is None:
        raise SetupError(f"Say {option} too, such as {option} {example}.")
    return value


async def _could_ship(jvtrack: JVTrack, *, order: str) -> Sequence[Spare]:
    """Ask what depots could ship for an order; for one that another depot fills already, none does."""
    found = await if_seen(jvtrack.inventory.alternatives(order))
    if found is None:
        site = (await jvtrack.orders.get(order)).site
        raise SetupError(f"{order} is filled by {site}, whose stock is not yours to see: no other depot ships for it.")
    return found
