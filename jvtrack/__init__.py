"""What people run and import: the typed HTTP client, and the `jvtrack` command on top of it. It knows no service."""
