"""A cache for steps. An artifact is named after everything that went into it, so a result that is found is never stale.

>>> from saltern import Cache, Source, step

Adapters for four workflow engines: ``saltern.luigi``, ``saltern.dask``, ``saltern.airflow``, ``saltern.prefect``.

Names are loaded when they are asked for (PEP 562). Airflow imports ``saltern.airflow`` in every process that it starts,
as it does with each provider, and forks tasks from some of them. An edit would not reach what those have loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from saltern.cache import Cache as Cache
    from saltern.errors import BadInput as BadInput
    from saltern.functions import fingerprint as fingerprint
    from saltern.recipe import Artifact as Artifact
    from saltern.recipe import Source as Source
    from saltern.steps import step as step

__version__ = "0.1.0"
__all__ = ["Artifact", "BadInput", "Cache", "Source", "fingerprint", "step"]

_HOMES = {
    "Artifact": "recipe",
    "BadInput": "errors",
    "Cache": "cache",
    "Source": "recipe",
    "fingerprint": "functions",
    "step": "steps",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
