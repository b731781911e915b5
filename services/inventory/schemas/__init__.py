"""Bodies of the doors."""
