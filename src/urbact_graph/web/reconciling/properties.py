"""The properties of entities: to constrain candidates, and to extend a table with their values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from urbact_graph.web.atlas.things import EVIDENCE_LABELS
from urbact_graph.web.reconciling.entities import TYPES, Entities
from urbact_graph.web.search.entries import Entry


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that is an entity, by its id."""

    id: str


Value = str | int | float | Ref
Getter = Callable[[Any, Entities], Iterable[Value | None]]


@dataclass(frozen=True)
class Property:
    """A property; ``values`` gives those of a thing, by its kind.

    ``refers`` is the kind of entities that are its values, empty for others. ``identifies`` tells
    whether no two entities share a value.
    """

    id: str
    name: str
    about: str
    values: Mapping[str, Getter] = field(repr=False)
    refers: str = ""
    identifies: bool = False

    def of(self, entry: Entry, entities: Entities) -> list[Value]:
        """Return the values of ``entry``, none if its kind has no such property."""
        get = self.values.get(entry.kind)
        found = get(entry.thing, entities) if get else ()
        return [value for value in found if value is not None and value != ""]


def _refs(paths: Iterable[str]) -> list[Value | None]:
    return [Ref(path) if path else None for path in paths]


def _many(attribute: str) -> Getter:
    return lambda thing, _: _refs(getattr(thing, attribute))


def _one(attribute: str) -> Getter:
    return lambda thing, _: _refs((getattr(thing, attribute),))


def _plain(attribute: str) -> Getter:
    """Return what gives an attribute whose empty value, 0 included, means that it is unknown."""
    return lambda thing, _: (getattr(thing, attribute) or None,)


def _number(attribute: str) -> Getter:
    return lambda thing, _: (getattr(thing, attribute),)


def _identifier(name: str) -> Getter:
    return lambda thing, entities: (getattr(entities.known(thing.path), name),)


def _country(code: str, entities: Entities) -> Ref | None:
    country = entities.atlas.countries.get(code)
    return Ref(country.path) if country else None


def _coordinates(thing: Any, _: Entities) -> tuple[str | None]:
    return (None if thing.lat is None or thing.lon is None else f"{thing.lat},{thing.lon}",)


def _of_networks(attribute: str) -> Getter:
    """Return what gives the paths that the networks of a thing have, each once."""

    def get(thing: Any, entities: Entities) -> Iterable[Value | None]:
        networks = (entities.atlas.networks[path] for path in thing.networks)
        found: list[str] = []
        for network in networks:
            value = getattr(network, attribute)
            found += (value,) if isinstance(value, str) else value
        return _refs(sorted(set(found)))

    return get


def _countries(thing: Any, entities: Entities) -> Iterable[Value | None]:
    return [_country(code, entities) for code in thing.countries]


def _country_of(thing: Any, entities: Entities) -> Iterable[Value | None]:
    return (_country(thing.country, entities),)


def _code(thing: Any, _: Entities) -> Iterable[Value | None]:
    return (thing.country,)


def _own_code(thing: Any, _: Entities) -> Iterable[Value | None]:
    return (thing.code,)


def _iri(thing: Any, entities: Entities) -> Iterable[Value | None]:
    return (entities.iri(entities.by_id[thing.path]),)


def _names(thing: Any, entities: Entities) -> Iterable[Value | None]:
    return list(dict.fromkeys(name.text for name in entities.by_id[thing.path].names))


def _evidence(thing: Any, _: Entities) -> Iterable[Value | None]:
    return (EVIDENCE_LABELS[thing.evidence],)


def _languages(thing: Any, _: Entities) -> Iterable[Value | None]:
    return (thing.language,)


def _all_kinds(get: Getter) -> dict[str, Getter]:
    return dict.fromkeys(TYPES, get)


_LISTED = (
    Property("iri", "IRI", "The IRI of the entity in the graph", _all_kinds(_iri)),
    Property("names", "Names", "Every name of the entity, in all languages", _all_kinds(_names)),
    Property(
        "country",
        "Country",
        "The country, by name in any language or by code; of a network those of its partners",
        {"city": _country_of, "plan": _country_of, "network": _countries},
        refers="country",
    ),
    Property(
        "countryCode",
        "Code of the country",
        "Two letters by ISO 3166-1",
        {"city": _code, "plan": _code, "country": _own_code},
    ),
    Property(
        "coordinates",
        "Coordinates",
        "Latitude and longitude, as 51.1,17.03",
        {"city": _coordinates},
    ),
    Property("latitude", "Latitude", "In degrees (WGS 84)", {"city": _number("lat")}),
    Property("longitude", "Longitude", "In degrees (WGS 84)", {"city": _number("lon")}),
    Property(
        "population", "Population", "The number of inhabitants", {"city": _plain("population")}
    ),
    Property(
        "geonames",
        "GeoNames",
        "The id in GeoNames",
        {"city": _identifier("geonames")},
        identifies=True,
    ),
    Property(
        "wikidata",
        "Wikidata",
        "The id in Wikidata, as Q1799",
        {"city": _identifier("wikidata")},
        identifies=True,
    ),
    Property(
        "lau",
        "LAU",
        "The local administrative unit of Eurostat, as PL_1003021056401",
        {"city": _identifier("lau")},
        identifies=True,
    ),
    Property("nuts", "NUTS 3", "The region of NUTS 3, as PL514", {"city": _identifier("nuts")}),
    Property(
        "functionalUrbanArea",
        "Functional urban area",
        "That of Eurostat, as PL004L2",
        {"city": _identifier("urban_area")},
    ),
    Property("localName", "Local name", "The name at the place", {"city": _plain("local_name")}),
    Property(
        "networks",
        "Networks",
        "The networks that it is in, led, was about or funded",
        dict.fromkeys(
            ("city", "theme", "person", "call", "country", "programme"), _many("networks")
        ),
        refers="network",
    ),
    Property("network", "Network", "The network", {"plan": _one("network")}, refers="network"),
    Property(
        "programme",
        "Programme",
        "The programme, or those of its networks",
        {
            "network": _one("programme"),
            "call": _one("programme"),
            "city": _many("programmes"),
            "person": _of_networks("programme"),
        },
        refers="programme",
    ),
    Property(
        "themes",
        "Themes",
        "The themes, or those of its networks",
        {
            "network": _many("themes"),
            "city": _many("themes"),
            "plan": _many("themes"),
            "person": _of_networks("themes"),
        },
        refers="theme",
    ),
    Property(
        "plans",
        "Plans",
        "The plans that are known",
        dict.fromkeys(("city", "network", "theme", "country"), _many("plans")),
        refers="plan",
    ),
    Property(
        "cities",
        "Cities",
        "The partners, or the cities of it",
        {
            "network": _many("partners"),
            "theme": _many("cities"),
            "country": _many("cities"),
            "programme": _many("cities"),
        },
        refers="city",
    ),
    Property("city", "City", "The city", {"plan": _one("city")}, refers="city"),
    Property("lead", "Lead", "The city that leads", {"network": _one("lead")}, refers="city"),
    Property(
        "experts", "Experts", "The lead experts", {"network": _many("experts")}, refers="person"
    ),
    Property("call", "Call", "The call that it is from", {"network": _one("call")}, refers="call"),
    Property(
        "title",
        "Title",
        "The full title",
        dict.fromkeys(("network", "call", "plan", "document"), _plain("title")),
    ),
    Property(
        "kind",
        "Kind",
        "The kind of network or plan, or what a call was for",
        dict.fromkeys(("network", "plan", "call"), _plain("kind_label")),
    ),
    Property(
        "start",
        "Start",
        "The first day, month or year, as it is stated",
        dict.fromkeys(("network", "programme"), _plain("start")),
    ),
    Property(
        "end",
        "End",
        "The last day, month or year, as it is stated",
        dict.fromkeys(("network", "programme"), _plain("end")),
    ),
    Property("status", "Status", "Open or closed", {"network": _plain("status")}),
    Property("opens", "Opens", "When a call opens", {"call": _plain("opens")}),
    Property("closes", "Closes", "When a call closes", {"call": _plain("closes")}),
    Property("year", "Year", "The year", dict.fromkeys(("plan", "call"), _plain("year"))),
    Property("language", "Language", "What it is written in", {"plan": _languages}),
    Property("evidence", "Evidence", "How a plan is known", {"plan": _evidence}),
    Property("page", "Page", "A page about it", dict.fromkeys(("network", "plan"), _plain("page"))),
    Property(
        "abstract",
        "Abstract",
        "What it is about",
        dict.fromkeys(("network", "plan"), _plain("abstract")),
    ),
    Property(
        "definition",
        "Definition",
        "What it means",
        dict.fromkeys(("theme", "term"), _plain("definition")),
    ),
    Property("topic", "Topic", "The theme above", {"theme": _one("topic")}, refers="theme"),
)
PROPERTIES = {one.id: one for one in _LISTED}


def properties_of(kind: str) -> list[Property]:
    """Return the properties of the entities of a kind; all of them if ``kind`` is empty."""
    return [one for one in _LISTED if not kind or kind in one.values]
