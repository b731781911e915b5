"""`jvtrack token`: access tokens of the local stack's own issuer."""

from typing import Annotated

import typer

from deploy.local import state
from deploy.local.issuer import Bearer, Issuer, is_made
from deploy.local.settings import StackSettings
from shared.http.tokens import Role

_HOURS_MAX = 24 * 365

app = typer.Typer()


@app.command()
def token(
    *,
    role: Annotated[Role, typer.Option(help="What the bearer does in the trade.")],
    site: Annotated[list[str] | None, typer.Option(help="A site the bearer acts for; may be repeated.")] = None,
    nation: Annotated[str, typer.Option(help="The bearer's country, ISO 3166 alpha-3.")] = "IND",
    scope: Annotated[list[str] | None, typer.Option(help="A scope of the token; may be repeated.")] = None,
    subject: Annotated[str | None, typer.Option(help="Who the bearer is; role@site when not given.")] = None,
    hours: Annotated[float, typer.Option(help="How long the token counts.", min=0.001, max=_HOURS_MAX)] = 8,
) -> None:
    """Print an access token that the local stack's services accept."""
    sites = site or []
    bearer = Bearer(
        subject=subject or "@".join([role.value, *sites[:1]]),
        role=role.value,
        nation=nation,
        sites=sites,
        scopes=scope or [],
    )
    settings = state.as_running(StackSettings())
    if not is_made(settings):
        typer.echo(
            f"jvtrack: no stack of namespace {settings.namespace} has run here yet, and the token counts only there: "
            "see JVTRACK_NAMESPACE and JVTRACK_HOME.",
            err=True,
        )
    typer.echo(Issuer(settings).token(bearer, hours=hours))
