"""What a change did to a workspace, as text for people: a unified diff, and a line for what is no text."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from shared.rerun.workspace import Workspace

AFTER_A_BUILD = "\n\nand after a build:\n\n"  # between what was changed before it and after it
LINES, COLUMNS = 60, 200  # as much as is kept of a change


@dataclass(frozen=True)
class File:
    changed_ns: int
    content: bytes


@dataclass(frozen=True)
class Snapshot:
    """A workspace at one moment: where it lies, what the user says, and all files that are not hidden."""

    folder: str
    options: tuple[str, ...]
    files: dict[str, File]


def snapshot(world: Workspace) -> Snapshot:
    files = {}
    for path in world.folder.rglob("*"):
        name = path.relative_to(world.folder).as_posix()
        if path.is_file() and "/." not in f"/{name}" and "__pycache__" not in name:
            files[name] = File(path.stat().st_mtime_ns, path.read_bytes())
    words = world.options
    options = tuple(f"{option} {value}" for option, value in zip(words[::2], words[1::2], strict=True))
    return Snapshot(world.folder.name, options, files)


def difference(old: Snapshot, new: Snapshot) -> str:
    """From one moment to the other, at most ``LINES`` lines of at most ``COLUMNS`` characters."""
    lines = [*_said(old, new), *_done(old, new)]
    kept = [line if len(line) <= COLUMNS else f"{line[: COLUMNS - 4]} ..." for line in lines[:LINES]]
    if len(lines) > LINES:
        kept[-1] = f"... and {len(lines) - LINES + 1} lines more"
    return "\n".join(kept)


def _said(old: Snapshot, new: Snapshot) -> Iterator[str]:
    if old.folder != new.folder:
        yield f"the folder {old.folder} is now {new.folder}"
    yield from (f"no longer: {option}" for option in old.options if option not in new.options)
    yield from (option for option in new.options if option not in old.options)


def _done(old: Snapshot, new: Snapshot) -> Iterator[str]:
    origins = {file.content: name for name, file in old.files.items() if file.content}
    arrived = {origins.get(file.content) for name, file in new.files.items() if name not in old.files}
    for name in sorted(old.files.keys() | new.files.keys()):
        before, after = old.files.get(name), new.files.get(name)
        if before == after:
            continue
        if after is None:
            if name not in arrived:
                yield f"{name}: deleted"
            continue
        origin = origins.get(after.content)
        if before and before.content == after.content:
            yield f"{name}: same content, new time of change"
        elif origin and origin not in new.files:
            yield f"{name}: moved here from {origin}"
        elif origin:
            yield f"{name}: has the content that {origin} had"
        else:
            yield from _changed(name, before.content if before else b"", after.content)


def _changed(name: str, before: bytes, after: bytes) -> Iterator[str]:
    texts = [] if name.startswith("store/") else [_text(before), _text(after)]
    if not texts or None in texts:
        if len(before) == len(after):
            places = [place for place in range(len(after)) if before[place] != after[place]]
            yield f"{name}: {len(places)} of its {len(after)} bytes changed, the first at {places[0]}"
        else:
            yield f"{name}: {len(before)} bytes before, {len(after)} now"
        return
    old, new = (text.splitlines() for text in texts if text is not None)
    yield from difflib.unified_diff(old, new, name if before else "/dev/null", name, lineterm="")


def _text(content: bytes) -> str | None:
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None
