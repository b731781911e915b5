"""A real Apache Kafka in KRaft mode: one node that is broker and controller."""

import base64
import socket
import struct
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from deploy.errors import SetupError
from deploy.local.jars import kafka_jars
from deploy.local.java import java
from deploy.local.leash import leashed
from deploy.local.ports import HOST
from deploy.local.process import Program

LASTING = ("-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-Xmx512m")
"""The Java machine of a stack that runs for hours."""
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx384m")
"""The Java machine of a test: up in half the time, slower once warm."""

_LOGGING = Path(__file__).with_name("log4j2.yaml")
_FORMAT_SECONDS_MAX = 60
_API_VERSIONS_REQUEST = struct.pack(">ihhih", 10, 18, 0, 1, -1)


@dataclass(frozen=True, slots=True)
class KafkaPlan:
    """Where a Kafka keeps its data and listens, and on which Java machine it runs."""

    directory: Path
    port: int
    controller_port: int
    jars: Path
    jvm: Sequence[str] = LASTING


def kafka_program(plan: KafkaPlan) -> Program:
    """Make a Kafka ready to start, formatting its storage the first time."""
    classpath = f"{kafka_jars(plan.jars)}/*"
    plan.directory.mkdir(parents=True, exist_ok=True)
    properties = plan.directory / "server.properties"
    properties.write_text("".join(f"{name}={value}\n" for name, value in _properties(plan).items()))
    if not (plan.directory / "data" / "meta.properties").exists():
        _format(properties, classpath)
    logging = f"-Dlog4j2.configurationFile={_LOGGING}"
    return Program(
        name="kafka",
        command=(java(), *plan.jvm, logging, "-cp", classpath, "kafka.Kafka", str(properties)),
        port=plan.port,
        serves=lambda _: answers(plan.port),
        log=plan.directory / "kafka.log",
    )


def answers(port: int) -> bool:
    """Tell whether a Kafka on this machine answers requests."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(_API_VERSIONS_REQUEST)
            return connection.recv(4) != b""
    except OSError:
        return False


def _properties(plan: KafkaPlan) -> Mapping[str, object]:
    client, controller = f"{HOST}:{plan.port}", f"{HOST}:{plan.controller_port}"
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "listeners": f"PLAINTEXT://{client},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{client}",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.voters": f"1@{controller}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": plan.directory / "data",
        "auto.create.topics.enable": "false",
        # After a kill the controller waits this long for the former self before it lets the broker in again.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        "group.initial.rebalance.delay.ms": 0,
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
    }


def _format(properties: Path, classpath: str) -> None:
    # Kafka takes an id that begins with a dash for an option.
    cluster = "J" + base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")[1:]
    tool = ("kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", str(properties))
    done = subprocess.run(
        leashed([java(), *SHORT_LIVED, "-Dlog4j2.level=WARN", "-cp", classpath, *tool]),
        capture_output=True,
        text=True,
        timeout=_FORMAT_SECONDS_MAX,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "it did not say why").splitlines()[-1]
        raise SetupError(f"Kafka could not format its storage: {said[:300]}.")
