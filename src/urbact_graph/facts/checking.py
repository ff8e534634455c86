"""Check the rows of all tables against each other."""

import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from urbact_graph.facts import tables
from urbact_graph.facts.authorities import is_country, is_language, nuts_prefix
from urbact_graph.facts.minting import slug
from urbact_graph.facts.tables import LINK_FORMS, Tables
from urbact_graph.facts.words import addressees, network_types


def mistakes(found: Tables) -> Iterator[str]:
    """Report every mistake that shows only beside other rows, in one sentence each.

    These are keys that stand twice, references that lead nowhere, cells that contradict each
    other, and words that neither the ontology nor an authority table has.
    """
    yield from _repeated(found)
    yield from _dangling(found)
    yield from _without_theme(found)
    yield from _contradicting_cities(found)
    yield from _contradicting_codes(found)
    yield from _contradicting_networks(found)
    yield from _contradicting_programmes(found)
    yield from _unknown_words(found)


def _repeated(found: Tables) -> Iterator[str]:
    """Report every row whose key an earlier row of the table has."""
    keys: list[tuple[list[Any], Callable[[Any], Any], str]] = [
        (found.networks, lambda r: r.id, "network"),
        (found.cities, lambda r: r.id, "city"),
        (found.themes, lambda r: r.id, "theme"),
        (found.calls, lambda r: r.id, "call"),
        (found.programmes, lambda r: r.name, "programme"),
        (found.official_totals, lambda r: (r.scope, r.measure), "total"),
        (found.partnerships, lambda r: (r.network, r.partner), "partner of the network"),
        (found.network_themes, lambda r: (r.network, r.theme), "theme of the network"),
        (found.network_links, lambda r: (r.network, r.scheme), "link of the network"),
        (found.recommendation_themes, lambda r: r.text, "text"),
        (found.recommendations, lambda r: (r.network, r.statement), "recommendation"),
        (found.plans, _plan_key, "plan"),
        (found.city_names, lambda r: (r.city, r.lang, r.name), "name of the city"),
        (found.city_links, lambda r: (r.city, r.scheme), "link of the city"),
        (found.nuts_labels, lambda r: (r.version, r.code), "NUTS code"),
        (found.glossary, lambda r: r.term, "term"),
        (found.listing, lambda r: r.network, "listed network"),
        (found.notes, lambda r: (r.table, r.key), "note"),
    ]
    for rows, key_of, noun in keys:
        first: dict[Any, str] = {}
        for row in rows:
            key = key_of(row)
            earlier = first.setdefault(key, row.where)
            if earlier != row.where:
                parts = key if isinstance(key, tuple) else (key,)
                shown = " / ".join(str(part) for part in parts if part is not None)
                yield (
                    f"{row.where}: the {noun} '{textwrap.shorten(shown, 100)}' stands already "
                    f"at {earlier}; keep one of the two rows"
                )


def _plan_key(row: tables.Plan) -> tuple[str, ...]:
    # A city may write several plans of a kind: only equal rows are the same plan twice.
    cells = (row.type, row.network, row.city, row.country, row.title, row.summary, row.date)
    return tuple(cell for cell in (*cells, row.language, row.url, *row.source) if cell)


def _dangling(found: Tables) -> Iterator[str]:
    """Report every reference to a row that is not there."""
    calls = {row.id for row in found.calls}
    known = {
        "network": {row.id for row in found.networks},
        "city": {row.id for row in found.cities},
        "theme": {row.id for row in found.themes},
        "call": calls,
        "programme": {row.name for row in found.programmes},
        "call or programme": calls | {slug(row.name) for row in found.programmes},
    }
    references: list[tuple[list[Any], str, str]] = [
        (found.networks, "programme", "programme"),
        (found.networks, "call", "call"),
        (found.partnerships, "network", "network"),
        (found.partnerships, "city", "city"),
        (found.plans, "network", "network"),
        (found.plans, "city", "city"),
        (found.recommendations, "network", "network"),
        (found.calls, "programme", "programme"),
        (found.official_totals, "scope", "call or programme"),
        (found.themes, "broader", "theme"),
        (found.network_themes, "network", "network"),
        (found.network_themes, "theme", "theme"),
        (found.network_links, "network", "network"),
        (found.recommendation_themes, "theme", "theme"),
        (found.city_names, "city", "city"),
        (found.city_links, "city", "city"),
        (found.listing, "network", "network"),
    ]
    for rows, column, kind in references:
        for row in rows:
            value = getattr(row, column)
            if value is not None and value not in known[kind]:
                yield (
                    f"{row.where}: '{column}' names the unknown {kind} '{value}'; "
                    f"correct it or add the {kind} first"
                )


def _without_theme(found: Tables) -> Iterator[str]:
    mapped = {row.text for row in found.recommendation_themes}
    for recommendation in found.recommendations:
        for text in recommendation.theme:
            if text not in mapped:
                yield (
                    f"{recommendation.where}: the theme '{text}' has no row in "
                    "recommendation-themes.jsonl; add one, with null where no theme fits"
                )


def _contradicting_cities(found: Tables) -> Iterator[str]:
    """Report every city whose cells contradict each other, and rows of another country."""
    for city in found.cities:
        if city.id[:2] != city.country.lower():
            yield (
                f"{city.where}: the id '{city.id}' does not begin with its country "
                f"{city.country}; correct one of them"
            )
        if (city.lat is None) != (city.lon is None):
            yield f"{city.where}: latitude and longitude come together; give both or neither"
        if (city.geonames is None) != (city.geonames_match is None):
            yield f"{city.where}: 'geonames' and 'geonames_match' come together; give both or none"
    country = {row.id: row.country for row in found.cities}
    placed: list[Any] = [*found.partnerships, *found.plans]
    for row in placed:
        lies_in = country.get(row.city) if row.city else None
        if row.country and lies_in and row.country != lies_in:
            yield (
                f"{row.where}: the country is {row.country}, but the city '{row.city}' lies in "
                f"{lies_in}; correct one of them"
            )


def _contradicting_codes(found: Tables) -> Iterator[str]:
    """Report every code that is not of its scheme, its level or the country of its city."""
    country = {row.id: row.country for row in found.cities}
    for link in found.city_links:
        pattern, example, begins_with = LINK_FORMS[link.scheme]
        lies_in = country.get(link.city)
        if not re.fullmatch(pattern, link.value):
            yield (
                f"{link.where}: '{link.value}' has not the form of a code of {link.scheme}; "
                f"write one such as {example}"
            )
        elif begins_with and lies_in:
            code = nuts_prefix(lies_in) if begins_with == "nuts" else lies_in
            if not link.value.startswith(code):
                yield (
                    f"{link.where}: the code '{link.value}' is not one of {lies_in}, in which the "
                    f"city '{link.city}' lies; correct one of them"
                )
    for label in found.nuts_labels:
        if label.level != len(label.code) - 2:
            yield (
                f"{label.where}: the code '{label.code}' is not of level {label.level} but "
                f"{len(label.code) - 2}; correct one of them"
            )


def _contradicting_networks(found: Tables) -> Iterator[str]:
    """Report every network and plan whose cells contradict each other or those of its call."""
    known = {row.name for row in found.programmes}
    programme_of = {row.id: row.programme for row in found.calls}
    for network in found.networks:
        if (network.call is None) != (network.call_basis is None):
            yield f"{network.where}: 'call' and 'call_basis' come together; give both or none"
        programme = programme_of.get(network.call or "")
        if programme and programme != network.programme and {programme, network.programme} <= known:
            yield (
                f"{network.where}: the programme is {network.programme}, but the call "
                f"'{network.call}' is one of {programme}; correct one of them"
            )
    for plan in found.plans:
        if plan.evidence == "network" and plan.network is None:
            yield (
                f"{plan.where}: the evidence is a statement on a network, but the plan has none; "
                "name the network or correct 'evidence'"
            )


def _contradicting_programmes(found: Tables) -> Iterator[str]:
    """Report every call and programme whose cells contradict each other."""
    known = {row.name for row in found.programmes}
    for call in found.calls:
        if call.programme in known and not call.id.startswith(f"{slug(call.programme)}-"):
            yield (
                f"{call.where}: the id '{call.id}' does not begin with its programme "
                f"'{slug(call.programme)}'; correct one of them"
            )
    for programme in found.programmes:
        for text, number in (("budget", "budget_eur"), ("erdf", "erdf_eur")):
            if getattr(programme, number) is not None and getattr(programme, text) is None:
                yield (
                    f"{programme.where}: '{number}' is the number in '{text}', which is empty; "
                    "give the text that the source prints, or null for both"
                )
        budget, erdf = programme.budget_eur, programme.erdf_eur
        if budget is not None and erdf is not None and erdf > budget:
            yield (
                f"{programme.where}: 'erdf_eur' is more than 'budget_eur', of which it is a part; "
                "correct one of them"
            )
        if programme.end[:4] < programme.start[:4]:
            yield f"{programme.where}: 'end' is before 'start'; correct one of them"


def _unknown_words(found: Tables) -> Iterator[str]:
    """Report every cell whose words are not in the ontology or the authority tables."""
    placed: list[Any] = [*found.cities, *found.partnerships, *found.plans]
    for row in placed:
        if row.country is not None and not is_country(row.country):
            yield (
                f"{row.where}: '{row.country}' is no ISO 3166-1 country code; "
                "write one such as FR or GR"
            )
    spoken: list[tuple[str, str | None]] = [
        *((row.where, row.language) for row in found.plans),
        *((row.where, row.lang) for row in found.city_names),
    ]
    for where, language in spoken:
        if language is not None and not is_language(language):
            yield (
                f"{where}: '{language}' is no ISO 639-1 language code; write one such as fr or el"
            )
    for recommendation in found.recommendations:
        try:
            addressees(recommendation.addressee)
        except KeyError as error:
            yield (
                f"{recommendation.where}: the addressee {error} is unknown; write cities, regions, "
                "national, EU or managing authorities, with commas or 'and' between"
            )
    for call in found.calls:
        for word in network_types(call.network_type):
            if word.removesuffix("-network") not in tables.NETWORK_TYPES:
                yield (
                    f"{call.where}: '{call.network_type}' names an unknown kind of network; "
                    f"write {', '.join(tables.NETWORK_TYPES)}"
                )
