"""`jvtrack activities`: the units that may order, and how urgent their work is."""

import typer

from jvtrack.commands.caller import call
from jvtrack.commands.shown import Json, Table, screen, show_json

app = typer.Typer()
activities = typer.Typer(no_args_is_help=True)
app.add_typer(activities, name="activities", help="The units that may order, and how urgent their work is.")


@activities.command(name="list")
def list_activities(*, as_json: Json = False) -> None:
    """List activities: the code that their orders carry, their depot, and their force/activity designator."""
    found = call(lambda jvtrack: jvtrack.orders.activities().all())
    if as_json:
        show_json(found)
        return
    table = Table("activity", "depot", "force/activity designator")
    for each in found:
        table.add_row(each.activity, each.site, each.force_activity_designator)
    screen().print(table)
