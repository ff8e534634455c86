"""The dataset for search engines: schema.org's Dataset, as Google's guidelines want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from urbact_graph.description.distributions import DISTRIBUTIONS, Distribution
from urbact_graph.web.pages.schema_org import CONTEXT, Facts, Node, licences, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

    from urbact_graph.release.release import Release

_DCT = "http://purl.org/dc/terms/"
_DCAT = "http://www.w3.org/ns/dcat#"
_OWL = "http://www.w3.org/2002/07/owl#"
_FOAF = "http://xmlns.com/foaf/0.1/"
# What Google takes for a description.
_SHORTEST, _LONGEST = 50, 5_000


def dataset_markup(
    triples: Iterable[Triple], base: str, address: str, edition: Release | None
) -> Node | None:
    """Return what ``triples`` say of the dataset ``<base>dataset``, in the words of schema.org.

    ``address`` is that of this instance, where the files of ``edition`` are had. None where the
    name or a description of 50 characters is not known, without which search engines take it for
    an error.

    Source: Google Search Central, "Dataset structured data".
    """
    facts = Facts(triples, base)
    iri = f"{base}dataset"
    name = facts.text(iri, f"{_DCT}title") or facts.label(iri)
    description = facts.text(iri, f"{_DCT}description")
    if not name or len(description) < _SHORTEST:
        return None
    return told(
        {
            "@context": CONTEXT,
            "@type": "Dataset",
            "@id": iri,
            "name": name,
            "description": description[:_LONGEST],
            "url": f"{address}/",
            "identifier": list(dict.fromkeys([iri, *facts.texts(iri, f"{_DCT}identifier")])),
            "license": licences(facts, iri),
            "creator": _agents(facts, iri, f"{_DCT}creator", f"{_DCT}publisher"),
            "publisher": _agents(facts, iri, f"{_DCT}publisher"),
            "version": facts.text(iri, f"{_OWL}versionInfo", f"{_DCAT}version"),
            "dateModified": facts.date(iri, f"{_DCT}modified"),
            "temporalCoverage": _period(facts, iri),
            "spatialCoverage": [
                facts.node(place, "Place") for place in facts.links(iri, f"{_DCT}spatial")
            ],
            "keywords": facts.english(iri, f"{_DCAT}keyword"),
            "isAccessibleForFree": True,
            "distribution": list(_downloads(address, edition)) if edition else [],
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
        if found := facts.links(iri, name):
            return [
                {**facts.node(one, "Organization"), "url": facts.links(one, f"{_FOAF}homepage")}
                for one in found
            ]
    return []


def _period(facts: Facts, iri: str) -> str:
    """Return the time that the data is about, as an interval of ISO 8601."""
    for period in facts.links(iri, f"{_DCT}temporal"):
        start = facts.date(period, f"{_DCAT}startDate")
        end = facts.date(period, f"{_DCAT}endDate")
        if start or end:
            return f"{start or '..'}/{end or '..'}"
    return ""


def _downloads(address: str, edition: Release) -> Iterable[Node]:
    files = {file.key: file for file in edition.files}
    for form in DISTRIBUTIONS:
        file = files.get(form.key)
        if file:
            yield {
                "@type": "DataDownload",
                "name": form.title,
                "encodingFormat": _media_types(form),
                "contentUrl": f"{address}/dumps/{file.name}",
                "contentSize": f"{file.bytes} B",
                "sha256": file.sha256,
            }


def _media_types(form: Distribution) -> list[str]:
    return [form.media_type, "application/gzip"] if form.gzip else [form.media_type]
