"""The content of an entity's document: a concise bounded description, in both directions."""

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.web.documents.document import subject_first
from urbact_graph.web.snapshot import Snapshot

# The parts of an entity are the resources whose IRI is that of the entity with a fragment: the
# geometry of a city, the terms of the ontology. A resource without a document of its own, such as a
# country in an authority table of the European Union, is described in every document that links to
# it. Incoming links are left out if the entity links back to the same resource.
# The query is one UNION of short paths, each of which begins at the entity: otherwise the engine
# would begin with every label in the graph.
_DESCRIPTION = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
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


def description(snapshot: Snapshot, entity: NamedNode) -> list[Triple]:
    """Return the description of ``entity``, sorted; empty if the graph has no statement of it.

    That is: its statements and those of its parts; the statements of linked resources that have no
    document here; the links to it; and the labels of all these resources.

    Raises:
        ProblemError: as the engine raises it.
    """
    triples = snapshot.triples(
        _DESCRIPTION,
        entity=entity,
        base=Literal(snapshot.base),
        fragment=Literal(f"{entity.value}#"),
    )
    return subject_first(triples, entity)
