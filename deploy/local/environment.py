"""What the processes of a stack are told: addresses, databases and keys, as `JVTRACK_*` variables."""

import json
import os
from collections.abc import Mapping
from functools import cached_property

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from deploy.errors import SetupError
from deploy.local.issuer import Issuer
from deploy.local.ports import HOST
from deploy.local.postgres import ADMIN, postgres_dsn
from deploy.local.secret import Secret
from deploy.local.settings import SERVICES, StackSettings
from deploy.postgres.provision import ServiceDatabase

_ASYNC = "postgresql+asyncpg"
_PLAIN = "postgresql"


class Environment:
    """Everything about a stack that its settings and its secret decide."""

    def __init__(self, settings: StackSettings) -> None:
        self.settings = settings

    @cached_property
    def secret(self) -> Secret:
        """Give the stack's secret, made the first time; servers and passwords that are all given need none."""
        return Secret.kept_in(self.settings.directory / "secret")

    @cached_property
    def postgres(self) -> URL:
        """Address PostgreSQL as its administrator: as given, or the stack's own server."""
        if self.settings.postgres:
            return make_url(self.settings.postgres)
        return make_url(postgres_dsn(self.settings.postgres_port, self.secret.password(ADMIN)))

    def database(self, service: str) -> ServiceDatabase:
        """Address a service's database as each of its roles: as `JVTRACK_<NAME>_*` says, or with derived passwords."""
        return ServiceDatabase(
            service=service,
            owner=self._role(service, "owner", f"JVTRACK_{service.upper()}_OWNER_DATABASE", _ASYNC),
            app=self._role(service, "app", f"JVTRACK_{service.upper()}_DATABASE", _ASYNC),
            relay=self._role(service, "relay", f"JVTRACK_{service.upper()}_RELAY_DATABASE", _PLAIN),
        )

    def variables(self) -> Mapping[str, str]:
        """Give what every service of the stack finds in its environment."""
        return {
            "JVTRACK_NAMESPACE": self.settings.namespace,
            "JVTRACK_KAFKA": self.settings.kafka_address,
            "JVTRACK_AUTH_ISSUER": self.settings.auth_issuer,
            "JVTRACK_AUTH_AUDIENCE": self.settings.auth_audience,
            "JVTRACK_AUTH_KEYS": str(self.settings.auth_keys or Issuer(self.settings).jwks),
        }

    def service_variables(self, service: str) -> Mapping[str, str]:
        """Give what one service finds in its environment, and no other service's way into a database."""
        database, prefix = self.database(service), f"JVTRACK_{service.upper()}"
        return {
            **(self._watched() if service == "monitor" else {}),
            f"{prefix}_HOST": HOST,
            f"{prefix}_PORT": str(self.settings.service_ports[service]),
            f"{prefix}_DATABASE": database.app.render_as_string(hide_password=False),
            f"{prefix}_RELAY_DATABASE": database.relay.render_as_string(hide_password=False),
        }

    def _watched(self) -> Mapping[str, str]:
        """Name every process that monitor watches, and where it alone answers."""
        watched = {each.name: f"http://{HOST}:{each.port}" for each in self.settings.service_replicas}
        return {"JVTRACK_MONITOR_WATCHED": json.dumps(watched)}

    def all_variables(self) -> Mapping[str, str]:
        """Give everything, for whoever operates the stack."""
        services = [self.service_variables(service) for service in SERVICES]
        merged = {name: value for variables in services for name, value in variables.items()}
        addresses = {
            f"JVTRACK_{service.upper()}_URL": f"http://{HOST}:{port}"
            for service, port in self.settings.service_ports.items()
        }
        admin = {"JVTRACK_POSTGRES": self.postgres.render_as_string(hide_password=False)}
        return {**self.variables(), **admin, **merged, **addresses}

    def inherited(self) -> Mapping[str, str]:
        """Give this process's own environment without what only an administrator may know."""
        secrets = {name for service in SERVICES for name in self._secret_names(service)} | {"JVTRACK_POSTGRES"}
        return {name: value for name, value in os.environ.items() if name not in secrets}

    def _role(self, service: str, role: str, variable: str, driver: str) -> URL:
        if given := os.environ.get(variable):
            return _address(given, variable).set(drivername=driver)
        name = f"{self.settings.namespace}_{service}"
        user = f"{name}_{role}"
        return self.postgres.set(drivername=driver, username=user, password=self.secret.password(user), database=name)

    @staticmethod
    def _secret_names(service: str) -> tuple[str, ...]:
        prefix = f"JVTRACK_{service.upper()}"
        return (f"{prefix}_DATABASE", f"{prefix}_RELAY_DATABASE", f"{prefix}_OWNER_DATABASE")


def _address(dsn: str, variable: str) -> URL:
    try:
        address = make_url(dsn)
    except (ArgumentError, ValueError):
        address = None
    if address is None or not (address.username and address.database):
        raise SetupError(f"{variable} names no database: write postgresql://USER:PASSWORD@HOST:PORT/DATABASE.")
    return address
