"""The reading of a request's body, within limits of bytes and time."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, TypeVar

from granian.rsgi import ProtocolClosed

from urbact_graph.problems import QUERY_TOO_LARGE, REQUEST_TIMEOUT, ProblemError
from urbact_graph.web.app import max_body_bytes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from granian.rsgi import HTTPProtocol

    from urbact_graph.server.request import RawRequest
    from urbact_graph.settings import Settings

_Read = TypeVar("_Read")

_WITHOUT_BODY = frozenset(("GET", "HEAD", "OPTIONS"))
# A body that is refused is read on, so that a client that is still sending it receives the problem
# instead of a broken connection: at most so many bytes, for so long, and with such pauses.
_DRAINED_BYTES = 64_000_000
_DRAIN_SECONDS = 5.0
_DRAIN_PAUSE_SECONDS = 0.5


async def read_body(request: RawRequest, protocol: HTTPProtocol, settings: Settings) -> bytes:
    """Read the body, if there is one.

    Raises:
        ProblemError: it is too large, or takes too long to arrive.
    """
    if request.method in _WITHOUT_BODY:
        return b""
    limit = max_body_bytes(settings)
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) <= limit:
        # The server reads no more than the stated length.
        return bytes(await _within(settings, protocol()))
    chunks = aiter(protocol)
    if stated.isdecimal():
        is_being_sent = "expect" not in request.headers
    else:
        body = await _within(settings, _read_chunks(chunks, limit))
        if body is not None:
            return body
        is_being_sent = True
    if is_being_sent:
        await _drain(chunks)
    raise ProblemError(
        QUERY_TOO_LARGE,
        "The body is larger than a query may be (max_query_bytes); shorten it.",
        extensions={"limit": "max_query_bytes"},
    )


async def _read_chunks(chunks: AsyncIterator[bytes], limit: int) -> bytes | None:
    """Read a body of unknown length; return None as soon as it is larger than ``limit``."""
    read: list[bytes] = []
    size = 0
    # Not by `async for`, which calls __aiter__ again: granian allows that only once.
    with contextlib.suppress(StopAsyncIteration):
        while size <= limit:
            chunk = await anext(chunks)
            size += len(chunk)
            read.append(bytes(chunk))
        return None
    return b"".join(read)


async def _within(settings: Settings, reading: Awaitable[_Read]) -> _Read:
    seconds = settings.request_timeout_seconds
    try:
        async with asyncio.timeout(seconds):
            return await reading
    except TimeoutError:
        raise ProblemError(
            REQUEST_TIMEOUT,
            f"The request was not complete after {seconds} s (request_timeout_seconds); send it "
            "faster.",
            extensions={"limit": "request_timeout_seconds", "value": seconds},
        ) from None


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read on, and keep nothing (lingering close, RFC 9112, section 9.6)."""
    now = asyncio.get_running_loop().time
    end, left = now() + _DRAIN_SECONDS, _DRAINED_BYTES
    with contextlib.suppress(TimeoutError, StopAsyncIteration, ProtocolClosed):
        while left > 0 and now() < end:
            async with asyncio.timeout_at(min(end, now() + _DRAIN_PAUSE_SECONDS)):
                left -= len(await anext(chunks))
