"""A real Apache Kafka in KRaft mode: one node that is broker and controller, or three that are both."""

import base64
import socket
import struct
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from deploy.errors import SetupError
from deploy.kafka.copies import in_sync_min
from deploy.local.brokers import KAFKA, Broker
from deploy.local.jars import kafka_jars
from deploy.local.java import java
from deploy.local.leash import leashed
from deploy.local.ports import HOST
from deploy.local.process import Program

LASTING = ("-XX:TieredStopAtLevel=1", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-Xmx512m")
"""The Java machine of a stack that runs for hours; it compiles once, simply (ADR 0039)."""
LASTING_OF_SEVERAL = (*LASTING[:-1], "-Xmx256m")
"""The same for one of several nodes, each of which leads a part of what a single one would."""
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx384m")
"""The Java machine of a test: up in half the time."""

_LOGGING = Path(__file__).with_name("log4j2.yaml")
_PROPERTIES, _META = "server.properties", "data/meta.properties"
_VOTERS = "controller.quorum.voters"
# After a kill the controller waits for a session's length for the former self before it lets the broker in again.
_PROMPT = {"broker.session.timeout.ms": 3000, "broker.heartbeat.interval.ms": 500}
# Several nodes on a busy machine must not take each other for dead: then they elect, and nobody serves.
_PATIENT = {
    "broker.session.timeout.ms": 9000,
    "broker.heartbeat.interval.ms": 1000,
    "controller.quorum.fetch.timeout.ms": 6000,
    "controller.quorum.election.timeout.ms": 3000,
}
_FORMAT_SECONDS_MAX, _START_SECONDS_MAX = 60, 120
_API_VERSIONS_REQUEST = struct.pack(">ihhih", 10, 18, 0, 1, -1)


@dataclass(frozen=True, slots=True)
class KafkaPlan:
    """Where a Kafka keeps its data, which nodes it has, and on which Java machine they run."""

    directory: Path
    """Each node has a folder of its name in it."""
    brokers: Sequence[Broker]
    jars: Path
    jvm: Sequence[str] = LASTING


def kafka_programs(plan: KafkaPlan) -> Sequence[Program]:
    """Make the nodes of a Kafka ready to start, formatting their storage the first time."""
    classpath = f"{kafka_jars(plan.jars)}/*"
    return [_program(plan, broker, classpath) for broker in plan.brokers]


def require_number(directory: Path, number: int) -> None:
    """Refuse to start with another number of nodes than those that hold the data: each would miss what is elsewhere."""
    others = {_voters(folder) for folder in _formatted(directory)} - {number}
    if others:
        before = min(others)
        raise SetupError(
            f"The facts kept in {directory} are on {_nodes(before)}, not {number}: start with --brokers {before} (or "
            f"JVTRACK_BROKERS={before}), or forget them with --fresh."
        )


def node_properties(plan: KafkaPlan, broker: Broker) -> Mapping[str, object]:
    """Say how one node of a Kafka is set up."""
    client, controller = f"{HOST}:{broker.port}", f"{HOST}:{broker.controller_port}"
    copies = len(plan.brokers)
    return {
        "process.roles": "broker,controller",
        "node.id": broker.node,
        "listeners": f"PLAINTEXT://{client},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{client}",
        "controller.listener.names": "CONTROLLER",
        _VOTERS: ",".join(f"{each.node}@{HOST}:{each.controller_port}" for each in plan.brokers),
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": plan.directory / broker.name / "data",
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync_min(copies),
        "unclean.leader.election.enable": "false",
        **(_PATIENT if copies > 1 else _PROMPT),
        "group.initial.rebalance.delay.ms": 0,
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync_min(copies),
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync_min(copies),
    }


def answers(port: int) -> bool:
    """Tell whether a Kafka on this machine answers requests."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(_API_VERSIONS_REQUEST)
            return connection.recv(4) != b""
    except OSError:
        return False


def _program(plan: KafkaPlan, broker: Broker, classpath: str) -> Program:
    folder = plan.directory / broker.name
    folder.mkdir(parents=True, exist_ok=True)
    properties = folder / _PROPERTIES
    properties.write_text("".join(f"{name}={value}\n" for name, value in node_properties(plan, broker).items()))
    if not (folder / _META).exists():
        _format(properties, classpath, cluster=_cluster(plan.directory))
    logging = f"-Dlog4j2.configurationFile={_LOGGING}"
    return Program(
        name=broker.name,
        command=(java(), *plan.jvm, logging, "-cp", classpath, "kafka.Kafka", str(properties)),
        port=broker.port,
        serves=lambda _: answers(broker.port),
        log=folder / "kafka.log",
        start_seconds_max=_START_SECONDS_MAX,
    )


def _formatted(directory: Path) -> Sequence[Path]:
    return [meta.parents[1] for meta in sorted(directory.glob(f"{KAFKA}*/{_META}"))]


def _voters(folder: Path) -> int:
    return _value(folder / _PROPERTIES, _VOTERS).count("@")


def _cluster(directory: Path) -> str:
    """Give the id that the nodes share: that of one which is formatted already, or a new one."""
    for folder in _formatted(directory):
        return _value(folder / _META, "cluster.id")
    # Kafka takes an id that begins with a dash for an option.
    return "J" + base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")[1:]


def _value(file: Path, name: str) -> str:
    lines = (line.partition("=") for line in file.read_text().splitlines())
    return next(value for key, _, value in lines if key == name)


def _nodes(number: int) -> str:
    return "one broker" if number == 1 else f"{number} brokers"


def _format(properties: Path, classpath: str, *, cluster: str) -> None:
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
