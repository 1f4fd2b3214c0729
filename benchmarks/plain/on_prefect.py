"""Prefect without us: ``python -m benchmarks.plain.on_prefect raw|salted NUMBER SECONDS FOLDER``.

Raw tasks keep their results by Prefect's own cache policy, so that it has something to skip.
"""

from __future__ import annotations

from typing import Any

from prefect import flow, task
from prefect.cache_policies import INPUTS, TASK_SOURCE
from prefect.task_runners import ThreadPoolTaskRunner

from benchmarks.plain.spinning import main, spin, spun
from saltern.cache import Cache
from saltern.prefect import Salting, execute
from saltern.recipe import Artifact


@task(persist_result=True, cache_policy=INPUTS + TASK_SOURCE)
def plain(number: int, seconds: float) -> int:
    return spun(number, seconds)


@task
def ours(cache: Cache, number: int, seconds: float) -> Artifact:
    return execute(spin, cache, number=number, seconds=seconds)


@flow(task_runner=ThreadPoolTaskRunner(max_workers=2))
def many(task: Any, number: int, seconds: float, *given: Any) -> list[Any]:
    return [task.submit(*given, number=one, seconds=seconds) for one in range(number)]


def raw(number: int, seconds: float, folder: str) -> None:
    many.with_options(validate_parameters=False)(plain, number, seconds)


def salted(number: int, seconds: float, folder: str) -> None:
    cache = Cache(folder, "lineage", "run", "prefect")
    many.with_options(validate_parameters=False)(ours.with_options(**Salting(cache)(spin)), number, seconds, cache)


if __name__ == "__main__":
    main(raw=raw, salted=salted)
