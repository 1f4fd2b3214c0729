"""Airflow's metadata database: migrated once for each version of Airflow, which takes seconds, then copied."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock

from saltern.files import memory_folder

log = logging.getLogger("saltworks.airflow")


def connect_to(path: Path, template: Path) -> None:
    """Lead this process's connections to a SQLite database, which begins as a copy of the template.

    Through the engines that Airflow has: those that the gauntlet forks with have compiled their statements already.
    """
    from airflow import settings
    from sqlalchemy import event

    def divert(dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
        arguments[:] = [str(path)]

    assert settings.async_engine is not None
    for engine in (settings.engine, settings.async_engine.sync_engine):
        event.listen(engine, "do_connect", divert)
    with FileLock(f"{path}.lock"):
        if not path.exists():
            copy(template, path)
            register_dags()


def register_dags() -> None:
    """Write the DAGs, as their files are now, into the database, as a DAG processor does all the time.

    ``DAG.test()`` does it too, but two at a time would both find a new DAG missing and add it.
    """
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db

    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    for bundle in manager.get_all_dag_bundles():
        bag = BundleDagBag(dag_folder=bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
        sync_bag_to_db(bag, bundle.name, bundle.version)


def copy(template: Path, path: Path) -> None:
    """Copy a database that nobody writes to, all or nothing."""
    unfinished = path.with_name(f"{path.name}.copy")
    shutil.copyfile(template, unfinished)
    unfinished.replace(path)


def migrate_once(url: str) -> None:
    """Make or upgrade a SQLite database, unless this version of Airflow has. Others are their owners' to upgrade."""
    path = Path(url.removeprefix("sqlite:///"))
    done = path.with_name(f"{path.name}.migrated-{_version()}")
    if path.is_absolute() and not (path.exists() and done.exists()):
        log.warning("preparing Airflow's database, %s (once, some seconds)", path)
        _migrate({})
        done.touch()


def template() -> Path:
    """An empty database of this version of Airflow, for all the sessions to come."""
    path = memory_folder() / f"airflow-{_version()}.sqlite"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as home:
            database = Path(home) / "airflow.db"
            _migrate({"AIRFLOW_HOME": home, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{database}"})
            database.replace(path)
    return path


def _migrate(env: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    done = subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"airflow db migrate: {(done.stderr or done.stdout).strip()[-2000:]}")


def _version() -> str:
    return version("apache-airflow")
