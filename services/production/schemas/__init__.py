"""What goes in and out at production's HTTP door."""
