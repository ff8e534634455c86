"""Libraries of the extras, each imported when it is needed."""

import importlib
from types import ModuleType

from urbact_graph.errors import QueryError


def library(name: str, extra: str) -> ModuleType:
    """Return the module ``name``, which the ``extra`` of this package installs.

    Raises:
        QueryError: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise QueryError(
            f"This needs {name}, which is not installed; run pip install 'urbact-graph[{extra}]'."
        ) from None
