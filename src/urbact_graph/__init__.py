"""The URBACT programme as a linked-data graph: import, build, validate, query and serve it."""

from importlib.metadata import version

__version__ = version("urbact-graph")
