"""What keeps the system from being set up and that its user can put right."""


class SetupError(Exception):
    """Something the user can put right; the text is one sentence that names the fix."""
