"""The sub-commands of `jvtrack`, one module per noun."""
