"""How JVTrack is put on its feet: databases, topics, containers, and the stack without Docker."""
