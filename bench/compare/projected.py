"""JVTrack alone, its projections: how fast orders copies the catalogue as it is told, and how fast it is rebuilt."""

import asyncio
import json
import sys

from bench.compare.catching_up import catch_up
from bench.compare.found import Found, Plan, of_runs
from bench.smoke.__main__ import with_catalogue
from bench.smoke.stack import Stack, fresh_stack
from deploy.local.settings import DECIDING
from shared.events.envelope import Stream

FACTS = 50_000
# The newest fact of each part and site is told again and again, with higher numbers, as if it had been changed.
_TELL = """
WITH newest AS (SELECT DISTINCT ON (key) * FROM event_log WHERE topic = 1 ORDER BY key, key_seq DESC),
told AS (
  INSERT INTO event_log (event_id, topic, key, key_seq, type, payload)
  SELECT uuidv7(), 1, key, key_seq + n, type, payload
  FROM newest, generate_series(1, 1 + $1::int / (SELECT count(*) FROM newest)) AS n
  ORDER BY n LIMIT $1::int RETURNING seq)
INSERT INTO outbox_pending (seq) SELECT seq FROM told
"""


def projections(plan: Plan) -> Found:
    """Let orders catch up with a catalogue that was told a thousandfold, and rebuild its copy of it."""
    with fresh_stack(plan.home, "projections") as stack:
        return asyncio.run(_projections(stack, plan))


async def _projections(stack: Stack, plan: Plan) -> Found:
    stack.start(*DECIDING)
    await with_catalogue(stack, plan.seconds)
    runs, notes = [], []
    for number in range(plan.repetitions):
        rebuilt = {**await _apply(stack), **await _rebuild(stack)}
        runs.append(rebuilt)
        if rebuilt["differences"]:
            notes.append(f"Run {number + 1}: {rebuilt['differences']:.0f} rebuilt rows differ from the live ones.")
        plan.console.print(f"run {number}: " + ", ".join(f"{name} {value:,.0f}" for name, value in rebuilt.items()))
    lines = [
        of_runs("apply, orders' copy of the catalogue", "events/s", runs, "apply", aim="30,000"),
        of_runs(
            "apply, orders' copy of the catalogue, CPU per event with PostgreSQL's", "us", runs, "apply cpu", more=False
        ),
        of_runs("`jvtrack rebuild orders`", "events/s", runs, "rebuild", aim="50,000"),
    ]
    return Found(lines, notes)


async def _apply(stack: Stack) -> dict[str, float]:
    """Tell facts while orders is down, and time how it catches up."""
    stack.stop("orders")
    await tell_catalogue_again(stack)
    found = await catch_up(stack, "orders", Stream.CATALOGUE)
    return {"apply": found["per_second"], "apply cpu": found["cpu"]}


async def tell_catalogue_again(stack: Stack) -> None:
    """Queue the newest fact of each part and site again and again, as if each had been changed a thousand times."""
    inventory = await stack.database("inventory")
    await inventory.execute(_TELL, FACTS)
    await inventory.close()


async def _rebuild(stack: Stack) -> dict[str, float]:
    """Rebuild as `jvtrack rebuild orders` does; the time is that of filling, as it tells it."""
    owner = stack.environment.database("orders").owner.render_as_string(hide_password=False)
    variables = {
        **stack.environment.inherited(),
        **stack.environment.variables(),
        "JVTRACK_ORDERS_OWNER_DATABASE": owner,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.orders.rebuild"), env=variables, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the rebuild ended with {process.returncode}: {said.decode()[-300:]}")
    done = next(line for line in map(json.loads, said.splitlines()) if line["event"] == "rebuild_done")
    return {"rebuild": done["applied"] / done["seconds"], "differences": float(done["differences"])}
