"""The contents of the HTML pages."""
