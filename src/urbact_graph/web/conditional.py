"""Conditional requests (RFC 9110, section 13): what a client has, or has not any more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from werkzeug.http import parse_date, parse_etags

from urbact_graph.problems import PRECONDITION_FAILED, ProblemError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Some twenty tags; a longer list would take its time to be read, and counts as none.
_LONGEST_TAGS = 1_000
_LONGEST_DATE = 100
_SAFE = frozenset(("GET", "HEAD"))


def knows(environ: WSGIEnvironment, tag: str, *, or_any: bool = False) -> bool:
    """Tell whether a client has what has the entity ``tag`` (RFC 9110, section 13.1.2).

    With ``or_any`` also one that says it has anything: right only where there is an answer.
    """
    known = environ.get("HTTP_IF_NONE_MATCH")
    if not known or len(known) > _LONGEST_TAGS or environ["REQUEST_METHOD"] not in _SAFE:
        return False
    tags = parse_etags(known)
    return tags.is_weak(tag) or tags.is_strong(tag) or (or_any and bool(tags.star_tag))


def has_since(environ: WSGIEnvironment, modified: datetime) -> bool:
    """Tell whether a client has what was ``modified`` last (RFC 9110, section 13.1.3).

    Entity tags, if it names any, say more than dates.
    """
    if environ["REQUEST_METHOD"] not in _SAFE or "HTTP_IF_NONE_MATCH" in environ:
        return False
    had = _date(environ.get("HTTP_IF_MODIFIED_SINCE"))
    return had is not None and modified <= had


def ensure_unchanged(environ: WSGIEnvironment, tag: str, modified: datetime) -> None:
    """Check that what a client asks more of is still what it was (sections 13.1.1 and 13.1.4).

    ``tag`` is a strong one.

    Raises:
        ProblemError: it is another by now.
    """
    wanted = environ.get("HTTP_IF_MATCH")
    if wanted is not None:
        # Of a list that is too long nothing is known.
        tags = parse_etags(wanted) if len(wanted) <= _LONGEST_TAGS else None
        is_unchanged = tags is None or bool(tags.star_tag) or tags.is_strong(tag)
    else:
        had = _date(environ.get("HTTP_IF_UNMODIFIED_SINCE"))
        is_unchanged = had is None or modified <= had
    if not is_unchanged:
        raise ProblemError(
            PRECONDITION_FAILED,
            "What stands at this address is no longer what the request is about; fetch it anew.",
        )


def may_be_continued(environ: WSGIEnvironment, tag: str, modified: datetime) -> bool:
    """Tell whether a part fits to what a client has already (RFC 9110, section 13.1.5)."""
    wanted: str | None = environ.get("HTTP_IF_RANGE")
    if wanted is None:
        return True
    if wanted.startswith(('"', "W/")):
        return wanted == f'"{tag}"'
    return _date(wanted) == modified


def _date(text: str | None) -> datetime | None:
    """Read an HTTP date; None if it is none, which then counts as not given."""
    if not text or len(text) > _LONGEST_DATE:
        return None
    try:
        found = parse_date(text)
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
