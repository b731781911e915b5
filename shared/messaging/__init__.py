"""The backbone: facts leave by the outbox and its relay, and arrive once in effect through fenced consumers.

Invariants: per key, facts are numbered without gap in the order in which they were decided (outbox), published in that
order (relay), and applied each exactly once in that order (consumer), whatever crashes in between.
"""
