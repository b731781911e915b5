"""Which orders are meant, as commands take it."""

from typing import Annotated

import typer

from shared.types import Platform

OrderName = Annotated[str, typer.Argument(metavar="ORDER", help="The order, such as 7201YA6327A001-2026.")]
AtSite = Annotated[str | None, typer.Option(help="Only those placed by this depot or filled from it.")]
OfPart = Annotated[str | None, typer.Option(help="Only of this part.")]
InState = Annotated[str | None, typer.Option(help="Only those that stand so: open, sourced, reserved ...")]
ForPlatform = Annotated[Platform | None, typer.Option(help="Only for this platform.")]
Late = Annotated[bool | None, typer.Option("--late/--on-time", help="Only late ones, or only the others.")]
