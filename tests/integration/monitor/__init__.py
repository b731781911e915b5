"""Monitor on a real database."""
