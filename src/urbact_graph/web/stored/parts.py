"""The links between the parts of an answer or table that has many rows (RFC 8288)."""

from collections.abc import Mapping
from urllib.parse import urlencode

from urbact_graph.web.context import current_context
from urbact_graph.web.documents.links import Link

# How many rows the whole has, whichever part of it is sent.
TOTAL = "X-Total-Count"


def part_links(
    path: str, values: Mapping[str, str], limit: int | None, offset: int, total: int
) -> list[Link]:
    """Return the links to the first, previous, next and last part with ``limit`` rows.

    There are none without a limit. ``path`` is that of all parts on this instance, ``values`` are
    the parameters that they have in common.
    """
    if limit is None:
        return []
    last = max(total - 1, 0) // limit * limit
    offsets = {"first": 0}
    if offset:
        # From beyond the end the part before is the last one.
        offsets["prev"] = max(min(offset - limit, last), 0)
    if offset + limit < total:
        offsets["next"] = offset + limit
    offsets["last"] = last
    root = current_context().public_address
    return [
        Link(f"{root}/{path}?{urlencode({**values, 'limit': limit, 'offset': start})}", relation)
        for relation, start in offsets.items()
    ]
