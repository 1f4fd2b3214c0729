"""A cache for steps: an artifact is named after everything that went into it, so what is found is never stale.

>>> from saltern import Cache, Source, step

Adapters for four workflow engines: ``saltern.luigi``, ``saltern.dask``, ``saltern.airflow``, ``saltern.prefect``.
"""

from saltern.cache import Cache
from saltern.errors import BadInput
from saltern.recipe import Artifact, Source
from saltern.steps import step

__version__ = "0.1.0"
__all__ = ["Artifact", "BadInput", "Cache", "Source", "step"]
