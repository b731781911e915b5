"""Production owns work orders, lots, inspection and dispatch.

It tells lots as factories reported them and work orders with their quantities as absolute totals (`production.v1`).
It listens to the catalogue (its own copy of parts and sites) and to orders (work orders to open and to reduce).
"""
