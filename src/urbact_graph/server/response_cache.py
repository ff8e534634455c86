"""The response cache: complete 200 responses by the key of their request, bounded in bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cachetools import LRUCache
from prometheus_client.registry import Collector

from urbact_graph.web.metrics import counter, gauge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

    from urbact_graph.web.response import Headers, Representation

# A response may take a quarter of the cache at most, so that none evicts all others.
_MAX_PART = 4
# Scripts of a page can read how it came itself in no other header (Server Timing, section 4).
_HIT = "cache;desc=hit"
_TIMING = "Server-Timing"
# The memory that an entry takes besides its body and its key.
_ENTRY_BYTES = 2_000

Key = tuple[object, ...]


@dataclass
class Entry:
    """A cached response, with its route for the metrics and its query for the access log."""

    representation: Representation
    route: str
    query: str
    headers: Headers = field(init=False)

    def __post_init__(self) -> None:
        """Complete the headers as they are sent with each hit."""
        length = ("Content-Length", str(len(self.representation.body)))
        headers = map(_of_hit, self.representation.headers)
        self.headers = [*headers, length, cache_status("hit")]


class ResponseCache:
    """Keeps at most ``capacity`` bytes, and evicts the least recently used responses.

    It is used by one thread only, that of the event loop.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: LRUCache[Key, tuple[Entry, int]] = LRUCache(
            capacity, getsizeof=lambda kept: kept[1]
        )
        self._generation: object = None
        self.hits = 0
        self.misses = 0

    @property
    def size(self) -> float:
        """How many bytes it holds."""
        return self._entries.currsize

    def get(self, key: Key) -> Entry | None:
        """Return the entry of ``key``, if there is one; a newer generation empties the cache."""
        if key[0] != self._generation:
            self._entries.clear()
            self._generation = key[0]
        kept = self._entries.get(key)
        if kept is None:
            self.misses += 1
            return None
        self.hits += 1
        return kept[0]

    def put(self, key: Key, entry: Entry) -> bool:
        """Keep ``entry``; return False if it is too large, or of another generation."""
        texts = (part for part in key if isinstance(part, str | bytes))
        size = len(entry.representation.body) + sum(map(len, texts)) + _ENTRY_BYTES
        if key[0] != self._generation or size > self._capacity // _MAX_PART:
            return False
        self._entries[key] = entry, size
        return True


class CacheCollector(Collector):
    """Reads the numbers of a cache whenever metrics are requested."""

    def __init__(self, cache: ResponseCache) -> None:
        self._cache = cache

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        cache = self._cache
        yield counter("cache_hits", "Requests answered from the cache.", cache.hits)
        yield counter("cache_misses", "Requests not found in the cache.", cache.misses)
        yield gauge("cache_bytes", "Memory that cached responses take.", cache.size)


def _of_hit(header: tuple[str, str]) -> tuple[str, str]:
    name, value = header
    return (name, f"{value}, {_HIT}") if name == _TIMING else header


def cache_status(what: str) -> tuple[str, str]:
    """Return the header that says what the cache did (RFC 9211)."""
    return "Cache-Status", f"urbact-graph; {what}"
