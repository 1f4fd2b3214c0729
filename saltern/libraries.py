"""Fingerprints of libraries: the versions of the distributions that a step declares."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from saltern.errors import BadInput
from saltern.steps import Step


def library_fingerprint(step: Step[..., object]) -> dict[str, str]:
    """``{"scikit-learn": "1.9.1", ...}``. Raises BadInput for a distribution that is not installed."""
    return {name: _version(name, step.name) for name in sorted(step.libraries)}


@cache
def _version(distribution: str, step: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        raise BadInput(f"step '{step}' declares the library '{distribution}', which is not installed") from None
