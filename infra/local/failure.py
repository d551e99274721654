"""What stops a start, in one plain line."""


class CannotRun(Exception):
    """The stack cannot start or go on; the message is one line that says what to do."""
