"""The whole system on one machine without Docker: real Kafka, real PostgreSQL, every service, and who watches them.

Its promise: no process outlives the one that started it, and data survive unless a fresh start is asked for.
"""
