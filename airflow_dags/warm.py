"""What takes Airflow seconds in every new process, done once, before the gauntlet forks its runs from it.

A script for the gauntlet's fork server (``Airflow.preload``), and not for import. It has Airflow run a DAG of its own
(``rehearsal.py``) in the empty database of the service, which imports, compiles and caches whatever a run needs. No
thread runs and no connection is open afterwards, so that it is safe to fork.
"""

import contextlib
import gc
import os
import runpy
import sys
import threading
from pathlib import Path

from sqlalchemy.orm import configure_mappers

REHEARSAL = Path(__file__).with_name("rehearsal.py")

with contextlib.redirect_stdout(sys.stderr):  # Airflow's log handlers keep what is standard output now
    os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(REHEARSAL)
    from airflow import settings
    from airflow.sdk.execution_time.supervisor import in_process_api_server

configure_mappers()
runpy.run_path(str(REHEARSAL))["REHEARSAL"].test(run_conf={"name": "warm"})

# Each task's thread ends when it sees that its sockets are closed. Then nobody holds the transport but its owner, and
# with the transport its event loop's thread ends.
for thread in threading.enumerate():
    if thread.daemon and not thread.name.startswith("InProcessExecutionAPI"):
        thread.join(timeout=10)
del in_process_api_server().transport
gc.collect()
assert settings.Session is not None
assert settings.engine is not None
settings.Session.remove()
settings.engine.dispose()
if threading.active_count() > 1:
    raise RuntimeError(f"not safe to fork: the rehearsal left {threading.enumerate()}")
