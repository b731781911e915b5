"""`make bench-smoke`: speed and cost on this machine, in minutes, from a stack started fresh."""
