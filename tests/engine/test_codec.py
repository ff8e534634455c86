"""The codec: messages survive the journey over sockets and streams, whole and in order."""

import asyncio
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest
from typing_extensions import Buffer

from tests.support.waiting import together
from urbact_graph.engine.codec import HEAD_BYTES, Codec, frame_length


@dataclass(frozen=True)
class Text:
    text: str
    number: int = 0
    fraction: float | None = None
    names: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Content:
    name: str
    content: bytes
    is_last: bool = False


@dataclass(frozen=True)
class Empty:
    pass


@dataclass(frozen=True)
class TwoPayloads:
    first: bytes
    second: bytes


CODEC: Codec[Text | Content | Empty] = Codec(Text, Content, Empty)
MESSAGES: list[Text | Content | Empty] = [
    Text("é € 😀 \n \0 \ud800", -5, 0.25, ("a", "b"), {"x": "<y>"}),
    Text(""),
    Content("none", b""),
    Content("bytes", bytes(range(256)), is_last=True),
    Content("large", b"0123456789" * 1_000_000),
    Empty(),
]


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_is_decoded_as_it_was(message: Text | Content | Empty) -> None:
    assert CODEC.decode(CODEC.encode(message)) == message


def test_equal_messages_have_equal_frames() -> None:
    assert CODEC.encode(Text("a", names=("b",))) == CODEC.encode(Text("a", names=("b",)))


def test_a_frame_states_its_length() -> None:
    for message in MESSAGES:
        frame = CODEC.encode(message)
        assert frame_length(frame[:HEAD_BYTES]) == len(frame)


@pytest.mark.parametrize("length", [0, 1, HEAD_BYTES - 1, HEAD_BYTES, 20])
def test_an_incomplete_frame_is_refused(length: int) -> None:
    with pytest.raises(EOFError):
        CODEC.decode(CODEC.encode(Content("name", b"content"))[:length])


def test_a_message_of_another_codec_is_refused() -> None:
    other: Codec[Text] = Codec(Text)
    with pytest.raises(KeyError, match="Content"):
        other.decode(CODEC.encode(Content("name", b"")))


def test_a_message_has_one_payload_at_most() -> None:
    with pytest.raises(TypeError, match="TwoPayloads has more than one field of type bytes"):
        Codec(TwoPayloads)


def test_messages_arrive_in_order_also_when_sent_at_once(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair

    def send() -> None:
        for message in MESSAGES:
            CODEC.send(theirs, message)

    with together(send):
        received = [CODEC.receive(ours, time.monotonic() + 60) for _ in MESSAGES]
    assert received == MESSAGES


def test_a_message_in_small_pieces_is_put_together(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    message = Content("name", b"content")
    received = list[object]()
    with together(lambda: received.append(CODEC.receive(ours))):
        for byte in CODEC.encode(message):
            theirs.send(bytes([byte]))
    assert received == [message]


@pytest.mark.parametrize("sent", [0, 4, 20])
def test_the_deadline_holds_before_and_within_a_message(
    pair: tuple[socket.socket, socket.socket], sent: int
) -> None:
    ours, theirs = pair
    theirs.sendall(CODEC.encode(Content("name", b"content"))[:sent])
    with pytest.raises(TimeoutError):
        CODEC.receive(ours, time.monotonic() + 0.01)
    with pytest.raises(TimeoutError):
        CODEC.receive(ours, time.monotonic() - 1)


@pytest.mark.parametrize("sent", [0, 4, 20])
def test_a_closed_connection_is_the_end(
    pair: tuple[socket.socket, socket.socket], sent: int
) -> None:
    ours, theirs = pair
    theirs.sendall(CODEC.encode(Content("name", b"content"))[:sent])
    theirs.close()
    with pytest.raises(EOFError):
        CODEC.receive(ours)


class Answered(socket.socket):
    """A connection whose other side is gone as soon as it has received something."""

    sent = b""

    def sendmsg(self, buffers: Iterable[Buffer], /, *_: object) -> int:
        self.sent = b"".join(map(bytes, buffers))
        return len(self.sent)

    def sendall(self, *_: object) -> None:
        raise BrokenPipeError


@pytest.mark.parametrize("message", [Empty(), Text("a"), Content("none", b"")])
def test_nothing_is_sent_after_a_message_is_complete(message: Text | Content | Empty) -> None:
    with Answered() as connection:
        CODEC.send(connection, message)
        assert CODEC.decode(connection.sent) == message


def test_a_reset_connection_is_the_end(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    # What is closed before it has read everything resets the connection.
    ours.sendall(b"unread")
    theirs.close()
    with pytest.raises(EOFError):
        CODEC.receive(ours)


def test_an_asyncio_stream_is_read_message_by_message() -> None:
    async def read() -> list[object]:
        reader = asyncio.StreamReader()
        for message in MESSAGES:
            reader.feed_data(CODEC.encode(message))
        reader.feed_data(CODEC.encode(Empty())[:HEAD_BYTES])
        reader.feed_eof()
        found: list[object] = [await CODEC.read(reader) for _ in MESSAGES]
        with pytest.raises(EOFError):
            await CODEC.read(reader)
        return found

    assert asyncio.run(read()) == MESSAGES


def test_a_reset_stream_is_the_end() -> None:
    async def read() -> None:
        reader = asyncio.StreamReader()
        reader.set_exception(ConnectionResetError())
        await CODEC.read(reader)

    with pytest.raises(EOFError):
        asyncio.run(read())
