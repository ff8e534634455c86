"""The data of others that the graph links to, each recognised by its namespace."""

from dataclasses import dataclass

from urbact_graph.rdf.namespaces import DCT, FOAF, RDF, SKOS, VOID

_AUTHORITY = "http://publications.europa.eu/resource/authority/"

# Predicates that do not join two things, as the links of a linkset do: a source or a page is where
# something was read, and a class or property is a term.
NO_LINKS = {
    *(DCT.source, FOAF.page, RDF.type, SKOS.inScheme),
    *(VOID["class"], VOID.linkPredicate, VOID.property, VOID.vocabulary),
}


@dataclass(frozen=True)
class Target:
    """Data of others: ``key`` names it in its IRI here, ``namespace`` begins its own IRIs."""

    key: str
    title: str
    namespace: str


TARGETS = (
    Target("geonames", "GeoNames", "https://sws.geonames.org/"),
    Target("nuts", "NUTS, the regions of the European Union", "http://data.europa.eu/nuts/"),
    Target("eurovoc", "EuroVoc", "http://eurovoc.europa.eu/"),
    Target("sdg", "Sustainable Development Goals", "http://metadata.un.org/sdg/"),
    Target("eu-country", "Countries (EU authority table)", f"{_AUTHORITY}country/"),
    Target("eu-language", "Languages (EU authority table)", f"{_AUTHORITY}language/"),
    Target("eu-data-theme", "Data themes (EU authority table)", f"{_AUTHORITY}data-theme/"),
    Target("kohesio", "Kohesio", "https://linkedopendata.eu/entity/"),
)
