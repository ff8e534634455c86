"""The URBACT programme as a linked-data graph: import, build, validate, query and serve it.

For notebooks and programs there are two ways in: ``open()``, which needs no server, and
``connect(url)``; ``boundaries()`` has the countries for maps.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from urbact_graph.client import boundaries, connect, open  # noqa: A004

__all__ = ["boundaries", "connect", "open"]
__version__: str


def __getattr__(name: str) -> Any:
    """Look a name up when it is asked for, as that takes longer than a quick command."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("urbact-graph")
    if name == "load_ipython_extension":
        # By %load_ext urbact_graph in a notebook.
        from urbact_graph.client.magic import load_ipython_extension  # noqa: PLC0415

        return load_ipython_extension
    if name in __all__:
        from urbact_graph import client  # noqa: PLC0415

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
