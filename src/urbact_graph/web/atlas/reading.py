"""What the atlas is made of: one query for each kind of thing, and the words of the vocabulary."""

from dataclasses import dataclass
from functools import partial
from typing import Self

from urbact_graph.web.atlas.statements import Statements
from urbact_graph.web.snapshot import Snapshot

_WORDS = """
  { ?thing rdfs:subClassOf urb:Network } UNION { ?thing rdfs:subClassOf urb:Plan }
  UNION { ?thing a urb:Addressee }
"""
_IN_SCHEME = "?thing skos:inScheme <{base}{scheme}> ."
_NAMES = ("skos:prefLabel", "skos:altLabel", "skos:hiddenLabel")
_DATES = ("urb:start", "urb:end")
_COUNTRIES = "?located urb:country ?thing ."
_LANGUAGES = "?written dct:language ?thing ."


@dataclass(frozen=True)
class Reading:
    """The results of the queries; ``words`` are the labels of kinds and addressees."""

    base: str
    networks: Statements
    partnerships: Statements
    cities: Statements
    plans: Statements
    recommendations: Statements
    people: Statements
    calls: Statements
    programmes: Statements
    themes: Statements
    terms: Statements
    countries: Statements
    languages: Statements
    documents: Statements
    words: Statements

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Query ``snapshot``, in about 0.6 s for 164,000 triples.

        Raises:
            ProblemError: as the engine raises it.
        """
        read = partial(Statements.of, snapshot)
        return cls(
            base=snapshot.base,
            networks=read(
                "?thing a urb:Network .",
                (
                    *("a", "skos:prefLabel", "dct:title", "dct:abstract", "urb:programme"),
                    *_DATES,
                    *("urb:status", "urb:theme", "urb:declaredTheme", "urb:call", "urb:statedCall"),
                    *("urb:declaredPartnerCount", "urb:leadExpert", "foaf:page", "urb:reviewed"),
                ),
            ),
            partnerships=read(
                "?thing a urb:Partnership .", ("urb:network", "urb:city", "urb:country", "urb:role")
            ),
            cities=read(
                "?thing a urb:City .",
                (
                    *(*_NAMES, "urb:localName", "urb:country", "urb:population"),
                    *("wgs:lat", "wgs:long"),
                ),
            ),
            plans=read(
                "{ ?thing a urb:Plan } UNION { ?thing a urb:AnnouncedPlan }",
                (
                    *("a", "rdfs:label", "dct:title", "dct:abstract", "urb:planKind"),
                    *("urb:evidence", "urb:network", "urb:city", "urb:country", "dct:issued"),
                    *("foaf:page", "dct:language", "urb:reviewed"),
                ),
            ),
            recommendations=read(
                "?thing a urb:Recommendation .",
                (
                    *("urb:statement", "urb:theme", "urb:addressee", "urb:network"),
                    *("urb:document", "urb:themeText", "urb:reviewed"),
                ),
            ),
            people=read("?thing a urb:Person .", ("foaf:name", "skos:altLabel")),
            calls=read(
                "?thing a urb:Call .",
                (
                    *("dct:title", "urb:programme", "urb:networkType", "urb:opens", "urb:closes"),
                    *("urb:approved", "urb:networksApproved", "urb:partnersApproved"),
                    *("urb:budget", "skos:editorialNote"),
                ),
            ),
            programmes=read(
                "?thing a urb:Programme .",
                ("skos:prefLabel", *_DATES, "urb:budgetInEuro", "urb:erdfInEuro"),
            ),
            themes=read(
                _IN_SCHEME.format(base=snapshot.base, scheme="theme"),
                ("skos:prefLabel", "skos:altLabel", "skos:definition", "skos:broader"),
            ),
            terms=read(
                _IN_SCHEME.format(base=snapshot.base, scheme="glossary"),
                ("skos:prefLabel", "skos:altLabel", "skos:definition", "dct:source"),
            ),
            countries=read(
                f"{{ SELECT DISTINCT ?thing {{ {_COUNTRIES} }} }}",
                ("skos:prefLabel", "skos:notation"),
            ),
            languages=read(f"{{ SELECT DISTINCT ?thing {{ {_LANGUAGES} }} }}", ("skos:notation",)),
            documents=read("?thing a urb:Document .", ("dct:title",)),
            words=read(_WORDS, ("rdfs:label",)),
        )
