"""What monitor reads of what it has counted."""
