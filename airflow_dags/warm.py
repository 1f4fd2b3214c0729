"""What takes Airflow seconds in every new process, done once, before the gauntlet forks its runs from it.

A script for the gauntlet's fork server (``Airflow.preload``), and not for import. Nothing here starts a thread or opens
a connection, so that it is safe to fork after.
"""

import asyncio
import contextlib
import sys

import httpx  # type: ignore[import-not-found]
from sqlalchemy.orm import configure_mappers  # type: ignore[import-not-found]

with contextlib.redirect_stdout(sys.stderr):  # Airflow's log handlers keep what is standard output now
    import a2wsgi  # type: ignore[import-not-found]  # noqa: F401
    import airflow.dag_processing.bundles.local
    import airflow.dag_processing.collection
    import airflow.providers.standard.decorators.python
    import airflow.providers.standard.operators.trigger_dagrun
    import airflow.sdk.definitions.decorators
    import airflow.sdk.execution_time.task_runner
    import airflow.serialization.serialized_objects  # noqa: F401
    from airflow._shared.observability.metrics import stats
    from airflow.sdk.execution_time.supervisor import in_process_api_server


async def _ask_execution_api() -> None:
    """``dag.test()`` asks it for everything, in process; at its first request it builds the routers of all versions."""
    transport = httpx.ASGITransport(in_process_api_server().app)
    async with httpx.AsyncClient(transport=transport, base_url="http://in-process.invalid") as client:
        await client.get("/nothing")


asyncio.run(_ask_execution_api())
configure_mappers()
stats.incr("saltworks.warm")  # at the first count it reads its registry of names, a long YAML file; nobody is told
