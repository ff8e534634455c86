"""Documents: the same triples in several formats, each with its own suffix."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from urbact_graph.errors import FormatError
from urbact_graph.problems import NOT_ACCEPTABLE, ProblemError
from urbact_graph.rdf.formats import Format, format_named
from urbact_graph.rdf.namespaces import RDF, namespaces, used_prefixes
from urbact_graph.rdf.writing import write_graph
from urbact_graph.web.documents.jsonld import to_jsonld
from urbact_graph.web.documents.jsonld_terms import Terms
from urbact_graph.web.negotiation import HTML_TYPE, Acceptance
from urbact_graph.web.response import Response

# A client without a preference gets the first.
RDF_SUFFIXES = ("ttl", "jsonld", "nt", "rdf")
HTML = "html"
SUFFIXES = (HTML, *RDF_SUFFIXES)
# Their common names.
NAMES = {"html": "HTML", "ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML"}
# The formats that a page links to.
OTHER_FORMATS = {suffix: NAMES[suffix] for suffix in RDF_SUFFIXES}


def format_of(suffix: str) -> Format:
    """Return the format of documents with ``suffix``."""
    form = format_named(suffix, "graph")
    if form is None:
        raise ValueError(f"{suffix} is not the suffix of a graph format")
    return form


def media_type_of(suffix: str) -> str:
    """Return the media type of documents with ``suffix``."""
    return HTML_TYPE if suffix == HTML else format_of(suffix).media_type


def chosen_suffix(accept: str | None, *, is_for_programs: bool = False) -> str:
    """Return the suffix of the document that an Accept header selects.

    Clients that name a format of RDF, and not HTML as much, get RDF. The others get the page, or,
    if ``is_for_programs``, only those that name text/html, as browsers do.

    Raises:
        ProblemError: none of the formats is accepted.
    """
    acceptance = Acceptance(accept)
    forms = [format_of(suffix) for suffix in RDF_SUFFIXES]
    best = acceptance.best(forms)
    is_page = acceptance.prefers_html if is_for_programs else acceptance.prefers_page
    if is_page(forms) or (best is None and acceptance.quality(HTML_TYPE) > 0):
        return HTML
    if best:
        return best.extension
    types = ", ".join(media_type_of(suffix) for suffix in SUFFIXES)
    raise ProblemError(NOT_ACCEPTABLE, f"This document comes as {types}; accept one of these.")


def subject_first(triples: Iterable[Triple], subject: NamedNode) -> list[Triple]:
    """Return ``triples`` in the order of their N-Triples, those about ``subject`` first."""
    return sorted(triples, key=lambda triple: (triple.subject != subject, str(triple)))


@dataclass(frozen=True)
class Document:
    """Triples about ``subject``, which comes first in each format.

    ``terms`` are the short names for JSON-LD; without them only those of other vocabularies are
    used.
    """

    triples: Sequence[Triple]
    subject: NamedNode
    base: str
    terms: Terms | None = None

    @property
    def types(self) -> list[str]:
        """The classes of the subject."""
        return sorted(
            triple.object.value
            for triple in self.triples
            if triple.subject == self.subject
            and triple.predicate.value == RDF.type
            and isinstance(triple.object, NamedNode)
        )

    def content(self, suffix: str) -> bytes:
        """Return the triples in the RDF format of ``suffix``; equal triples give equal bytes.

        Raises:
            ProblemError: the format cannot hold them.
        """
        try:
            if suffix == "jsonld":
                return to_jsonld(self.triples, self.subject, self.base, self.terms)
            prefixes = used_prefixes(self.triples, namespaces(self.base))
            return write_graph(self.triples, format_of(suffix).media_type, prefixes)
        except FormatError as error:
            others = ", ".join(f".{name}" for name in RDF_SUFFIXES if name in error.formats)
            raise ProblemError(
                NOT_ACCEPTABLE, f"{error.reason}; this document also comes as {others}."
            ) from None

    def response(self, suffix: str) -> Response:
        """Make the response with the triples in the RDF format of ``suffix``.

        Raises:
            ProblemError: the format cannot hold them.
        """
        return Response(self.content(suffix), content_type=format_of(suffix).content_type)
