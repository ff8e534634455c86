"""The graph behind a server, or any other graph behind a SPARQL endpoint."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from urbact_graph.client.binding import bound, term_of
from urbact_graph.client.columns import Column
from urbact_graph.client.graph import Graph
from urbact_graph.client.http import Http
from urbact_graph.client.naming import Naming
from urbact_graph.client.shapes import check_table, match_columns, query_columns, unknown_query
from urbact_graph.client.tables import read_table
from urbact_graph.errors import QueryError
from urbact_graph.problems import ProblemError
from urbact_graph.rdf.formats import RESULTS_JSON

if TYPE_CHECKING:
    import rdflib

_N_TRIPLES = "application/n-triples"
_JSON = "application/json"
# Some endpoints have no N-Triples, but all that follow the standard have results in JSON.
_ANSWER = f"{RESULTS_JSON}, {_N_TRIPLES}"
_ENDPOINT = "/sparql"


class RemoteGraph(Graph):
    """The graph of the server at ``url``, or what another SPARQL endpoint at ``url`` serves.

    Of another endpoint there are ``sparql`` and ``describe`` only.
    """

    def __init__(self, url: str, base: str, seconds: float, cache: Path | None) -> None:
        super().__init__(base)
        self._url = url.rstrip("/")
        self._http = Http(seconds, cache)

    def describe(self, iri: str) -> "rdflib.Graph":
        text = iri.strip("<>")
        full = text if "://" in text else self._base + text
        if self._is_ours and full.startswith(self._base):
            address = f"{self._site}/{quote(full.removeprefix(self._base))}.nt"
            return self._rdflib_graph(self._http.get(address, _N_TRIPLES).content)
        found = self.sparql(f"DESCRIBE {term_of(_node(full))}")
        if not len(found):
            raise QueryError(f"The endpoint has no statement of {full}; check the IRI.")
        return found

    def close(self) -> None:
        """Do nothing: each request has its own connection."""

    def _answer(self, query: str, terms: Mapping[str, Any]) -> tuple[str, bytes]:
        text = bound(query, {name: term_of(value) for name, value in terms.items()})
        reply = self._http.query(self._endpoint, text, _ANSWER)
        return reply.media_type, reply.content

    def _run(self, name: str, params: Mapping[str, str]) -> tuple[str, bytes, frozenset[str]]:
        known = {query["name"]: query for query in self._known}
        if name not in known:
            raise unknown_query(name, known)
        hidden = frozenset(parameter["name"] for parameter in known[name]["parameters"])
        reply = self._http.get(f"{self._site}/queries/{quote(name)}", _ANSWER, params)
        return reply.media_type, reply.content, hidden

    def _table(self, name: str, naming: Naming) -> list[Column]:
        check_table(name)
        self._require("tables")
        raise NotImplementedError

    def _queries(self) -> list[Column]:
        return query_columns(self._known)

    def _search(self, text: str, kind: str, limit: int) -> list[Column]:
        self._require("search")
        parameters = {"q": text, "kind": kind, "limit": str(limit), "format": "json"}
        found = self._json("/search", parameters)
        return match_columns(found["results"])
