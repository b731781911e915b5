"""The explicit steps between running servers and running services; each may be repeated at will."""

import asyncio
from collections.abc import Sequence

from deploy.kafka.topics import delete_topics, ensure_topics
from deploy.local.environment import Environment
from deploy.local.settings import SERVICES
from deploy.postgres.provision import provision, remove
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
    return asyncio.run(ensure_topics(topics, copies=settings.topic_copies))


def drop_topics(environment: Environment) -> Sequence[str]:
    """Delete the topics of a namespace, with every fact in them, and name those that there were."""
    settings = environment.settings
    return asyncio.run(delete_topics(Topics(settings.kafka_address, settings.namespace)))


def drop_databases(environment: Environment) -> Sequence[str]:
    """Delete every service's database and roles, and name the databases that there were."""
    databases = [environment.database(service) for service in SERVICES]
    return [database.name for database in databases if asyncio.run(remove(environment.postgres, database))]
