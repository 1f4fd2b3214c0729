"""Where a store's files lie: a folder, a bucket that speaks S3, or what else fsspec knows.

A place knows files by name, and nothing of artifacts. Its errors are OSErrors: FileNotFoundError for a file that is not
there, and another for what the disk or the server refuses, when all tries are used up.
"""

from __future__ import annotations

import re
from pathlib import Path

from saltern.errors import BadInput
from saltern.places.place import Place


def place_of(url: str, option: str = "--store") -> Place:
    """The place that a folder's path or a URL names. Raises BadInput, which names the option, where there is none."""
    if "://" not in url or url.startswith("file://"):
        from saltern.places.folder import Folder

        return Folder(url.removeprefix("file://"))
    try:
        if url.startswith("s3://"):
            from saltern.places.bucket import Bucket

            return Bucket(url)
        if not re.match(r"[A-Za-z][\w+.-]*(::|://)", url, re.ASCII):  # fsspec would take it for a folder's name
            raise ValueError("no such kind of place; write it as s3://BUCKET/FOLDER, for example")
        from saltern.places.anywhere import Anywhere

        return Anywhere(url)
    except ModuleNotFoundError as error:
        extra = ': pip install "saltern[s3]"' if url.startswith("s3://") else ""
        raise BadInput(f"{option} {url}: needs {error.name}{extra}") from None
    except (ValueError, ImportError, OSError) as error:
        raise BadInput(f"{option} {url}: {error}") from None


def check_shared(url: str, executor: str, project: Path | None = None) -> None:
    """Raise BadInput for a folder of which each worker of an executor on several machines has another.

    With a project: also for a folder that lies in it, as each worker has a copy of it, and for one that lies in none.
    """
    path = Path(url)
    is_own = not path.is_absolute() or (project and (path.is_relative_to(project) or not path.parent.is_dir()))
    if "://" not in url and is_own:
        raise BadInput(
            f"--store {url}: under {executor} each worker would have one of its own; give the absolute path of a "
            "folder that all of them have, outside of the project, or a URL (s3://bucket/folder)"
        )
