"""The content of an entity's document: a concise bounded description, in both directions."""

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from urbact_graph.rdf.terms import Term
from urbact_graph.web.documents.document import subject_first
from urbact_graph.web.snapshot import Snapshot

# The parts of an entity are the resources whose IRI is that of the entity with a fragment: the
# geometry of a city, the terms of the ontology. A resource without a document of its own, such as a
# country in an authority table of the European Union, is described in every document that links to
# it, and so are the concepts above it, such as the regions above that of a city, and their schemes.
# Incoming links are left out if the entity links back to the same resource.
# Profiles such as DCAT-AP want to see that what something conforms to is a standard.
# The query is one UNION of short paths, each of which begins at the entity: otherwise the engine
# would begin with every label in the graph.
_DESCRIPTION = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
CONSTRUCT { ?subject ?property ?value }
WHERE {
  { ?entity ?property ?value . BIND(?entity AS ?subject) }
  UNION {
    ?entity ?link ?subject .
    FILTER(isIRI(?subject))
    FILTER(STRSTARTS(STR(?subject), ?fragment) || !STRSTARTS(STR(?subject), ?base))
    ?subject ?property ?value
  }
  UNION {
    ?entity ?link ?linked .
    FILTER(isIRI(?linked) && !STRSTARTS(STR(?linked), ?base))
    ?linked skos:broader*/(skos:broader|skos:inScheme) ?subject .
    FILTER(isIRI(?subject) && !STRSTARTS(STR(?subject), ?base))
    ?subject ?property ?value
  }
  UNION {
    ?subject ?link ?entity .
    FILTER(STRSTARTS(STR(?subject), ?fragment))
    ?subject ?property ?value
  }
  UNION {
    ?entity ?link ?part .
    FILTER(STRSTARTS(STR(?part), ?fragment))
    ?part ?to ?subject .
    FILTER(isIRI(?subject) && !STRSTARTS(STR(?subject), ?base))
    ?subject ?property ?value
  }
  UNION {
    ?part ?link ?entity .
    FILTER(STRSTARTS(STR(?part), ?fragment))
    ?part ?to ?subject .
    FILTER(isIRI(?subject) && !STRSTARTS(STR(?subject), ?base))
    ?subject ?property ?value
  }
  UNION {
    ?subject ?property ?entity .
    FILTER NOT EXISTS { ?entity ?back ?subject }
    BIND(?entity AS ?value)
  }
  UNION { ?entity dct:conformsTo ?subject . ?subject a ?value . BIND(rdf:type AS ?property) }
  UNION { ?entity ?link ?subject . ?subject rdfs:label ?value . BIND(rdfs:label AS ?property) }
  UNION { ?subject ?link ?entity . ?subject rdfs:label ?value . BIND(rdfs:label AS ?property) }
  UNION {
    ?entity ?link ?part .
    FILTER(STRSTARTS(STR(?part), ?fragment))
    ?part ?to ?subject .
    ?subject rdfs:label ?value .
    BIND(rdfs:label AS ?property)
  }
  UNION {
    ?part ?link ?entity .
    FILTER(STRSTARTS(STR(?part), ?fragment))
    ?part ?to ?subject .
    ?subject rdfs:label ?value .
    BIND(rdfs:label AS ?property)
  }
}
"""


# The engine describes a node by its statements, and by those of the blank nodes that they lead to,
# as deep as these lead (concise bounded description). Described are the entity, its parts and the
# resources without a document, and the blank nodes that lead to the entity: directly, in up to
# three steps, or as members of a list; with what links to these.
_BLANK_NODES = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
DESCRIBE ?subject
WHERE {
  { BIND(?entity AS ?subject) }
  UNION {
    ?entity ?link ?subject .
    FILTER(isIRI(?subject))
    FILTER(STRSTARTS(STR(?subject), ?fragment) || !STRSTARTS(STR(?subject), ?base))
  }
  UNION { ?subject ?link ?entity FILTER(isBlank(?subject)) }
  UNION { ?subject ?to ?one . ?one ?link ?entity FILTER(isBlank(?subject) && isBlank(?one)) }
  UNION {
    ?subject ?to ?one . ?one ?on ?two . ?two ?link ?entity
    FILTER(isBlank(?subject) && isBlank(?one) && isBlank(?two))
  }
  UNION { ?cell rdf:first ?entity . ?subject rdf:rest* ?cell FILTER(isBlank(?subject)) }
}
"""
_LINKS_TO_BLANK_NODES = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
CONSTRUCT { ?subject ?property ?one }
WHERE {
  { ?one ?link ?entity }
  UNION { ?one ?to ?two . ?two ?link ?entity FILTER(isBlank(?two)) }
  UNION {
    ?one ?to ?two . ?two ?on ?three . ?three ?link ?entity
    FILTER(isBlank(?two) && isBlank(?three))
  }
  UNION { ?cell rdf:first ?entity . ?one rdf:rest* ?cell }
  FILTER(isBlank(?one))
  ?subject ?property ?one
}
"""
# The labels of what blank nodes lead to.
_LABELS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT { ?subject rdfs:label ?value }
WHERE { VALUES ?subject { %s } ?subject rdfs:label ?value }
"""
# As many IRIs fit in a query.
_LABELS_AT_ONCE = 200


def description(snapshot: Snapshot, entity: NamedNode) -> list[Triple]:
    """Return the description of ``entity``, sorted; empty if the graph has no statement of it.

    That is: its statements and those of its parts; the statements of linked resources that have no
    document here, and of the concepts and schemes above these; the links to it; the classes of
    what it conforms to; and the labels of all these resources. Blank nodes have no documents, so
    their statements belong to it, and the links to those that lead to it.

    Raises:
        ProblemError: as the engine raises it.
    """
    terms: dict[str, Term] = {
        "entity": entity,
        "base": Literal(snapshot.base),
        "fragment": Literal(f"{entity.value}#"),
    }
    triples = snapshot.triples(_DESCRIPTION, **terms)
    if any(_is_blank(triple) for triple in triples):
        triples = list(dict.fromkeys([*triples, *_blank_nodes(snapshot, terms)]))
    return subject_first(triples, entity)


def _blank_nodes(snapshot: Snapshot, terms: dict[str, Term]) -> list[Triple]:
    """Return what is stated of blank nodes, of which a name holds within a snapshot."""
    described = snapshot.triples(_BLANK_NODES, **terms)
    stated = [
        *(triple for triple in described if _is_blank(triple)),
        *snapshot.triples(_LINKS_TO_BLANK_NODES, **terms),
    ]
    linked = dict.fromkeys(
        str(node)
        for triple in stated
        for node in (triple.subject, triple.object)
        if isinstance(node, NamedNode)
    )
    names = list(linked)
    for start in range(0, len(names), _LABELS_AT_ONCE):
        some = " ".join(names[start : start + _LABELS_AT_ONCE])
        stated += snapshot.triples(_LABELS % some)
    return stated


def _is_blank(triple: Triple) -> bool:
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)
