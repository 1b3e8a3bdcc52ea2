"""How the documentation is built: Sphinx, MyST and Furo; a warning is an error."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

from consilience import __version__

project = "Consilience"
author = "The Consilience developers"
project_copyright = "2026, The Consilience developers"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
napoleon_use_rtype = False

html_math_renderer = "mathml"
html_theme = "furo"
html_title = f"Consilience {version}"
html_static_path: list[str] = []
html_show_sphinx = False


def setup(app: Any) -> None:
    """Write formulas as MathML, which browsers draw themselves: the pages fetch nothing from elsewhere."""
    app.add_html_math_renderer("mathml", (inline_formula, None), (block_formula, None))


def inline_formula(translator: Any, node: nodes.math) -> None:
    """A formula within a line."""
    translator.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def block_formula(translator: Any, node: nodes.math_block) -> None:
    """A formula of its own; it scrolls where the page is narrow."""
    formula = tex2mathml(node.astext(), as_block=True)
    translator.body.append(f'<div style="overflow-x: auto">{formula}</div>\n')
    raise nodes.SkipNode
