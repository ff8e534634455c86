"""The markup of the dataset for search engines: Dataset of schema.org."""

from collections.abc import Iterable

from pyoxigraph import Triple

from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.rdf.namespaces import DCAT, DCT, FOAF, OWL
from urbact_graph.release.release import Release
from urbact_graph.web.pages.schema_org import CONTEXT, Facts, Node, licences, without_empty

# The length of a description that Google accepts, in characters.
_SHORTEST, _LONGEST = 50, 5_000


def dataset_markup(
    triples: Iterable[Triple], base: str, address: str, release: Release | None
) -> Node | None:
    """Return the markup of the dataset ``<base>dataset``, made of ``triples``.

    ``address`` is that of this instance, below which the files of ``release`` are. None if the
    dataset has no name, or no description of 50 characters, which search engines require.

    Source: Google Search Central, "Dataset structured data".
    """
    facts = Facts(triples, base)
    iri = f"{base}dataset"
    name = facts.text(iri, DCT.title) or facts.label(iri)
    description = facts.text(iri, DCT.description)
    if not name or len(description) < _SHORTEST:
        return None
    return without_empty(
        {
            "@context": CONTEXT,
            "@type": "Dataset",
            "@id": iri,
            "name": name,
            "description": description[:_LONGEST],
            "url": f"{address}/",
            "identifier": list(dict.fromkeys([iri, *facts.texts(iri, DCT.identifier)])),
            "license": licences(facts, iri),
            "creator": _agents(facts, iri, DCT.creator, DCT.publisher),
            "publisher": _agents(facts, iri, DCT.publisher),
            "version": facts.text(iri, OWL.versionInfo, DCAT.version),
            "dateModified": facts.date(iri, DCT.modified),
            "temporalCoverage": _period(facts, iri),
            "spatialCoverage": facts.nodes(iri, DCT.spatial, "Place"),
            "keywords": facts.english(iri, DCAT.keyword),
            "isAccessibleForFree": True,
            "distribution": list(_downloads(address, release)) if release else [],
            "includedInDataCatalog": {
                "@type": "DataCatalog",
                "@id": f"{base}catalog",
                "name": facts.label(f"{base}catalog"),
                "url": f"{address}/catalog",
            },
        }
    )


def _agents(facts: Facts, iri: str, *properties: str) -> list[Node]:
    """Return the agents of the first of ``properties`` that names any."""
    for name in properties:
        if found := facts.iris(iri, name):
            return [
                {**facts.node(one, "Organization"), "url": facts.iris(one, FOAF.homepage)}
                for one in found
            ]
    return []


def _period(facts: Facts, iri: str) -> str:
    """Return the period that the data cover, as an ISO 8601 interval."""
    for period in facts.iris(iri, DCT.temporal):
        start = facts.date(period, DCAT.startDate)
        end = facts.date(period, DCAT.endDate)
        if start or end:
            return f"{start or '..'}/{end or '..'}"
    return ""


def _downloads(address: str, release: Release) -> Iterable[Node]:
    files = {file.key: file for file in release.files}
    for form in DISTRIBUTIONS:
        if file := files.get(form.key):
            yield {
                "@type": "DataDownload",
                "name": form.title,
                "encodingFormat": [form.media_type, *(["application/gzip"] if form.gzip else [])],
                "contentUrl": f"{address}/dumps/{file.name}",
                "contentSize": f"{file.bytes} B",
                "sha256": file.sha256,
            }
