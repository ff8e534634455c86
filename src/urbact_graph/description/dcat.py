"""The catalogue in the words of DCAT-AP 3.0.1: dataset, distributions, service, publisher.

The shapes of that profile ask for the class of each value, so the values of controlled
vocabularies are described here by their class and name.
"""

from datetime import datetime

from pyoxigraph import Literal, NamedNode

from urbact_graph.description import authorities, texts
from urbact_graph.description.authorities import Value
from urbact_graph.description.coverage import Coverage
from urbact_graph.rdf.builder import Statements
from urbact_graph.description.distributions import DISTRIBUTIONS, Distribution
from urbact_graph.history.dates import moment_text
from urbact_graph.facts.authorities import language_iri, language_names
from urbact_graph.rdf.namespaces import NAMESPACES

_DATE_TIME = NamedNode(NAMESPACES["xsd"] + "dateTime")


class CatalogueWriter:
    """States the DCAT part of a description, of the ``version`` last changed at ``modified``."""

    def __init__(self, statements: Statements, version: str, modified: datetime | None) -> None:
        self._statements = statements
        self._version = version
        self._modified = modified
        self._dataset = statements.node("dataset")
        self._catalogue = statements.node("catalog")
        self._service = statements.node("dataset#sparql")
        self._publisher = statements.node("dataset#publisher")
        self._rights = statements.node("dataset#rights")

    def write(self, coverage: Coverage) -> None:
        """State all that DCAT-AP can say of a graph with this coverage."""
        self._write_catalogue()
        self._write_dataset(coverage)
        self._write_coverage(coverage)
        self._write_publisher()
        self._write_service(coverage)
        for form in DISTRIBUTIONS:
            self._write_file(form)
        self._write_answers()
        self._write_stream()

    def _write_catalogue(self) -> None:
        """DCAT-AP 3.0.1, section "Catalogue"."""
        statements, catalogue = self._statements, self._catalogue
        statements.type(catalogue, "dcat:Catalog")
        statements.text(catalogue, "dct:title", texts.CATALOGUE_TITLE)
        statements.text(catalogue, "rdfs:label", texts.CATALOGUE_TITLE)
        statements.text(catalogue, "dct:description", texts.CATALOGUE_DESCRIPTION)
        statements.add(catalogue, "dcat:dataset", self._dataset)
        statements.add(catalogue, "dcat:service", self._service)
        self._common(catalogue)
        self._languages(catalogue, tuple(texts.CATALOGUE_TITLE))
        themes = NamedNode(authorities.DATA_THEMES)
        statements.add(catalogue, "dcat:themeTaxonomy", themes)
        statements.type(themes, "skos:ConceptScheme")
        for predicate in ("dct:title", "rdfs:label"):
            statements.text(themes, predicate, {"en": authorities.DATA_THEMES_LABEL})
        statements.add(themes, "dct:source", themes)

    def _write_dataset(self, coverage: Coverage) -> None:
        """DCAT-AP 3.0.1, section "Dataset"."""
        statements, dataset = self._statements, self._dataset
        statements.type(dataset, "dcat:Dataset")
        statements.text(dataset, "dct:title", texts.TITLE)
        statements.text(dataset, "rdfs:label", texts.TITLE)
        statements.text(dataset, "dct:description", texts.DESCRIPTION)
        statements.add(dataset, "dct:identifier", Literal(dataset.value))
        statements.add(dataset, "dcat:version", Literal(self._version))
        statements.add(dataset, "owl:versionInfo", Literal(self._version))
        for tag, words in texts.KEYWORDS.items():
            for word in words:
                statements.text(dataset, "dcat:keyword", {tag: word})
        self._common(dataset)
        self._languages(dataset, coverage.languages)
        self._value(dataset, "dct:accessRights", authorities.PUBLIC)
        self._value(dataset, "dct:accrualPeriodicity", authorities.IRREGULAR)
        provenance = statements.node("dataset#provenance")
        statements.add(dataset, "dct:provenance", provenance)
        statements.type(provenance, "dct:ProvenanceStatement")
        statements.text(provenance, "rdfs:label", texts.PROVENANCE)
        statements.add(dataset, "dct:rights", self._rights)
        statements.type(self._rights, "dct:RightsStatement")
        statements.text(self._rights, "rdfs:label", texts.ATTRIBUTIONS)
        sources = (NamedNode(source) for source in texts.SOURCES)
        statements.add(dataset, "prov:wasDerivedFrom", *sources)
        ontology = statements.node("ontology")
        statements.add(dataset, "dct:conformsTo", ontology)
        statements.type(ontology, "dct:Standard")

    def _write_coverage(self, coverage: Coverage) -> None:
        statements, dataset = self._statements, self._dataset
        for country in coverage.countries:
            statements.add(dataset, "dct:spatial", country)
            statements.type(country, "dct:Location")
        for theme, label in coverage.themes:
            statements.add(dataset, "dcat:theme", theme)
            statements.type(theme, "skos:Concept")
            statements.text(theme, "skos:prefLabel", {"en": label})
        if coverage.start:
            period = statements.node("dataset#period")
            statements.add(dataset, "dct:temporal", period)
            statements.type(period, "dct:PeriodOfTime")
            statements.add(period, "dcat:startDate", coverage.start)
            label = f"From {coverage.start.value}"
            if coverage.end:
                statements.add(period, "dcat:endDate", coverage.end)
                label += f" to {coverage.end.value}"
            statements.text(period, "rdfs:label", {"en": label})

    def _write_publisher(self) -> None:
        """DCAT-AP 3.0.1, section "Agent"; what type of publisher it is, nobody has said."""
        statements = self._statements
        statements.type(self._publisher, "foaf:Agent")
        statements.add(self._publisher, "foaf:name", Literal(texts.PUBLISHER))
        statements.add(self._publisher, "rdfs:label", Literal(texts.PUBLISHER))

    def _write_service(self, coverage: Coverage) -> None:
        """DCAT-AP 3.0.1, section "Data Service"."""
        statements, service = self._statements, self._service
        endpoint = statements.node("sparql")
        statements.type(service, "dcat:DataService")
        statements.text(service, "dct:title", texts.SERVICE_TITLE)
        statements.text(service, "rdfs:label", texts.SERVICE_TITLE)
        statements.text(service, "dct:description", texts.SERVICE_DESCRIPTION)
        statements.add(service, "dct:identifier", Literal(service.value))
        statements.add(service, "dcat:endpointURL", endpoint)
        statements.add(service, "dcat:endpointDescription", endpoint)
        statements.add(service, "dcat:servesDataset", self._dataset)
        statements.add(service, "dct:publisher", self._publisher)
        statements.add(service, "dcat:theme", *(theme for theme, _ in coverage.themes))
        self._value(service, "dct:license", authorities.LICENCE)
        self._value(service, "dct:accessRights", authorities.PUBLIC)
        self._value(service, "dct:conformsTo", authorities.SPARQL_PROTOCOL)

    def _write_file(self, form: Distribution) -> None:
        """DCAT-AP 3.0.1, section "Distribution"."""
        node = self._distribution(form.key, form.title, _contents(form))
        address = self._statements.node(f"dumps/latest/{form.file_name()}")
        self._statements.add(node, "dcat:accessURL", address)
        self._statements.add(node, "dcat:downloadURL", address)
        self._value(node, "dct:format", authorities.file_type(form.file_type))
        self._value(node, "dcat:mediaType", authorities.media_type(form.media_type))
        if form.gzip:
            gzip = authorities.media_type("application/gzip")
            self._value(node, "dcat:compressFormat", gzip)
        if form.part:
            self._value(node, "dct:conformsTo", authorities.TABULAR_METADATA)

    def _write_answers(self) -> None:
        what = "What a SPARQL query asks for, in any of the formats of its results."
        node = self._distribution("answers", "Answers to SPARQL queries", what)
        self._statements.add(node, "dcat:accessURL", self._statements.node("sparql"))
        self._statements.add(node, "dcat:accessService", self._service)

    def _write_stream(self) -> None:
        what = "Every version of every entity, so that a copy can be made and kept up to date."
        node = self._distribution("stream", "Linked Data Event Stream", what)
        self._statements.add(node, "dcat:accessURL", self._statements.node("ldes"))
        self._value(node, "dcat:mediaType", authorities.media_type("application/trig"))
        self._value(node, "dct:format", authorities.file_type("RDF_TRIG"))
        self._value(node, "dct:conformsTo", authorities.EVENT_STREAMS)

    def _distribution(self, key: str, title: str, description: str) -> NamedNode:
        statements = self._statements
        node = statements.node(f"dataset#{key}")
        statements.add(self._dataset, "dcat:distribution", node)
        statements.type(node, "dcat:Distribution")
        for name in ("dct:title", "rdfs:label"):
            statements.text(node, name, {"en": title})
        statements.text(node, "dct:description", {"en": description})
        statements.add(node, "dct:rights", self._rights)
        self._value(node, "dct:license", authorities.LICENCE)
        self._changed(node)
        return node

    def _common(self, node: NamedNode) -> None:
        """State what holds for the catalogue and the dataset alike."""
        self._statements.add(node, "dct:publisher", self._publisher)
        self._value(node, "dct:license", authorities.LICENCE)
        self._changed(node)

    def _changed(self, node: NamedNode) -> None:
        if self._modified:
            moment = Literal(moment_text(self._modified), datatype=_DATE_TIME)
            self._statements.add(node, "dct:modified", moment)

    def _languages(self, node: NamedNode, tags: tuple[str, ...]) -> None:
        for tag in tags:
            language = Value(
                str(language_iri(tag)), "dct:LinguisticSystem", language_names(tag)["en"]
            )
            self._value(node, "dct:language", language)

    def _value(self, node: NamedNode, predicate: str, value: Value) -> None:
        """State ``predicate`` with a value of a controlled vocabulary, and describe the value."""
        known = NamedNode(value.iri)
        self._statements.add(node, predicate, known)
        self._statements.type(known, value.type)
        self._statements.text(known, "rdfs:label", {"en": value.label})


def _contents(form: Distribution) -> str:
    if form.part:
        contents = f"The {form.part} as a table for spreadsheets, described by CSV on the Web"
    else:
        contents = f"The whole graph in {authorities.file_type(form.file_type).label}"
    return f"{contents}, compressed with gzip." if form.gzip else f"{contents}."
