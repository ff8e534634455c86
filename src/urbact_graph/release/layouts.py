"""The columns of each CSV table: the one place to change for a new property.

A column without a description here has that of its property in the vocabulary.
"""

from collections.abc import Mapping

from urbact_graph.release.columns import (
    IRI,
    Column,
    Layout,
    coordinates,
    country,
    date,
    iri,
    iris,
    label,
    link,
    links,
    moment,
    number,
    text,
    texts,
)

_ABSTRACT = text("dct:abstract", "Abstract", "In own words.", language="en")
_CITY = link("urb:city", "City", table="cities")
_NETWORK = link("urb:network", "Network", table="networks")
_NOTE = texts("skos:editorialNote", "Note", "Where sources disagree.", name="note", language="en")
_OTHER_NAMES = texts("skos:altLabel", "Other names", name="other_names")
_PAGE = iris("foaf:page", "Page", "Where the programme or the city describes it.")
_PROGRAMME = link("urb:programme", "Programme", table="programmes", is_required=True)
_REVIEWED = moment("urb:reviewed", "Reviewed", datatype="date")
_THEMES = links("urb:theme", "Themes", table="themes")
_THEME_TEXT = texts("urb:themeText", "Themes as printed")
_PLAN = (
    text("dct:title", "Title", "As printed.", language="mixed"),
    *_NETWORK,
    *_CITY,
    *country(),
    date("dct:issued", "Issued"),
    number("urb:issuedYear", "Year of issue"),
    *links("dct:language", "Languages"),
    texts("dct:language/skos:notation", "Language codes", "ISO 639.", name="language_code"),
    _ABSTRACT,
)
_PLAN_END = (_PAGE, _REVIEWED, _NOTE)
# The last columns of every table.
_ORIGIN = (
    iris("dct:source", "Source", "The pages that the facts were read from."),
    moment("dct:modified", "Modified", "When what is stated of the entity last changed."),
)


def _type(kind: str) -> tuple[Column, Column]:
    return link("a", "Type", name="type", within=kind, is_required=True)


def _of_class(kind: str, *columns: Column, language: str = "en") -> Layout:
    return Layout(f"?iri a {kind}", kind, (IRI, label(language), *columns, *_ORIGIN))


# By the name of the table (distributions.TABLES).
LAYOUTS: Mapping[str, Layout] = {
    "networks": _of_class(
        "urb:Network",
        *_type("urb:Network"),
        text("dct:title", "Full title", "As printed."),
        *_PROGRAMME,
        *link("urb:call", "Call", "As a page says, or assigned.", table="calls"),
        iri("urb:statedCall", "Call that a page says: IRI", name="stated_call_iri"),
        date("urb:start", "Start"),
        number("urb:startYear", "Year of the start"),
        date("urb:end", "End"),
        number("urb:endYear", "Year of the end"),
        *link("urb:status", "Status", "Where the programme says whether it is at work."),
        *link("urb:leadCity", "Lead city", table="cities"),
        *country("urb:leadCity/urb:country", "lead_country"),
        *links("urb:partnerCity", "Partner cities", table="cities"),
        texts(
            "urb:countryOfPartner/skos:notation",
            "Country codes of the partners",
            "ISO 3166-1, in two letters.",
            name="partner_country_code",
        ),
        number(
            "urb:declaredPartnerCount",
            "Declared number of partners",
            "As a source counts; those known here can be fewer.",
        ),
        *_THEMES,
        *links("urb:declaredTheme", "Themes the programme prints", table="themes"),
        _THEME_TEXT,
        *links("urb:leadExpert", "Lead experts", table="people"),
        *links("urb:planKind", "Kinds of plan set out to write"),
        texts("urb:intendedPlan", "Plans set out to write", language="en"),
        number("urb:intendedPlanCount", "Number of plans set out to write"),
        _ABSTRACT,
        texts("urb:objective", "Objectives", language="en"),
        texts("urb:targetGroup", "Target groups", language="en"),
        text("urb:kohesio", "Project in Kohesio"),
        _PAGE,
        _REVIEWED,
        _NOTE,
    ),
    "partnerships": _of_class(
        "urb:Partnership",
        *link("urb:network", "Network", table="networks", is_required=True),
        text("urb:partnerName", "Partner", "The partner's name, as printed."),
        _OTHER_NAMES,
        *link("urb:partnerKind", "Kind of partner", is_required=True),
        *link("urb:role", "Role", is_required=True),
        *_CITY,
        *coordinates("urb:city/"),
        *country(),
        _REVIEWED,
        _NOTE,
    ),
    "cities": _of_class(
        "urb:City",
        text("urb:localName", "Local name", "In a language spoken there."),
        texts("skos:altLabel", "Other names", name="other_names", language="mixed"),
        *country(),
        number("urb:population", "Population", "Inhabitants, from GeoNames."),
        *coordinates(),
        text("urb:geonames", "GeoNames", "The identifier of the same place."),
        text("urb:wikidata", "Wikidata", "The identifier of the same place."),
        iris("owl:sameAs", "The same place elsewhere"),
        iri("urb:seat", "Seat in GeoNames", "Its main town: no identity.", name="seat_iri"),
        text("urb:nuts3/skos:notation", "NUTS 3 region", name="nuts3_code"),
        iri("urb:nuts3", "NUTS 3 region: IRI", name="nuts3_iri"),
        text("urb:nuts3In2021/skos:notation", "NUTS 3 region in 2021", name="nuts3_2021_code"),
        text("urb:lau", "Local Administrative Unit"),
        number("urb:lauYear", "Year of the LAU code"),
        text("urb:unlocode", "UN/LOCODE"),
        text("urb:functionalUrbanArea", "Functional urban area"),
        text("urb:urbanAuditCity", "City of the Urban Audit"),
        *link("urb:inNetwork", "Networks", name="network", table="networks", is_many=True),
        _PAGE,
        _NOTE,
    ),
    "plans": _of_class(
        "urb:Plan",
        *_type("urb:Plan"),
        *_PLAN,
        *link("urb:evidence", "How it is known"),
        *_PLAN_END,
    ),
    "announced-plans": _of_class(
        "urb:AnnouncedPlan",
        *link("urb:planKind", "Kind of plan that is to be written", is_required=True),
        *_PLAN,
        *_PLAN_END,
    ),
    "recommendations": _of_class(
        "urb:Recommendation",
        text("urb:statement", "Statement", "In own words.", language="en"),
        *_THEMES,
        _THEME_TEXT,
        *links("urb:addressee", "Addressees"),
        *_NETWORK,
        *link("urb:document", "Document", table="documents", is_required=True),
        _REVIEWED,
        _NOTE,
    ),
    "calls": _of_class(
        "urb:Call",
        *_PROGRAMME,
        *links("urb:networkType", "Types of network"),
        date("urb:opens", "Opening"),
        number("urb:opensYear", "Year of the opening"),
        date("urb:closes", "Closing"),
        number("urb:closesYear", "Year of the closing"),
        date("urb:approved", "Approval"),
        number("urb:approvedYear", "Year of the approval"),
        number("urb:networksApproved", "Networks approved"),
        number("urb:partnersApproved", "Partners approved"),
        text("urb:budget", "Budget", "As printed; often an amount for each network."),
        _NOTE,
        language="",
    ),
    "programmes": _of_class(
        "urb:Programme",
        date("urb:start", "Start"),
        number("urb:startYear", "Year of the start"),
        date("urb:end", "End"),
        number("urb:endYear", "Year of the end"),
        text("urb:budget", "Budget", "As printed."),
        number("urb:budgetInEuro", "Budget in euro"),
        text("urb:erdf", "ERDF", "As printed."),
        number("urb:erdfInEuro", "ERDF in euro"),
        _NOTE,
    ),
    "people": _of_class(
        "urb:Person",
        _OTHER_NAMES,
        *link("urb:leadExpertOf", "Networks", name="network", table="networks", is_many=True),
        language="",
    ),
    "documents": _of_class("urb:Document", _PAGE, _NOTE, language=""),
    "themes": Layout(
        "?iri skos:inScheme <{base}theme>",
        "skos:Concept",
        (
            IRI,
            label("en"),
            *link("skos:broader", "Topic", "The theme above it.", name="topic", table="themes"),
            texts("skos:altLabel", "Other names", name="other_names", language="en"),
            text("skos:definition", "Definition", language="en"),
            *link("urb:basis", "Basis", "Who placed the theme under its topic."),
            *links("skos:exactMatch", "The same elsewhere"),
            *links("skos:closeMatch", "Nearly the same elsewhere"),
            *links("skos:broadMatch", "What is wider elsewhere"),
            _NOTE,
            *_ORIGIN,
        ),
    ),
}
