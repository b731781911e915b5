"""Each service's database and its three roles: the owner makes tables, the app writes, the relay publishes."""
