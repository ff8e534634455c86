"""HTTP for programs: retries that keep to Retry-After, conditional requests, problems as errors."""

import ast
import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

from urbact_graph.client.libraries import library
from urbact_graph.errors import EngineError, QueryError
from urbact_graph.files import write_whole
from urbact_graph.problems import PROBLEMS, Problem, ProblemError
from urbact_graph.retry_after import seconds_to_wait

_NOT_MODIFIED, _BUSY = 304, (429, 503)
# How often a request is sent, and how many seconds it waits in all for a server that is busy.
_ATTEMPTS, _PATIENCE = 4, 60.0
# As many seconds as operating systems can wait: a month.
_LONGEST_TIMEOUT = 31 * 86_400
# A longer query does not fit into the address on every server.
_LONGEST_ADDRESS = 4_000
# What is repeated of an error that is no problem by RFC 9457.
_LONGEST_EXCERPT = 500


@dataclass(frozen=True)
class Reply:
    """The answer to a request: its media type without parameters, its ETag, its content."""

    media_type: str
    etag: str
    content: bytes


class _RefusedError(Exception):
    """An answer that is an error: its status, what it says, and when to ask again, in seconds."""

    def __init__(self, status: int, body: bytes, retry_after: float | None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.retry_after = retry_after

    @classmethod
    def of(cls, error: HTTPError, body: bytes | None = None) -> "_RefusedError":
        with error:
            # It can be read once.
            content = error.read() if body is None else body
        return cls(error.code, content, seconds_to_wait(error.headers))


class Http:
    """Requests that may take so many ``seconds``; ``cache`` is the folder that keeps answers.

    Raises:
        QueryError: SPARQLWrapper is not installed, or ``seconds`` is no positive number.
    """

    def __init__(self, seconds: float, cache: Path | None) -> None:
        if not (isinstance(seconds, int | float) and 0 < seconds <= _LONGEST_TIMEOUT):
            raise QueryError(
                f"The timeout must be a number of seconds above 0, which {seconds!r} is not."
            )
        self._seconds = seconds
        self._cache = cache
        self._wrapper = library("SPARQLWrapper", "client")
        self._agent = f"urbact-graph/{version('urbact-graph')}"

    def get(self, address: str, accept: str, parameters: Mapping[str, str] | None = None) -> Reply:
        """Return the answer to GET.

        Raises:
            ProblemError: the server answers with an error; with the server's words.
            EngineError: it does not answer, or the address is none.
        """
        if parameters:
            address = f"{address}?{urlencode(parameters)}"
        return self._sent(address, accept, None, f"GET {address} {accept}")

    def post(self, address: str, accept: str, form: Mapping[str, str]) -> Reply:
        """Return the answer to POST of a ``form``, which is not kept.

        Raises:
            ProblemError: as ``get``.
            EngineError: as ``get``.
        """
        return self._sent(address, accept, urlencode(form).encode(), "")

    def _sent(self, address: str, accept: str, body: bytes | None, key: str) -> Reply:
        def ask(headers: Mapping[str, str]) -> Reply:
            wanted = {"Accept": accept, "User-Agent": self._agent, **headers}
            try:
                with urlopen(Request(address, body, wanted), timeout=self._seconds) as found:  # noqa: S310
                    return _reply(found.headers, found.read())
            except HTTPError as error:
                raise _RefusedError.of(error) from None

        return self._answered(ask, address, key)

    def query(self, endpoint: str, query: str, form: str, accept: str) -> Reply:
        """Return the answer to a SPARQL query of the ``form`` SELECT, ASK, CONSTRUCT or DESCRIBE.

        Raises:
            ProblemError: as ``get``.
            EngineError: as ``get``.
        """
        wrapper = self._wrapper
        is_short = len(query) <= _LONGEST_ADDRESS

        def ask(headers: Mapping[str, str]) -> Reply:
            address, _, given = endpoint.partition("?")
            asked = wrapper.SPARQLWrapper(address, agent=self._agent)
            for name, value in parse_qsl(given, keep_blank_values=True):
                asked.addParameter(name, value)
            # The Accept header alone says what is wanted.
            asked.setOnlyConneg(True)
            # Its method cuts the seconds down to whole ones, of which 0 waits without end.
            asked.timeout = self._seconds
            asked.setMethod(wrapper.GET if is_short else wrapper.POST)
            # Its own look at the form of a query, by regular expressions, may be wrong.
            asked.queryString, asked.queryType = query, form
            for name, value in {"Accept": accept, **headers}.items():
                asked.addCustomHttpHeader(name, value)
            try:
                found = asked.query().response
            except wrapper.SPARQLExceptions.SPARQLWrapperException as error:
                raise _refused_by(error) from None
            except HTTPError as error:
                raise _RefusedError.of(error) from None
            with found:
                return _reply(found.headers, found.read())

        return self._answered(ask, endpoint, f"{endpoint} {accept} {query}" if is_short else "")

    def _answered(self, ask: Callable[[Mapping[str, str]], Reply], address: str, key: str) -> Reply:
        """Return what ``ask`` returns, or what was kept for ``key`` if that has not changed."""
        kept = self._kept(key)
        headers = {"If-None-Match": kept.etag} if kept else {}
        deadline = time.monotonic() + _PATIENCE
        for attempt in count(1):
            try:
                reply = ask(headers)
            except _RefusedError as refused:
                if refused.status == _NOT_MODIFIED and kept:
                    return kept
                seconds = refused.retry_after if refused.status in _BUSY else None
                is_last = attempt == _ATTEMPTS
                if seconds is None or is_last or time.monotonic() + seconds > deadline:
                    raise _problem(refused.status, refused.body) from None
                time.sleep(seconds)
            except (OSError, HTTPException, ValueError) as error:
                reason = error.reason if isinstance(error, URLError) else error
                words = " ".join(str(reason).split()) or type(error).__name__
                raise EngineError(
                    f"{address} does not answer ({words}); check the address, and that the server "
                    "runs."
                ) from None
            else:
                self._keep(key, reply)
                return reply
        raise AssertionError("the last attempt returns or raises")

    def _kept(self, key: str) -> Reply | None:
        if self._cache is None or not key:
            return None
        with contextlib.suppress(OSError, ValueError):
            head, _, content = self._file(key, self._cache).read_bytes().partition(b"\n")
            media_type, etag = json.loads(head)
            return Reply(media_type, etag, content)
        return None

    def _keep(self, key: str, reply: Reply) -> None:
        if self._cache is None or not key or not reply.etag:
            return
        head = json.dumps([reply.media_type, reply.etag]).encode()
        try:
            write_whole(self._file(key, self._cache), head + b"\n" + reply.content)
        except OSError as error:
            raise EngineError(
                f"The cache {self._cache} cannot be written ({error.strerror}); name another "
                "folder, or leave it out."
            ) from None

    def _file(self, key: str, folder: Path) -> Path:
        return folder / hashlib.sha256(key.encode()).hexdigest()


def _reply(headers: Message, content: bytes) -> Reply:
    return Reply(headers.get_content_type(), headers.get("ETag", ""), content)


def _refused_by(error: Exception) -> _RefusedError:
    """Return the answer that SPARQLWrapper raised ``error`` for.

    It has read the body, and gives it as a literal of Python at the end of its message.
    """
    written = str(error).partition("Response:\n")[2].strip()
    body = written.encode()
    with contextlib.suppress(ValueError, SyntaxError):
        body = bytes(ast.literal_eval(written))
    cause = error.__context__
    return (
        _RefusedError.of(cause, body)
        if isinstance(cause, HTTPError)
        else _RefusedError(500, body, None)
    )


def _problem(status: int, body: bytes) -> ProblemError:
    """Return the error of an answer: its problem details (RFC 9457), or the text that it has."""
    details: dict[str, Any] = {}
    with contextlib.suppress(ValueError):
        found = json.loads(body)
        details = found if isinstance(found, dict) else {}
    nothing = f"The server answered with status {status}"
    title, kind, own = (str(details.pop(key, None) or "") for key in ("title", "type", "detail"))
    name = kind.rstrip("/").rpartition("/")[2]
    detail = own or title or _excerpt(body) or f"{nothing}."
    for standard in ("status", "instance"):
        details.pop(standard, None)
    problem = PROBLEMS.get(name) or Problem(name or f"status-{status}", status, title or nothing)
    return ProblemError(problem, detail, extensions=details)


def _excerpt(body: bytes) -> str:
    """Return the beginning of a text; nothing of a page."""
    text = " ".join(body.decode("utf-8", "replace").split())
    return "" if text.startswith("<") else text[:_LONGEST_EXCERPT]
