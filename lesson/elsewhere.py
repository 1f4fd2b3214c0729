"""Other systems whose programs are graphs, as ``docs/graphs-elsewhere.md`` describes them: for a slide and the tour."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.pipelines import PROJECT

PAGE = "docs/graphs-elsewhere.md"
CLASS = ("TensorFlow", "Dask", "Kubeflow", "TFX", "Airflow")  # those that the class asks for
LASTING = {"Kubeflow", "TFX"}  # those of them in which a later run finds what an earlier one made


@dataclass(frozen=True)
class System:
    """A row of the page's table."""

    name: str
    node: str
    edge: str
    known: str
    """When the graph is known."""
    kept: str
    """Where a result is kept, or how long."""


def systems() -> list[System]:
    """The systems that the class asks for, in its order. Raises LookupError for one that the page does not have."""
    rows = re.findall(
        r"^\| (\w.+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", (PROJECT / PAGE).read_text(), re.MULTILINE
    )
    found = {row[0].split()[0]: System(*row) for row in rows}
    if absent := [name for name in CLASS if name not in found]:
        raise LookupError(f"{PAGE}: its table has no row for {', '.join(absent)}")
    return [found[name] for name in CLASS]
