"""The demand protocol, explored over the real rules of the three services."""
