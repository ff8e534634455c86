"""Which process of a session runs which tests."""

from xdist.scheduler import LoadFileScheduling

# The tests of the server share servers, of which each process would start its own; a browser uses a
# core by itself, and two would wait for each other.
TOGETHER = ("tests/server/", "tests/browser/")


class Scheduling(LoadFileScheduling):  # type: ignore[misc]
    """Has a file run by one process of the session, and each of these rooms as well."""

    def _split_scope(self, nodeid: str) -> str:
        for room in TOGETHER:
            if nodeid.startswith(room):
                return room
        return str(super()._split_scope(nodeid))
