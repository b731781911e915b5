"""Orders owns demand as asked, the sources of parts, sourcing and promises.

It tells what depots ask and which factory is to make what their depot lacks (`orders.v1`); it listens to inventory's
totals (`stock.v1`), to production's work orders (`production.v1`) and to the catalogue.
"""
