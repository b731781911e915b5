"""The explicit steps between running servers and running services; each may be repeated at will."""

import asyncio
from collections.abc import Sequence

from deploy.kafka.topics import ensure_topics
from deploy.local.environment import Environment
from deploy.postgres.provision import provision
from shared.messaging.topics import Topics
from shared.migrations import upgrade


def migrate(environment: Environment, service: str) -> None:
    """Create a service's roles and database where they are missing, and bring its tables up to date."""
    database = environment.database(service)
    asyncio.run(provision(environment.postgres, database))
    upgrade(service, database.owner.render_as_string(hide_password=False))


def make_topics(environment: Environment) -> Sequence[str]:
    """Create the topics that are missing, check the others, and name what was created."""
    settings = environment.settings
    topics = Topics(settings.kafka_address, settings.namespace)
    return asyncio.run(ensure_topics(topics, replicas=settings.kafka_replicas))
