"""A service of ours as a program of the stack."""

import sys

from deploy.local.environment import Environment
from deploy.local.probes import is_ready
from deploy.local.process import Program


def service_program(environment: Environment, service: str) -> Program:
    """Say how a service is started, what it is told, and how to know that it serves."""
    settings = environment.settings
    port = settings.service_ports[service]
    return Program(
        name=service,
        command=(sys.executable, "-m", f"services.{service}.main"),
        port=port,
        serves=lambda _: is_ready(port),
        log=settings.directory / "services" / f"{service}.log",
        environment={
            **environment.inherited(),
            **environment.variables(),
            **environment.service_variables(service),
        },
    )
