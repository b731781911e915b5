"""The rules of stock and demand, without I/O."""
