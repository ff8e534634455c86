"""Large answers in files: how many bytes at a time, and what counts as sent."""

import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from urbact_graph.web.app import outgoing as module
from urbact_graph.server.send_buffer import Outgoing

from tests.support.engines import together

PATIENT = 3_600.0


@pytest.fixture(autouse=True)
def _opened_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OPENING_SECONDS", 0.0)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def opened(outgoing: Outgoing, body: bytes) -> BinaryIO | None:
    """Add ``body``, and open it as a server does; None if there was no room."""
    descriptor = outgoing.add(body)
    if descriptor is None:
        return None
    file = Path(outgoing.path(descriptor)).open("rb")  # noqa: SIM115 - the caller closes it
    outgoing.sweep()
    return file


def sends(outgoing: Outgoing, stack: ExitStack, size: int) -> bool:
    """Begin to send ``size`` bytes, for as long as ``stack`` lasts; tell whether there was room."""
    file = opened(outgoing, b"x" * size)
    if file:
        stack.enter_context(file)
    return file is not None


def test_no_more_bytes_are_on_their_way_than_may() -> None:
    outgoing = Outgoing(1_000, PATIENT)
    with ExitStack() as stack:
        assert sends(outgoing, stack, 600)
        assert not sends(outgoing, stack, 401)
        assert sends(outgoing, stack, 400)
        assert not sends(outgoing, stack, 1)
    with ExitStack() as stack:
        assert sends(outgoing, stack, 1_000)


def test_one_is_always_sent_however_large() -> None:
    outgoing = Outgoing(10, PATIENT)
    for _ in range(2):
        with ExitStack() as stack:
            assert sends(outgoing, stack, 1_000)
            assert not sends(outgoing, stack, 1)


def test_what_was_sent_makes_room() -> None:
    outgoing = Outgoing(1_000, PATIENT)
    with ExitStack() as stack, ExitStack() as other:
        assert sends(outgoing, stack, 500)
        assert sends(outgoing, other, 500)
        assert not sends(outgoing, other, 500)
        stack.close()
        assert sends(outgoing, stack, 500)


def test_whoever_has_opened_it_reads_it_whole() -> None:
    outgoing, body = Outgoing(1, PATIENT), os.urandom(200_000)
    file = opened(outgoing, body)
    assert file
    with file:
        assert outgoing.add(b"another") is None
        assert file.read() == body
    another = opened(outgoing, b"another")
    assert another
    another.close()


def test_who_takes_too_long_is_given_up_where_room_is_needed() -> None:
    outgoing, body = Outgoing(1_000, 0.0), os.urandom(800)
    slow = opened(outgoing, body)
    assert slow
    with slow, ExitStack() as stack:
        assert sends(outgoing, stack, 200), "both have room"
        assert sends(outgoing, stack, 700)
        assert slow.read() == b"", "what it has not taken it does not get"


def test_the_number_of_what_was_not_opened_is_not_given_to_another() -> None:
    outgoing = Outgoing(1_000, PATIENT)
    late = outgoing.add(b"first")
    assert late is not None
    outgoing.sweep()
    with ExitStack() as stack:
        for _ in range(3):
            assert sends(outgoing, stack, 100)
        with Path(outgoing.path(late)).open("rb") as file:
            assert file.read() == b"", "nothing, rather than another's"
    os.close(late)


def test_the_number_of_what_was_not_opened_is_free_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    before, outgoing = descriptors(), Outgoing(1_000, PATIENT)
    assert outgoing.add(b"first") is not None
    assert outgoing.sweep(), "it rests"
    assert descriptors() == before + 1
    monkeypatch.setattr(module, "REST_SECONDS", 0.0)
    assert not outgoing.sweep()
    assert descriptors() == before


def test_nothing_is_left_open_of_what_was_refused_or_sent() -> None:
    before, outgoing = descriptors(), Outgoing(1, PATIENT)
    for _ in range(3):
        with ExitStack() as stack:
            assert sends(outgoing, stack, 10)
            for _ in range(20):
                assert not sends(outgoing, stack, 10)
            assert descriptors() == before + 1
    assert descriptors() == before


def test_several_threads_may_send_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OPENING_SECONDS", PATIENT)
    outgoing, sent = Outgoing(10_000_000, PATIENT), list[bytes]()

    def send(number: int) -> None:
        body = bytes([number]) * 5_000
        for _ in range(50):
            file = opened(outgoing, body)
            assert file
            with file:
                assert file.read() == body
            sent.append(body)

    before = descriptors()
    with together(*(partial(send, number) for number in range(8))):
        pass
    assert len(sent) == 8 * 50
    monkeypatch.setattr(module, "OPENING_SECONDS", 0.0)
    monkeypatch.setattr(module, "REST_SECONDS", 0.0)
    assert not outgoing.sweep()
    assert descriptors() == before
