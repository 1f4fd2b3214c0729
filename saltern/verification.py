"""Verification in the field: some hits are run again, to see whether what is reused is what would be made now.

A project can measure in this way how often its results are stale under the strategy that it has chosen. A hit that is
verified does not count as an execution. The ledger gets an event ``verified``, and the store stays as it is.
"""

from __future__ import annotations

import hashlib
import logging
import time
from typing import TYPE_CHECKING, Any

from saltern.codecs import CODECS
from saltern.errors import BadInput
from saltern.files import digest
from saltern.parameters import parameters
from saltern.reasons import differences
from saltern.recipe import Call
from saltern.store import Damaged

if TYPE_CHECKING:
    from saltern.cache import Cache

log = logging.getLogger("saltworks.verification")


def share(given: Any) -> float:
    """A share of hits. Raises BadInput for what is no number from 0 to 1."""
    try:
        number = float(given)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0 <= number <= 1:
        raise BadInput(f"verify={given}: it is a share of hits, a number from 0 to 1")
    return number


def is_chosen(salt: str, run: str, share: float) -> bool:
    """Whether a hit is among the share that a run verifies. A hash of the two decides, so that it can be foretold."""
    hashed = hashlib.sha256(f"{salt} {run}".encode()).digest()
    return int.from_bytes(hashed[:8]) < share * 2**64


def verify(cache: Cache, call: Call) -> None:
    """Run a hit again, and record whether that made the same; once in a run, and only what an earlier run made.

    One that differs is warned of. Nothing is recorded where an input is not in the store any more.
    """
    name = call.artifact.name
    manifest = cache.store.manifest(name) or {}
    if manifest.get("run") == cache.run or cache.ledger.is_verified(name):
        return
    started = time.time_ns()
    stored = cache.content_digest(call)
    try:
        now = _made(cache, call)
    except (FileNotFoundError, Damaged):
        return
    facts: dict[str, Any] = {"engine": cache.engine, "strategy": cache.strategy_name, "digest": stored}
    found: dict[str, Any] = {"same": now == stored}
    if now != stored:
        found |= {"now": now, "deterministic": _made(cache, call) == now, "changed": _changed(call, manifest)}
        log.warning("%s: %s", cache.store.address(name), _said(cache, stored, **found))
    cache.ledger.note_verified(name, call.key, started, **facts, **found)


def _made(cache: Cache, call: Call) -> str:
    """The digest of what a call makes now, or the error that it ends with. Raises where an input cannot be loaded."""
    values = cache.values(call.inputs)
    try:
        return digest(CODECS[call.step.writes].dump(call.step.apply(values, call.params)))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _changed(call: Call, manifest: dict[str, Any]) -> list[str]:
    """What is another in the call than in the manifest, as far as that tells. A manifest has more than the recipe."""
    old = {name: manifest[name] for name in ("version", "params") if name in manifest}
    new = {"version": call.step.version, "params": parameters(call.params, call.step.name)}
    return list(differences(call, new | (call.recipe or {}), old | (manifest.get("recipe") or {}))) if old else []


def _said(cache: Cache, stored: str | None, *, now: str, deterministic: bool, changed: list[str], **_: Any) -> str:
    if not deterministic:
        cause = "a third run made yet another: the step is not deterministic"
    elif changed:
        cause = f"it is stale: {'; '.join(changed)}"
    else:
        cause = f"it is stale: what changed is not in a recipe of '{cache.strategy_name}'"
    return f"verified, and not the same: stored {stored}, made now {now}; {cause}. The stored one stays"
