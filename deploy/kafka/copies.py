"""How many copies of a fact Kafka keeps, and how many must have it before it counts as kept."""

COPIES_MAX = 3


def copies_among(brokers: int) -> int:
    """Choose the copies that a topic keeps among so many brokers: three where that is possible, otherwise one.

    Two would keep a fact twice and yet not let either broker go: with one of them away nothing could be written safely.
    """
    return COPIES_MAX if brokers >= COPIES_MAX else 1


def in_sync_min(copies: int) -> int:
    """Say how many copies must have a fact before it is acknowledged: one may be away, and one be lost after that."""
    return 2 if copies >= COPIES_MAX else 1
