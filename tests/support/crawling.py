"""A crawler that keeps its connections open, as a harvester does."""

import contextlib
import http.client
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.support.servers import Reply
from tests.support.waiting import DEADLINE

_CONNECTIONS = 4
# How many requests are made before their responses are yielded.
_BATCH = 200


class Wanted(NamedTuple):
    """A request: its path, and its headers besides those of every request."""

    path: str
    headers: dict[str, str]


class Crawler:
    """Fetches from the server on ``port``, over a few connections."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []
        self._threads = ThreadPoolExecutor(_CONNECTIONS)

    def __enter__(self) -> "Crawler":
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()

    def fetch(self, wanted: Wanted) -> Reply:
        """Return the response to one request."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=DEADLINE)
            self._local.connection = connection
            self._connections.append(connection)
        connection.request("GET", wanted.path, headers=wanted.headers)
        with contextlib.closing(connection.getresponse()) as response:
            return Reply(response.status, response.headers, response.read())

    def crawl(self, wanted: Iterable[Wanted]) -> Iterator[tuple[Wanted, Reply]]:
        """Yield each request with its response, in order."""
        batch: list[Wanted] = []
        for one in wanted:
            batch.append(one)
            if len(batch) == _BATCH:
                yield from zip(batch, self._threads.map(self.fetch, batch), strict=True)
                batch = []
        yield from zip(batch, self._threads.map(self.fetch, batch), strict=True)
