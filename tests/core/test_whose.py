"""Whose a file is that a step opens: what the user's own code opens counts wherever it lies."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest

from saltern import whose


@pytest.mark.parametrize(
    ("folder", "by_user", "by_library"),
    [
        ("/data", True, True),
        ("/opt/lab", True, True),
        ("/var/lib/lab", True, True),
        ("/dev/shm", True, True),
        ("/etc/lab", True, False),
        ("/usr/share/lab", True, False),
        (str(Path.home() / ".lab"), True, False),
        ("/proc", False, False),
        ("/dev", False, False),
        ("/sys/devices", False, False),
        (sysconfig.get_path("purelib"), False, False),
        (sysconfig.get_path("stdlib"), False, False),
    ],
)
def test_what_counts_depends_on_who_asks(folder: str, by_user: bool, by_library: bool) -> None:
    assert (whose.counts(folder, by_user=True), whose.counts(folder)) == (by_user, by_library)


def test_the_user_asks_through_functions_of_python() -> None:
    frame = sys._getframe()
    assert whose.is_by_user(frame)
    assert not whose.is_by_user(_frame_of("/venv/lib/python3.11/site-packages/pandas/io.py"))
    assert not whose.is_by_user(_frame_of(str(Path(whose.__file__).parent / "store.py")))


def _frame_of(file: str):  # type: ignore[no-untyped-def]
    names: dict[str, object] = {"sys": sys}
    exec(compile("frame = sys._getframe()", file, "exec"), names)
    return names["frame"]
