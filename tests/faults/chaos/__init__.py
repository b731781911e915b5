"""Whole-system chaos: the three services on a real Kafka and PostgreSQL, under load, with everything that can break.

    python -m tests.faults.chaos --quick
    python -m tests.faults.chaos

What came of it is judged from data alone: the databases, Kafka from offset 0, and the client's journal of answers.
"""
