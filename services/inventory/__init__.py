"""Inventory owns parts, sites, the stock ledger, and what is reserved, issued and released.

It tells the catalogue (`catalogue.v1`) and every movement of stock, demand's totals and shipments (`stock.v1`).
It listens to orders (demand as asked) and to production (lots finished, scrapped, dispatched, voided).
"""
