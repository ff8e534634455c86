"""What a store refuses, in one sentence with its own words."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from urbact_graph.errors import UrbactGraphError
from urbact_graph.retry_after import seconds_to_wait

_LONGEST_WORDS, _LONGEST_READ = 300, 100_000
# What of a page no reader sees; and tags, among which IRIs in angle brackets are not.
_UNSEEN = re.compile(r"<(script|style|title)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[/!]?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
# Parameters of the Graph Store Protocol, section 4.2.
_OF_GRAPHS = {"default", "graph"}
_REMEDIES = {
    400: "the store does not take what is sent, for the reason that it gives",
    403: "give the user of the credentials the right to write there, or name another graph",
    404: "check the address: it must be that of the graph store, such as http://HOST/store",
    405: "check the address: it must be that of a graph store that can be written",
    406: "the store has no format here that can be read; check the address",
    407: "write the user and the password of the proxy into HTTP_PROXY or HTTPS_PROXY",
    409: "the store is being changed by something else; try again later",
    411: "the length is sent with each request: see whether a proxy before the store takes it out",
    415: "the store takes neither N-Triples nor Turtle here; check the address",
    429: "the store is busy; run the same command again later",
    501: "the store does not have this part of the Graph Store Protocol; check the address",
    503: "the store is busy; run the same command again later",
    507: "the store is full; make room there",
}


class StoreError(UrbactGraphError):
    """A store that does not answer, refuses, or cannot be written as asked."""


class UnreachableError(StoreError):
    """A store that does not answer."""


@dataclass(frozen=True)
class Answer:
    """An answer of a server; ``body`` is empty where it was read as it came."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def is_good(self) -> bool:
        """Whether the server did what was asked."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_redirect(self) -> bool:
        """Whether the server names another address."""
        return self.status in {301, 302, 303, 307, 308}

    @property
    def media_type(self) -> str:
        """The media type, without parameters, in lower case."""
        return media_type_of(self.headers)


def media_type_of(headers: Mapping[str, str]) -> str:
    """Return the media type of an answer, without parameters, in lower case."""
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def refused(
    what: str, address: str, answer: Answer, hide: Callable[[str], str], remedy: str = ""
) -> StoreError:
    """Make the error of an answer that refuses ``what`` at ``address``.

    ``hide`` takes secrets out of the server's words; ``remedy`` is a clause, by default the one
    that fits the status.
    """
    status = f"{answer.status} {_printable(answer.reason) or _phrase(answer.status)}".strip()
    said = hide(words(answer))
    quoted = f": “{said}”" if said else ""
    if answer.is_redirect:
        place = hide(_place(address, answer))
        remedy = f"give the address to which it leads, {place}" if place else "check the address"
    wait = seconds_to_wait(answer.headers)
    if wait and not remedy:
        remedy = f"run the same command again in {wait:,.0f} s"
    remedy = remedy or _REMEDIES.get(answer.status, "see the log of the store")
    return StoreError(f"{address} refuses {what} with {status}{quoted}; {remedy}.")


def _place(address: str, answer: Answer) -> str:
    """Return where a redirect leads, without what names a graph; empty if it is not said."""
    location = _printable(answer.headers.get("Location", ""))
    try:
        parts = urlsplit(urljoin(address, location) if location else "")
    except ValueError:
        return ""
    query = "&".join(
        part for part in parts.query.split("&") if part.partition("=")[0] not in _OF_GRAPHS
    )
    return parts._replace(query=query).geturl()


def words(answer: Answer) -> str:
    """Return what a server says in words: problem details, the text of a page, or plain text.

    Control characters, which a terminal would obey, are left out; a long text is cut off.
    """
    text = answer.body[:_LONGEST_READ].decode("utf-8", "replace")
    said = _of_problem(text)
    if said is None:
        is_page = "html" in answer.media_type or text.lstrip()[:1] == "<"
        said = unescape(_TAG.sub(" ", _UNSEEN.sub(" ", text))) if is_page else text
    said = _printable(said).strip(" .")
    return said if len(said) <= _LONGEST_WORDS else f"{said[:_LONGEST_WORDS]}…"


def _of_problem(text: str) -> str | None:
    """Return the detail of problem details (RFC 9457), or the message of other JSON."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    names = ("detail", "message", "error_description", "error", "title")
    return next((str(found[name]) for name in names if found.get(name)), "")


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
