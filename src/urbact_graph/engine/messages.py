"""What the web process and the workers say to each other, and its framing on a socket."""

import json
import socket
import struct
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

_LENGTHS = struct.Struct("!II")
_CHUNK = 1 << 16
_LARGEST_CHUNK = 1 << 20


class Limits(NamedTuple):
    """What a worker holds its queries to; bytes of memory are beyond those of the dataset."""

    max_query_bytes: int
    max_nesting_depth: int
    memory_bytes: int


@dataclass(frozen=True)
class Request:
    """A query to be evaluated.

    ``results_format`` and ``graph_format`` are the media types for either form of answer, None
    where the client takes none of that form; ``substitutions`` maps variable names to RDF terms in
    N-Triples. ``default_graphs`` and ``named_graphs`` are IRIs; both empty means the query's own
    dataset. ``max_result_bytes`` is the size at which the worker gives up.
    """

    query: str
    results_format: str | None
    graph_format: str | None
    max_result_bytes: int
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    substitutions: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def encoded(self) -> bytes:
        """The frame of this request; equal requests have equal frames."""
        return frame(vars(self))


@dataclass(frozen=True)
class Answer:
    """An answer: whole, serialised, and in the format that was asked for.

    ``version`` is that of the dataset it was drawn from.
    """

    media_type: str
    content: bytes
    version: str = ""


def frame(header: dict[str, Any], payload_size: int = 0) -> bytes:
    """Return a message up to its payload: the lengths of both, and the header as JSON.

    A payload is sent behind it by itself, as an answer may be too large to be copied.
    """
    encoded = json.dumps(header, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(encoded), payload_size) + encoded


def receive(connection: socket.socket, deadline: float | None = None) -> tuple[Any, bytes]:
    """Receive one message; ``deadline`` is a reading of time.monotonic().

    Raises:
        TimeoutError: the deadline passed.
        EOFError: the other side is gone.
    """
    # The sides speak in scheduler, so that nothing of a next message can come along; and most
    # messages come whole with the first reading.
    received = bytearray()
    expected = _LENGTHS.size
    while len(received) < expected:
        received += _some(connection, max(_CHUNK, expected - len(received)), deadline)
        if expected == _LENGTHS.size and len(received) >= _LENGTHS.size:
            header_size, payload_size = _LENGTHS.unpack_from(received)
            expected += header_size + payload_size
    start = _LENGTHS.size + header_size
    return json.loads(received[_LENGTHS.size : start]), bytes(memoryview(received)[start:])


def parse(message: bytes) -> Any:
    """Return the header of a ``message`` without a payload that has come whole.

    Raises:
        EOFError: it has not: the other side is gone.
    """
    if len(message) <= _LENGTHS.size:
        raise EOFError
    return json.loads(message[_LENGTHS.size :])


def _some(connection: socket.socket, size: int, deadline: float | None) -> bytes:
    if deadline is not None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
    try:
        chunk = connection.recv(min(size, _LARGEST_CHUNK))
    except ConnectionError:
        chunk = b""
    if not chunk:
        raise EOFError
    return chunk
