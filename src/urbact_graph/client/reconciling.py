"""Which things names mean, judged by what the search finds for each of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from urbact_graph.client.shapes import LONGEST_TEXT

# What the search gives for a name that is the same but for case, accents and punctuation.
SAME_SCORE = 100.0
# One more than a sure match has.
CANDIDATES = 2

Found = Sequence[Mapping[str, Any]]


def reconciled(names: Iterable[object], find: Callable[[str], Found]) -> list[Mapping[str, Any]]:
    """Return a row for each of ``names``, in their order: the best that ``find`` finds for it.

    Its ``match`` is true where the name is one of that thing and of nothing else that was found.
    What is no text, such as a missing value, or has no candidate, has a row with nothing but the
    name.
    """
    known: dict[str, Mapping[str, Any]] = {}
    rows: list[Mapping[str, Any]] = []
    for given in names:
        name = given.strip() if isinstance(given, str) else ""
        if name not in known:
            usable = 0 < len(name) <= LONGEST_TEXT
            known[name] = _judged(find(name) if usable else ())
        rows.append({"name": given if isinstance(given, str) else None, **known[name]})
    return rows


def _judged(found: Found) -> dict[str, Any]:
    if not found:
        return {"match": False}
    same = [one for one in found if one["score"] >= SAME_SCORE]
    return {**found[0], "match": len(same) == 1}
