"""Which things names mean: batches for the service of reconciliation, and rows of its answers."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from urbact_graph.client.given import text_of
from urbact_graph.client.shapes import LONGEST_TEXT

# The names of a request have at most so many bytes, so that it fits into what servers take.
_BATCH_BYTES = 40_000

# Answers a batch of queries, in JSON, with the candidates for each by its key (Reconciliation
# Service API 0.2, section 4).
Answer = Callable[[str], Mapping[str, Any]]


def reconciled(
    names: Iterable[object], kind: str, most: int, answer: Answer
) -> list[Mapping[str, Any]]:
    """Return a row for each of ``names``, in their order: the best candidate of ``kind`` for it.

    ``answer`` is asked for at most ``most`` names at once, each of them once. What is no text, such
    as a missing value, or has no candidate, has a row with nothing but the name.

    Raises:
        QueryError: a name has half of a character; or as ``answer``.
    """
    given = [text_of(name, "A name") if isinstance(name, str) else None for name in names]
    texts = dict.fromkeys(name.strip() for name in given if name)
    usable = [text for text in texts if 0 < len(text) <= LONGEST_TEXT]
    known: dict[str, Mapping[str, Any]] = {}
    for batch in _batches(usable, most):
        queries = {f"q{place}": _query(name, kind) for place, name in enumerate(batch)}
        found = answer(json.dumps(queries, ensure_ascii=False))
        for place, name in enumerate(batch):
            known[name] = _row(found[f"q{place}"]["result"])
    none = _row(())
    return [{"name": name, **known.get((name or "").strip(), none)} for name in given]


def _batches(names: Sequence[str], most: int) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for name in names:
        length = len(name.encode())
        if batch and (len(batch) == most or size + length > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(name)
        size += length
    if batch:
        yield batch


def _query(name: str, kind: str) -> dict[str, object]:
    query: dict[str, object] = {"query": name, "limit": 1}
    return {**query, "type": kind} if kind else query


def _row(candidates: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not candidates:
        return {"match": False}
    best = candidates[0]
    return {
        "match": best["match"],
        "iri": best["iri"],
        "label": best["name"],
        "kind": best["type"][0]["id"],
        "note": best["description"],
        "matched": best["matched"],
        "reason": best["reason"],
        "score": best["score"],
    }
