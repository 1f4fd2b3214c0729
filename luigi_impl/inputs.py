"""External inputs as Luigi has them: a parameter that says where one is, and the target that it is."""

from __future__ import annotations

from pathlib import Path

import luigi

from saltern.luigi import SourceTarget
from shared.pipelines import Place, place


class PlaceParameter(luigi.PathParameter):
    """An absolute path, or a URL as text."""

    def normalize(self, x: Place) -> Place:
        return place(x)


def target(where: Place) -> luigi.Target:
    return luigi.LocalTarget(where) if isinstance(where, Path) else SourceTarget(where)
