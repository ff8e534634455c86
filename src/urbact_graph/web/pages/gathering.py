"""Things gathered for a page: those that are known, and those of one country together."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import City, Country, Plan, Recommendation, Theme, Thing

_Known = TypeVar("_Known", bound=Thing)


def among(known: Mapping[str, _Known], paths: Iterable[str]) -> tuple[_Known, ...]:
    """Return the things at ``paths`` that are ``known``, in order."""
    return tuple(known[path] for path in paths if path in known)


def by_name(known: Mapping[str, _Known], paths: Iterable[str]) -> tuple[_Known, ...]:
    """Return the things at ``paths`` that are ``known``, by their names."""
    return tuple(sorted(among(known, paths), key=lambda one: (one.label.casefold(), one.path)))


def by_country(
    atlas: Atlas, cities: Iterable[City]
) -> tuple[tuple[Country | None, tuple[City, ...]], ...]:
    """Return ``cities`` by country, the countries by name, those without one last."""
    found: dict[str, list[City]] = {}
    for city in cities:
        found.setdefault(city.country, []).append(city)
    groups = ((atlas.countries.get(code), tuple(members)) for code, members in found.items())
    return tuple(sorted(groups, key=lambda group: group[0].name if group[0] else "\uffff"))


def most_common(
    known: Mapping[str, _Known], paths: Iterable[str], number: int | None = None
) -> tuple[tuple[_Known, int], ...]:
    """Return the things that are most often among ``paths``, with how often; of equals by name."""
    counts = Counter(path for path in paths if path in known)
    order = sorted(counts, key=lambda path: (-counts[path], known[path].label.casefold()))
    return tuple((known[path], counts[path]) for path in order[:number])


def plans_in_order(atlas: Atlas, paths: Iterable[str]) -> tuple[Plan, ...]:
    """Return the plans at ``paths``: those that can be read first, then the described ones."""

    def key(plan: Plan) -> tuple[bool, bool, str, str]:
        city = atlas.cities.get(plan.city)
        return not plan.page, not plan.abstract, city.name if city else "", plan.path

    return tuple(sorted(among(atlas.plans, paths), key=key))


def plans_by_place(atlas: Atlas, paths: Iterable[str]) -> tuple[Plan, ...]:
    """Return the plans at ``paths`` by the names of their cities."""

    def key(plan: Plan) -> tuple[str, str]:
        city = atlas.cities.get(plan.city)
        return city.name.casefold() if city else "", plan.path

    return tuple(sorted(among(atlas.plans, paths), key=key))


def advice_by_network(
    atlas: Atlas, paths: Iterable[str]
) -> tuple[tuple[Thing | None, tuple[Recommendation, ...]], ...]:
    """Return the recommendations at ``paths`` by network, those of no network last."""
    found: dict[str, list[Recommendation]] = {}
    for one in among(atlas.recommendations, paths):
        found.setdefault(one.network, []).append(one)
    groups = ((atlas.networks.get(path), tuple(members)) for path, members in found.items())
    return tuple(
        sorted(groups, key=lambda group: group[0].label.casefold() if group[0] else "\uffff")
    )


def topic_of(atlas: Atlas, theme: Theme) -> Theme | None:
    """Return the topic above ``theme``, None for a topic."""
    return atlas.themes.get(theme.topic)
