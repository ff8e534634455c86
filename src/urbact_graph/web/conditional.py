"""Conditional and range requests (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Self

from werkzeug.datastructures import ETags
from werkzeug.http import parse_date, parse_etags

from urbact_graph.problems import PRECONDITION_FAILED, RANGE_NOT_SATISFIABLE, ProblemError

# Enough for some twenty tags; a longer list would take long to parse, and is ignored.
_MAX_TAGS_LENGTH = 1_000
_MAX_DATE_LENGTH = 100
_RANGES = re.compile(r"bytes=(.*)", re.IGNORECASE | re.DOTALL)
_ONE_RANGE = re.compile(r"(?:([0-9]+)-([0-9]*)|-([0-9]+))")
# No content has as many bytes; numbers with more digits count as this one.
_BEYOND = 10**18
# The methods whose conditions and ranges are those of GET (RFC 9110, section 13.1; RFC 10008).
READ_METHODS = frozenset(("GET", "HEAD", "QUERY"))


@dataclass(frozen=True)
class Conditions:
    """The conditional headers of a request, None where it has no such header."""

    if_none_match: str | None
    if_modified_since: str | None
    if_match: str | None
    if_unmodified_since: str | None
    if_range: str | None
    range: str | None

    @classmethod
    def of(cls, header: Callable[[str], str | None]) -> Self:
        """Read them with ``header``, which returns the value of a header by its lower-case name."""
        return cls(*(header(field.name.replace("_", "-")) for field in fields(cls)))

    def matches(self, tag: str) -> bool:
        """Tell whether If-None-Match lists ``tag``, by weak comparison (section 13.1.2)."""
        tags = _tags(self.if_none_match)
        return tags is not None and (tags.is_weak(tag) or tags.is_strong(tag))

    def known(self, prefix: str) -> tuple[str, bool] | None:
        """Return a tag in If-None-Match that begins with ``prefix``, and whether it is weak."""
        tags = _tags(self.if_none_match)
        listed = sorted(tags.as_set(include_weak=True)) if tags else ()
        found = next((tag for tag in listed if tag.startswith(prefix)), None)
        return (found, not tags.is_strong(found)) if tags and found else None

    def is_not_modified(self, tag: str | None, modified: datetime | None) -> bool:
        """Tell whether the client has the representation already (sections 13.1.2 and 13.1.3).

        Only for a GET or HEAD that would get 200. The date counts only if there is no
        If-None-Match.
        """
        if self.if_none_match is not None:
            tags = _tags(self.if_none_match)
            return (
                tag is not None and tags is not None and (bool(tags.star_tag) or self.matches(tag))
            )
        since = _date(self.if_modified_since)
        return modified is not None and since is not None and modified <= since

    def ensure_unchanged(self, tag: str, modified: datetime | None) -> None:
        """Check If-Match and If-Unmodified-Since (sections 13.1.1 and 13.1.4); ``tag`` is strong.

        Raises:
            ProblemError: the representation has changed.
        """
        if self.if_match is not None:
            tags = _tags(self.if_match)
            # A list that is too long is ignored.
            is_unchanged = tags is None or bool(tags.star_tag) or tags.is_strong(tag)
        else:
            since = _date(self.if_unmodified_since)
            is_unchanged = since is None or modified is None or modified <= since
        if not is_unchanged:
            raise ProblemError(
                PRECONDITION_FAILED,
                "What is at this address is not what you have any more; get it again.",
            )

    def part(self, tag: str, modified: datetime | None, size: int) -> tuple[int, int] | None:
        """Return the requested part of ``size`` bytes: its first byte, and the one after its last.

        ``tag`` is strong; ``modified`` is None where the content may change without it. None means
        the whole: there is no range, there are several (a server need not support these, section
        14.2), the header cannot be read, or If-Range (section 13.1.5) names another representation.

        Raises:
            ProblemError: the range has no byte of the representation.
        """
        match = _one_range(self.range or "")
        if match is None or not self._may_continue(tag, modified):
            return None
        first, last, suffix = match.groups()
        if suffix is not None:
            start, end = max(0, size - _number(suffix)), size
        else:
            start, end = _number(first), min(size, _number(last) + 1 if last else size)
            if last and _number(last) < start:
                return None
        if start >= size or start >= end:
            raise ProblemError(
                RANGE_NOT_SATISFIABLE,
                f"There are {size} bytes here, none of which is in the requested range; request "
                "another range.",
                headers={"Content-Range": f"bytes */{size}"},
            )
        return start, end

    def _may_continue(self, tag: str, modified: datetime | None) -> bool:
        if self.if_range is None:
            return True
        if self.if_range.startswith(('"', "W/")):
            return self.if_range == f'"{tag}"'
        return modified is not None and _date(self.if_range) == modified


def _one_range(header: str) -> re.Match[str] | None:
    """Read a Range header; None unless it has one range, beside which a list may have commas."""
    if match := _RANGES.fullmatch(header):
        ranges = [text.strip(" \t") for text in match[1].split(",") if text.strip(" \t")]
        return _ONE_RANGE.fullmatch(ranges[0]) if len(ranges) == 1 else None
    return None


def _number(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) < len(str(_BEYOND)) else _BEYOND


def _tags(header: str | None) -> ETags | None:
    """Read a list of tags; None where there is no such header, or it is too long."""
    if header is None or len(header) > _MAX_TAGS_LENGTH:
        return None
    return parse_etags(header)


def _date(text: str | None) -> datetime | None:
    """Read an HTTP date; one that cannot be read is ignored (section 13.1.3)."""
    if not text or len(text) > _MAX_DATE_LENGTH:
        return None
    try:
        found = parse_date(text)
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
