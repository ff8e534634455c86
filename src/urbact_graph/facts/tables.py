"""The fact tables: the columns of each, and which property states a column as it is."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from urbact_graph.facts.cells import (
    Budget,
    CityIdentifier,
    Code,
    Count,
    CountryCode,
    Definition,
    Identifier,
    Iri,
    IriWithAside,
    Latitude,
    Longitude,
    Name,
    Note,
    Nuts3,
    Page,
    PartialDate,
    Reviewed,
    Row,
    Sources,
    Stated,
    Summary,
    Text,
    WikibaseItem,
)

NetworkType = Literal[
    "action-planning",
    "transfer",
    "innovation-transfer",
    "implementation",
    "thematic",
    "pilot-transfer",
    "pilot-delivery",
    "uia-transfer-pilot",
    "other",
]
PlanType = Literal[
    "integrated-action-plan",
    "local-action-plan",
    "transfer-plan",
    "investment-plan",
    "operational-implementation-framework",
    "other",
]

Measure = Literal["networks", "partners", "countries", "plans"]
LinkScheme = Literal["wikidata", "lau", "unlocode", "fua", "urban-audit"]

NETWORK_TYPES: tuple[str, ...] = get_args(NetworkType)


class Network(Row):
    """A row of networks.jsonl."""

    id: Identifier
    name: Name
    title: Annotated[Text | None, Stated("dct:title")]
    type: NetworkType
    programme: Text
    start: Annotated[PartialDate | None, Stated("urb:start", "date")]
    end: Annotated[PartialDate | None, Stated("urb:end", "date")]
    status: Literal["open", "closed"] | None
    themes: Annotated[list[Text] | None, Stated("urb:themeText")]
    lead_expert: Text | None
    declared_partner_count: Count | None
    summary: Summary
    page: Page
    source: Sources
    note: Note
    call: Identifier | None
    call_basis: Literal["stated", "assigned"] | None
    reviewed: Reviewed


class Partnership(Row):
    """A row of partnerships.jsonl."""

    network: Identifier
    partner: Annotated[Text, Stated("urb:partnerName")]
    city: CityIdentifier | None
    country: CountryCode | None
    role: Literal["lead", "partner"]
    kind: Literal["city", "agency", "metropolitan-area", "region", "district", "other"]
    source: Sources
    note: Note
    reviewed: Reviewed
    also_printed_as: Annotated[list[Text], Stated("skos:altLabel")] = Field(default_factory=list)


class City(Row):
    """A row of cities.jsonl."""

    id: CityIdentifier
    name: Name
    country: CountryCode
    aliases: Annotated[list[Text], Stated("skos:altLabel")]
    lat: Annotated[Latitude | None, Stated("wgs:lat", "number")]
    lon: Annotated[Longitude | None, Stated("wgs:long", "number")]
    geonames: Count | None
    geonames_match: Literal["exact", "seat"] | None
    population: Annotated[Count | None, Stated("urb:population", "number")]
    nuts3_2021: Nuts3 | None
    nuts3_2024: Nuts3 | None
    urbact_page: Page
    local_name: Annotated[Text | None, Stated("urb:localName")]


class CityName(Row):
    """A row of city-names.jsonl: a name in a language, or in an unknown one for matching only."""

    city: CityIdentifier
    lang: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None
    name: Text


class CityLink(Row):
    """A row of city-links.jsonl; ``value`` has the form of its scheme (``LINK_FORMS``)."""

    city: CityIdentifier
    scheme: LinkScheme
    value: Code
    licence: Text
    check: Text


# The codes of each scheme: the pattern, an example, and whose country code they begin with.
LINK_FORMS: dict[str, tuple[str, str, Literal["iso", "nuts"] | None]] = {
    "wikidata": (r"Q[1-9][0-9]*", "Q13298", None),
    "lau": (r"[A-Z]{2}_[0-9A-Z]+", "AT_60101", "nuts"),
    "unlocode": (r"[A-Z]{2} [A-Z2-9]{3}", "AT GRZ", "iso"),
    "fua": (r"[A-Z]{2}[0-9]{3}(F|L[0-9]?)", "AT002L4", "nuts"),
    "urban-audit": (r"[A-Z]{2}[0-9]{3}[A-Z][0-9]?", "AT002C", "nuts"),
}


class Plan(Row):
    """A row of plans.jsonl."""

    network: Identifier | None
    city: CityIdentifier | None
    country: CountryCode | None
    title: Text | None
    type: PlanType
    date: Annotated[PartialDate | None, Stated("dct:issued", "date")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None
    url: Page
    summary: Summary
    source: Sources
    evidence: Literal["plan", "network", "announced"] | None
    note: Note
    reviewed: Reviewed


class Recommendation(Row):
    """A row of recommendations.jsonl."""

    network: Identifier | None
    theme: Annotated[list[Text], Stated("urb:themeText")]
    addressee: Text | None
    statement: Annotated[Text, Stated("urb:statement", language="en")]
    document: Text
    source: Sources
    reviewed: Reviewed


class Call(Row):
    """A row of calls.jsonl."""

    id: Identifier
    title: Annotated[Text, Stated("dct:title")]
    programme: Text
    network_type: Text
    opens: Annotated[PartialDate | None, Stated("urb:opens", "date")]
    closes: Annotated[PartialDate | None, Stated("urb:closes", "date")]
    approved: Annotated[PartialDate | None, Stated("urb:approved", "date")]
    networks_approved: Annotated[Count | None, Stated("urb:networksApproved", "number")]
    partners: Annotated[Count | None, Stated("urb:partnersApproved", "number")]
    budget: Budget
    source: Sources
    note: Note


class ThemeLink(Row):
    """A theme's link to a concept of another scheme."""

    relation: Literal["exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"]
    target: Iri
    target_label: Text
    source: list[IriWithAside]


class Theme(Row):
    """A row of themes.jsonl."""

    id: Identifier
    label: Name
    level: Literal["topic", "theme"]
    broader: Identifier | None
    basis: Literal["assigned", "printed"] | None
    alt_labels: Annotated[list[Text], Stated("skos:altLabel", language="en")]
    definition: Definition
    links: list[ThemeLink]
    source: Annotated[list[Iri], Stated("dct:source", "link")]
    origin: Text | None = None


class NetworkTheme(Row):
    """A row of network-themes.jsonl."""

    network: Identifier
    theme: Identifier
    basis: Literal["assigned", "printed"]
    note: Text | None


class RecommendationTheme(Row):
    """A row of recommendation-themes.jsonl."""

    text: Text
    theme: Identifier | None


class ListedNetwork(Row):
    """What the networks listing page says of a network beyond its row (supplement)."""

    network: Identifier
    objectives: Annotated[list[Text], Stated("urb:objective", language="en")]
    target_groups: Annotated[list[Text], Stated("urb:targetGroup", language="en")]
    plan_types: list[PlanType]
    plans: Annotated[list[Text], Stated("urb:intendedPlan", language="en")]
    plan_count: Annotated[Count | None, Stated("urb:intendedPlanCount", "number")]
    partner_count: Count | None
    source: Sources


class Programme(Row):
    """A row of programmes.jsonl: a programming period."""

    name: Name
    start: Annotated[PartialDate, Stated("urb:start", "date")]
    end: Annotated[PartialDate, Stated("urb:end", "date")]
    budget: Budget
    budget_eur: Annotated[Count | None, Stated("urb:budgetInEuro", "number")]
    erdf: Annotated[Text | None, Stated("urb:erdf")]
    erdf_eur: Annotated[Count | None, Stated("urb:erdfInEuro", "number")]
    note: Note
    source: Sources


class OfficialTotal(Row):
    """A row of official-totals.jsonl: a number that a source prints for a call or programme."""

    scope: Identifier
    measure: Measure
    value: Annotated[Count, Stated("urb:total", "number")]
    source: Sources


class NetworkLink(Row):
    """A row of network-links.jsonl: a network's item in a knowledge base of the Commission."""

    network: Identifier
    scheme: Literal["kohesio"]
    value: WikibaseItem
    check: Text
    source: Sources


class NutsLabel(Row):
    """The name of a region in an edition of NUTS, as Eurostat prints it in a language of there."""

    version: Literal["2021", "2024"]
    code: Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9A-Z]{0,3}$")]
    level: Annotated[int, Field(ge=0, le=3)]
    label: Annotated[str, Field(pattern=r"\S")]


class RewrittenNote(Row):
    """A row of notes.jsonl (supplement): see ``urbact_graph.facts.notes``."""

    table: Literal["networks", "partnerships", "plans", "calls", "programmes", "network-themes"]
    key: Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    note: Text | None


class Term(Row):
    """A line of glossary.md."""

    term: Name
    meaning: Definition
    source: Sources


@dataclass
class Tables:
    """All rows of all tables, in file order."""

    networks: list[Network] = field(default_factory=list)
    partnerships: list[Partnership] = field(default_factory=list)
    cities: list[City] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    recommendations: list[Recommendation] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    programmes: list[Programme] = field(default_factory=list)
    official_totals: list[OfficialTotal] = field(default_factory=list)
    themes: list[Theme] = field(default_factory=list)
    network_themes: list[NetworkTheme] = field(default_factory=list)
    recommendation_themes: list[RecommendationTheme] = field(default_factory=list)
    network_links: list[NetworkLink] = field(default_factory=list)
    city_names: list[CityName] = field(default_factory=list)
    city_links: list[CityLink] = field(default_factory=list)
    nuts_labels: list[NutsLabel] = field(default_factory=list)
    glossary: list[Term] = field(default_factory=list)
    listing: list[ListedNetwork] = field(default_factory=list)
    notes: list[RewrittenNote] = field(default_factory=list)

    def of_folder(self) -> dict[str, list[Any]]:
        """Return the rows by the name of their table, without those of the supplement."""
        return {
            "networks.jsonl": self.networks,
            "partnerships.jsonl": self.partnerships,
            "cities.jsonl": self.cities,
            "plans.jsonl": self.plans,
            "recommendations.jsonl": self.recommendations,
            "calls.jsonl": self.calls,
            "programmes.jsonl": self.programmes,
            "official-totals.jsonl": self.official_totals,
            "themes.jsonl": self.themes,
            "network-themes.jsonl": self.network_themes,
            "recommendation-themes.jsonl": self.recommendation_themes,
            "network-links.jsonl": self.network_links,
            "city-names.jsonl": self.city_names,
            "city-links.jsonl": self.city_links,
            "nuts-labels.jsonl": self.nuts_labels,
            "glossary.md": self.glossary,
        }
