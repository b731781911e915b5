"""Proves that no service's role opens another service's database: `python -m deploy.compose.apart`."""

import asyncio
import sys
from collections.abc import Iterator

import asyncpg
from sqlalchemy import URL

from deploy.local.environment import Environment
from deploy.local.settings import SERVICES, StackSettings
from deploy.postgres.provision import connect


async def breaches(environment: Environment) -> list[str]:
    """Try every role on every service's database, and name each that opens a stranger's or not its own."""
    found = []
    for role, database, is_own in _attempts(environment):
        if await _opens(role.set(database=database)) is not is_own:
            found.append(f"{role.username} {'does not open its own' if is_own else 'opens'} {database}")
    return found


def _attempts(environment: Environment) -> Iterator[tuple[URL, str, bool]]:
    databases = [environment.database(service) for service in SERVICES]
    for own in databases:
        for role in own.roles:
            for other in databases:
                yield role, other.name, other is own


async def _opens(address: URL) -> bool:
    try:
        connection = await connect(address)
    except asyncpg.InsufficientPrivilegeError:
        return False
    await connection.close()
    return True


if __name__ == "__main__":
    found = asyncio.run(breaches(Environment(StackSettings())))
    sys.exit("\n".join(found) or 0)
