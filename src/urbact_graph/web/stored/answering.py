"""The answers to stored queries: in every format, whole or in part, with links to other parts."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from urbact_graph.engine.protocol import Answer, Request
from urbact_graph.errors import FormatError
from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.rdf.formats import GEOJSON, RESULTS_JSON, Format, formats
from urbact_graph.rdf.solutions import solutions
from urbact_graph.rdf.sparql import is_repeatable
from urbact_graph.rdf.terms import Term
from urbact_graph.rdf.writing import write_results
from urbact_graph.stored.query import StoredQuery
from urbact_graph.web.answers import key_of, tagged
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.documents.links import link_header
from urbact_graph.web.response import Response
from urbact_graph.web.stored.asked import Asked
from urbact_graph.web.stored.geojson import feature_collection
from urbact_graph.web.stored.library import Library
from urbact_graph.web.stored.parts import TOTAL, part_links


@dataclass(frozen=True)
class Rows:
    """The whole answer to a SELECT, in JSON."""

    content: bytes

    @classmethod
    def of(cls, asked: Asked, library: Library) -> Self:
        """Return the answer to what is ``asked``, which may be kept.

        Raises:
            ProblemError: as the engine raises it.
        """
        # A stored query has one name in a snapshot, and answers are kept for one snapshot.
        key = json.dumps((asked.query.name, _written(asked.terms)))

        def whole() -> bytes:
            return evaluate(asked.query, asked.terms, formats("results")[0]).content

        if is_repeatable(asked.query.text):
            return cls(library.answers.get(key, whole))
        return cls(whole())

    @cached_property
    def _parsed(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.content)
        return parsed

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self._parsed["results"]["bindings"])

    def part(self, limit: int | None, offset: int) -> bytes:
        """Return the answer in JSON with ``limit`` rows from ``offset`` on, or all."""
        if limit is None and not offset:
            return self.content
        end = None if limit is None else offset + limit
        rows = self._parsed["results"]["bindings"][offset:end]
        cut = {**self._parsed, "results": {"bindings": rows}}
        return json.dumps(cut, ensure_ascii=False, separators=(",", ":")).encode()


def respond(asked: Asked, form: Format, library: Library) -> Response:
    """Answer what is ``asked`` in ``form``.

    Raises:
        ProblemError: the format cannot hold the answer; or as the engine raises it.
    """
    headers: dict[str, str] = {}

    def answer() -> tuple[bytes, str]:
        if asked.query.form != "SELECT":
            return evaluate(asked.query, asked.terms, form).content, form.content_type
        rows = Rows.of(asked, library)
        headers[TOTAL] = str(rows.total)
        values = {**asked.given, "format": form.name}
        path = f"queries/{asked.query.name}"
        if links := part_links(path, values, asked.limit, asked.offset, rows.total):
            headers["Link"] = link_header(links)
        return _written_as(form, asked, rows), form.content_type

    response = tagged(_key(asked, form), answer)
    response.headers.update(headers)
    return response


def evaluate(query: StoredQuery, terms: Mapping[str, Term], form: Format) -> Answer:
    """Have the engine answer ``query`` in ``form`` with ``terms`` as the values of its parameters.

    Raises:
        ProblemError: as the engine raises it.
    """
    snapshot = current_snapshot()
    current_context().query = query.text
    request = Request(
        query=query.text,
        results_format=form.media_type if form.kind == "results" else None,
        graph_format=form.media_type if form.kind == "graph" else None,
        max_result_bytes=snapshot.settings.max_result_bytes,
        substitutions=_written(terms),
    )
    return snapshot.query(request)


def address(query: StoredQuery, given: Mapping[str, str], **others: object) -> str:
    """Return the path of the answer with the ``given`` values, and what follows it."""
    values = {**given, **{name: value for name, value in others.items() if value}}
    return f"queries/{query.name}?{urlencode(values)}" if values else f"queries/{query.name}"


def _written(terms: Mapping[str, Term]) -> dict[str, str]:
    return {name: str(term) for name, term in terms.items()}


def _written_as(form: Format, asked: Asked, rows: Rows) -> bytes:
    part = rows.part(asked.limit, asked.offset)
    if form.media_type == RESULTS_JSON:
        return part
    if form is GEOJSON:
        columns = [column.name for column in asked.query.columns]
        return feature_collection(list(solutions(part)), columns, rows.total)

    def read() -> QuerySolutions:
        found = parse_query_results(part, format=QueryResultsFormat.JSON)
        assert isinstance(found, QuerySolutions)  # noqa: S101 - the answer to a SELECT
        return found

    try:
        return write_results(read(), form.media_type, read, io.BytesIO())
    except FormatError as error:
        raise ProblemError(NOT_ACCEPTABLE, str(error)) from None


def _key(asked: Asked, form: Format) -> str | None:
    query = asked.query
    if not is_repeatable(query.text):
        return None
    part = (asked.limit, asked.offset)
    version = current_snapshot().version
    return key_of(version, query.name, query.text, _written(asked.terms), part, form.name)
