"""What the commands of the server need that not every system has."""

from urbact_graph.engine.system import can_fork_workers
from urbact_graph.errors import EngineError


def require_workers(command: str) -> None:
    """Refuse ``command`` on a system on which the engine cannot run queries in worker processes.

    Raises:
        EngineError: this system is not Linux, or lacks what Linux has.
    """
    if not can_fork_workers():
        raise EngineError(
            f"`{command}` needs Linux, whose fork and pidfd keep each query in a process of its "
            "own; run it in a container or, on Windows, in WSL 2: `query`, `build`, `validate`, "
            "`export`, `publish` and Python's urbact_graph.open() work here as well."
        )
