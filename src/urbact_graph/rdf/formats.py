"""The one table of the formats that answers and datasets come in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from urbact_graph.errors import DatasetError
from urbact_graph.rdf.namespaces import FORMATS as W3C_FORMATS

Kind = Literal["results", "graph", "features"]


@dataclass(frozen=True)
class Format:
    """A format: ``aliases`` are further media types that ask for it, ``other_names`` short names.

    ``w3c_name`` is its name in the W3C's list of unique IRIs for file formats.
    """

    name: str
    kind: Kind
    media_type: str
    extension: str
    w3c_name: str
    aliases: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    textual: bool = False

    @property
    def standard(self) -> str:
        """The IRI by which a Service Description names it."""
        return W3C_FORMATS[self.w3c_name]

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is asked for by."""
        return self.name, self.media_type, self.extension, *self.aliases, *self.other_names

    @property
    def content_type(self) -> str:
        """The Content-Type header's value."""
        return f"{self.media_type}; charset=utf-8" if self.textual else self.media_type


RESULTS_JSON = "application/sparql-results+json"

_XML = ("application/xml", "text/xml")
_JSON = ("application/json", "text/json", "application/x-json")
# Turtle is Notation 3 too.
_N3 = (
    *("application/x-turtle", "application/turtle"),
    *("text/n3", "text/rdf+n3", "application/n3", "application/rdf+n3"),
)
_TSV = "text/tab-separated-values"

# The first of a kind is the default for clients without a preference.
FORMATS = (
    Format(
        "json",
        "results",
        RESULTS_JSON,
        "srj",
        "SPARQL_Results_JSON",
        _JSON,
        ("sparql-results+json", "sparql-json"),
    ),
    Format(
        "xml",
        "results",
        "application/sparql-results+xml",
        "srx",
        "SPARQL_Results_XML",
        _XML,
        ("sparql-results+xml", "sparql-xml", "sparql"),
    ),
    Format(
        "csv",
        "results",
        "text/csv",
        "csv",
        "SPARQL_Results_CSV",
        ("application/csv", "text/comma-separated-values"),
        textual=True,
    ),
    Format(
        "tsv", "results", _TSV, "tsv", "SPARQL_Results_TSV", ("text/tsv",), ("tab",), textual=True
    ),
    Format("ttl", "graph", "text/turtle", "ttl", "Turtle", _N3, ("n3",), textual=True),
    Format(
        "nt",
        "graph",
        "application/n-triples",
        "nt",
        "N-Triples",
        ("text/plain", "text/ntriples", "text/n-triples"),
        ("n-triples", "ntriples"),
    ),
    Format(
        "nq",
        "graph",
        "application/n-quads",
        "nq",
        "N-Quads",
        ("text/x-nquads", "text/nquads", "application/nquads"),
        ("n-quads", "nquads"),
    ),
    Format("trig", "graph", "application/trig", "trig", "TriG", ("application/x-trig",)),
    Format(
        "rdf",
        "graph",
        "application/rdf+xml",
        "rdf",
        "RDF_XML",
        _XML,
        ("rdf+xml", "rdfxml", "rdf-xml", "rdf/xml"),
    ),
    Format(
        "jsonld",
        "graph",
        "application/ld+json",
        "jsonld",
        "JSON-LD",
        (*_JSON, "application/x-json+ld", "application/x-ld+json"),
        ("json-ld", "ld+json"),
    ),
)

# Of places: for answers of stored queries that have coordinates, which SPARQL does not know of.
GEOJSON = Format(
    "geojson",
    "features",
    "application/geo+json",
    "geojson",
    "",
    ("application/vnd.geo+json",),
    ("geo+json",),
)

# Other extensions in use for the same formats.
_OTHER_EXTENSIONS = {"owl": "rdf", "xml": "rdf", "turtle": "ttl", "json": "jsonld"}


def formats(kind: Kind) -> tuple[Format, ...]:
    """Return the formats of ``kind``, the default first."""
    return tuple(form for form in FORMATS if form.kind == kind)


def format_named(name: str, kind: Kind) -> Format | None:
    """Return the format of ``kind`` that ``name`` means, if any.

    It is a short name, or media types as an Accept header has them, of which the first that is
    known counts.
    """
    for part in name.split(","):
        wanted = part.partition(";")[0].strip().lower()
        for form in formats(kind):
            if wanted in form.names:
                return form
        # ``json`` and ``xml`` name a format of either kind.
        other = _OTHER_EXTENSIONS.get(wanted) if kind == "graph" else None
        if other:
            return next(form for form in formats(kind) if form.name == other)
    return None


def format_of_file(path: Path) -> Format:
    """Return the graph format of the extension of ``path``, before .gz if it ends so.

    Raises:
        DatasetError: the extension is not that of an RDF format.
    """
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    extension = plain.suffix.lstrip(".").lower()
    form = format_named(_OTHER_EXTENSIONS.get(extension, extension), "graph")
    if form is None:
        known = ", ".join(f".{form.extension}" for form in formats("graph"))
        raise DatasetError(f"{path} is no RDF file by its name; it should end in {known}.")
    return form
