"""The containers as their files describe them: what runs, as whom, and what it may reach."""

import re
from pathlib import Path

import pytest

from deploy.local.brokers import brokers
from deploy.local.kafka import KafkaPlan, node_properties
from deploy.local.settings import SERVICES

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
RECIPE = (ROOT / "deploy" / "Dockerfile").read_text()
CLUSTER = (ROOT / "deploy" / "compose" / "cluster.yml").read_text()
KAFKA = (ROOT / "deploy" / "compose" / "kafka" / "server.properties").read_text()
MANY = (ROOT / "deploy" / "compose" / "kafka" / "cluster.properties").read_text()

SERVERS = ("postgres", "kafka")
JOBS = ("migrate", "topics", "issuer", "passwords")
OURS = (*JOBS, *SERVICES, "tools")
PINNED = re.compile(r"^(?:jvtrack/\w+:local|\$\{JVTRACK_\w+_IMAGE:-[\w/]+:\d+(?:\.\d+)*\})$")
A_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]*@|PASSWORD: \S")


def described(name: str, *, indent: int = 0) -> str:
    """Give what the file says under a name, with the anchors that it merges in."""
    space = " " * indent
    own = re.search(rf"^{space}{name}:.*\n(?:(?:{space} .*)?\n)*", COMPOSE, re.MULTILINE)
    assert own, f"{name} is not described"
    merged = [anchor for line in re.findall(r"<<: (.*)", own[0]) for anchor in re.findall(r"\*([\w-]+)", line)]
    owners = [re.search(rf"^(x-[\w-]+): &{anchor}$", COMPOSE, re.MULTILINE) for anchor in merged]
    return own[0] + "".join(described(owner[1]) for owner in owners if owner)


def volumes(said: str) -> list[str]:
    """Give the volumes that a container mounts, without the files of this folder."""
    listed = re.search(r"^ +volumes:(?: \[(.*)\]|((?:\n +- .*)+))$", said, re.MULTILINE)
    return re.findall(r"[\w-]+:/[\w/:]+", listed[0]) if listed else []


def container(name: str) -> str:
    """Give all that the file says of one container."""
    return described(name, indent=2)


def test_every_container_is_known_here() -> None:
    section = COMPOSE[COMPOSE.index("\nservices:\n") : COMPOSE.index("\nvolumes:\n")]

    named = re.findall(r"^  (\w+):$", section, re.MULTILINE)

    assert sorted(named) == sorted((*SERVERS, *OURS))


@pytest.mark.parametrize("name", [*SERVERS, *OURS])
def test_a_container_has_a_pinned_image_no_rights_and_bounds(name: str) -> None:
    said = container(name)

    images = re.findall(r"^ +image: (\S+)$", said, re.MULTILINE)

    assert images
    assert all(PINNED.match(image) for image in images)
    assert "cap_drop: [ALL]" in said
    assert "no-new-privileges:true" in said
    assert "read_only: true" in said
    assert re.search(r"mem_limit: \d", said)
    assert re.search(r"pids_limit: \d", said)
    assert not re.search(r"privileged|cap_add|docker\.sock|network_mode: host", said)


@pytest.mark.parametrize("name", OURS)
def test_what_is_ours_is_built_here_and_runs_as_a_user_without_rights(name: str) -> None:
    said = container(name)

    assert "pull_policy: never" in said
    assert 'user: "10001:10001"' in said


@pytest.mark.parametrize("name", [*SERVERS, *SERVICES])
def test_what_lasts_is_watched_restarted_and_given_time_to_stop(name: str) -> None:
    said = container(name)

    assert "start_period:" in said
    assert re.search(r"healthcheck:\n.*checked(?:\n.*)*?test:", said)
    assert "restart: unless-stopped" in said
    assert re.search(r"stop_grace_period: \d+s", said)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_for_servers_and_steps_and_reads_the_public_keys_only(name: str) -> None:
    said = container(name)

    assert all(f"{server}: {{condition: service_healthy}}" in said for server in SERVERS)
    assert all(f"{job}: {{condition: service_completed_successfully}}" in said for job in JOBS)
    assert volumes(said) == ["keys:/run/keys:ro", f"{name}-access:/run/access:ro"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_told_of_its_own_database_alone_and_never_as_owner(name: str) -> None:
    databases = re.findall(r"JVTRACK_(\w+?)_(?:RELAY_)?DATABASE: \S+://jvtrack_(\w+)@", container(name))

    assert databases == [(name.upper(), f"{name}_app"), (name.upper(), f"{name}_relay")]
    assert "JVTRACK_POSTGRES" not in container(name)


def test_no_password_is_written_down() -> None:
    assert not A_PASSWORD.search(COMPOSE)
    assert A_PASSWORD.search("postgresql://me:known@host")
    assert A_PASSWORD.search("POSTGRES_PASSWORD: known")


@pytest.mark.parametrize("name", [*SERVERS, *OURS, *SERVICES])
def test_what_the_operator_keeps_is_seen_by_the_tools_alone(name: str) -> None:
    seen = volumes(container(name))

    keepers = {"migrate", "issuer", "passwords", "tools"}
    assert any(volume.startswith("operator:") for volume in seen) is (name in keepers)
    if name != "passwords":
        owner = {f"{name}-access:/run/access:ro"} if name in {"postgres", *SERVICES} else set()
        assert {volume for volume in seen if "-access:" in volume} == owner


def test_only_the_doors_are_opened_and_only_to_this_machine() -> None:
    opened = re.findall(r"^ +ports: (.*)$", COMPOSE, re.MULTILINE)

    assert len(opened) == len(SERVICES)
    assert all(re.fullmatch(r'\["127\.0\.0\.1:\$\{JVTRACK_\w+_PORT:-(\d+)\}:\1"\]', ports) for ports in opened)


def test_an_image_is_made_of_pinned_parts_and_never_runs_as_root() -> None:
    stages = re.split(r"^FROM ", RECIPE, flags=re.MULTILINE)
    last = [stage for stage in stages if re.match(r"runtime AS (?:tools|service)", stage)]

    assert len(last) == 2
    assert all(re.findall(r"^USER (.*)$", stage, re.MULTILINE) == ["10001:10001"] for stage in last)
    assert "uv sync --frozen --no-dev" in RECIPE
    assert re.search(r"^ARG UV_VERSION=\d+\.\d+\.\d+$", RECIPE, re.MULTILINE)
    assert not re.search(r"^# *syntax=|:latest", RECIPE, re.MULTILINE)


def test_the_image_of_a_service_holds_what_is_shared_and_that_service() -> None:
    (service,) = re.findall(r"^FROM runtime AS service$(.*)", RECIPE, re.MULTILINE | re.DOTALL)
    runtime = RECIPE[RECIPE.index("AS runtime") : RECIPE.index("FROM runtime AS tools")]

    copied = re.findall(r"^COPY (?!--)(.*)$", runtime + service, re.MULTILINE)

    assert copied == ["shared shared", "services/${SERVICE} services/${SERVICE}"]


def test_kafka_makes_no_topic_by_itself() -> None:
    assert "auto.create.topics.enable=false" in KAFKA.splitlines()


@pytest.mark.parametrize("name", [f"{service}-door" for service in SERVICES])
def test_what_holds_the_address_of_replicas_may_do_nothing_else(name: str) -> None:
    anchor = CLUSTER[CLUSTER.index("x-address:") : CLUSTER.index("x-after-brokers:")]
    own = block(name)

    assert "entrypoint: [sleep, infinity]" in anchor
    for said in ("cap_drop: [ALL]", "no-new-privileges:true", "read_only: true", 'user: "10001:10001"'):
        assert said in anchor
    assert re.search(r'ports: \["127\.0\.0\.1:\$\{JVTRACK_\w+_PORT:-(\d+)\}:\1"\]', own)
    assert f"aliases: [{name.removesuffix('-door')}]" in own
    assert "volumes" not in anchor + own


@pytest.mark.parametrize("service", SERVICES)
def test_replicas_share_an_address_and_are_asked_apart_and_open_nothing(service: str) -> None:
    first, second = block(service), block(f"{service}-2")

    assert f"extends: {{file: docker-compose.yml, service: {service}}}" in second
    assert all(
        f"network_mode: service:{service}-door" in said and "ports: !reset []" in said for said in (first, second)
    )
    own = [re.findall(r'OWN_PORT: "(\d+)"|ready, "(\d+)"', said) for said in (first, second)]
    asked = [{port for found in each for port in found if port} for each in own]
    assert [len(each) for each in asked] == [1, 1]
    assert asked[0] != asked[1]


def test_three_brokers_are_described_as_jvtrack_up_makes_them() -> None:
    described = dict(line.split("=", 1) for line in MANY.splitlines() if not line.startswith("#"))
    three = brokers(3, 9092, 9093)
    made = node_properties(KafkaPlan(Path("/"), three, Path("/")), three[1])

    differing = {
        "listeners",
        "listener.security.protocol.map",
        "inter.broker.listener.name",
        "controller.quorum.voters",
    }
    assert described.keys() >= differing
    assert {name: str(made[name]) for name in described.keys() - differing} == {
        name: value for name, value in described.items() if name not in differing
    }
    assert described["controller.quorum.voters"] == "1@kafka:9093,2@kafka-2:9093,3@kafka-3:9093"


def block(name: str) -> str:
    """Give what the cluster's file itself says of one container."""
    own = re.search(rf"^  {name}:\n(?:(?:    .*)?\n)*", CLUSTER, re.MULTILINE)
    assert own, f"{name} is not described"
    return own[0]
