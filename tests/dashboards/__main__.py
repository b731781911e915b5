"""`make dashboards`: asks a real Prometheus every query of every panel while a system works; exit 1 if one is empty.

Prometheus is the one on the PATH. Each panel of `deploy/grafana` is printed with how many series it has; then how many
alerts fire, which must be none.
"""

import asyncio
import json
import math
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from deploy.local.ports import HOST, free_port
from deploy.local.process import Process, Program
from shared.clock import monotonic
from tests.fixtures.catalogue import Trade
from tests.fixtures.system import System, on_own_servers

ROOT = Path(__file__).parents[2]
WORK_SECONDS = 75.0
"""Longer than the windows of rates, so that each has something in it."""
_SCRAPE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel."""

    panel: str
    expr: str


def queries() -> Sequence[Query]:
    """List every query of every panel of every dashboard."""
    boards = [json.loads(path.read_text()) for path in sorted((ROOT / "deploy" / "grafana").glob("*.json"))]
    return [
        Query(panel["title"], target["expr"])
        for board in boards
        for panel in board["panels"]
        for target in panel["targets"]
    ]


def configuration(system: System) -> str:
    """Write what scrapes a system, with the rules that are shipped."""
    rules = ROOT / "deploy" / "prometheus" / "rules.yml"
    targets = [
        {"targets": [f"{HOST}:{port}"], "labels": {"service": service}}
        for service, port in system.settings.service_ports.items()
    ]
    every = f"{_SCRAPE_SECONDS}s"
    return json.dumps(
        {
            "global": {"scrape_interval": every, "evaluation_interval": every},
            "rule_files": [str(rules)],
            "scrape_configs": [{"job_name": "jvtrack", "static_configs": targets}],
        }
    )


@contextmanager
def prometheus(folder: Path, system: System) -> Iterator[str]:
    """Run Prometheus on a system until the block ends; gives its address."""
    port = free_port()
    config = folder / "prometheus.yml"
    config.write_text(configuration(system))
    command = (
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={HOST}:{port}",
    )
    process = Process(Program("prometheus", command, port, lambda _: _is_ready(port), folder / "prometheus.log"))
    try:
        process.start()
        process.wait_until_serving()
        yield f"http://{HOST}:{port}"
    finally:
        process.stop()


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://{HOST}:{port}/-/ready", trust_env=False).is_success
    except httpx.TransportError:
        return False


@asynccontextmanager
async def at_work(trade: Trade) -> AsyncIterator[None]:
    """Let factories send and depots order for as long as the block lasts."""

    async def work() -> None:
        while True:
            part = await trade.stocked(("D-01", 2))
            await trade.dispatched(part, 2, depot="D-01")
            await trade.placed(part, 1)

    working = asyncio.create_task(work())
    try:
        yield
        if working.done():
            working.result()
    finally:
        working.cancel()


async def ask(address: str, query: str) -> Sequence[float]:
    """Give the values of a query now."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{address}/api/v1/query", params={"query": query})
    answer.raise_for_status()
    return [float(each["value"][1]) for each in answer.json()["data"]["result"]]


async def run(folder: Path, system: System, console: Console) -> bool:
    """Let the system work, then ask everything; tells whether all have answered and nothing fires."""
    table, well, begun = Table("panel", "query", "series"), True, monotonic()
    async with Trade.opened(system, parts=2_000) as trade:
        with prometheus(folder, system) as address:
            async with at_work(trade):
                await asyncio.sleep(WORK_SECONDS)
                for query in queries():
                    found = await ask(address, query.expr)
                    has_data = bool(found) and not all(map(math.isnan, found))
                    table.add_row(query.panel, query.expr, f"{len(found)}" if has_data else "[red]none[/red]")
                    well &= has_data
                firing = await ask(address, 'ALERTS{alertstate="firing"}')
    console.print(table)
    console.print(f"{len(firing)} alerts fire; {len(queries())} queries asked after {monotonic() - begun:.0f} s.")
    return well and not firing


def main() -> None:
    """Run it all on servers of its own."""
    with tempfile.TemporaryDirectory(prefix="jvtrack-dashboards-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with on_own_servers(folder, "dashboards") as (_, system):
            well = asyncio.run(run(folder, system, Console()))
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
