"""The ledger: the append-only record of which step really executed, and when.

The core writes it, around the step's function, so it cannot repeat what an engine merely believes. Every event is a
file of its own under ``<store>/.ledger/<run>/``, written atomically: any number of threads, processes and machines
can write at once without a lock, on any kind of store. No event waits for the disk: it outlives the process that
writes it, and a power cut may take the last few.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import uuid
from collections.abc import Iterator
from typing import Any

from saltern.errors import BadInput
from saltern.store import Store

FOLDER = ".ledger"
VERIFIED = "-verified"


class Ledger:
    """What the steps of one run did."""

    def __init__(self, store: Store, run: str) -> None:
        self.store, self.run = store, run
        self.folder = f"{FOLDER}/{run}"

    @contextlib.contextmanager
    def executing(self, step: str, **facts: Any) -> Iterator[None]:
        """Record that a step starts, and how it ends.

        A step that refuses its input (BadInput) has not executed: its record is withdrawn.
        A process that dies leaves a record without an end.
        """
        started = time.time_ns()
        name = f"{started}-{uuid.uuid4().hex[:12]}"
        event = {"step": step, "pid": os.getpid(), "started_ns": started, **facts}
        self._write(f"{name}-started", event)
        try:
            yield
        except BadInput:
            self._withdraw(f"{name}-started")
            raise
        except BaseException as error:
            message = f"{type(error).__name__}: {error}"
            self._write(f"{name}-failed", event | {"ended_ns": time.time_ns(), "error": message})
            raise
        self._write(f"{name}-finished", event | {"ended_ns": time.time_ns()})

    def executed(self) -> list[str]:
        """The steps that executed in this run, in the order of their start, as often as they did."""
        return [event["step"] for event in self.events("started")]

    def failures(self) -> dict[str, str]:
        """The error of each step that failed in this run."""
        return {event["step"]: event["error"] for event in self.events("failed")}

    def note_verified(self, artifact: str, step: str, started_ns: int, **facts: Any) -> None:
        """Record that a hit was run again (saltern.verification). One event for each artifact, whoever writes it."""
        event = {"step": step, "artifact": artifact, "pid": os.getpid(), "started_ns": started_ns, **facts}
        self._write(f"{artifact}{VERIFIED}", event | {"ended_ns": time.time_ns()})

    def is_verified(self, artifact: str) -> bool:
        """Whether this run has verified an artifact already."""
        return self.store.exists(f"{self.folder}/{artifact}{VERIFIED}.json")

    def events(self, kind: str) -> list[dict[str, Any]]:
        """All events of a kind ('started', 'finished', 'failed' or 'verified'), oldest first."""
        names = self.store.names(f"*-{kind}.json", self.folder)
        found = [_event(self.store, f"{self.folder}/{name}") for name in names]
        return sorted(filter(None, found), key=lambda event: event["started_ns"])

    def _write(self, name: str, event: dict[str, Any]) -> None:
        self.store.write(f"{self.folder}/{name}.json", json.dumps(event, sort_keys=True).encode() + b"\n", sync=False)

    def _withdraw(self, name: str) -> None:
        self.store.delete(f"{self.folder}/{name}.json")
        if self.store.is_local:  # other stores have no folders
            for folder in (self.folder, FOLDER):  # they stay where other steps of this run, or other runs, did execute
                self.store.delete(folder)


def _event(store: Store, name: str) -> dict[str, Any] | None:
    """What is in a file of the ledger; None where that is no event, as after a power cut."""
    data = store.read(name)
    try:
        event = json.loads(data)
    except (ValueError, RecursionError):
        return None
    is_event = isinstance(event, dict) and isinstance(event.get("started_ns"), int)
    is_ended = isinstance(event.get("ended_ns", 0), int) if is_event else False
    return event if is_ended and isinstance(event.get("step"), str) else None


def runs(store: Store) -> list[str]:
    """The names of the runs that a store's ledger knows."""
    return store.names(folder=FOLDER)


def verifications(store: Store) -> Iterator[tuple[str, str]]:
    """The events of all runs that say that a hit was run again: the artifact's name, and the file's."""
    end = f"{VERIFIED}.json"
    for run in runs(store):
        for name in store.names(f"*{end}", f"{FOLDER}/{run}"):
            yield name.removesuffix(end), f"{FOLDER}/{run}/{name}"
