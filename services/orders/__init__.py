"""Orders owns demand as asked, the sources of parts, sourcing and promises, and which platforms wait for them.

It tells what depots ask, which factory is to make what they lack, and which platforms are down (`orders.v1`); it
listens to inventory's totals (`stock.v1`), to production's work orders (`production.v1`) and to the catalogue.
"""
