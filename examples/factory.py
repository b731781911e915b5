"""A factory makes a lot, sends it off, and looks at what the books say; JVTRACK_TOKEN is a factory's token."""

from jvtrack.client import JVTrack, Report, run
from shared.events.envelope import new_event_id
from shared.events.factory import FactoryLotDispatched, FactoryLotFinished, FactoryLotStarted

PART, QUANTITY = "MI17-SWASHPLATE", 5


async def main() -> None:
    """Make, send, look."""
    number = new_event_id().hex[-12:].upper()
    lot, shipment = f"L-{number}", f"S-{number}"
    started = FactoryLotStarted(lot=lot, part=PART, quantity=QUANTITY)
    finished = FactoryLotFinished(lot=lot, part=PART, quantity=QUANTITY, certificate=f"COC-{number}")
    sent = FactoryLotDispatched(lot=lot, part=PART, shipment=shipment, depot="D-01", quantity=QUANTITY)
    async with JVTrack.from_environment() as jvtrack:
        for fact in (started, finished):  # one at a time: the answer says that it is durable
            accepted = await jvtrack.production.post(Report("/F-01/example", fact))
            print(f"{accepted.lot}: {accepted.status} as {accepted.event_id}")
        async for answer in jvtrack.production.post_many([Report("/F-01/example", sent)]):  # or thousands at once
            print(f"line {answer.line}: {answer.status}")
        made = await jvtrack.production.lot(f"F-01:{lot}")
        print(f"{made.lot}: {made.status}, {made.dispatched} of {made.started} in F-01:{shipment}")


run(main())
