"""``python -m shared.report [RESULTS.json ...]``: print the comparison; exit 1 if a cell is an error."""

from __future__ import annotations

import sys
from pathlib import Path

from shared.errors import BadInput
from shared.report.terminal import matrix
from shared.rerun.results import read

ORDER = ("luigi", "dask", "airflow", "prefect")


def main(given: list[str]) -> int:
    paths = [Path(name) for name in given] or [
        path for name in ORDER if (path := Path(f"results/{name}.json")).exists()
    ]
    try:
        if not paths:
            raise BadInput("results: no results yet; run an engine first, for example nox -s luigi")
        matrix(paths)
        return int(any(cell.verdict == "error" for path in paths for cell in read(path).cells))
    except BadInput as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
