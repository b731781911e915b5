"""What is printed before and after the play: what starts, what happened, the proof, how to go on, and what stays."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from deploy.local.settings import StackSettings
from jvtrack.commands.verify import show
from jvtrack.demo.findings import Finding
from jvtrack.demo.stage import Stage
from jvtrack.invocation import again
from jvtrack.verify.report import Report

_ROLES = (
    ("factory", "F-01"),
    ("depot", "D-01"),
    ("planner",),
    ("procurement",),
    ("quality",),
    ("operator",),
    ("auditor",),
)


def tell_what_starts(settings: StackSettings, console: Console) -> None:
    """Print what is started, and on whose servers."""
    if elsewhere := settings.servers_elsewhere:
        own = [*([] if settings.kafka else ["Kafka"]), *([] if settings.postgres else ["PostgreSQL"]), "four services"]
        where = f"{' and '.join(elsewhere)}, in namespace {settings.namespace}"
        console.print(f"starting {' and '.join(own)} with {where}", highlight=False)
    else:
        console.print("starting Kafka, PostgreSQL and four services from nothing")


def tell_what_stays(stage: Stage, console: Console) -> None:
    """Print what the play leaves on servers that are not its own, and how to be rid of it."""
    if elsewhere := stage.settings.servers_elsewhere:
        console.print(
            f"{' and '.join(elsewhere)} {'keep' if elsewhere[1:] else 'keeps'} what the demo put there, under "
            f"{stage.settings.namespace}; with the same variables set, this drops it: {again(stage.settings, 'drop')}",
            soft_wrap=True,
        )


def tell(findings: Sequence[Finding], report: Report, console: Console) -> bool:
    """Print what happened and the proof; tells whether everything is as it must be."""
    table = Table("what happened", "how it came out", "", title="The play")
    for finding in findings:
        table.add_row(
            finding.what, finding.outcome, "[green]ok[/green]" if finding.holds else "[bold red]NO[/bold red]"
        )
    console.print(table)
    show(report, console)
    return report.holds and all(finding.holds for finding in findings)


def tell_how_to_go_on(stage: Stage, console: Console) -> None:
    """Print the addresses, a token for each role, and three commands that work."""
    orders, production, inventory = (stage.addresses[name] for name in ("orders", "production", "inventory"))
    lines = ["", "Everything is left running:"]
    lines += [f"  {name:<11} {address}/docs" for name, address in stage.addresses.items()]
    lines += ["", "A token for each role:"]
    lines += [f"  {role.upper()}={stage.token(role, *sites)}" for role, *sites in _ROLES]
    part, authorised = "MI17-TAIL-ROTOR-BLADE", "-H 'Authorization: Bearer {}'"
    depot, factory, operator = (
        authorised.format(stage.token(role, *sites))
        for role, *sites in (("depot", "D-01"), ("factory", "F-01"), ("operator",))
    )
    lines += [
        "",
        "Three commands to begin with: a depot's stock, a factory's work orders, a depot's first orders.",
        f"  curl -s {depot} '{inventory}/v1/stock?site=D-01&part={part}&group=part-site'",
        f"  curl -s {factory} '{production}/v1/work-orders?factory=F-01&limit=2'",
        f"  curl -s {operator} '{orders}/v1/orders?site=D-01&limit=2'",
        "",
        f"Prove the books again: {again(stage.settings, 'verify')}",
        f"Stop it:               {again(stage.settings, 'down')}",
    ]
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False, markup=False)
