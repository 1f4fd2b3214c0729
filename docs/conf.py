"""How the site is built: ``sphinx-build -W --keep-going docs docs/_build``.

Sphinx, MyST and Furo: what most of Python is documented with, well kept, and its search works from disk without a
server. The reference is by autodoc, not by a static reader: what it covers imports no engine.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
# The extensions, and the project as it lies here.
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]

import saltern  # noqa: E402

project = "Saltworks"
author = "The Saltworks maintainers"
release = saltern.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "site_drawings",
    "site_expected",
    "site_docstrings",
    "site_access",
    "site_previews",
]
exclude_patterns = ["_build"]
nitpicky = False

myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = "Saltworks"
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", "")
html_favicon = "_static/favicon.svg"
html_extra_path = ["pictures/preview.png"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_show_search_summary = False  # it fetches pages, which a browser does not allow from disk
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#2f5a83", "color-brand-content": "#2f5a83"},
    "dark_css_variables": {"color-brand-primary": "#9cc3e6", "color-brand-content": "#9cc3e6"},
}
