"""What is printed at the end: what happened, the proof, and on request how to go on from here."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from jvtrack.commands.verify import show
from jvtrack.demo.findings import Finding
from jvtrack.demo.stage import Stage
from jvtrack.verify.report import Report

_ROLES = (
    ("factory", "F-01"),
    ("depot", "D-01"),
    ("planner",),
    ("procurement",),
    ("operator",),
    ("auditor",),
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
        "Three commands to begin with: a depot's stock, a factory's work orders, the newest orders.",
        f"  curl -s {depot} '{inventory}/v1/stock?site=D-01&part={part}&group=part-site'",
        f"  curl -s {factory} '{production}/v1/work-orders?factory=F-01&limit=2'",
        f"  curl -s {operator} '{orders}/v1/orders?site=D-01&limit=2'",
        "",
        f"Prove the books again: JVTRACK_NAMESPACE={stage.settings.namespace} jvtrack verify",
        f"Stop it:               JVTRACK_NAMESPACE={stage.settings.namespace} jvtrack down",
    ]
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False, markup=False)
