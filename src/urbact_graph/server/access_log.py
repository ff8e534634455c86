"""The access log: one line of JSON for each request."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from urbact_graph.server.request import RawRequest
    from urbact_graph.settings import Settings
    from urbact_graph.web.context import RequestContext

_MAX_WAITING_LINES = 5_000
_MAX_TEXT_LENGTH = 300
_BATCH_SECONDS = 0.05


class AccessLog:
    """Writes to ``file`` in its own thread, so that a reader that stops reading delays no request.

    Lines for which the queue has no room are dropped; the next line says how many. The settings
    access_log and log_queries say whether lines are written, and whether they hold the queries.
    """

    def __init__(self, settings: Settings, file: IO[str]) -> None:
        self._file = file
        self._is_on = settings.access_log
        self._has_queries = settings.log_queries
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._dropped = 0
        self._is_closed = False
        self._thread = threading.Thread(target=self._write_all, name="access log", daemon=True)
        self._thread.start()

    def write(
        self,
        request: RawRequest,
        context: RequestContext,
        cache: str,
        status: int,
        sent: int,
        seconds: float,
    ) -> None:
        """Log that ``request`` was answered with ``sent`` bytes of body after ``seconds``.

        ``cache`` is what the response cache did: ``hit``, ``miss`` or ``coalesced``; empty where it
        was not used.
        """
        if not self._is_on:
            return
        if self._lines.qsize() >= _MAX_WAITING_LINES:
            self._dropped += 1
            return
        line = {
            "time": time.time(),
            "client": request.client,
            "method": request.method[:_MAX_TEXT_LENGTH],
            "path": request.path[:_MAX_TEXT_LENGTH],
            "status": status,
            "bytes": sent,
            "seconds": round(seconds, 6),
            "agent": request.headers.get("user-agent", "")[:_MAX_TEXT_LENGTH],
        }
        if cache:
            line["cache"] = cache
        if context.problem:
            line["problem"] = context.problem
        if self._has_queries and context.query:
            line["query"] = context.query
        if self._dropped:
            line["dropped"], self._dropped = self._dropped, 0
        self._lines.put(line)

    def close(self) -> None:
        """Write the remaining lines, as far as the reader reads them within a second."""
        self._is_closed = True
        self._lines.put(None)
        self._thread.join(timeout=1)

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            if self._lines.empty() and not self._is_closed:
                # Lines are written in batches, as waking up for each of them would cost more.
                time.sleep(_BATCH_SECONDS)
            try:
                self._file.write(f"{_text(line)}\n")
                if self._lines.empty():
                    self._file.flush()
            except (OSError, ValueError):
                # The reader has closed the pipe; the server goes on.
                continue
        with contextlib.suppress(OSError, ValueError):
            self._file.flush()


def _text(line: dict[str, Any]) -> str:
    moment = datetime.fromtimestamp(line["time"], UTC)
    line["time"] = moment.isoformat(timespec="milliseconds")
    line["path"] = line["path"].encode(errors="surrogateescape").decode(errors="replace")
    return json.dumps(line, ensure_ascii=True)
