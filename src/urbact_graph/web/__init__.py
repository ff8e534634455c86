"""The graph over HTTP, as a Flask application."""
