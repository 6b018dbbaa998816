"""Sphinx settings of the site. Pages are assembled and built by `python -m docs.made` (`make docs`)."""

import sim

project = "cadresim"
author = "The cadresim authors"
copyright = "The cadresim authors, Apache-2.0"
release = sim.__version__
version = release

extensions = ["myst_parser"]
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]
nitpicky = True

html_theme = "furo"
html_title = "cadresim"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_search_summary = False  # summaries are fetched, which a browser refuses for files
html_theme_options = {
    "navigation_with_keys": False,
    "light_css_variables": {"color-code-background": "#f3f5f8"},
    "dark_css_variables": {"color-code-background": "#1d2025"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
