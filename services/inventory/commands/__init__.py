"""What is asked and heard: load, decide, save, announce."""
