"""Steps of an imaginary project, for the tests of the adapters."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from saltern import step


@step(version="1", writes="json")
def numbers(file: Path) -> list[int]:
    return [int(word) for word in file.read_text().split()]


@step(version="1", writes="json")
def process(file: Path) -> list[int]:
    """It tells beside its input which process it is run by."""
    with Path(f"{file}.pids").open("a") as told:
        told.write(f"{os.getpid()}\n")
    return numbers(file)


@step(version="1", writes="json")
def total(values: list[int], *, factor: int = 1) -> int:
    return sum(values) * factor


@step(version="1", writes="json")
def pair(left: Any, right: Any) -> list[Any]:
    return [left, right]


@step(version="1", writes="json")
def shown(given: Any) -> str:
    """What it was given, with the order of what is in it."""
    return repr(given)


@step(version="1", writes="json")
def gathered(*tables: Any) -> list[Any]:
    return [*tables]


@step(version="1", writes="json")
def named(**tables: Any) -> dict[str, Any]:
    return tables


@step(version="1", writes="json")
def type_of(values: list[int], *, option: Any = None) -> list[Any]:
    return [type(option).__name__, values]


@step(version="1", writes="json")
def urgent(values: list[int], *, priority: int = 7, strategy: str = "fast") -> list[Any]:
    """Its parameters are called as attributes of every Luigi task are."""
    return [priority, strategy]


@step(version="1", writes="json")
def text(file: Path) -> str:
    return file.read_text()


@step(version="1", writes="json")
def cached(file: Path, *, cache: bool = False) -> bool:
    return cache


@step(version="1", writes="json")
def maybe(values: list[int], extra: Any = None) -> list[Any]:
    return [values, extra]


@step(version="1", writes="json")
def unsteady(file: Path) -> str:
    """Its input changes while it runs, the first time."""
    text = file.read_text()
    file.write_text(f"{text.removesuffix('!')}!")
    return text


@step(version="1", writes="json")
def words(file: Path) -> list[str]:
    return file.read_text().split()


@step(version="1", writes="json")
def named_by_data(names: list[str]) -> int:
    """The sum of what is in files that only data names."""
    return sum(int(Path(name).read_text()) for name in names)


@step(version="1", writes="json")
def computed() -> int:
    import dask

    (found,) = dask.compute(dask.delayed(sum)([1, 2]))
    return int(found)


@step(version="1", writes="json")
def of_airflow() -> str:
    from airflow.sdk import Variable

    return str(Variable.get("limit"))


@step(version="1", writes="json")
def of_prefect() -> str:
    from prefect.variables import Variable

    return str(Variable.get("limit"))
