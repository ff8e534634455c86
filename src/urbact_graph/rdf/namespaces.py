"""The one table of prefixes, by their customary names, and the IRIs of the terms below them."""

from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode, Quad, Triple


class Namespace:
    """A namespace: ``DCT.title`` and ``DCT["title"]`` are the IRIs of terms in it, as strings.

    ``str(DCT)`` is the namespace's own IRI. It is no string itself, because ``str`` has a method
    called ``title``.
    """

    __slots__ = ("_iri",)

    def __init__(self, iri: str) -> None:
        self._iri = iri

    def __str__(self) -> str:
        return self._iri

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return f"{self._iri}{name}"

    def __getitem__(self, name: str) -> str:
        return f"{self._iri}{name}"


ADMS = Namespace("http://www.w3.org/ns/adms#")
AS = Namespace("https://www.w3.org/ns/activitystreams#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
DCT = Namespace("http://purl.org/dc/terms/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
EURIO = Namespace("http://data.europa.eu/s66#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
FRAPO = Namespace("http://purl.org/cerif/frapo/")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
LDES = Namespace("https://w3id.org/ldes#")
ORG = Namespace("http://www.w3.org/ns/org#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("https://schema.org/")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SF = Namespace("http://www.opengis.net/ont/sf#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
TREE = Namespace("https://w3id.org/tree#")
VANN = Namespace("http://purl.org/vocab/vann/")
VOID = Namespace("http://rdfs.org/ns/void#")
VOID_EXT = Namespace("http://ldf.fi/void-ext#")
WGS = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

NAMESPACES = {
    name.lower().replace("_", "-"): str(value)
    for name, value in tuple(globals().items())
    if isinstance(value, Namespace)
}

# Has no customary prefix.
FORMATS = Namespace("http://www.w3.org/ns/formats/")

# IRIs that Turtle writes without a prefix: `a`, language tags, plain strings.
_UNWRITTEN = frozenset((RDF.type, RDF.langString, XSD.string))


def urb(base: str) -> Namespace:
    """Return the namespace of the graph's own vocabulary, which lies below ``base``."""
    return Namespace(f"{base}ontology#")


def namespaces(base: str) -> dict[str, str]:
    """Return all prefixes, with that of the vocabulary below ``base``."""
    return {**NAMESPACES, "urb": str(urb(base))}


def namespace_of(iri: str) -> str:
    """Return ``iri`` up to its last ``#`` or ``/``."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def expanded(name: str, prefixes: Mapping[str, str]) -> str:
    """Return the IRI of the prefixed ``name``; ``a`` is rdf:type, as in Turtle.

    Raises:
        KeyError: the prefix is not among ``prefixes``.
    """
    if name == "a":
        return RDF.type
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local


def shortened(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return ``iri`` as a prefixed name, or as it is where no prefix fits."""
    start = namespace_of(iri)
    local = iri[len(start) :]
    for prefix, namespace in prefixes.items():
        if start == namespace and local:
            return f"{prefix}:{local}"
    return iri


def used_prefixes(triples: Iterable[Triple | Quad], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return those of ``prefixes`` that occur in ``triples``, so that a small graph has few.

    A namespace with an IRI that ends in a full stop is left out: it would be escaped in Turtle,
    where rdflib does not read it.
    """
    iris: set[str] = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            named = term.datatype if isinstance(term, Literal) else term
            if isinstance(named, NamedNode):
                iris.add(named.value)
    found = {namespace_of(iri) for iri in iris - _UNWRITTEN}
    stops = tuple(iri for iri in iris if iri.endswith("."))
    return {
        name: namespace
        for name, namespace in prefixes.items()
        if namespace in found and not any(iri.startswith(namespace) for iri in stops)
    }
