"""What analysts and programs call, with the graph at hand or behind a server."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Self

import rdflib

from urbact_graph.client.binding import bound, term_of
from urbact_graph.client.columns import Column
from urbact_graph.client.frames import frame as frame_of
from urbact_graph.client.frames import geo_frame
from urbact_graph.client.given import (
    check_limit,
    check_options,
    names_in,
    parameter_of,
    query_name,
    text_of,
)
from urbact_graph.client.naming import Naming, in_full, iri_of, short_forms
from urbact_graph.client.prefixes import declared
from urbact_graph.client.reconciling import reconciled
from urbact_graph.client.results import read_graph, read_results
from urbact_graph.client.shapes import check_text, match_columns, reconciled_columns
from urbact_graph.errors import QueryError
from urbact_graph.rdf.namespaces import namespaces

Frame = Literal["pandas", "polars", "arrow", "records"]

_N_TRIPLES = "application/n-triples"


class Graph(ABC):
    """The graph of the URBACT programme, with queries, stored queries, tables and search.

    Tables are pandas DataFrames unless ``frame`` says "polars", "arrow", or "records" for a list of
    dicts; with ``as_geo`` they are GeoDataFrames (EPSG:4326). Their columns are typed: nullable
    integers, floats and booleans, dates, times in UTC, and texts; a missing value is NA. A column
    of dates that are not all known to the day has the first day of each year or month, and a column
    NAME_precision beside it that says "year", "month" or "day". IRIs are texts, in full or, with
    ``short``, as prefixed names and as paths such as "city/pl/wroclaw".

    What cannot be answered raises an ``UrbactGraphError``, whose message is one sentence: a
    ``QueryError`` if something that is named is not there or does not fit, a ``ProblemError`` if a
    query has a mistake or met a limit, with its problem, and line and column in ``extensions``.
    """

    def __init__(self, base: str) -> None:
        self._base = base

    @property
    def base(self) -> str:
        """What the IRIs of the graph begin with."""
        return self._base

    # What the two kinds of graph do in their own ways.

    @property
    @abstractmethod
    def version(self) -> str:
        """The version that the graph names itself by, such as "2026-11-28-0a1b2c3d"."""

    @abstractmethod
    def _answer(self, query: str) -> tuple[str, bytes]:
        """Return the media type and the content of the answer: results in JSON, or a graph."""

    @abstractmethod
    def _run(self, name: str, params: Mapping[str, str]) -> tuple[str, bytes, frozenset[str]]:
        """Return the answer to a stored query, as ``_answer``, and the names of its parameters."""

    @abstractmethod
    def _table(self, name: str, naming: Naming) -> list[Column]:
        """Return the columns of a tidy table."""

    @abstractmethod
    def _queries(self) -> list[Column]:
        """Return the columns of ``queries``."""

    @abstractmethod
    def stored_query(self, name: str, /) -> Mapping[str, Any]:
        """Return what the header of the stored query ``name`` says, with its text, as JSON has it.

        >>> graph = urbact_graph.open()
        >>> found = graph.stored_query("plans-of-city")
        >>> found["parameters"][0]["name"], found["parameters"][0]["meaning"]
        ('city', 'The city.')

        Raises:
            QueryError: there is no such query.
        """

    @abstractmethod
    def _matches(self, text: str, kind: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return what is found for ``text``, as the results that /search gives."""

    @property
    @abstractmethod
    def _largest_batch(self) -> int:
        """How many names are reconciled at once."""

    @abstractmethod
    def _candidates(self, batch: str) -> Mapping[str, Any]:
        """Return the answer to a batch of queries, as /reconcile gives it."""

    @abstractmethod
    def _document(self, iri: str) -> bytes | None:
        """Return the document of an IRI below the base in N-Triples; None if it has none."""

    @abstractmethod
    def close(self) -> None:
        """Release what the graph holds, which need not answer then; again it has no effect."""

    # What is the same for both.

    def sparql(
        self,
        query: str,
        /,
        *,
        short: bool = False,
        frame: Frame = "pandas",
        as_geo: bool = False,
        **terms: Any,
    ) -> Any:
        """Return the answer to a SPARQL query.

        SELECT gives a table, ASK a bool, CONSTRUCT and DESCRIBE an ``rdflib.Graph``. ``terms`` bind
        variables of the query to values: texts, numbers, truth values, dates, and IRIs as
        ``rdflib.URIRef``.

        >>> graph = urbact_graph.open()
        >>> graph.sparql("SELECT (COUNT(*) AS ?n) { ?network a urb:Network }")
             n
        0  235

        Raises:
            QueryError: a term cannot be bound.
            ProblemError: the query has a mistake, or met a limit; with the server's words.
        """
        check_options(frame, as_geo=as_geo)
        values = {name: term_of(value) for name, value in terms.items()}
        # A byte order mark comes with the content of a file.
        text = text_of(query, "A query").removeprefix("\ufeff")
        media_type, content = self._answer(bound(self._with_prefixes(text), values))
        return self._shaped(media_type, content, frozenset(), short, frame, as_geo)

    def run(
        self,
        name: str,
        /,
        *,
        short: bool = False,
        frame: Frame = "pandas",
        as_geo: bool = False,
        **params: Any,
    ) -> Any:
        """Return the answer to the stored query ``name``, one of ``queries()``.

        ``params`` are its parameters: a city, network, theme or country by its name in any
        language, by a code or by its IRI.

        >>> graph = urbact_graph.open()
        >>> found = graph.run("networks-of-city", city="Neapel", short=True)
        >>> found[["network", "networkLabel", "programmeLabel"]].head(2)
                        network  networkLabel programmeLabel
        0  network/partecipando  PARTECIPANDO       URBACT I
        1   network/regenerando   REGENERANDO       URBACT I

        Raises:
            QueryError: there is no such query, or a parameter does not fit it.
        """
        # As on the command line, what is left empty takes its default.
        given = {one: parameter_of(one, value) for one, value in params.items()}
        check_options(frame, as_geo=as_geo)
        media_type, content, hidden = self._run(query_name(name), given)
        return self._shaped(media_type, content, hidden, short, frame, as_geo)

    def queries(self, *, frame: Frame = "pandas") -> Any:
        """Return the stored queries: name, title, question, and the names of their parameters.

        >>> graph = urbact_graph.open()
        >>> graph.queries().set_index("name").loc["cities-on-theme"]
        title                             Cities that worked on a theme
        question      Which cities worked on a theme or on one below...
        parameters                [theme, country, firstYear, lastYear]
        Name: cities-on-theme, dtype: object

        Raises:
            QueryError: the endpoint offers none.
        """
        check_options(frame, as_geo=False)
        return frame_of(self._queries(), frame)

    def describe(self, iri: str) -> rdflib.Graph:
        """Return what is stated of the thing ``iri``: the content of its document.

        The IRI is in full, a prefixed name, or a path.

        >>> graph = urbact_graph.open()
        >>> network = graph.describe("network/greenplace")
        >>> network.value(predicate=rdflib.RDF.type, object=graph.iri("urb:ActionPlanningNetwork"))
        rdflib.term.URIRef('https://w3id.org/urbact-graph/network/greenplace')

        Raises:
            QueryError: the graph has no statement of it.
        """
        found = iri_of(iri, self._base)
        is_below = found.value.startswith(self._base) and "#" not in found.value
        content = self._document(found.value) if is_below else None
        media_type = _N_TRIPLES
        if content is None:
            media_type, content = self._answer(f"DESCRIBE {found}")
        graph = read_graph(content, media_type, self._prefixes)
        if not graph:
            raise QueryError(
                f"The graph has no statement of {found.value}; `search` finds a thing by its name."
            )
        return graph

    def iri(self, name: str) -> rdflib.URIRef:
        """Return the IRI of a prefixed name or a path, to bind a variable of a query to it.

        >>> graph = urbact_graph.open()
        >>> graph.iri("city/pl/wroclaw")
        rdflib.term.URIRef('https://w3id.org/urbact-graph/city/pl/wroclaw')

        Raises:
            QueryError: it is neither, and no IRI in full.
        """
        return rdflib.URIRef(iri_of(name, self._base).value)

    def search(
        self,
        text: str,
        *,
        kind: str = "",
        limit: int = 20,
        short: bool = False,
        frame: Frame = "pandas",
    ) -> Any:
        """Return what has a name or a text like ``text``, the best first.

        The columns are kind, label, iri, note, matched (the name that fits), language, reason and
        score. ``kind`` keeps to one kind, such as "city" or "network".

        >>> graph = urbact_graph.open()
        >>> graph.search("Neapel", kind="city")[["label", "note", "reason"]].head(1)
            label   note          reason
        0  Naples  Italy  name in German

        Raises:
            QueryError: there is no such kind, or the text is longer than 200 characters.
        """
        check_options(frame, as_geo=False)
        words, wanted = check_text(text), text_of(kind or "", "The kind")
        found = self._matches(words, wanted, check_limit(limit))
        return frame_of(match_columns(found, self._naming(short)), frame)

    def reconcile(
        self,
        names: Iterable[object],
        *,
        kind: str = "city",
        short: bool = False,
        frame: Frame = "pandas",
    ) -> Any:
        """Return the thing that each of ``names`` means: one row for each name, in their order.

        The columns are name, match, iri, label, kind, note, matched, reason and score. ``match`` is
        true where that is sure: the name is one of this thing, whatever the case and accents, also
        with its country or with words such as "Municipality of", and of nothing else of the
        ``kind``. Else the best candidate is proposed. A name that nothing is like has missing
        values. ``kind`` is "city", "network", "theme", "person", "call",
        "country", "programme", "plan", "term" or "document"; an empty one is any of the first
        seven.

        >>> graph = urbact_graph.open()
        >>> names = ["GDANSK", "Neapel", "Wroclav", "Atlantis"]
        >>> graph.reconcile(names, short=True)[["name", "match", "iri"]]
               name  match              iri
        0    GDANSK   True   city/pl/gdansk
        1    Neapel   True   city/it/naples
        2   Wroclav  False  city/pl/wroclaw
        3  Atlantis  False             <NA>

        Raises:
            QueryError: there is no such kind, or ``names`` is no list or column.
        """
        check_options(frame, as_geo=False)
        given, wanted = names_in(names), text_of(kind or "", "The kind")
        rows = reconciled(given, wanted, self._largest_batch, self._candidates)
        return frame_of(reconciled_columns(rows, self._naming(short)), frame)

    def table(
        self, name: str, *, short: bool = False, frame: Frame = "pandas", as_geo: bool = False
    ) -> Any:
        """Return the tidy table ``name``: one row for each thing.

        Its columns are described at /tables of each instance, and in docs/dumps.md. Columns that
        end in ``iri`` identify things, to join tables on.

        >>> graph = urbact_graph.open()
        >>> people = graph.table("people", short=True)
        >>> len(people), people.iri.is_unique
        (77, True)

        Raises:
            QueryError: there is no table of that name.
        """
        check_options(frame, as_geo=as_geo)
        columns = self._table(text_of(name, "The name of a table"), self._naming(short))
        return geo_frame(columns) if as_geo else frame_of(columns, frame)

    def networks(self, **options: Any) -> Any:
        """Return the networks with programme, call, dates, status, themes, partners and texts.

        ``options`` are those of ``table``.
        """
        return self.table("networks", **options)

    def cities(self, **options: Any) -> Any:
        """Return the cities with country, coordinates, population, identifiers and networks."""
        return self.table("cities", **options)

    def partnerships(self, **options: Any) -> Any:
        """Return the seats: a partner in a network, with its role, city and country."""
        return self.table("partnerships", **options)

    def plans(self, **options: Any) -> Any:
        """Return the plans with network, city, kind, year, language and how they are known."""
        return self.table("plans", **options)

    def recommendations(self, **options: Any) -> Any:
        """Return the recommendations with themes, addressees, network and document."""
        return self.table("recommendations", **options)

    def calls(self, **options: Any) -> Any:
        """Return the calls with programme, dates and what was approved."""
        return self.table("calls", **options)

    def themes(self, **options: Any) -> Any:
        """Return the themes with their topic, names, definition and matches elsewhere."""
        return self.table("themes", **options)

    def _naming(self, short: bool) -> Naming:  # noqa: FBT001 - passed on
        return short_forms(self._base) if short else in_full

    @property
    def _prefixes(self) -> dict[str, str]:
        return namespaces(self._base)

    def _with_prefixes(self, query: str) -> str:
        """Return ``query`` with those of our prefixes that it uses and does not declare."""
        return declared(query, self._prefixes)

    def _shaped(
        self,
        media_type: str,
        content: bytes,
        hidden: Iterable[str],
        short: bool,  # noqa: FBT001 - passed on
        frame: Frame,
        as_geo: bool,  # noqa: FBT001 - passed on
    ) -> Any:
        """Return an answer in the form that a user expects, without the columns ``hidden``."""
        if not media_type.startswith("application/sparql-results+json"):
            if as_geo:
                raise QueryError(
                    "CONSTRUCT and DESCRIBE give a graph, of which there is no GeoDataFrame or "
                    "map; ask with SELECT."
                )
            return read_graph(content, media_type, self._prefixes)
        results = read_results(content, self._naming(short))
        if isinstance(results, bool):
            if as_geo:
                raise QueryError(
                    "ASK gives a truth value, of which there is no GeoDataFrame or map; ask with "
                    "SELECT."
                )
            return results
        columns = [column for column in results if column.name not in hidden]
        return geo_frame(columns) if as_geo else frame_of(columns, frame)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
