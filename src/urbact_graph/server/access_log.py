"""The access log: a line of JSON a request."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

from urbact_graph.problems import ProblemError
from urbact_graph.web.context import Caller
from urbact_graph.web.records import Record

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from urbact_graph.settings import Settings
    from urbact_graph.web.endpoint import Endpoint

_MOST_WAITING = 5_000
_LONGEST_TEXT = 300
_GATHERING_SECONDS = 0.05


class AccessLog:
    """Writes to ``file`` from a thread of its own: a reader that stops holds up no request.

    Lines that find no room any more are dropped, and their number is told in the next one. By the
    settings nothing is written at all, or the texts of queries too.
    """

    def __init__(self, settings: Settings, endpoint: Endpoint, file: IO[str]) -> None:
        self._file = file
        self._endpoint = endpoint
        self._is_kept = settings.access_log
        self._has_queries = settings.log_queries
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue(_MOST_WAITING)
        self._dropped = 0
        self._is_closed = False
        self._thread = threading.Thread(target=self._write_all, name="access log", daemon=True)
        self._thread.start()

    def write(self, environ: WSGIEnvironment, status: int, sent: int, seconds: float) -> None:
        """Write that a request was answered with ``sent`` bytes of body after ``seconds``."""
        if not self._is_kept:
            return
        record = Record.of(environ)
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "client": Caller.of(environ).address,
            "method": environ["REQUEST_METHOD"][:_LONGEST_TEXT],
            "path": environ["PATH_INFO"].encode("latin-1").decode(errors="replace")[:_LONGEST_TEXT],
            "status": status,
            "bytes": sent,
            "seconds": round(seconds, 6),
            "agent": environ.get("HTTP_USER_AGENT", "")[:_LONGEST_TEXT],
        }
        if record.cache:
            line["cache"] = record.cache
        if record.problem:
            line["problem"] = record.problem
        if self._has_queries and (query := _query(self._endpoint, environ)):
            line["query"] = query
        if self._dropped:
            line["dropped"] = self._dropped
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1
        else:
            self._dropped = 0

    def close(self) -> None:
        """Write what is left, as far as the reader takes it within a second."""
        self._is_closed = True
        try:
            self._lines.put(None, timeout=1)
        except queue.Full:
            return
        self._thread.join(timeout=1)

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            if self._lines.empty() and not self._is_closed:
                # The lines of a while together: to wake up for each would cost the requests more.
                time.sleep(_GATHERING_SECONDS)
            try:
                self._file.write(json.dumps(line, ensure_ascii=True) + "\n")
                if self._lines.empty():
                    self._file.flush()
            except (OSError, ValueError):
                # Nobody reads any more; the server goes on without.
                continue
        with contextlib.suppress(OSError, ValueError):
            self._file.flush()


def _query(endpoint: Endpoint, environ: WSGIEnvironment) -> str | None:
    try:
        operation = endpoint.operation(environ)
    except ProblemError:
        return None
    return operation.query if operation else None
