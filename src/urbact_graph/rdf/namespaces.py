"""The one table of prefixes that the graph is written with, by their customary names."""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad, Triple

NAMESPACES = {
    "adms": "http://www.w3.org/ns/adms#",
    "as": "https://www.w3.org/ns/activitystreams#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "eurio": "http://data.europa.eu/s66#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "frapo": "http://purl.org/cerif/frapo/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "ldes": "https://w3id.org/ldes#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sf": "http://www.opengis.net/ont/sf#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "tree": "https://w3id.org/tree#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# Which Turtle has a shorter way to say.
_UNWRITTEN = f"{NAMESPACES['rdf']}type"


def namespaces(base: str) -> dict[str, str]:
    """Return all prefixes, with that of the vocabulary below ``base``."""
    return {**NAMESPACES, "urb": f"{base}ontology#"}


def shortened(iri: str, prefixes: dict[str, str]) -> str:
    """Return ``iri`` as a prefixed name, or as it is where no prefix fits."""
    end = max(iri.rfind("#"), iri.rfind("/")) + 1
    for prefix, namespace in prefixes.items():
        if iri[:end] == namespace and iri[end:]:
            return f"{prefix}:{iri[end:]}"
    return iri


def used_prefixes(triples: Iterable[Triple | Quad], prefixes: dict[str, str]) -> dict[str, str]:
    """Return those of ``prefixes`` that occur: a head of others would only be in the way."""
    iris: set[str] = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            named = term.datatype if isinstance(term, Literal) and not term.language else term
            if isinstance(named, NamedNode):
                iris.add(named.value)
    found = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in iris - {_UNWRITTEN}}
    return {name: iri for name, iri in prefixes.items() if iri in found}
