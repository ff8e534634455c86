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
_ONE_RANGE = re.compile(r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \t]*", re.I)


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

    def ensure_unchanged(self, tag: str, modified: datetime) -> None:
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
            is_unchanged = since is None or modified <= since
        if not is_unchanged:
            raise ProblemError(
                PRECONDITION_FAILED,
                "The file at this address is not the one that you have; download it again.",
            )

    def part(self, tag: str, modified: datetime, size: int) -> tuple[int, int] | None:
        """Return the requested part of ``size`` bytes: its first byte, and the one after its last.

        None means the whole: there is no range, there are several (a server need not support
        these, section 14.2), the header cannot be read, or If-Range (section 13.1.5) names another
        representation.

        Raises:
            ProblemError: the range has no byte of the representation.
        """
        match = _ONE_RANGE.fullmatch(self.range or "")
        if match is None or not self._may_continue(tag, modified):
            return None
        first, last, suffix = match.groups()
        if suffix is not None:
            start, end = max(0, size - int(suffix)), size
        else:
            start, end = int(first), min(size, int(last) + 1 if last else size)
            if last and int(last) < int(first):
                return None
        if start >= size or start >= end:
            raise ProblemError(
                RANGE_NOT_SATISFIABLE,
                f"The file has {size} bytes, none of which is in the requested range; request "
                "another range.",
                headers={"Content-Range": f"bytes */{size}"},
            )
        return start, end

    def _may_continue(self, tag: str, modified: datetime) -> bool:
        if self.if_range is None:
            return True
        if self.if_range.startswith(('"', "W/")):
            return self.if_range == f'"{tag}"'
        return _date(self.if_range) == modified


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
