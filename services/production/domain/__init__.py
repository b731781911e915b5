"""The rules of lots and work orders, without input or output."""
