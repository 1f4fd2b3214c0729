"""Our docstrings are plain text; a list in aligned columns stays one in the reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

COLUMNS = re.compile(r"\S {2,}\S")


def keep_columns(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Make each paragraph that has columns in it a block of plain text."""
    text = "\n".join(lines)
    paragraphs = [
        ".. code-block:: text\n\n" + "\n".join(f"    {line}" for line in paragraph.splitlines())
        if not paragraph.startswith((">>>", " ")) and COLUMNS.search(paragraph)
        else paragraph
        for paragraph in text.split("\n\n")
    ]
    lines[:] = "\n\n".join(paragraphs).splitlines()


def setup(app: Any) -> Mapping[str, bool]:
    app.connect("autodoc-process-docstring", keep_columns)
    return {"parallel_read_safe": True}
