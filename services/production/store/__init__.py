"""What production writes and locks.

Within one transaction always in this order: accepted ids, lots, work orders, then rows that nobody waits for
(history, told facts), and senders last.
"""
