"""A service of ours as a program of the stack."""

import sys

from deploy.local.environment import Environment
from deploy.local.probes import is_ready
from deploy.local.process import Program
from deploy.local.replicas import Replica


def service_program(environment: Environment, replica: Replica) -> Program:
    """Say how a process of a service is started, what it is told, and how to know that it serves."""
    own = {} if replica.is_alone else {f"JVTRACK_{replica.service.upper()}_OWN_PORT": str(replica.port)}
    return Program(
        name=replica.name,
        command=(sys.executable, "-m", f"services.{replica.service}.main"),
        port=replica.port,
        serves=lambda _: is_ready(replica.port),
        log=environment.settings.directory / "services" / f"{replica.name}.log",
        environment={
            **environment.inherited(),
            **environment.variables(),
            **environment.service_variables(replica.service),
            **own,
        },
    )
