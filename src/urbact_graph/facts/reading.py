"""Read a folder of fact tables and check every row and every reference."""

import contextlib
import json
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from urbact_graph.errors import FactsError
from urbact_graph.facts import tables
from urbact_graph.facts.authorities import is_country, is_language
from urbact_graph.facts.concepts import network_types
from urbact_graph.facts.networks import addressees
from urbact_graph.facts.tables import RowType, Tables, Term
from urbact_graph.rdf.reading import without_mark

_GLOSSARY_LINE = re.compile(r"- \*\*(?P<term>.+?)\*\* \| (?P<meaning>.+) \| (?P<source>.+)")
_WEB_ADDRESS = re.compile(r"https?://\S+")


def read_tables(folder: Path) -> Tables:
    """Read every fact table of ``folder`` and the supplement that comes with the package.

    Raises:
        FactsError: a table is missing, a row does not fit its table, an identifier occurs twice,
            or a reference leads nowhere; the error lists every mistake with file and line.
    """
    if not folder.is_dir():
        raise FactsError([f"{folder} is no folder; name the folder that holds networks.jsonl"])
    problems: list[str] = []

    def rows(name: str, model: type[RowType], place: Traversable = folder) -> list[RowType]:
        return list(_rows(place / name, model, problems))

    supplement = resources.files("urbact_graph.facts") / "supplement"
    networks = rows("networks.jsonl", tables.Network)
    known = {row.id for row in networks}
    listing = rows("networks-listing.jsonl", tables.ListedNetwork, supplement)
    found = Tables(
        networks=networks,
        partnerships=rows("partnerships.jsonl", tables.Partnership),
        cities=rows("cities.jsonl", tables.City),
        plans=rows("plans.jsonl", tables.Plan),
        recommendations=rows("recommendations.jsonl", tables.Recommendation),
        calls=rows("calls.jsonl", tables.Call),
        themes=rows("themes.jsonl", tables.Theme),
        network_themes=rows("network-themes.jsonl", tables.NetworkTheme),
        recommendation_themes=rows("recommendation-themes.jsonl", tables.RecommendationTheme),
        nuts_labels=rows("nuts-labels.jsonl", tables.NutsLabel),
        # The supplement adds to networks of the tables; it brings in none of its own.
        listing=[row for row in listing if row.network in known],
        programmes=rows("programmes.jsonl", tables.Programme, supplement),
        glossary=list(_terms(folder / "glossary.md", problems)),
    )
    if not problems:
        # References can be checked only when every row could be read.
        problems += [
            *_repeated(found),
            *_dangling(found),
            *_contradicting(found),
            *_unknown_words(found),
        ]
    if not problems and not any(found.of_folder().values()):
        problems.append(f"{folder} holds no row in any table; name the folder with the facts")
    if problems:
        raise FactsError(list(map(_printable, problems)))
    return found


def _printable(problem: str) -> str:
    """Return ``problem`` with what a cell holds beside letters and signs escaped as in JSON."""
    return "".join(
        letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in problem
    )


def _rows(path: Traversable, model: type[RowType], problems: list[str]) -> Iterator[RowType]:
    for where, line in _lines(path, problems):
        if not line.strip():
            continue
        if repeated := _repeated_keys(line):
            problems += (f"{where}: '{key}' stands twice; keep one of the two" for key in repeated)
            continue
        try:
            yield model.model_validate_json(line).at(where)
        except ValidationError as error:
            problems += (f"{where}: {_mistake(detail)}" for detail in error.errors())


def _repeated_keys(line: str) -> list[str]:
    """Return the keys that an object in ``line`` has twice, of which parsers keep one silently."""
    repeated: dict[str, None] = {}

    def note(pairs: list[tuple[str, Any]]) -> None:
        counts = Counter(key for key, _ in pairs)
        repeated.update((key, None) for key, count in counts.items() if count > 1)

    # What is no JSON is reported by the parser that reads the row.
    with contextlib.suppress(ValueError, RecursionError):
        json.loads(line, object_pairs_hook=note)
    return list(repeated)


def _lines(path: Traversable, problems: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each line of ``path`` with its place."""
    try:
        content = without_mark(path.read_bytes())
        text = content.decode()
    except FileNotFoundError:
        problems.append(f"{path} is missing; every table must be there, if only empty")
        return
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        problems.append(f"{path.name}:{number}: the line is not UTF-8; save the file as UTF-8")
        return
    except OSError as error:
        problems.append(f"{path} cannot be read ({error.strerror}); let it be read")
        return
    # JSON Lines end at a line feed alone: str.splitlines would also cut at what a text may hold.
    for number, line in enumerate(text.split("\n"), start=1):
        yield f"{path.name}:{number}", line


def _mistake(detail: Any) -> str:
    if detail["type"] == "json_invalid":
        return f"the line is no JSON object ({detail['ctx']['error']}); write one object a line"
    place = ".".join(str(step) for step in detail["loc"]) or "row"
    kind = detail["type"]
    if kind == "missing":
        return f"'{place}' is missing; write null where it is unknown"
    if kind == "extra_forbidden":
        return f"'{place}' is no column of this table; take it out or correct its name"
    reason = detail["msg"].removeprefix("Value error, ")
    return f"'{place}': {reason} (found {json.dumps(detail['input'], ensure_ascii=False)})"


def _terms(path: Path, problems: list[str]) -> Iterator[Term]:
    for where, line in _lines(path, problems):
        if not line.startswith("- "):
            continue
        match = _GLOSSARY_LINE.fullmatch(line.strip())
        sources = _WEB_ADDRESS.findall(match["source"]) if match else []
        if match is None or not sources:
            problems.append(f"{where}: write '- **term** | meaning | web addresses'")
            continue
        try:
            term = Term(term=match["term"], meaning=match["meaning"].strip(), source=sources)
        except ValidationError as error:
            problems += (f"{where}: {_mistake(detail)}" for detail in error.errors())
        else:
            yield term.at(where)


def _repeated(found: Tables) -> Iterator[str]:
    """Report every row whose key an earlier row of the table has."""
    keys: list[tuple[list[Any], Callable[[Any], Any], str]] = [
        (found.networks, lambda r: r.id, "network"),
        (found.cities, lambda r: r.id, "city"),
        (found.themes, lambda r: r.id, "theme"),
        (found.calls, lambda r: (r.programme, r.title), "call"),
        (found.partnerships, lambda r: (r.network, r.partner), "partner of the network"),
        (found.network_themes, lambda r: (r.network, r.theme), "theme of the network"),
        (found.recommendation_themes, lambda r: r.text, "text"),
        (found.recommendations, lambda r: (r.network, r.statement), "recommendation"),
        (found.plans, _plan_key, "plan"),
        (found.nuts_labels, lambda r: (r.version, r.code), "NUTS code"),
        (found.glossary, lambda r: r.term, "term"),
        (found.programmes, lambda r: r.name, "programme"),
        (found.listing, lambda r: r.network, "listed network"),
    ]
    for rows, key_of, noun in keys:
        first: dict[Any, str] = {}
        for row in rows:
            key = key_of(row)
            earlier = first.setdefault(key, row.where)
            if earlier != row.where:
                shown = " / ".join(map(str, key)) if isinstance(key, tuple) else key
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
    known = {
        "network": {row.id for row in found.networks},
        "city": {row.id for row in found.cities},
        "theme": {row.id for row in found.themes},
        "programme": {row.name for row in found.programmes},
    }
    references: list[tuple[list[Any], str, str]] = [
        (found.networks, "programme", "programme"),
        (found.partnerships, "network", "network"),
        (found.partnerships, "city", "city"),
        (found.plans, "network", "network"),
        (found.plans, "city", "city"),
        (found.recommendations, "network", "network"),
        (found.calls, "programme", "programme"),
        (found.themes, "broader", "theme"),
        (found.network_themes, "network", "network"),
        (found.network_themes, "theme", "theme"),
        (found.recommendation_themes, "theme", "theme"),
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
    mapped = {row.text for row in found.recommendation_themes}
    for recommendation in found.recommendations:
        for text in recommendation.theme:
            if text not in mapped:
                yield (
                    f"{recommendation.where}: the theme '{text}' has no row in "
                    "recommendation-themes.jsonl; add one, with null where no theme fits"
                )


def _contradicting(found: Tables) -> Iterator[str]:
    """Report every row whose country is not the one of its city."""
    country = {row.id: row.country for row in found.cities}
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
    placed: list[Any] = [*found.partnerships, *found.plans]
    for row in placed:
        lies_in = country.get(row.city) if row.city else None
        if row.country and lies_in and row.country != lies_in:
            yield (
                f"{row.where}: the country is {row.country}, but the city '{row.city}' lies in "
                f"{lies_in}; correct one of them"
            )


def _unknown_words(found: Tables) -> Iterator[str]:
    """Report every cell whose words are not in the ontology or the authority tables."""
    placed: list[Any] = [*found.cities, *found.partnerships, *found.plans]
    for row in placed:
        if row.country is not None and not is_country(row.country):
            yield (
                f"{row.where}: '{row.country}' is no ISO 3166-1 country code; "
                "write one such as FR or GR"
            )
    for plan in found.plans:
        if plan.language is not None and not is_language(plan.language):
            yield (
                f"{plan.where}: '{plan.language}' is no ISO 639-1 language code; "
                "write one such as fr or el"
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
        for word in network_types(call):
            if word.removesuffix("-network") not in tables.NETWORK_TYPES:
                yield (
                    f"{call.where}: '{call.network_type}' names an unknown kind of network; "
                    f"write {', '.join(tables.NETWORK_TYPES)}"
                )
