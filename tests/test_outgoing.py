"""Large answers in files: how many bytes at a time, and what counts as sent."""

import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from urbact_graph.web.outgoing import Outgoing

from .engines import together


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def added(outgoing: Outgoing, stack: ExitStack, size: int) -> bool:
    """Add ``size`` bytes, to be open while ``stack`` is; tell whether there was room."""
    file = outgoing.add(b"x" * size)
    if file is None:
        return False
    stack.callback(file[1])
    return True


def test_no_more_bytes_are_on_their_way_than_may() -> None:
    outgoing = Outgoing(1_000)
    with ExitStack() as stack:
        assert added(outgoing, stack, 600)
        assert not added(outgoing, stack, 401)
        assert added(outgoing, stack, 400)
        assert not added(outgoing, stack, 1)
        assert outgoing.size == 1_000
    assert outgoing.size == 0


def test_one_is_always_sent_however_large() -> None:
    outgoing = Outgoing(10)
    for _ in range(2):
        with ExitStack() as stack:
            assert added(outgoing, stack, 1_000)
            assert not added(outgoing, stack, 1)
            assert outgoing.size == 1_000


def test_what_was_closed_is_forgotten_and_makes_room() -> None:
    outgoing = Outgoing(1_000)
    with ExitStack() as stack, ExitStack() as other:
        assert added(outgoing, stack, 500)
        assert added(outgoing, other, 500)
        assert not added(outgoing, other, 500)
        stack.close()
        assert outgoing.size == 500
        assert added(outgoing, stack, 500)


def test_whoever_has_opened_it_reads_it_whole_and_keeps_it_counted() -> None:
    outgoing, body = Outgoing(1), os.urandom(200_000)
    file = outgoing.add(body)
    assert file is not None
    path, close = file
    with Path(path).open("rb") as opened:
        close()
        assert outgoing.size == len(body)
        assert outgoing.add(b"another") is None
        assert opened.read() == body
    assert outgoing.size == 0


def test_nothing_is_left_open_of_what_was_refused_or_sent() -> None:
    before, outgoing = descriptors(), Outgoing(1)
    for _ in range(3):
        with ExitStack() as stack:
            assert added(outgoing, stack, 10)
            for _ in range(20):
                assert not added(outgoing, stack, 10)
            assert descriptors() == before + 1
    assert descriptors() == before


def test_several_threads_may_send_at_once() -> None:
    outgoing, sent = Outgoing(30_000), list[bytes]()

    def send(number: int) -> None:
        body = bytes([number]) * 5_000
        for _ in range(50):
            if file := outgoing.add(body):
                path, close = file
                with Path(path).open("rb") as opened:
                    close()
                    assert outgoing.size <= 30_000 + 5_000
                    assert opened.read() == body
                sent.append(body)

    before = descriptors()
    with together(*(partial(send, number) for number in range(8))):
        pass
    assert set(sent) == {bytes([number]) * 5_000 for number in range(8)}
    assert outgoing.size == 0
    assert descriptors() == before
