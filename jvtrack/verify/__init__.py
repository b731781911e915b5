"""`jvtrack verify`: the proof that the books balance, from the data alone.

What the databases and Kafka hold is copied into a scratch workbook, in an order that makes a cut of a running system:
first how far every consumer has come, then what stands, then what was told, then what Kafka has. Each is at least as
new as the one before, so whatever a consumer has applied is found, and what is newer is in flight and printed as such.
"""
