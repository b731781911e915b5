"""The HTTP door: validate, call, return."""
