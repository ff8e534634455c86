"""What is searched: each thing with its kind, its names, its texts and its importance."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Name, Plan, Thing
from urbact_graph.web.search.adjectives import ADJECTIVES

# The kinds, by what is looked for most, with what stands on the page.
KINDS = {
    "city": "City",
    "network": "Network",
    "theme": "Theme",
    "country": "Country",
    "programme": "Programme",
    "call": "Call",
    "person": "Person",
    "term": "Term",
    "plan": "Plan",
    "recommendation": "Advice",
    "document": "Document",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing to be found; ``texts`` are pairs of what a text is and the text itself.

    ``importance`` is at least 0, and 1 for a thing with ten connections.
    """

    thing: Thing
    kind: str
    names: tuple[Name, ...]
    texts: tuple[tuple[str, str], ...] = ()
    importance: float = 0.0
    note: str = ""


def entries(atlas: Atlas) -> Iterator[Entry]:  # noqa: C901 - a part for each kind
    """Yield an entry for each thing of ``atlas``."""
    names: tuple[Name, ...]
    texts: tuple[tuple[str, str], ...]
    for city in atlas.cities.values():
        place = atlas.countries[city.country].name if city.country else ""
        yield Entry(city, "city", city.names, (), _weight(len(city.networks)), place)
    for network in atlas.networks.values():
        themes = ", ".join(atlas.themes[t].name for t in network.themes if t in atlas.themes)
        texts = (("title", network.title), ("summary", network.abstract), ("themes", themes))
        programme = atlas.programmes.get(network.programme)
        note = ", ".join(filter(None, [network.kind_label, programme.name if programme else ""]))
        weight = _weight(network.partner_count)
        yield Entry(network, "network", (Name(network.name, "en"),), texts, weight, note)
    for theme in atlas.themes.values():
        names = (Name(theme.name, "en"), *(Name(label, "en") for label in theme.alt_labels))
        texts = (("definition", theme.definition),)
        yield Entry(theme, "theme", names, texts, _weight(len(theme.networks)))
    for country in atlas.countries.values():
        yield Entry(country, "country", country.names, (), _weight(len(country.networks)))
    for programme in atlas.programmes.values():
        names = (Name(programme.name, "en"),)
        yield Entry(programme, "programme", names, (), _weight(len(programme.networks)))
    for call in atlas.calls.values():
        yield Entry(call, "call", (Name(call.title, "en"),), (("title", call.title),), 1.0)
    for person in atlas.people.values():
        names = (Name(person.name), *(Name(name) for name in person.other_names))
        yield Entry(person, "person", names, (), _weight(len(person.networks)))
    for term in atlas.terms.values():
        names = (Name(term.name, "en"),)
        yield Entry(term, "term", names, (("definition", term.definition),), 0.5)
    for plan in atlas.plans.values():
        yield _plan(plan, atlas)
    for advice in atlas.recommendations.values():
        themes = " ".join((*advice.theme_texts, *(atlas.themes[t].name for t in advice.themes)))
        texts = (("statement", advice.statement), ("themes", themes))
        yield Entry(advice, "recommendation", (), texts, 0.3)
    for document in atlas.documents.values():
        weight = _weight(len(document.recommendations))
        yield Entry(document, "document", (Name(document.title),), (), weight)


def _plan(plan: Plan, atlas: Atlas) -> Entry:
    city, network = atlas.cities.get(plan.city), atlas.networks.get(plan.network)
    country = atlas.countries.get(plan.country)
    spellings = " ".join(dict.fromkeys(name.text for name in city.names)) if city else ""
    themes = ", ".join(atlas.themes[t].name for t in plan.themes if t in atlas.themes)
    texts = (
        ("title", plan.title),
        ("summary", plan.abstract),
        ("name", plan.label),
        ("city", spellings),
        ("country", f"{country.name} {ADJECTIVES.get(country.code, '')}" if country else ""),
        ("themes", themes),
        ("subject of the network", network.title if network else ""),
    )
    names = (Name(plan.title),) if plan.title else ()
    return Entry(plan, "plan", names, texts, 1.0 if plan.page else 0.3)


def _weight(connections: int) -> float:
    return math.log10(1 + connections)
