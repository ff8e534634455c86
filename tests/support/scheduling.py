"""Which process of a session runs which tests."""

from xdist.scheduler import LoadFileScheduling

_SERVERS = "tests/server/"


class Scheduling(LoadFileScheduling):  # type: ignore[misc]
    """Has a file run by one process, and so the whole room of the server.

    Its tests share servers, of which each process of the session would start its own.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _SERVERS if nodeid.startswith(_SERVERS) else super()._split_scope(nodeid)
