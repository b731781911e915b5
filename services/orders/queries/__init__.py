"""SQL that reads."""
