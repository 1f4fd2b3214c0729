"""What others show of a page that they link to: its title, its first paragraph and the picture of the measurements.

Most sites take a picture only if its address is whole. Read the Docs says where the pages will be; elsewhere
``READTHEDOCS_CANONICAL_URL=https://... nox -s docs`` does. Without it the picture is named as it lies beside the page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from docutils import nodes

PICTURE = "preview.png"
SAID = "Saltworks measures when a workflow engine's promise not to redo finished work is kept, and when it is not."
LENGTH = 200  # characters of a description; search engines cut what is longer


def describe(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    base = app.config.html_baseurl
    picture = base.rstrip("/") + "/" + PICTURE if base else context["pathto"](PICTURE, resource=True)
    said = _first_paragraph(doctree) or SAID
    metas = {
        "name": {"description": said, "twitter:card": "summary_large_image"},
        "property": {
            "og:title": _plain(context.get("title", "")) or app.config.html_title,
            "og:description": said,
            "og:type": "article",
            "og:site_name": app.config.html_title,
            "og:image": picture,
            "og:image:alt": "How often each caching strategy was stale, wasteful or exact in the measurements",
        },
    }
    tags = [
        f'<meta {kind}="{name}" content="{html.escape(content)}" />'
        for kind, contents in metas.items()
        for name, content in contents.items()
    ]
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def _plain(title: str) -> str:
    return html.unescape(re.sub("<[^>]+>", "", title))


def _first_paragraph(doctree: Any) -> str:
    """As plain text, cut at the end of a word. A paragraph in a list or a table says nothing on its own."""
    found = doctree.findall(nodes.paragraph) if doctree else ()
    text = next((" ".join(one.astext().split()) for one in found if isinstance(one.parent, nodes.section)), "")
    return text if len(text) <= LENGTH else text[: LENGTH - 1].rpartition(" ")[0] + "…"


def setup(app: Any) -> Mapping[str, bool]:
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True}
