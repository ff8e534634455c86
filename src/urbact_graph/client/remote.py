"""The graph behind a server, or any other graph behind a SPARQL endpoint."""

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urldefrag, urlsplit

from pyoxigraph import Store

from urbact_graph.client.columns import Column
from urbact_graph.client.given import query_name, text_of
from urbact_graph.client.graph import Graph
from urbact_graph.client.http import Http
from urbact_graph.client.naming import Naming
from urbact_graph.client.shapes import check_table, query_columns, unknown_query
from urbact_graph.client.tables import columns_of_answer
from urbact_graph.engine.admission import ensure_no_update
from urbact_graph.engine.evaluation import evaluate
from urbact_graph.engine.protocol import Request
from urbact_graph.errors import EngineError, QueryError
from urbact_graph.problems import (
    INVALID_PARAMETER,
    MALFORMED_REQUEST,
    NOT_FOUND,
    ProblemError,
)
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.rdf.sparql import form_of
from urbact_graph.settings import WRITTEN_BASE
from urbact_graph.stored.query import UnknownParameterError

_JSON = "application/json"
_N_TRIPLES = "application/n-triples"
# Not every endpoint writes N-Triples, and some call their results plain JSON.
_GRAPH = f"{_N_TRIPLES}, text/turtle;q=0.9, application/rdf+xml;q=0.8"
_RESULTS = f"{RESULTS_JSON}, {_JSON};q=0.9"
_ENDPOINT = "/sparql"
_RECONCILIATION = "/reconcile"
# As many results as /search gives at once.
_PAGE = 100


class RemoteGraph(Graph):
    """What the server at ``url`` serves: this graph, or another behind a SPARQL endpoint.

    ``url`` is that of an instance or of its endpoint. Of another endpoint than an instance's there
    are ``sparql`` and ``describe`` only.

    Raises:
        EngineError: the server does not answer.
        QueryError: ``url`` is no web address, or ``base`` or ``seconds`` does not fit.
    """

    def __init__(self, url: str, base: str, seconds: float, cache: Path | None) -> None:
        address = _web_address(url)
        if not text_of(base, "The base").endswith("/") or ":" not in base:
            raise QueryError(
                f"The base of the graph's IRIs cannot be {base!r}; write it in full, with a slash "
                f"at its end, such as {WRITTEN_BASE}."
            )
        super().__init__(base)
        self._http = Http(seconds, cache)
        self._site = address.rstrip("/").removesuffix(_ENDPOINT)
        # An endpoint that has a query in its address is that of another server.
        is_other = "?" in address
        self._known = None if is_other else self._look_for_queries()
        is_instance = self._known is not None or (not is_other and self._has_health())
        self._endpoint = f"{self._site}{_ENDPOINT}" if is_instance else address

    @cached_property
    def version(self) -> str:  # noqa: D102 - as there
        if self._known is None:
            raise self._lacks("versions")
        return str(self._json("/health")["version"])

    def close(self) -> None:
        """Do nothing: each request has a connection of its own."""

    def _look_for_queries(self) -> dict[str, Mapping[str, Any]] | None:
        """Return the stored queries by name; None where this is no instance that has them."""
        try:
            return {str(query["name"]): query for query in self._json("/queries")["queries"]}
        except (ProblemError, QueryError, ValueError, KeyError, TypeError):
            return None

    def _has_health(self) -> bool:
        """Tell whether this is an instance, if only of another dataset."""
        try:
            return self._json("/health").keys() >= {"quads", "version"}
        except (ProblemError, QueryError, ValueError, AttributeError):
            return False

    def _answer(self, query: str) -> tuple[str, bytes]:
        ensure_no_update(query)
        form = form_of(query)
        if not form:
            # It has a mistake, which is found without its data as well.
            evaluate(Store(), Request(query, RESULTS_JSON, None, sys.maxsize), {})
        accept = _GRAPH if form in ("CONSTRUCT", "DESCRIBE") else _RESULTS
        reply = self._http.query(self._endpoint, query, form, accept)
        # Whatever an endpoint calls its results, they are read as such, or are an error.
        return RESULTS_JSON if accept is _RESULTS else reply.media_type, reply.content

    def _run(self, name: str, params: Mapping[str, str]) -> tuple[str, bytes, frozenset[str]]:
        described = self.stored_query(name)
        parameters = tuple(str(one["name"]) for one in described["parameters"])
        for given in params:
            if given not in parameters:
                raise UnknownParameterError(name, given, parameters)
        accept = f"{RESULTS_JSON}, {_N_TRIPLES}"
        reply = self._get(f"/queries/{quote(name)}", accept, params)
        return reply[0], reply[1], frozenset(parameters)

    def _table(self, name: str, naming: Naming) -> list[Column]:
        self._require("tables")
        check_table(name)
        try:
            return columns_of_answer(name, self._json(f"/tables/{name}"), naming)
        except (ValueError, KeyError, TypeError):
            raise self._unexpected("a table") from None

    def _queries(self) -> list[Column]:
        return query_columns(self._require("stored queries").values())

    def stored_query(self, name: str, /) -> Mapping[str, Any]:  # noqa: D102 - as there
        known = self._require("stored queries")
        if query_name(name) not in known:
            raise unknown_query(name, known)
        return known[name]

    def _matches(self, text: str, kind: str, limit: int) -> Sequence[Mapping[str, Any]]:
        self._require("search")
        found: list[Mapping[str, Any]] = []
        while len(found) < limit:
            size = min(limit - len(found), _PAGE)
            asked = {"q": text, "kind": kind, "limit": str(size), "offset": str(len(found))}
            try:
                results = self._json("/search", asked)["results"]
            except (ValueError, KeyError, TypeError):
                raise self._unexpected("what was found") from None
            found += results
            if len(results) < size:
                break
        return found

    @cached_property
    def _largest_batch(self) -> int:
        self._require("reconciliation")
        try:
            return int(self._json(_RECONCILIATION)["batchSize"])
        except (ValueError, KeyError, TypeError):
            raise self._unexpected("what it reconciles") from None

    def _candidates(self, batch: str) -> Mapping[str, Any]:
        address = f"{self._site}{_RECONCILIATION}"
        with _own_words():
            content = self._http.post(address, _JSON, {"queries": batch}).content
        try:
            found: Mapping[str, Any] = json.loads(content)
        except ValueError:
            raise self._unexpected("what names mean") from None
        return found

    def _document(self, iri: str) -> bytes | None:
        if self._known is None:
            return None
        try:
            path = quote(iri.removeprefix(self._base), safe="/%")
            return self._http.get(f"{self._site}/{path}.nt", _N_TRIPLES).content
        except ProblemError as error:
            if error.problem is NOT_FOUND:
                return None
            raise

    def _require(self, what: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the stored queries by name, where this is an instance that offers ``what``."""
        if self._known is None:
            raise self._lacks(what)
        return self._known

    def _lacks(self, what: str) -> QueryError:
        return QueryError(
            f"{self._endpoint} offers no {what} of the graph of URBACT, but SPARQL: ask it by "
            "`sparql`, or use urbact_graph.open()."
        )

    def _unexpected(self, what: str) -> EngineError:
        return EngineError(
            f"{self._site} does not give {what} as this version of urbact-graph reads it; install "
            "the version that the server has."
        )

    def _get(
        self, path: str, accept: str, parameters: Mapping[str, str] | None = None
    ) -> tuple[str, bytes]:
        """Return the media type and content at ``path``.

        Raises:
            QueryError: a parameter does not fit; with the server's words.
            ProblemError, EngineError: as ``Http.get``.
        """
        with _own_words():
            reply = self._http.get(f"{self._site}{path}", accept, parameters)
        return reply.media_type, reply.content

    def _json(self, path: str, parameters: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self._get(path, _JSON, parameters)[1])
        return found


def _web_address(url: object) -> str:
    """Return ``url`` without space around it and without its fragment.

    Raises:
        QueryError: it is no web address.
    """
    address = urldefrag(text_of(url, "The address").strip()).url
    with contextlib.suppress(ValueError):
        parts = urlsplit(address)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        if is_whole and address.isascii() and "@" not in parts.netloc:
            return address
    raise QueryError(
        f"{url!r} is no address to connect to; write it like http://127.0.0.1:8000, in ASCII and "
        "without a user's name."
    )


@contextlib.contextmanager
def _own_words() -> Iterator[None]:
    """Raise what a server says of a mistake as a graph at hand does; the problem is its cause."""
    try:
        yield
    except ProblemError as error:
        if error.problem in (INVALID_PARAMETER, MALFORMED_REQUEST):
            raise QueryError(error.detail) from error
        raise
