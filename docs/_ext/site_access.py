"""Mends what keeps people out of the pages that Sphinx and Furo write, as axe and Lighthouse find it.

Code and tables that scroll sideways take the focus, so a keyboard scrolls them too. The captions of the menu say their
level. The list that holds the parameters of a signature says that it is there for its looks only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MENDED = {
    "body": {
        "<pre>": '<pre tabindex="0">',
        '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
        "<dl>\n<dd><em": '<dl role="presentation">\n<dd><em',
    },
    "furo_navigation_tree": {'class="caption" role="heading"': 'class="caption" role="heading" aria-level="2"'},
}


def mend(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    for part, replaced in MENDED.items():
        for mute, spoken in replaced.items():
            context[part] = context.get(part, "").replace(mute, spoken)


def setup(app: Any) -> Mapping[str, bool]:
    app.connect("html-page-context", mend, priority=900)  # after Furo, which puts tables into wrappers
    return {"parallel_read_safe": True}
