"""The stored queries of a snapshot, the names that their parameters take, and answers kept."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from cachetools import LRUCache

from urbact_graph.engine.protocol import Request
from urbact_graph.names import KINDS, Names
from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.rdf.solutions import solutions
from urbact_graph.rdf.terms import Term
from urbact_graph.sources import find_sources
from urbact_graph.stored.loading import load_queries
from urbact_graph.stored.query import StoredQuery
from urbact_graph.web.search.words import stems
from urbact_graph.web.snapshot import Snapshot

# The part of the space for cached responses that whole tables may take, of which pages are cut.
_SHARE = 4
# How much of an unknown name an error repeats.
_LONGEST_NAME = 40


class Answers:
    """Whole answers by what was asked; those that were not used for longest make room."""

    def __init__(self, max_bytes: int) -> None:
        self._kept: LRUCache[str, bytes] = LRUCache(max_bytes, getsizeof=len)
        self._lock = threading.Lock()

    def get(self, key: str, evaluate: Callable[[], bytes]) -> bytes:
        """Return the answer kept for ``key``, or else that of ``evaluate``, which is kept.

        Raises:
            ProblemError: as ``evaluate`` raises it.
        """
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = evaluate()
            # What is larger than all the space there is raises ValueError.
            with self._lock, contextlib.suppress(ValueError):
                self._kept[key] = found
        return found


@dataclass(frozen=True)
class Library:
    """The stored queries by name, the names in the graph, and the answers that are kept.

    ``words`` has the stems of all that the header of a query says.
    """

    queries: Mapping[str, StoredQuery]
    names: Names
    answers: Answers
    words: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Read the queries of ``snapshot``; to be called by ``snapshot.derive``.

        Raises:
            QueryError: the header of a query has a mistake.
        """
        settings = snapshot.settings
        queries = load_queries(find_sources(settings).queries, settings.base_iri)

        def select(query: str) -> Iterator[Mapping[str, Term]]:
            asked = Request(query, RESULTS_JSON, None, settings.max_result_bytes)
            return solutions(snapshot.query(asked).content)

        return cls(
            queries,
            Names(select, snapshot.base),
            Answers(settings.max_cache_bytes // _SHARE),
            {name: frozenset(stems(_text(query))) for name, query in queries.items()},
        )

    def query(self, name: str) -> StoredQuery:
        """Return the stored query ``name``.

        Raises:
            ProblemError: there is none of that name.
        """
        if name in self.queries:
            return self.queries[name]
        # Only a mistake needs it.
        from rapidfuzz import fuzz, process  # noqa: PLC0415

        shown = name[:_LONGEST_NAME]
        best = process.extractOne(shown, list(self.queries), scorer=fuzz.ratio, score_cutoff=50)
        hint = f"the most similar name is {best[0]}, and /queries lists all" if best else ""
        raise ProblemError(
            NOT_FOUND,
            f"There is no stored query '{shown}'; {hint or '/queries lists all'}.",
            extensions={"nearest": [best[0]] if best else []},
        )

    def find(self, words: str) -> list[StoredQuery]:
        """Return the queries whose header has each of ``words``, in any form; all without words."""
        wanted = stems(words)
        return [
            query
            for name, query in self.queries.items()
            if all(any(known.startswith(word) for known in self.words[name]) for word in wanted)
        ]


def read_names(snapshot: Snapshot) -> bool:
    """Read the names of all that the queries of ``snapshot`` take; to be called by ``derive``.

    Those of the cities take a second, which the first visitor need not wait for.

    Raises:
        ProblemError: as the engine raises it.
    """
    library = snapshot.derive(Library.of)
    used = {one.kind for query in library.queries.values() for one in query.parameters}
    for kind in sorted(used & set(KINDS)):
        library.names.nearest("-", kind)
    return True


def library_of(snapshot: Snapshot) -> Library:
    """Return the library of ``snapshot``.

    Raises:
        ProblemError: another dataset is served, which the stored queries do not ask about.
    """
    if snapshot.settings.is_foreign:
        raise ProblemError(
            NOT_FOUND,
            "The stored queries ask about the graph of URBACT, and this instance serves another "
            "dataset; send a query to /sparql.",
        )
    return snapshot.derive(Library.of)


def _text(query: StoredQuery) -> str:
    meanings = [one.meaning for one in query.parameters]
    meanings += [one.meaning for one in query.columns]
    name = query.name.replace("-", " ")
    return " ".join((query.title, query.question, query.subject, name, *query.phrases, *meanings))
