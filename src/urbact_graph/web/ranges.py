"""Parts of a file (RFC 9110, section 14): which bytes a request asks for."""

import re

from urbact_graph.problems import RANGE_NOT_SATISFIABLE, ProblemError

_ONE_RANGE = re.compile(r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \t]*", re.I)


def asked_part(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the first byte that a Range header asks for of ``size`` bytes, and the one behind.

    None if it asks for all: by several ranges, which a server need not serve (section 14.2), by
    another unit, by nothing that can be read, or not at all.

    Raises:
        ProblemError: there is no such part.
    """
    match = _ONE_RANGE.fullmatch(header or "")
    if match is None:
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
            f"This has {size} bytes, and the range asked for has none of them; ask for others.",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end
