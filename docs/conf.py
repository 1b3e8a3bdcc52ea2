"""How the documentation is built: Sphinx, MyST and Furo; a warning is an error."""

from __future__ import annotations

from consilience import __version__

project = "Consilience"
author = "The Consilience developers"
project_copyright = "2026, The Consilience developers"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"Consilience {version}"
html_static_path: list[str] = []
html_show_sphinx = False
