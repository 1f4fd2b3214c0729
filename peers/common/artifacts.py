"""What tasks write and read, as files whose format is told by their names' ends."""

from pathlib import Path

from saltern.codecs import CODECS


def load(path):
    """The value that a file holds."""
    path = Path(path)
    return CODECS[path.suffix[1:]].load(path.read_bytes())


def save(value, path):
    """Write a value to a file."""
    path = Path(path)
    path.write_bytes(CODECS[path.suffix[1:]].dump(value))
