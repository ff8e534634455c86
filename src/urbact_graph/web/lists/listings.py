"""The lists: networks, cities, plans, recommendations, people and themes."""

from urbact_graph.web.atlas.things import (
    ANNOUNCED,
    DESCRIBED,
    EVIDENCE_LABELS,
    NOT_GRADED,
    STATED,
)
from urbact_graph.web.lists.columns import (
    BY_NAME,
    BY_NETWORKS,
    COUNTRY,
    LABEL,
    NETWORK,
    NETWORKS_COUNT,
    PROGRAMME,
    THEMES,
    descending,
    name_of,
    names,
)
from urbact_graph.web.lists.common_facets import (
    Band,
    bands_facet,
    choice_facet,
    country_facet,
    iri_of,
    kind_facet,
    path_slug,
    programme_facet,
    term_of_word,
    theme_facet,
    word_of,
    words_of,
)
from urbact_graph.web.lists.facets import Column, Facet, Listing, Order, Years

_ENDLESS = 10**9
_SIZES: tuple[Band, ...] = (
    ("under-50000", "Under 50,000", 0, 50_000),
    ("50000-100000", "50,000 to 100,000", 50_000, 100_000),
    ("100000-500000", "100,000 to 500,000", 100_000, 500_000),
    ("500000-and-more", "500,000 and more", 500_000, _ENDLESS),
)
_MEMBERSHIPS: tuple[Band, ...] = (
    ("1", "1", 1, 2),
    ("2-3", "2 or 3", 2, 4),
    ("4-6", "4 to 6", 4, 7),
    ("7-and-more", "7 and more", 7, _ENDLESS),
)
_EVIDENCE = {
    "described": (EVIDENCE_LABELS[DESCRIBED], DESCRIBED),
    "stated": (EVIDENCE_LABELS[STATED], STATED),
    "not-graded": (EVIDENCE_LABELS[NOT_GRADED], NOT_GRADED),
    "announced": (EVIDENCE_LABELS[ANNOUNCED], ANNOUNCED),
}
_WORD_OF_EVIDENCE = {evidence: word for word, (_, evidence) in _EVIDENCE.items()}
_NUMBER_OF_NETWORKS = (
    "SELECT ?thing (COUNT(DISTINCT ?joined) AS ?number) WHERE { ?thing urb:inNetwork ?joined } "
    "GROUP BY ?thing HAVING(COUNT(DISTINCT ?joined) >= {least} && "
    "COUNT(DISTINCT ?joined) < {bound})"
)


_NETWORKS = Listing(
    "networks",
    "Networks",
    "Groups of cities that worked on a subject together, each for two to three years.",
    lambda atlas: atlas.networks,
    "?thing a urb:Network .",
    (
        programme_facet(lambda one: [one.programme], "?thing urb:programme ?programme ."),
        kind_facet(("Network", "Pilot"), "?thing a ?kind .", {}),
        theme_facet("?thing urb:theme/skos:broader? ?theme ."),
        country_facet(lambda one: one.countries, "?thing urb:countryOfPartner ?country ."),
        choice_facet(
            "status",
            "Status",
            {"open": "Open", "closed": "Closed", "not-stated": "Not stated"},
            lambda one: one.status or "not-stated",
            {
                "open": "?thing urb:status urb:Open .",
                "closed": "?thing urb:status urb:Closed .",
                "not-stated": "?thing a urb:Network . "
                "FILTER NOT EXISTS { ?thing urb:status ?status }",
            },
        ),
        Facet(
            "call",
            "Call",
            lambda one, _: [path_slug(one.call)] if one.call else [],
            lambda atlas: {path_slug(path): one.title for path, one in atlas.calls.items()},
            "?thing urb:call ?call .",
            iri_of("call"),
        ),
    ),
    (
        LABEL,
        Column("title", "Full title", lambda one, _: one.title, "below"),
        PROGRAMME,
        Column("kind", "Kind", lambda one, _: one.kind_label),
        Column("start", "Start", lambda one, _: one.start),
        Column("end", "End", lambda one, _: one.end),
        Column(
            "lead", "Lead", lambda one, atlas: name_of(one.lead, atlas), path=lambda one: one.lead
        ),
        Column("partners", "Partners", lambda one, _: one.partner_count),
        THEMES,
    ),
    (
        BY_NAME,
        descending("newest", "Newest", lambda one: one.start_year),
        Order("oldest", "Oldest", lambda one: one.start_year or _ENDLESS),
        descending("partners", "Most partners", lambda one: one.partner_count),
    ),
    Years("Started in the years", lambda one: one.start_year, "urb:startYear"),
)

_CITIES = Listing(
    "cities",
    "Cities",
    "The places whose cities, districts and regions were partners of networks.",
    lambda atlas: atlas.cities,
    "?thing a urb:City .",
    (
        country_facet(lambda one: [one.country], "?thing urb:country ?country ."),
        bands_facet(
            "size",
            "Inhabitants",
            _SIZES,
            lambda one: one.population,
            "?thing urb:population ?population . "
            "FILTER(?population >= {least} && ?population < {bound})",
        ),
        bands_facet(
            "networks",
            "Number of networks",
            _MEMBERSHIPS,
            lambda one: len(one.networks),
            _NUMBER_OF_NETWORKS,
        ),
        theme_facet("?thing urb:inNetwork/urb:theme/skos:broader? ?theme ."),
        programme_facet(
            lambda one: one.programmes, "?thing urb:inNetwork/urb:programme ?programme ."
        ),
    ),
    (
        LABEL,
        COUNTRY,
        Column("population", "Inhabitants", lambda one, _: one.population),
        NETWORKS_COUNT,
        Column("led", "Led", lambda one, _: len(one.led)),
        Column("plans", "Plans", lambda one, _: len(one.plans)),
        Column("latitude", "Latitude", lambda one, _: one.lat, "files"),
        Column("longitude", "Longitude", lambda one, _: one.lon, "files"),
    ),
    (BY_NAME, BY_NETWORKS, descending("population", "Largest", lambda one: one.population or 0)),
)

_PLANS = Listing(
    "plans",
    "Plans",
    "What cities wrote in their networks, with how each is known; some were only announced.",
    lambda atlas: atlas.plans,
    "{ ?thing a urb:Plan } UNION { ?thing a urb:AnnouncedPlan }",
    (
        kind_facet(
            ("Plan", "Framework"),
            "{ ?thing a ?kind } UNION { ?thing a urb:AnnouncedPlan ; urb:planKind ?kind }",
            {},
        ),
        choice_facet(
            "evidence",
            "How it is known",
            {word: label for word, (label, _) in _EVIDENCE.items()},
            lambda one: _WORD_OF_EVIDENCE[one.evidence],
            {
                "described": "?thing a urb:Plan ; urb:evidence urb:PlanDescribed .",
                "stated": "?thing a urb:Plan ; urb:evidence urb:PlanStatedForNetwork .",
                "not-graded": "?thing a urb:Plan . "
                "FILTER NOT EXISTS { ?thing urb:evidence ?evidence }",
                "announced": "?thing a urb:AnnouncedPlan .",
            },
        ),
        theme_facet("?thing urb:network/urb:theme/skos:broader? ?theme ."),
        country_facet(lambda one: [one.country], "?thing urb:country ?country ."),
        choice_facet(
            "link",
            "Has a link",
            {"yes": "Can be read on the web", "no": "No link known"},
            lambda one: "yes" if one.page else "no",
            {
                "yes": "?thing foaf:page ?page .",
                "no": "{ ?thing a urb:Plan } UNION { ?thing a urb:AnnouncedPlan } "
                "FILTER NOT EXISTS { ?thing foaf:page ?page }",
            },
        ),
    ),
    (
        Column("name", "Plan", lambda one, _: one.label),
        Column("title", "Title", lambda one, _: one.title, "below"),
        Column(
            "evidence",
            "How it is known",
            lambda one, _: _WORD_OF_EVIDENCE[one.evidence],
            shown=lambda one, _: _EVIDENCE[_WORD_OF_EVIDENCE[one.evidence]][0],
        ),
        Column("city", "City", lambda one, atlas: name_of(one.city, atlas), "files"),
        COUNTRY,
        NETWORK,
        Column("issued", "Issued", lambda one, _: one.issued),
        Column("language", "Language", lambda one, _: one.language, "files"),
        Column("page", "To read", lambda one, _: one.page),
        THEMES,
    ),
    (descending("newest", "Newest", lambda one: one.year), BY_NAME),
    Years("Issued in the years", lambda one: one.year, "urb:issuedYear"),
)

_RECOMMENDATIONS = Listing(
    "recommendations",
    "Advice",
    "What networks and the programme recommend to cities, regions, states and the EU.",
    lambda atlas: atlas.recommendations,
    "?thing a urb:Recommendation .",
    (
        theme_facet("?thing urb:theme/skos:broader? ?theme ."),
        Facet(
            "addressee",
            "For",
            lambda one, atlas: (word_of(local, atlas) for local in one.addressees),
            lambda atlas: words_of(atlas, ("Addressee",)),
            "?thing urb:addressee ?addressee .",
            term_of_word,
        ),
        programme_facet(
            lambda one: [one.programme], "?thing urb:network/urb:programme ?programme ."
        ),
    ),
    (
        Column("name", "Advice", lambda one, _: one.statement),
        Column("addressees", "For", lambda one, _: one.addressee_labels),
        NETWORK,
        PROGRAMME,
        Column(
            "document",
            "Read in",
            lambda one, atlas: name_of(one.document, atlas),
            path=lambda one: one.document,
        ),
        THEMES,
    ),
    (BY_NAME, Order("network", "Network", lambda one: one.network)),
)

_PEOPLE = Listing(
    "people",
    "People",
    "The lead experts of networks.",
    lambda atlas: atlas.people,
    "?thing a urb:Person .",
    (
        Facet(
            "programme",
            "Programme",
            lambda one, atlas: {
                path_slug(atlas.networks[path].programme)
                for path in one.networks
                if atlas.networks[path].programme
            },
            lambda atlas: {path_slug(path): one.name for path, one in atlas.programmes.items()},
            "?network urb:leadExpert ?thing ; urb:programme ?programme .",
            iri_of("programme"),
        ),
    ),
    (LABEL, Column("networks", "Networks", lambda one, atlas: names(one.networks, atlas))),
    (
        Order("name", "Last name", lambda one: one.name.split()[-1].casefold()),
        BY_NETWORKS,
    ),
)

_THEMES_LIST = Listing(
    "themes",
    "Themes",
    "What networks work on, in two levels: a topic and the themes below it.",
    lambda atlas: atlas.themes,
    "?thing skos:inScheme <{base}theme> .",
    (
        Facet(
            "topic",
            "Topic",
            lambda one, _: [path_slug(one.topic or one.path)],
            lambda atlas: {path_slug(p): t.name for p, t in atlas.themes.items() if not t.topic},
            "?thing skos:broader? ?topic .",
            iri_of("theme"),
        ),
    ),
    (
        LABEL,
        Column("topic", "Topic", lambda one, atlas: name_of(one.topic, atlas)),
        Column("definition", "Definition", lambda one, _: one.definition, "below"),
        NETWORKS_COUNT,
        Column("cities", "Cities", lambda one, _: len(one.cities)),
        Column("plans", "Plans", lambda one, _: len(one.plans)),
        Column("recommendations", "Advice", lambda one, _: len(one.recommendations)),
    ),
    (BY_NAME, BY_NETWORKS),
)

LISTINGS = {
    one.name: one for one in (_NETWORKS, _CITIES, _PLANS, _RECOMMENDATIONS, _PEOPLE, _THEMES_LIST)
}
