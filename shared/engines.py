"""The engines of the comparison, in the order in which they are shown. Whoever needs their names asks here.

It imports nothing, so that it may be asked anywhere: also by noxfile.py, in whose environment there is no engine.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """What is known of an engine before it is imported."""

    name: str
    """What it is called on the command line and in results; and its environment, ``.nox/<name>``."""

    package: str
    """Its folder: ``python -m <package>`` is its command line."""

    modules: frozenset[str]
    """The top-level modules that its distributions install, which nothing but its folder and its adapter imports."""


ENGINES = {
    entry.name: entry
    for entry in (
        Entry("luigi", "luigi_impl", frozenset({"luigi"})),
        Entry("dask", "dask_impl", frozenset({"dask", "distributed"})),
        Entry("airflow", "airflow_dags", frozenset({"airflow"})),
        Entry("prefect", "prefect_flows", frozenset({"prefect"})),
    )
}
