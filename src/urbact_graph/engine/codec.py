"""The encoding of messages between processes: dataclasses as frames on a stream socket.

A frame is the lengths of a header and of a payload, the header as JSON, and the payload as it is.
The header is the name of the message's class, and its fields; the payload is its field of type
``bytes``, if it has one.
"""

import dataclasses
import json
import socket
import struct
import time
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, get_origin, get_type_hints

if TYPE_CHECKING:
    import asyncio

M = TypeVar("M")

_LENGTHS = struct.Struct("!II")
HEAD_BYTES = _LENGTHS.size

_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


class _Shape(NamedTuple):
    """A class of messages: the field that is the payload, and those that are tuples."""

    message: type[Any]
    payload: str | None
    tuples: tuple[str, ...]


class Codec(Generic[M]):
    """Encodes and decodes the messages of ``types``, which are dataclasses.

    Their fields are text, numbers, booleans, None, tuples and dictionaries of these, and at most
    one field of type ``bytes``.

    Raises:
        TypeError: a class has more than one field of type ``bytes``.
    """

    def __init__(self, *types: type[M]) -> None:
        self._shapes = {message.__name__: _shape(message) for message in types}

    def encode(self, message: M) -> bytes:
        """Return the frame of ``message``."""
        head, payload = self._parts(message)
        return head + payload

    def decode(self, frame: bytes | bytearray) -> M:
        """Return the message of a complete ``frame``.

        Raises:
            EOFError: the frame is incomplete.
        """
        if len(frame) < HEAD_BYTES or len(frame) != frame_length(frame):
            raise EOFError
        start = HEAD_BYTES + _LENGTHS.unpack_from(frame)[0]
        name, fields = _decode(frame[HEAD_BYTES:start].decode())
        shape = self._shapes[name]
        for field in shape.tuples:
            fields[field] = tuple(fields[field])
        if shape.payload:
            fields[shape.payload] = bytes(memoryview(frame)[start:])
        message: M = shape.message(**fields)
        return message

    def send(self, connection: socket.socket, message: M) -> None:
        """Send ``message`` over a blocking socket.

        Raises:
            OSError: the other side is gone.
        """
        head, payload = self._parts(message)
        # At once: the other side would wake up for a part, and take the processor of the sender.
        sent = connection.sendmsg((head, payload))
        for part in (head, payload):
            if sent < len(part):
                connection.sendall(memoryview(part)[sent:])
            sent = max(0, sent - len(part))

    def receive(self, connection: socket.socket, deadline: float | None = None) -> M:
        """Receive one message over a blocking socket.

        ``deadline`` is a reading of time.monotonic().

        Raises:
            TimeoutError: the deadline passed.
            EOFError: the other side is gone.
        """
        head = bytearray(HEAD_BYTES)
        _fill(connection, memoryview(head), deadline)
        frame = bytearray(frame_length(head))
        frame[:HEAD_BYTES] = head
        _fill(connection, memoryview(frame)[HEAD_BYTES:], deadline)
        return self.decode(frame)

    async def read(self, reader: "asyncio.StreamReader") -> M:
        """Read one message from an asyncio stream.

        Raises:
            EOFError: the other side is gone.
        """
        try:
            head = await reader.readexactly(HEAD_BYTES)
            return self.decode(head + await reader.readexactly(frame_length(head) - HEAD_BYTES))
        except ConnectionError:
            raise EOFError from None

    def _parts(self, message: M) -> tuple[bytes, bytes]:
        name = type(message).__name__
        fields, payload = vars(message), b""
        if field := self._shapes[name].payload:
            fields = dict(fields)
            payload = fields.pop(field)
        header = _encode((name, fields)).encode()
        return _LENGTHS.pack(len(header), len(payload)) + header, payload


def frame_length(head: bytes | bytearray) -> int:
    """Return the length of a frame of which ``head`` holds the first ``HEAD_BYTES`` or more."""
    header, payload = _LENGTHS.unpack_from(head)
    return HEAD_BYTES + int(header) + int(payload)


def _shape(message: type[Any]) -> _Shape:
    hints = get_type_hints(message)
    names = [field.name for field in dataclasses.fields(message)]
    payloads = [name for name in names if hints[name] is bytes]
    if len(payloads) > 1:
        raise TypeError(f"{message.__name__} has more than one field of type bytes")
    tuples = tuple(name for name in names if get_origin(hints[name]) is tuple)
    return _Shape(message, payloads[0] if payloads else None, tuples)


def _fill(connection: socket.socket, view: memoryview, deadline: float | None) -> None:
    """Receive as many bytes as ``view`` has."""
    while view:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection.settimeout(left)
        try:
            count = connection.recv_into(view)
        except ConnectionError:
            count = 0
        if not count:
            raise EOFError
        view = view[count:]
