"""What scrolls sideways on a small screen can be scrolled with the keyboard too: code and tables take the focus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SCROLLS = {"<pre>": '<pre tabindex="0">', '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper'}


def focusable(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    for mute, focused in SCROLLS.items():
        context["body"] = context.get("body", "").replace(mute, focused)


def setup(app: Any) -> Mapping[str, bool]:
    app.connect("html-page-context", focusable, priority=900)  # after Furo, which puts tables into wrappers
    return {"parallel_read_safe": True}
