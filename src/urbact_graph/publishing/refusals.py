"""What a store refuses, in one sentence with its own words."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from html.parser import HTMLParser
from http import HTTPStatus

from urbact_graph.errors import UrbactGraphError

_LONGEST_WORDS = 300
_REMEDIES = {
    400: "the store does not take what is sent, for the reason that it gives",
    403: "give the user of the credentials the right to write there, or name another graph",
    404: "check the address: it must be that of the graph store, such as http://HOST/store",
    405: "check the address: it must be that of a graph store that can be written",
    409: "the store is being changed by something else; try again later",
    415: "the store takes neither N-Triples nor Turtle here; check the address",
    429: "wait as long as the store asks, and run the same command again",
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
    """An answer of a server; ``body`` is empty where it was written into a file."""

    status: int
    reason: str
    headers: Message
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
        """The media type, without parameters."""
        return self.headers.get_content_type()


def refused(
    what: str, address: str, answer: Answer, hide: Callable[[str], str], remedy: str = ""
) -> StoreError:
    """Make the error of an answer that refuses ``what`` at ``address``.

    ``hide`` takes secrets out of the server's words; ``remedy`` is a clause, by default the one
    that fits the status.
    """
    status = f"{answer.status} {answer.reason or _phrase(answer.status)}".strip()
    said = hide(words(answer))
    quoted = f": “{said}”" if said else ""
    if answer.is_redirect:
        place = hide(_printable(answer.headers.get("Location", "")))
        remedy = f"give the address to which it leads, {place}" if place else "check the address"
    remedy = remedy or _REMEDIES.get(answer.status, "see the log of the store")
    return StoreError(f"{address} refuses {what} with {status}{quoted}; {remedy}.")


def words(answer: Answer) -> str:
    """Return what a server says in words: problem details, the text of a page, or plain text.

    Control characters, which a terminal would obey, are left out; a long text is cut off.
    """
    text = answer.body.decode("utf-8", "replace")
    said = _of_problem(text)
    if said is None:
        is_page = "html" in answer.media_type or text.lstrip()[:1] == "<"
        said = _of_page(text) if is_page else text
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


class _Page(HTMLParser):
    """Collects the text of a page's body; Virtuoso writes its reason as it is, in <xmp>."""

    CDATA_CONTENT_ELEMENTS = ("script", "style", "xmp")  # type: ignore[misc]
    _HIDDEN = frozenset(("script", "style", "title"))

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._hidden += tag in self._HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in self._HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _of_page(text: str) -> str:
    page = _Page()
    page.feed(text)
    page.close()
    return " ".join(page.parts)


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
