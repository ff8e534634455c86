"""Terms: the short names of properties and classes in JSON-LD.

A term of the graph's own vocabulary is called by its local name. So is a term of another vocabulary
if the table below lists it; the table has no name twice, and none of the own vocabulary. Every
other term is called by its prefixed name, or by its IRI if no prefix is known.
"""

import contextlib
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, Literal, Self

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from urbact_graph.rdf.namespaces import GEO, OWL, RDF, XSD, expanded, namespaces, shortened
from urbact_graph.rdf.parsing import parse_n_triples
from urbact_graph.rdf.terms import Term as RdfTerm
from urbact_graph.validation.cardinality import single_valued
from urbact_graph.web.snapshot import Snapshot

# The names of the keywords of JSON-LD, which no term may have.
KEYWORDS = {
    "id": "@id",
    "type": "@type",
    "value": "@value",
    "lang": "@language",
    "none": "@none",
    "included": "@included",
}

# How the values of a property are written: resources as node objects ("link") or as IRIs
# ("address"), texts by language, and data in a datatype, or without one as JSON values.
Shape = Literal["link", "address", "text", "data"]

_ONE, _MANY = False, True
# The other vocabularies' properties; (shape, datatype, whether there may be several values).
_PROPERTIES: dict[tuple[Shape, str, bool], str] = {
    ("text", "", _ONE): """
        dct:abstract dct:description dct:title rdfs:comment rdfs:label skos:definition
        skos:prefLabel""",
    ("text", "", _MANY): "dcat:keyword skos:altLabel skos:editorialNote skos:hiddenLabel",
    ("link", "", _ONE): """
        dcat:compressFormat dcat:mediaType dct:accessRights dct:accrualPeriodicity
        dct:format dct:license dct:publisher dqv:inDimension dqv:isMeasurementOf geo:hasGeometry
        sh:prefixes spdx:algorithm spdx:checksum""",
    ("link", "", _MANY): """
        dcat:accessService dcat:catalog dcat:contactPoint dcat:dataset dcat:distribution
        dcat:servesDataset dcat:service dcat:themeTaxonomy dct:conformsTo dct:creator
        dct:hasPart dct:isPartOf dct:isReplacedBy dct:language dct:provenance dct:relation
        dct:rights dct:spatial dct:subject dct:temporal prov:wasDerivedFrom sh:declare
        skos:broadMatch skos:broader skos:closeMatch skos:exactMatch skos:hasTopConcept
        skos:inScheme skos:narrower skos:topConceptOf void-ext:datatypePartition void:classPartition
        void:propertyPartition void:subset void:target""",
    ("address", "", _ONE): """
        dqv:computedOn dqv:expectedDataType foaf:primaryTopic rdfs:isDefinedBy
        void-ext:datatype void:class void:inDataset
        void:linkPredicate void:objectsTarget void:property void:sparqlEndpoint
        void:subjectsTarget""",
    ("address", "", _MANY): """
        dcat:accessURL dcat:downloadURL dcat:endpointDescription dcat:endpointURL
        dcat:landingPage dct:source foaf:homepage foaf:page owl:disjointWith owl:inverseOf
        owl:sameAs rdfs:domain rdfs:range rdfs:seeAlso rdfs:subClassOf rdfs:subPropertyOf
        schema:domainIncludes schema:rangeIncludes void:dataDump void:exampleResource
        void:feature void:rootResource void:vocabulary""",
    ("data", "", _ONE): """
        dcat:version foaf:name owl:deprecated owl:versionInfo sh:ask sh:construct sh:prefix
        sh:select
        skos:notation vann:preferredNamespacePrefix vann:preferredNamespaceUri void:classes
        void:distinctObjects void:distinctSubjects void:documents void:entities
        void:properties void:triples void:uriSpace""",
    ("data", "", _MANY): "dct:identifier",
    ("data", XSD.date, _ONE): "dcat:endDate dcat:startDate dct:issued",
    ("data", XSD.dateTime, _ONE): "dct:modified",
    # A JSON number with a fraction would come back as a double.
    ("data", XSD.decimal, _ONE): "wgs:lat wgs:long",
    ("data", XSD.hexBinary, _ONE): "spdx:checksumValue",
    ("data", XSD.nonNegativeInteger, _ONE): "dcat:byteSize",
    ("data", XSD.anyURI, _ONE): "sh:namespace",
    ("data", GEO.wktLiteral, _ONE): "dcat:bbox geo:asWKT",
}
_CLASSES = """
    dcat:Catalog dcat:DataService dcat:Dataset dcat:Distribution dct:AgentClass dct:Frequency
    dct:LicenseDocument dct:LinguisticSystem dct:Location dct:MediaType dct:MediaTypeOrExtent
    dct:PeriodOfTime dct:ProvenanceStatement dct:RightsStatement dct:Standard
    dqv:Dimension dqv:Metric dqv:QualityMeasurement
    eurio:OrganisationRole foaf:Agent foaf:Organization frapo:Deliverable
    frapo:FundingProgramme geo:Feature geo:Geometry org:Membership
    org:OrganizationalCollaboration owl:AnnotationProperty owl:Class owl:DatatypeProperty
    owl:NamedIndividual owl:ObjectProperty owl:Ontology owl:SymmetricProperty
    schema:AdministrativeArea schema:CreativeWork schema:Project sf:Point sh:PrefixDeclaration
    sh:SPARQLAskExecutable sh:SPARQLConstructExecutable sh:SPARQLExecutable
    sh:SPARQLSelectExecutable skos:Concept skos:ConceptScheme spdx:Checksum
    void:DatasetDescription void:Linkset"""

# Reverse names other than "is … of".
_REVERSES = {"inScheme": "isSchemeOf", "isDefinedBy": "defines"}
# Datatypes of JSON values.
NATIVE = {XSD.string: "", XSD.integer: "", XSD.boolean: ""}

_DEFINITIONS = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
SELECT ?term ?kind ?range
WHERE {
  VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }
  ?term a ?kind .
  FILTER(STRSTARTS(STR(?term), ?namespace))
  OPTIONAL { ?term rdfs:range|schema:rangeIncludes ?range }
}
"""


@dataclass(frozen=True)
class Property:
    """The term of a property; ``reverse`` is the name of its inverse, empty if it has none."""

    name: str
    iri: str
    shape: Shape
    datatype: str = ""
    many: bool = False
    reverse: str = ""

    def definition(self, prefixes: dict[str, str]) -> str | dict[str, object]:
        """Return its term definition: its IRI, or an expanded definition if it has more parts.

        Source: JSON-LD 1.1, section 9.15.
        """
        definition: dict[str, object] = {"@id": shortened(self.iri, prefixes)}
        if self.shape == "address":
            definition["@type"] = "@id"
        elif self.datatype:
            definition["@type"] = shortened(self.datatype, prefixes)
        if self.shape == "text":
            definition["@container"] = ["@language", "@set"] if self.many else "@language"
        elif self.many:
            definition["@container"] = "@set"
        return definition if len(definition) > 1 else shortened(self.iri, prefixes)

    def reverse_definition(self, prefixes: dict[str, str]) -> dict[str, object]:
        """Return the term definition of its reverse name."""
        return {"@reverse": shortened(self.iri, prefixes), "@container": "@set"}


class Terms:
    """The properties and classes that have short names, by IRI."""

    def __init__(self, base: str, properties: Iterable[Property], classes: dict[str, str]) -> None:
        self.base = base
        self.prefixes = namespaces(base)
        self.classes = classes
        found = sorted(properties, key=lambda term: (term.name.startswith("has"), term.name))
        taken = {*KEYWORDS, *self.prefixes, *classes.values(), *(term.name for term in found)}
        self.properties: dict[str, Property] = {}
        for term in found:
            reverse = _reverse_name(term)
            if reverse in taken:
                reverse = ""
            taken.add(reverse)
            self.properties[term.iri] = replace(term, reverse=reverse)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Query the definitions of the graph's own vocabulary.

        The shapes of the release state which properties have one value at most; without them every
        property of the graph may have several.

        Raises:
            ProblemError: as the engine raises it.
        """
        once: set[str] = set()
        if snapshot.release:
            # The files of a release may be removed while it is served.
            with contextlib.suppress(FileNotFoundError):
                once = single_valued(parse_n_triples(snapshot.release.shapes))
        namespace = RdfLiteral(f"{snapshot.base}ontology#")
        return cls.defined(snapshot.base, snapshot.rows(_DEFINITIONS, namespace=namespace), once)

    @classmethod
    def defined(
        cls, base: str, definitions: Iterable[tuple[RdfTerm | None, ...]], once: Container[str] = ()
    ) -> Self:
        """Make the terms of ``definitions`` (rows of term, kind and range) and of the table.

        ``once`` holds the properties that have one value at most. No name of the table or of a
        keyword is given to a second term.
        """
        kinds: dict[str, str] = {}
        ranges: dict[str, set[str]] = {}
        for term, kind, range_ in definitions:
            if isinstance(term, NamedNode) and isinstance(kind, NamedNode):
                kinds[term.value] = kind.value
                if isinstance(range_, NamedNode):
                    ranges.setdefault(term.value, set()).add(range_.value)
        prefixes = namespaces(base)
        properties = list(_others(prefixes))
        classes = {expanded(name, prefixes): _local(name) for name in _CLASSES.split()}
        taken = {*KEYWORDS, *prefixes, *classes.values(), *(term.name for term in properties)}
        for iri in sorted(kinds):
            name = iri.rpartition("#")[2]
            if not name or name in taken:
                continue
            taken.add(name)
            if kinds[iri] == OWL.Class:
                classes[iri] = name
            else:
                shape, datatype = _shape(kinds[iri], ranges.get(iri, set()))
                properties.append(Property(name, iri, shape, datatype, iri not in once))
        return cls(base, properties, classes)

    @cached_property
    def context(self) -> dict[str, Any]:
        """The whole context: prefixes, keywords, then all terms by name."""
        terms: dict[str, Any] = {
            name: shortened(iri, self.prefixes) for iri, name in self.classes.items()
        }
        for term in self.properties.values():
            terms[term.name] = term.definition(self.prefixes)
            if term.reverse:
                terms[term.reverse] = term.reverse_definition(self.prefixes)
        head = {"@version": 1.1, **dict(sorted(self.prefixes.items())), **KEYWORDS}
        return {**head, **{name: terms[name] for name in sorted(terms)}}


@lru_cache(maxsize=8)
def other_terms(base: str) -> Terms:
    """Return the terms of the table alone, for a graph without a vocabulary of its own."""
    return Terms.defined(base, ())


def _others(prefixes: dict[str, str]) -> Iterable[Property]:
    for (shape, datatype, many), names in _PROPERTIES.items():
        for name in names.split():
            yield Property(_local(name), expanded(name, prefixes), shape, datatype, many)


def _shape(kind: str, ranges: set[str]) -> tuple[Shape, str]:
    """Return the shape of a property, and the datatype that most of its values have."""
    if kind == OWL.ObjectProperty:
        return "link", ""
    if RDF.langString in ranges:
        return "text", ""
    # Of dates with different precisions, full ones are plain strings, others value objects.
    datatypes = {XSD.date} & ranges or ranges
    datatype = next(iter(datatypes)) if len(datatypes) == 1 else ""
    return "data", NATIVE.get(datatype, datatype)


def _reverse_name(term: Property) -> str:
    if term.shape not in ("link", "address"):
        return ""
    name = term.name.removeprefix("has")
    return _REVERSES.get(term.name, f"is{name[0].upper()}{name[1:]}Of")


def _local(name: str) -> str:
    return name.partition(":")[2]
