"""A world in one thread: processes, a store and a log whose every step a seed decides."""
