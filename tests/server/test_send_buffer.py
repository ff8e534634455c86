"""The send buffer: how many bytes it holds at a time, and what counts as sent."""

import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.support.waiting import together
from urbact_graph.server import send_buffer as module
from urbact_graph.server.send_buffer import SendBuffer

LONG = 3_600.0


@pytest.fixture(autouse=True)
def _opened_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.0)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def opened(buffer: SendBuffer, body: bytes) -> BinaryIO | None:
    """Add ``body``, and open it as a server does; None if there was no room."""
    path = buffer.add(body)
    if path is None:
        return None
    file = Path(path).open("rb")  # noqa: SIM115 - the caller closes it
    buffer.sweep()
    return file


def sends(buffer: SendBuffer, stack: ExitStack, size: int) -> bool:
    """Begin to send ``size`` bytes, for as long as ``stack`` lasts; tell whether there was room."""
    file = opened(buffer, b"x" * size)
    if file:
        stack.enter_context(file)
    return file is not None


def test_its_capacity_is_the_total_of_the_bodies_being_sent() -> None:
    buffer = SendBuffer(1_000, LONG)
    with ExitStack() as stack:
        assert sends(buffer, stack, 600)
        assert not sends(buffer, stack, 401)
        assert sends(buffer, stack, 400)
        assert not sends(buffer, stack, 1)
    with ExitStack() as stack:
        assert sends(buffer, stack, 1_000)


def test_one_body_is_always_sent_however_large() -> None:
    buffer = SendBuffer(10, LONG)
    for _ in range(2):
        with ExitStack() as stack:
            assert sends(buffer, stack, 1_000)
            assert not sends(buffer, stack, 1)


def test_a_body_that_was_sent_makes_room() -> None:
    buffer = SendBuffer(1_000, LONG)
    with ExitStack() as stack, ExitStack() as other:
        assert sends(buffer, stack, 500)
        assert sends(buffer, other, 500)
        assert not sends(buffer, other, 500)
        stack.close()
        assert sends(buffer, stack, 500)


def test_an_opened_body_is_read_whole() -> None:
    buffer, body = SendBuffer(1, LONG), os.urandom(200_000)
    file = opened(buffer, body)
    assert file
    with file:
        assert buffer.add(b"another") is None
        assert file.read() == body
    another = opened(buffer, b"another")
    assert another
    another.close()


def test_an_old_body_is_truncated_where_room_is_needed() -> None:
    buffer, body = SendBuffer(1_000, 0.0), os.urandom(800)
    slow = opened(buffer, body)
    assert slow
    with slow, ExitStack() as stack:
        assert sends(buffer, stack, 200), "there is room for both"
        assert sends(buffer, stack, 700)
        assert slow.read() == b"", "the rest is gone"


def test_the_oldest_bodies_are_truncated_first_and_no_more_than_needed() -> None:
    buffer = SendBuffer(1_000, 0.0)
    bodies = [opened(buffer, bytes([number]) * 300) for number in range(3)]
    with ExitStack() as stack:
        assert sends(buffer, stack, 350)
        contents = []
        for body in bodies:
            assert body
            with body:
                contents.append(len(body.read()))
    assert contents == [0, 300, 300]


def test_a_body_is_not_truncated_within_its_grace_period() -> None:
    buffer = SendBuffer(1_000, LONG)
    slow = opened(buffer, b"x" * 800)
    assert slow
    with slow, ExitStack() as stack:
        assert not sends(buffer, stack, 700)
        assert slow.read() == b"x" * 800


def test_the_path_of_an_unopened_body_never_leads_to_another_body() -> None:
    buffer = SendBuffer(1_000, LONG)
    late = buffer.add(b"first")
    assert late is not None
    buffer.sweep()
    with ExitStack() as stack:
        for _ in range(3):
            assert sends(buffer, stack, 100)
        assert Path(late).read_bytes() == b"", "nothing, rather than another's"
    os.close(int(Path(late).name))


def test_the_descriptor_of_an_unopened_body_is_closed_after_a_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, buffer = descriptors(), SendBuffer(1_000, LONG)
    assert buffer.add(b"first") is not None
    assert buffer.sweep(), "it rests"
    assert descriptors() == before + 1
    monkeypatch.setattr(module, "_REST_SECONDS", 0.0)
    assert not buffer.sweep()
    assert descriptors() == before


def test_no_descriptor_stays_open_of_what_was_refused_or_sent() -> None:
    before, buffer = descriptors(), SendBuffer(1, LONG)
    for _ in range(3):
        with ExitStack() as stack:
            assert sends(buffer, stack, 10)
            for _ in range(20):
                assert not sends(buffer, stack, 10)
            assert descriptors() == before + 1
    assert descriptors() == before


def test_several_threads_may_add_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP_SECONDS", LONG)
    buffer, sent = SendBuffer(10_000_000, LONG), list[bytes]()

    def send(number: int) -> None:
        body = bytes([number]) * 5_000
        for _ in range(10):
            file = opened(buffer, body)
            assert file
            with file:
                assert file.read() == body
            sent.append(body)

    before = descriptors()
    with together(*(partial(send, number) for number in range(8))):
        pass
    assert len(sent) == 8 * 10
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.0)
    monkeypatch.setattr(module, "_REST_SECONDS", 0.0)
    assert not buffer.sweep()
    assert descriptors() == before
