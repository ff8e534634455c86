"""What stands in each column of the CSV tables, told once: for the tables and their description."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

_DATE = "As exactly as it is known: a day (2023-06-01), a month (2023-06) or a year (2023)."
_ANY_PRECISION = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"


@dataclass(frozen=True)
class Column:
    """A column: ``path`` leads from the entity of a row to its value or, if ``is_many``, values.

    ``path`` is a SPARQL property path. With ``is_label`` a cell holds not the values but their
    labels, in the order of the column of IRIs beside it; ``table`` is the one that lists what the
    IRIs name; ``within`` the class of which the values are to be subclasses. ``language`` is that
    of all its texts, ``pattern`` an expression that they match (XML Schema). If ``is_required`` no
    cell is empty, which the shapes see to.
    """

    name: str
    title: str
    path: str
    description: str = ""
    datatype: str = "string"
    language: str = ""
    pattern: str = ""
    within: str = ""
    table: str = ""
    is_many: bool = False
    is_label: bool = False
    is_required: bool = False

    @property
    def property_name(self) -> str:
        """The one property that the path is; empty where it is a longer one."""
        return "" if self.is_label or set(self.path) & set("/|^*+?( ") else self.path

    @property
    def is_statement(self) -> bool:
        """Whether a cell of it, read by the standard of CSV on the Web, states a triple.

        The standard has no way to say that each of several values is an IRI, that a date is of
        whichever precision it has, or that texts have several languages.
        """
        is_told = self.language != "mixed" and not self.pattern
        return bool(self.property_name) and is_told and not (self.is_many and self.is_iri)

    @property
    def is_iri(self) -> bool:
        """Whether its values are IRIs."""
        return self.datatype == "anyURI"


@dataclass(frozen=True)
class Layout:
    """A table's columns; its rows are the entities ?iri that ``rows``, a graph pattern, finds.

    ``kind`` is the class that they all have.
    """

    rows: str
    kind: str
    columns: tuple[Column, ...]


IRI = Column("iri", "IRI", "", "The IRI that names the entity.", "anyURI", is_required=True)


def _text(name: str, title: str, path: str, about: str = "", *, language: str = "") -> Column:
    return Column(name, title, path, about, language=language)


def _texts(name: str, title: str, path: str, about: str = "", *, language: str = "") -> Column:
    return Column(name, title, path, about, language=language, is_many=True)


def _date(name: str, title: str, path: str, about: str = "") -> Column:
    return Column(name, title, path, f"{about} {_DATE}".lstrip(), pattern=_ANY_PRECISION)


def _number(name: str, title: str, path: str, about: str = "", kind: str = "integer") -> Column:
    return Column(name, title, path, about, kind)


def _iris(name: str, title: str, path: str, about: str = "") -> Column:
    return Column(name, title, path, about, "anyURI", is_many=True)


def _link(
    name: str,
    title: str,
    path: str,
    about: str = "",
    *,
    table: str = "",
    within: str = "",
    is_many: bool = False,
    is_required: bool = False,
) -> tuple[Column, Column]:
    """Return two columns: the labels of what ``path`` leads to, and its IRIs."""
    iris = Column(
        f"{name}_iri",
        f"{title}: IRI",
        path,
        f"The {'IRIs' if is_many else 'IRI'} of what {name} names.",
        "anyURI",
        within=within,
        table=table,
        is_many=is_many,
        is_required=is_required,
    )
    labels = replace(
        iris, name=name, title=title, description=about, datatype="string", table="", is_label=True
    )
    return labels, iris


def _country(path: str = "urb:country", name: str = "country") -> tuple[Column, ...]:
    return (
        *_link(name, "Country", path),
        _text(
            f"{name}_code", "Country code", f"{path}/skos:notation", "ISO 3166-1, in two letters."
        ),
    )


def _places(path: str = "") -> tuple[Column, ...]:
    return (
        _number("lat", "Latitude", f"{path}wgs:lat", "WGS 84, in degrees.", "decimal"),
        _number("long", "Longitude", f"{path}wgs:long", "WGS 84, in degrees.", "decimal"),
    )


def _label(language: str = "en") -> Column:
    about = "What the entity is called."
    return Column("label", "Label", "rdfs:label", about, language=language, is_required=True)


_PAGE = _iris("page", "Page", "foaf:page", "Where the programme or the city describes it.")
_NOTE = _texts("note", "Note", "skos:editorialNote", "Where sources disagree.", language="en")
_UPKEEP = (
    _iris("source", "Source", "dct:source", "The pages that the facts were read from."),
    Column(
        "modified",
        "Modified",
        "dct:modified",
        "When what is stated of the entity last changed.",
        "dateTime",
    ),
)
_ABSTRACT = _text("abstract", "Abstract", "dct:abstract", "In own words.", language="en")
_THEMES = _link("theme", "Themes", "urb:theme", table="themes", is_many=True)
_THEME_TEXT = _texts("theme_text", "Themes as printed", "urb:themeText")
_PROGRAMME = _link("programme", "Programme", "urb:programme", table="programmes", is_required=True)
_NETWORK = _link("network", "Network", "urb:network", table="networks")
_CITY = _link("city", "City", "urb:city", table="cities")
_OTHER_NAMES = _texts("other_names", "Other names", "skos:altLabel")


def _type(kind: str) -> tuple[Column, Column]:
    return _link("type", "Type", "a", within=kind, is_required=True)


def _of_class(name: str, *columns: Column, language: str = "en") -> Layout:
    return Layout(f"?iri a {name}", name, (IRI, _label(language), *columns, *_UPKEEP))


_NETWORKS = _of_class(
    "urb:Network",
    *_type("urb:Network"),
    _text("title", "Full title", "dct:title", "As printed."),
    *_PROGRAMME,
    *_link("call", "Call", "urb:call", table="calls"),
    _date("start", "Start", "urb:start"),
    _date("end", "End", "urb:end"),
    *_link("status", "Status", "urb:status", "Where the programme says whether it is at work."),
    *_link("lead_city", "Lead city", "urb:leadCity", table="cities"),
    *_country("urb:leadCity/urb:country", "lead_country"),
    *_link("partner_city", "Partner cities", "urb:partnerCity", table="cities", is_many=True),
    _texts(
        "partner_country_code",
        "Country codes of the partners",
        "urb:countryOfPartner/skos:notation",
        "ISO 3166-1, in two letters.",
    ),
    _number(
        "declared_partner_count",
        "Declared number of partners",
        "urb:declaredPartnerCount",
        "As a source counts; those known here can be fewer.",
    ),
    *_THEMES,
    *_link(
        "declared_theme",
        "Themes the programme prints",
        "urb:declaredTheme",
        table="themes",
        is_many=True,
    ),
    _THEME_TEXT,
    *_link("lead_expert", "Lead experts", "urb:leadExpert", table="people", is_many=True),
    *_link("plan_kind", "Kinds of plan set out to write", "urb:planKind", is_many=True),
    _texts("intended_plan", "Plans set out to write", "urb:intendedPlan", language="en"),
    _number("intended_plan_count", "Number of plans set out to write", "urb:intendedPlanCount"),
    _ABSTRACT,
    _texts("objective", "Objectives", "urb:objective", language="en"),
    _texts("target_group", "Target groups", "urb:targetGroup", language="en"),
    _PAGE,
    _NOTE,
)
_PARTNERSHIPS = _of_class(
    "urb:Partnership",
    *_link("network", "Network", "urb:network", table="networks", is_required=True),
    _text("partner_name", "Partner", "urb:partnerName", "The partner's name, as printed."),
    _OTHER_NAMES,
    *_link("partner_kind", "Kind of partner", "urb:partnerKind", is_required=True),
    *_link("role", "Role", "urb:role", is_required=True),
    *_CITY,
    *_places("urb:city/"),
    *_country(),
    _NOTE,
)
_CITIES = _of_class(
    "urb:City",
    _text("local_name", "Local name", "urb:localName", "In a language spoken there."),
    _OTHER_NAMES,
    *_country(),
    _number("population", "Population", "urb:population", "Inhabitants, from GeoNames."),
    *_places(),
    Column("geonames_iri", "GeoNames", "owl:sameAs", "The same place.", "anyURI"),
    Column("seat_iri", "Seat in GeoNames", "urb:seat", "Its main town: no identity.", "anyURI"),
    _text("nuts3_code", "NUTS 3 region", "urb:nuts3/skos:notation", "The code of 2021."),
    Column("nuts3_iri", "NUTS 3 region: IRI", "urb:nuts3", datatype="anyURI"),
    *_link("network", "Networks", "urb:inNetwork", table="networks", is_many=True),
    _PAGE,
    _NOTE,
)
_PLANS = _of_class(
    "urb:Plan",
    *_type("urb:Plan"),
    _text("title", "Title", "dct:title", "As printed.", language="mixed"),
    *_NETWORK,
    *_CITY,
    *_country(),
    _date("issued", "Issued", "dct:issued"),
    *_link("language", "Languages", "dct:language", is_many=True),
    _texts("language_code", "Language codes", "dct:language/skos:notation", "ISO 639."),
    _ABSTRACT,
    _PAGE,
    _NOTE,
)
_RECOMMENDATIONS = _of_class(
    "urb:Recommendation",
    _text("statement", "Statement", "urb:statement", "In own words.", language="en"),
    *_THEMES,
    _THEME_TEXT,
    *_link("addressee", "Addressees", "urb:addressee", is_many=True),
    *_NETWORK,
    *_link("document", "Document", "urb:document", table="documents", is_required=True),
    _NOTE,
)
_CALLS = _of_class(
    "urb:Call",
    *_PROGRAMME,
    *_link("network_type", "Types of network", "urb:networkType", is_many=True),
    _date("opens", "Opening", "urb:opens"),
    _date("closes", "Closing", "urb:closes"),
    _date("approved", "Approval", "urb:approved"),
    _number("networks_approved", "Networks approved", "urb:networksApproved"),
    _number("partners_approved", "Partners approved", "urb:partnersApproved"),
    _text("budget", "Budget", "urb:budget", "As printed; often an amount for each network."),
    _NOTE,
    language="",
)
_PROGRAMMES = _of_class(
    "urb:Programme",
    _date("start", "Start", "urb:start"),
    _date("end", "End", "urb:end"),
    _text("budget", "Budget", "urb:budget", "As printed."),
    _NOTE,
)
_PEOPLE = _of_class(
    "urb:Person",
    _OTHER_NAMES,
    *_link("network", "Networks", "urb:leadExpertOf", table="networks", is_many=True),
    language="",
)
_DOCUMENTS = _of_class("urb:Document", _PAGE, _NOTE, language="")
_THEME_CONCEPTS = Layout(
    "?iri skos:inScheme <{base}theme>",
    "skos:Concept",
    (
        IRI,
        _label(),
        *_link("topic", "Topic", "skos:broader", "The theme above it.", table="themes"),
        _texts("other_names", "Other names", "skos:altLabel", language="en"),
        _text("definition", "Definition", "skos:definition", language="en"),
        *_link("basis", "Basis", "urb:basis", "Who placed the theme under its topic."),
        *_link("exact_match", "The same elsewhere", "skos:exactMatch", is_many=True),
        *_link("close_match", "Nearly the same elsewhere", "skos:closeMatch", is_many=True),
        *_link("broad_match", "What is wider elsewhere", "skos:broadMatch", is_many=True),
        _NOTE,
        *_UPKEEP,
    ),
)

# By the name of the table (distributions.TABLES).
LAYOUTS: Mapping[str, Layout] = {
    "networks": _NETWORKS,
    "partnerships": _PARTNERSHIPS,
    "cities": _CITIES,
    "plans": _PLANS,
    "recommendations": _RECOMMENDATIONS,
    "calls": _CALLS,
    "programmes": _PROGRAMMES,
    "people": _PEOPLE,
    "documents": _DOCUMENTS,
    "themes": _THEME_CONCEPTS,
}
