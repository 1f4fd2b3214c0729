"""The table of the peers."""


def publish() -> None:
    """Write it."""
