"""Write graphs and the results of queries so that a reader gets back the same, or say why not.

pyoxigraph writes what it is given, also where a format cannot hold it. This is the one place that
knows what each format can hold.
"""

import io
from collections.abc import Callable, Mapping, Sequence

from pyoxigraph import (
    Literal,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    serialize,
)

from urbact_graph.errors import FormatError
from urbact_graph.rdf import rdf_xml
from urbact_graph.rdf.csv_results import is_unambiguous, readable_csv, write_csv
from urbact_graph.rdf.formats import formats
from urbact_graph.rdf.xml import inexpressible, is_expressible, with_carriage_returns


def write_graph(
    triples: Sequence[Triple],
    media_type: str,
    prefixes: Mapping[str, str] | None = None,
    output: io.BytesIO | None = None,
) -> bytes:
    """Return ``triples`` in the format of ``media_type``, with ``prefixes`` if it can have them.

    ``output``, empty, takes what pyoxigraph writes; it may refuse so many bytes.

    Raises:
        FormatError: the format cannot hold one of the triples.
        ValueError: there is no such format.
    """
    form, buffer = _graph_format(media_type), output or io.BytesIO()
    if form == RdfFormat.RDF_XML:
        return _write_rdf_xml(triples, prefixes, buffer)
    _refuse_in_json_ld(triples, form)
    return _write(triples, form, prefixes, buffer)


def write_dataset(
    quads: Sequence[Quad], media_type: str, prefixes: Mapping[str, str] | None = None
) -> bytes:
    """Return ``quads`` in the format of ``media_type``, with ``prefixes`` if it can have them.

    Raises:
        FormatError: the format cannot hold one of the quads.
        ValueError: there is no such format, or it has no named graphs.
    """
    form = _graph_format(media_type)
    _refuse_in_json_ld([quad.triple for quad in quads], form)
    return _write(quads, form, prefixes, io.BytesIO())


def write_results(
    results: QueryBoolean | QuerySolutions,
    media_type: str,
    evaluate: Callable[[], object],
    output: io.BytesIO | None = None,
) -> bytes:
    """Return ``results`` in the format of ``media_type``; ``output`` as for ``write_graph``.

    ``evaluate`` gives the results again, should the engine have written them so that they cannot be
    read: it writes them quickest, but reads them only once.

    Raises:
        FormatError: the format cannot hold one of the values.
        ValueError: there is no such format.
    """
    form = QueryResultsFormat.from_media_type(media_type)
    if form is None:
        raise ValueError(f"{media_type} is no format of results")
    buffer = output or io.BytesIO()
    results.serialize(buffer, format=form)
    content = buffer.getvalue()
    if form == QueryResultsFormat.XML:
        if not is_expressible(content):
            found = inexpressible(content.decode())
            names = [known.name for known in formats("results") if known.name != "xml"]
            reason = f"The answer holds the character {found}, which XML cannot express"
            raise FormatError(reason, names)
        return with_carriage_returns(content)
    if form == QueryResultsFormat.CSV and isinstance(results, QuerySolutions):
        columns = len(results.variables)
        if not is_unambiguous(content, columns):
            again = evaluate()
            if isinstance(again, QuerySolutions):
                buffer.seek(0)
                buffer.truncate()
                write_csv(again, buffer)
                content = buffer.getvalue()
        return readable_csv(content, columns)
    return content


def _graph_format(media_type: str) -> RdfFormat:
    form = RdfFormat.from_media_type(media_type)
    if form is None:
        raise ValueError(f"{media_type} is no format of graphs")
    return form


def _write_rdf_xml(
    triples: Sequence[Triple], prefixes: Mapping[str, str] | None, output: io.BytesIO
) -> bytes:
    if not rdf_xml.are_named(triples):
        raise _refusal(triples, RdfFormat.RDF_XML)
    readable, space = rdf_xml.readable(triples)
    content = _write(readable, RdfFormat.RDF_XML, prefixes, output)
    if not is_expressible(content):
        raise _refusal(triples, RdfFormat.RDF_XML)
    return with_carriage_returns(rdf_xml.with_types(content, space))


def _write(
    statements: Sequence[Triple] | Sequence[Quad],
    form: RdfFormat,
    prefixes: Mapping[str, str] | None,
    output: io.BytesIO,
) -> bytes:
    serialize(statements, output, format=form, prefixes=dict(prefixes or {}))
    return output.getvalue()


def _refuse_in_json_ld(triples: Sequence[Triple], form: RdfFormat) -> None:
    if form == RdfFormat.JSON_LD and any(map(_json_ld_obstacle, triples)):
        raise _refusal(triples, form)


def _json_ld_obstacle(triple: Triple) -> str | None:
    """Return why JSON-LD 1.1, made for RDF 1.1, cannot hold ``triple``; None if it can."""
    value = triple.object
    if isinstance(value, Triple):
        return f"JSON-LD 1.1 cannot express the triple that is a value of {triple.subject}"
    if isinstance(value, Literal) and value.direction is not None:
        # By default a reader drops it (JSON-LD 1.1 API, section 9.4.1, rdfDirection).
        return f"Readers of JSON-LD 1.1 drop the direction that a text of {triple.subject} has"
    return None


_OBSTACLES: dict[str, Callable[[Triple], str | None]] = {
    "rdf": rdf_xml.obstacle,
    "jsonld": _json_ld_obstacle,
}


def _refusal(triples: Sequence[Triple], form: RdfFormat) -> FormatError:
    """Say what ``form`` cannot hold in ``triples``, and which formats can hold them."""
    reasons = {
        name: next(filter(None, map(find, triples)), "") for name, find in _OBSTACLES.items()
    }
    names = [known.name for known in formats("graph") if not reasons.get(known.name)]
    return FormatError(reasons["rdf" if form == RdfFormat.RDF_XML else "jsonld"], names)
