"""What is done at production's doors, and what time alone brings about: load, decide, save, announce."""
