"""The benchmark: JVTrack beside what a team would otherwise write, and beside the limits of the machine."""
