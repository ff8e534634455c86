"""The fact tables: what a row of each may hold, and by which property a cell is stated."""

import datetime
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

import pyoxigraph
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from urbact_graph.rdf.xml import inexpressible

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

NETWORK_TYPES: tuple[str, ...] = get_args(NetworkType)

_USER = re.compile(r"^(https?://)[^/@]*@")
_PARTIAL_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def _partial_date(text: str) -> str:
    match = _PARTIAL_DATE.fullmatch(text)
    if match:
        year, month, day = (int(part) if part else 1 for part in match.groups())
        try:
            datetime.date(year, month, day)
        except ValueError:
            match = None
    if not match:
        raise ValueError(f"'{text}' is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return text


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("String should have at least 1 character that is seen")
    if found := inexpressible(text):
        raise ValueError(f"the character {found} cannot be published as XML; take it out")
    return text


def _iri(text: str) -> str:
    # A user's name before the host is no part of a page's address.
    text = _USER.sub(r"\1", text)
    if not text.startswith(("http://", "https://")):
        raise ValueError(f"'{text}' is no web address; it must start with http:// or https://")
    try:
        # What the store would refuse to read must not get into a file.
        pyoxigraph.NamedNode(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is no web address ({error}); correct it") from None
    return text


def _iri_with_aside(text: str) -> str:
    _iri(text.partition(" ")[0])
    return text


PartialDate = Annotated[str, AfterValidator(_partial_date)]
Iri = Annotated[str, AfterValidator(_iri)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
CityIdentifier = Annotated[str, Field(pattern=r"^[a-z]{2}/[a-z0-9]+(-[a-z0-9]+)*$")]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Text = Annotated[str, Field(min_length=1), AfterValidator(_text)]
IriWithAside = Annotated[str, AfterValidator(_iri_with_aside)]
Count = Annotated[int, Field(ge=0)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


@dataclass(frozen=True)
class Stated:
    """The property by which each value of a column is stated as it is.

    Columns without it need more than their own cell; the describers state them.
    """

    predicate: str
    form: Literal["text", "link", "number", "date"] = "text"
    language: str | None = None


Sources = Annotated[list[Iri], Field(min_length=1), Stated("dct:source", "link")]
Note = Annotated[Text | None, Stated("skos:editorialNote", language="en")]
Summary = Annotated[Text | None, Stated("dct:abstract", language="en")]
Name = Annotated[Text, Stated("skos:prefLabel", language="en")]
Page = Annotated[Iri | None, Stated("foaf:page", "link")]
Definition = Annotated[Text, Stated("skos:definition", language="en")]
Budget = Annotated[Text | None, Stated("urb:budget")]


class Row(BaseModel):
    """One line of a table; unknown keys and loose types are mistakes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    _where: str = PrivateAttr("")

    @property
    def where(self) -> str:
        """The place it was read from, for error sentences."""
        return self._where

    def at(self, where: str) -> Self:
        """Return the row, read from ``where``."""
        self._where = where
        return self


RowType = TypeVar("RowType", bound=Row)


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
    also_printed_as: Annotated[list[Text], Stated("skos:altLabel")] = []


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
    nuts3_2021: Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9A-Z]{3}$")] | None
    urbact_page: Page
    local_name: Annotated[Text | None, Stated("urb:localName")]


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


class Recommendation(Row):
    """A row of recommendations.jsonl."""

    network: Identifier | None
    theme: Annotated[list[Text], Stated("urb:themeText")]
    addressee: Text
    statement: Annotated[Text, Stated("urb:statement", language="en")]
    document: Text
    source: Sources


class Call(Row):
    """A row of calls.jsonl."""

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
    """A programming period (supplement)."""

    name: Name
    start: Annotated[PartialDate, Stated("urb:start", "date")]
    end: Annotated[PartialDate, Stated("urb:end", "date")]
    budget: Budget
    source: Sources


class NutsLabel(Row):
    """The name of a region in an edition of NUTS, as Eurostat prints it in a language of there."""

    version: Literal["2021", "2024"]
    code: Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9A-Z]{0,3}$")]
    level: Annotated[int, Field(ge=0, le=3)]
    label: Annotated[str, Field(pattern=r"\S")]


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
    themes: list[Theme] = field(default_factory=list)
    network_themes: list[NetworkTheme] = field(default_factory=list)
    recommendation_themes: list[RecommendationTheme] = field(default_factory=list)
    nuts_labels: list[NutsLabel] = field(default_factory=list)
    listing: list[ListedNetwork] = field(default_factory=list)
    programmes: list[Programme] = field(default_factory=list)
    glossary: list[Term] = field(default_factory=list)

    def of_folder(self) -> dict[str, list[Any]]:
        """Return the rows by the name of their table, without those of the supplement."""
        return {
            "networks.jsonl": self.networks,
            "partnerships.jsonl": self.partnerships,
            "cities.jsonl": self.cities,
            "plans.jsonl": self.plans,
            "recommendations.jsonl": self.recommendations,
            "calls.jsonl": self.calls,
            "themes.jsonl": self.themes,
            "network-themes.jsonl": self.network_themes,
            "recommendation-themes.jsonl": self.recommendation_themes,
            "nuts-labels.jsonl": self.nuts_labels,
            "glossary.md": self.glossary,
        }
