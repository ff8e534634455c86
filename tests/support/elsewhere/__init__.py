"""Where Python finds what takes from it what only Linux has."""

from pathlib import Path


def sitecustomize_folder() -> Path:
    """Return the folder that goes first on ``PYTHONPATH``."""
    return Path(__file__).parent
