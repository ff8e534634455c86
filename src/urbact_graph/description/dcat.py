"""The catalogue in the words of DCAT-AP 3.0.1: dataset, distributions, service, publisher."""

from datetime import datetime

from urbact_graph.description import authorities, texts
from urbact_graph.description.authorities import Value
from urbact_graph.description.coverage import Coverage
from urbact_graph.description.distributions import DISTRIBUTIONS, Distribution
from urbact_graph.facts.authorities import language_iri, language_names
from urbact_graph.rdf.builder import Statements, Subject
from urbact_graph.rdf.namespaces import GEO
from urbact_graph.rdf.terms import date_time, typed


class CatalogueWriter:
    """States the DCAT part of a description, of the ``version`` last changed at ``modified``."""

    def __init__(self, statements: Statements, version: str, modified: datetime | None) -> None:
        self._statements = statements
        self._version = version
        self._modified = modified
        self._dataset = self._about("dataset")
        self._service = self._about("dataset#sparql")
        self._publisher = statements.node("dataset#publisher")
        self._rights = statements.node("dataset#rights")

    def write(self, coverage: Coverage) -> None:
        """State all that DCAT-AP can say of a graph with this coverage."""
        self._write_catalogue()
        self._write_dataset(coverage)
        self._write_coverage(coverage)
        self._write_publisher()
        self._write_service(coverage)
        licence = self._statements.about(authorities.LICENCE.iri)
        licence.text("dct:title", authorities.LICENCE_TITLE, language="en")
        for form in DISTRIBUTIONS:
            self._write_file(form)
        self._write_answers()
        self._write_stream()

    def _write_catalogue(self) -> None:
        """DCAT-AP 3.0.1, section "Catalogue"."""
        catalogue = self._about("catalog").type("dcat:Catalog")
        _name(catalogue, texts.CATALOGUE_TITLE)
        catalogue.translations("dct:description", texts.CATALOGUE_DESCRIPTION)
        catalogue.link("dcat:dataset", self._dataset.node)
        catalogue.link("dcat:service", self._service.node)
        self._write_common(catalogue)
        self._write_languages(catalogue, tuple(texts.CATALOGUE_TITLE))
        themes = self._statements.about(authorities.DATA_THEMES).type("skos:ConceptScheme")
        _name(themes, {"en": authorities.DATA_THEMES_LABEL})
        themes.link("dct:source", themes.node)
        catalogue.link("dcat:themeTaxonomy", themes.node)

    def _write_dataset(self, coverage: Coverage) -> None:
        """DCAT-AP 3.0.1, section "Dataset"."""
        dataset = self._dataset.type("dcat:Dataset")
        _name(dataset, texts.TITLE)
        dataset.translations("dct:description", texts.DESCRIPTION)
        dataset.text("dct:identifier", dataset.iri)
        dataset.text("dcat:version", self._version).text("owl:versionInfo", self._version)
        for tag, words in texts.KEYWORDS.items():
            dataset.text("dcat:keyword", *words, language=tag)
        self._write_common(dataset)
        self._write_languages(dataset, coverage.languages)
        self._write_value(dataset, "dct:accessRights", authorities.PUBLIC)
        self._write_value(dataset, "dct:accrualPeriodicity", authorities.IRREGULAR)
        provenance = self._about("dataset#provenance").type("dct:ProvenanceStatement")
        provenance.translations("rdfs:label", texts.PROVENANCE)
        rights = self._statements.about(self._rights).type("dct:RightsStatement")
        rights.translations("rdfs:label", texts.ATTRIBUTIONS)
        ontology = self._about("ontology").type("dct:Standard")
        dataset.link("dct:provenance", provenance.node).link("dct:rights", rights.node)
        dataset.link("prov:wasDerivedFrom", *texts.SOURCES)
        dataset.link("dct:conformsTo", ontology.node)

    def _write_coverage(self, coverage: Coverage) -> None:
        self._write_places(coverage)
        for theme, label in coverage.themes:
            concept = self._statements.about(theme).type("skos:Concept")
            concept.text("skos:prefLabel", label, language="en")
            self._dataset.link("dcat:theme", theme)
        if coverage.start:
            period = self._about("dataset#period").type("dct:PeriodOfTime")
            period.value("dcat:startDate", coverage.start)
            label = f"From {coverage.start.value}"
            if coverage.end:
                period.value("dcat:endDate", coverage.end)
                label += f" to {coverage.end.value}"
            period.text("rdfs:label", label, language="en")
            self._dataset.link("dct:temporal", period.node)

    def _write_places(self, coverage: Coverage) -> None:
        """State one place of the dataset, with its box, and the countries of the catalogue.

        CKAN and others show one place, an arbitrary one of several (DCAT-AP 3.0.1, section
        "Location"; GeoSPARQL 1.1, section 8.7, on well-known text).
        """
        if not coverage.countries:
            return
        self._write_value(self._dataset, "dct:spatial", authorities.EUROPE)
        west, south, east, north = authorities.EUROPE_BOX
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        ring = ", ".join(f"{longitude} {latitude}" for longitude, latitude in corners)
        europe = self._statements.about(authorities.EUROPE.iri)
        europe.value("dcat:bbox", typed(f"POLYGON(({ring}))", GEO.wktLiteral))
        self._about("catalog").link("dct:spatial", *coverage.countries)
        for country in coverage.countries:
            self._statements.about(country).type("dct:Location")

    def _write_publisher(self) -> None:
        """DCAT-AP 3.0.1, section "Agent"; the type of publisher is not known."""
        publisher = self._statements.about(self._publisher).type("foaf:Agent")
        publisher.text("foaf:name", texts.PUBLISHER).text("rdfs:label", texts.PUBLISHER)

    def _write_service(self, coverage: Coverage) -> None:
        """DCAT-AP 3.0.1, section "Data Service"."""
        service, endpoint = self._service, self._statements.node("sparql")
        _name(service.type("dcat:DataService"), texts.SERVICE_TITLE)
        service.translations("dct:description", texts.SERVICE_DESCRIPTION)
        service.text("dct:identifier", service.iri)
        service.link("dcat:endpointURL", endpoint).link("dcat:endpointDescription", endpoint)
        service.link("dcat:servesDataset", self._dataset.node)
        service.link("dct:publisher", self._publisher)
        service.link("dcat:theme", *(theme for theme, _ in coverage.themes))
        self._write_value(service, "dct:license", authorities.LICENCE)
        self._write_value(service, "dct:accessRights", authorities.PUBLIC)
        self._write_value(service, "dct:conformsTo", authorities.SPARQL_PROTOCOL)

    def _write_file(self, form: Distribution) -> None:
        """DCAT-AP 3.0.1, section "Distribution"."""
        file = self._distribution(form.key, form.title, _contents(form))
        address = self._statements.node(f"dumps/latest/{form.file_name()}")
        file.link("dcat:accessURL", address).link("dcat:downloadURL", address)
        self._write_value(file, "dct:format", authorities.file_type(form.file_type))
        self._write_value(file, "dcat:mediaType", authorities.media_type(form.media_type))
        if form.gzip:
            gzip = authorities.media_type("application/gzip")
            self._write_value(file, "dcat:compressFormat", gzip)
        if form.part:
            self._write_value(file, "dct:conformsTo", authorities.TABULAR_METADATA)

    def _write_answers(self) -> None:
        what = "What a SPARQL query asks for, in any of the formats of its results."
        answers = self._distribution("answers", "Answers to SPARQL queries", what)
        answers.link("dcat:accessURL", self._statements.node("sparql"))
        answers.link("dcat:accessService", self._service.node)

    def _write_stream(self) -> None:
        what = "Every version of every entity, so that a copy can be made and kept up to date."
        stream = self._distribution("stream", "Linked Data Event Stream", what)
        stream.link("dcat:accessURL", self._statements.node("ldes"))
        self._write_value(stream, "dcat:mediaType", authorities.media_type("application/trig"))
        self._write_value(stream, "dct:format", authorities.file_type("RDF_TRIG"))
        self._write_value(stream, "dct:conformsTo", authorities.EVENT_STREAMS)

    def _distribution(self, key: str, title: str, description: str) -> Subject:
        distribution = self._about(f"dataset#{key}").type("dcat:Distribution")
        _name(distribution, {"en": title})
        distribution.text("dct:description", description, language="en")
        distribution.link("dct:rights", self._rights)
        self._write_value(distribution, "dct:license", authorities.LICENCE)
        self._write_modified(distribution)
        self._dataset.link("dcat:distribution", distribution.node)
        return distribution

    def _write_common(self, subject: Subject) -> None:
        """State what holds for the catalogue and the dataset alike."""
        subject.link("dct:publisher", self._publisher)
        self._write_value(subject, "dct:license", authorities.LICENCE)
        self._write_modified(subject)

    def _write_modified(self, subject: Subject) -> None:
        if self._modified:
            subject.value("dct:modified", date_time(self._modified))

    def _write_languages(self, subject: Subject, tags: tuple[str, ...]) -> None:
        for tag in tags:
            name = language_names(tag)["en"]
            language = Value(language_iri(tag), "dct:LinguisticSystem", name)
            self._write_value(subject, "dct:language", language)

    def _write_value(self, subject: Subject, predicate: str, value: Value) -> None:
        """State ``predicate`` with a value of a controlled vocabulary, and describe the value."""
        known = self._statements.about(value.iri).type(value.type)
        known.text("rdfs:label", value.label, language="en")
        subject.link(predicate, known.node)

    def _about(self, path: str) -> Subject:
        return self._statements.about(self._statements.node(path))


def _name(subject: Subject, title: dict[str, str]) -> None:
    """State ``title`` as DCAT-AP asks for it, and as every entity of the graph has it."""
    subject.translations("dct:title", title).translations("rdfs:label", title)


def _contents(form: Distribution) -> str:
    if form.part:
        contents = f"The {form.part} as a table for spreadsheets, described by CSV on the Web"
    else:
        contents = f"The whole graph in {authorities.file_type(form.file_type).label}"
    return f"{contents}, compressed with gzip." if form.gzip else f"{contents}."
