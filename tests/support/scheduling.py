"""Which process of a session runs which tests."""

from xdist.scheduler import LoadFileScheduling

_TOGETHER = ("tests/server/", "tests/browser/")


class Scheduling(LoadFileScheduling):  # type: ignore[misc]
    """Has a file run by one process of the session, and so the rooms of the server and the browser.

    The tests of the server share servers, of which each process would start its own; a browser uses
    a core by itself.
    """

    def _split_scope(self, nodeid: str) -> str:
        is_together = nodeid.startswith(_TOGETHER)
        return _TOGETHER[0] if is_together else super()._split_scope(nodeid)
