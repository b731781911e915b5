"""`make bench-smoke`: the README's figures on this machine, in minutes, from a stack started fresh."""
