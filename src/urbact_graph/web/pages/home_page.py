"""What the home page shows people of the graph: numbers, new networks, topics, calls, ways in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas, atlas_of
from urbact_graph.web.atlas.things import ANNOUNCED, Call, City, Network, Term, Theme
from urbact_graph.web.counted import counted, noun
from urbact_graph.web.snapshot import Snapshot

_NEWEST, _CALLS_SHOWN = 6, 4
# Those who come, with what they look for: words, and the path that leads on.
_WAYS_IN = (
    (
        "For a city",
        "See what your city did, and what others learnt.",
        (
            ("Find your city", "cities"),
            ("Cities by country", "countries"),
            ("Plans that can be read", "plans?link=yes"),
            ("What URBACT advises cities", "recommendations?addressee=cities"),
            ("More for city officers", "guide/city-officer"),
        ),
    ),
    (
        "For research",
        "Ask the whole graph, with the source of each fact.",
        (
            ("Write a query in SPARQL", "sparql"),
            ("Stored queries", "queries"),
            ("Classes and properties", "ontology.html"),
            ("What was checked, and found", "validation"),
            ("SPARQL in ten steps", "guide"),
        ),
    ),
    (
        "For analysis",
        "Tables and pictures to work on.",
        (
            ("Networks as CSV", "networks?format=csv"),
            ("Cities as CSV", "cities?format=csv"),
            ("Themes over time", "pictures/themes"),
            ("Reach by country", "pictures/countries"),
            ("Time line of the programmes", "pictures/timeline"),
            ("How to read them in Python and R", "guide/analyst"),
            ("Match your names with OpenRefine", "guide/analyst#reconciliation"),
        ),
    ),
    (
        "For harvesters and portals",
        "Everything as files, and what changed.",
        (
            ("Dumps in RDF and tables", "dumps/"),
            ("DCAT-AP catalogue", "catalog"),
            ("Stream of changes", "ldes"),
            ("Limits", "limits"),
            ("How to keep a copy", "guide/harvester"),
        ),
    ),
)
# The terms that say how to take part, by their paths.
_TERMS = {
    "experts": ("pool-of-urbact-experts", "lead-expert", "ad-hoc-expert"),
    "local": ("urbact-local-group-ulg", "national-urbact-point-nup"),
    "kinds": ("action-planning-network-apn", "transfer-network-tn", "action-network-an"),
}


@dataclass(frozen=True)
class Number:
    """A number of the graph: what it counts, and the path of the list."""

    count: int
    name: str
    path: str
    note: str = ""


@dataclass(frozen=True)
class HomePage:
    """The parts of the page that come from the atlas.

    ``newest`` are networks with their leads and the names of their themes, ``topics`` are themes
    with the number of networks on them or on a theme below, and these themes. ``calls`` are the
    newest, ``earlier`` the others, the latest first.
    """

    numbers: tuple[Number, ...]
    newest: tuple[tuple[Network, City | None, tuple[str, ...]], ...]
    topics: tuple[tuple[Theme, int, tuple[Theme, ...]], ...]
    calls: tuple[Call, ...]
    earlier: tuple[Call, ...]
    terms: dict[str, tuple[Term, ...]]
    experts: int

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Choose them from the atlas of ``snapshot``; to be called by ``snapshot.derive``.

        Raises:
            ProblemError: as the atlas raises it.
        """
        atlas = atlas_of(snapshot)
        networks = sorted(
            (one for one in atlas.networks.values() if one.start_year),
            key=lambda one: (one.start, one.partner_count, one.name),
            reverse=True,
        )
        calls = sorted(atlas.calls.values(), key=_date_of, reverse=True)
        return cls(
            numbers=_numbers(atlas),
            newest=tuple(_with_lead_and_themes(one, atlas) for one in networks[:_NEWEST]),
            topics=_topics(atlas),
            calls=tuple(calls[:_CALLS_SHOWN]),
            earlier=tuple(calls[_CALLS_SHOWN:]),
            terms={
                name: tuple(
                    atlas.terms[path]
                    for slug in slugs
                    if (path := f"glossary/{slug}") in atlas.terms
                )
                for name, slugs in _TERMS.items()
            },
            experts=len(atlas.people),
        )


def ways_in(
    is_offered: Callable[[str], bool],
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return for whom the page has ways in, what they find, and the links that are offered."""
    return [
        (who, what, [link for link in links if is_offered(_path(link[1]))])
        for who, what, links in _WAYS_IN
    ]


def _path(address: str) -> str:
    return address.partition("#")[0].partition("?")[0]


def _numbers(atlas: Atlas) -> tuple[Number, ...]:
    announced = sum(plan.evidence == ANNOUNCED for plan in atlas.plans.values())
    countries = sum(bool(one.cities) for one in atlas.countries.values())
    where = f"in {counted(countries, 'country', 'countries')}"
    networks, cities = len(atlas.networks), len(atlas.cities)
    plans, advice = len(atlas.plans) - announced, len(atlas.recommendations)
    only = f"and {announced:,} only announced" if announced else ""
    return (
        Number(networks, noun(networks, "network"), "networks", _since(atlas)),
        Number(cities, noun(cities, "city", "cities"), "cities", where),
        Number(plans, noun(plans, "plan"), "plans", only),
        Number(advice, noun(advice, "piece of advice", "pieces of advice"), "recommendations"),
    )


def _with_lead_and_themes(
    one: Network, atlas: Atlas
) -> tuple[Network, City | None, tuple[str, ...]]:
    themes = tuple(atlas.themes[path].name for path in one.themes if path in atlas.themes)
    return one, atlas.cities.get(one.lead), themes


def _since(atlas: Atlas) -> str:
    years = [one.start_year for one in atlas.programmes.values() if one.start_year]
    return f"since {min(years)}" if years else ""


def _topics(atlas: Atlas) -> tuple[tuple[Theme, int, tuple[Theme, ...]], ...]:
    found = []
    for topic in atlas.themes.values():
        if topic.topic:
            continue
        below = [atlas.themes[path] for path in topic.below]
        networks = {*topic.networks, *(path for one in below for path in one.networks)}
        below.sort(key=lambda one: (-len(one.networks), one.name))
        found.append((topic, len(networks), tuple(below)))
    return tuple(sorted(found, key=lambda one: (-one[1], one[0].name)))


def _date_of(call: Call) -> tuple[str, str]:
    return call.opens or call.closes or call.approved, call.path
