"""A real Kafka and PostgreSQL for whoever needs both for a while: a test session, a benchmark, the local stack."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.brokers import brokers
from deploy.local.kafka import SHORT_LIVED, KafkaPlan, kafka_programs
from deploy.local.places import KAFKA_JARS
from deploy.local.ports import HOST, free_port
from deploy.local.postgres import ADMIN, PostgresPlan, postgres_dsn, postgres_program
from deploy.local.process import Process
from deploy.local.secret import Secret


@dataclass(frozen=True, slots=True)
class Servers:
    """Both servers while they run, and their processes for who wants to kill and start them again."""

    kafka: str
    postgres_dsn: str
    kafka_process: Process
    postgres_process: Process

    @classmethod
    @contextmanager
    def start(
        cls,
        directory: Path,
        *,
        kafka_port: int = 0,
        postgres_port: int = 0,
        jvm: Sequence[str] = SHORT_LIVED,
        postgres: Mapping[str, str] | None = None,
    ) -> Iterator["Servers"]:
        """Run both servers on data kept in a folder, and stop them at the end; port 0 takes a free one.

        PostgreSQL may be set otherwise, parameter by parameter.
        """
        postgres_plan = PostgresPlan(
            directory=directory / "postgres",
            port=postgres_port or free_port(),
            password=Secret.kept_in(directory / "secret").password(ADMIN),
            settings=postgres or {},
        )
        kafka_plan = KafkaPlan(
            directory=directory,
            brokers=brokers(1, kafka_port or free_port(), free_port()),
            jars=KAFKA_JARS,
            jvm=jvm,
        )
        (kafka,) = kafka_programs(kafka_plan)
        processes = [Process(postgres_program(postgres_plan)), Process(kafka)]
        try:
            for process in processes:
                process.start()
            for process in processes:
                process.wait_until_serving()
            dsn = postgres_dsn(postgres_plan.port, postgres_plan.password)
            yield cls(f"{HOST}:{kafka.port}", dsn, kafka_process=processes[1], postgres_process=processes[0])
        finally:
            for process in reversed(processes):
                process.ask_to_stop()
            for process in reversed(processes):
                process.stop()
