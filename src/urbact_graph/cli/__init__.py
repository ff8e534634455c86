"""The command line: ``urbact-graph``."""

from urbact_graph.cli.main import main

__all__ = ["main"]
