"""The configuration of Sphinx, which reads the documents as ``staging`` has laid them out."""

import tomllib
from pathlib import Path

_SITE = Path(__file__).parent
_PROJECT = tomllib.loads((_SITE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]

project = "urbact-graph"
release = version = _PROJECT["version"]
html_title = "urbact-graph"
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
exclude_patterns = ["notebooks/**"]

# The anchors that GitHub and others give to headings.
myst_heading_anchors = 4
# Pictures with a width are written as in HTML.
myst_enable_extensions = ["html_image"]
# What is shown of a language need not be all of it, such as a part of a query.
suppress_warnings = ["misc.highlighting_failure"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"
autodoc_inherit_docstrings = True
# Words between single backticks are names and commands.
default_role = "code"
add_module_names = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_static_path = [str(_SITE / "static")]
html_css_files = ["docs.css"]
templates_path = [str(_SITE / "templates")]
html_favicon = str(_SITE / "static" / "icon.svg")
html_sidebars = {
    "**": [
        *("sidebar/brand.html", "sidebar/server.html", "sidebar/search.html"),
        *("sidebar/scroll-start.html", "sidebar/navigation.html", "sidebar/scroll-end.html"),
    ]
}
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
html_use_index = True
html_domain_indices = False
html_last_updated_fmt = None
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
