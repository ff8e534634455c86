"""Read a folder of fact tables and check every row and every reference."""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from urbact_graph.errors import FactsError
from urbact_graph.facts import tables
from urbact_graph.facts.cells import RowType
from urbact_graph.facts.checking import mistakes
from urbact_graph.facts.tables import Tables, Term
from urbact_graph.rdf.reading import without_mark

_GLOSSARY_LINE = re.compile(r"- \*\*(?P<term>.+?)\*\* \| (?P<meaning>.+) \| (?P<source>.+)")
_WEB_ADDRESS = re.compile(r"https?://\S+")


# What comes with the package: what the listing page says of networks, and rewritten notes.
SUPPLEMENT = resources.files("urbact_graph.facts") / "supplement"


def read_tables(folder: Path, supplement: Traversable = SUPPLEMENT) -> Tables:
    """Read every fact table of ``folder`` and the two of the ``supplement``.

    Raises:
        FactsError: a table is missing, a row does not fit its table, an identifier occurs twice,
            or a reference leads nowhere; the error lists every mistake with file and line.
    """
    if not folder.is_dir():
        raise FactsError([f"{folder} is no folder; name the folder that holds networks.jsonl"])
    problems: list[str] = []

    def rows(name: str, model: type[RowType], place: Traversable = folder) -> list[RowType]:
        return list(_rows(place / name, model, problems))

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
        programmes=rows("programmes.jsonl", tables.Programme),
        official_totals=rows("official-totals.jsonl", tables.OfficialTotal),
        themes=rows("themes.jsonl", tables.Theme),
        network_themes=rows("network-themes.jsonl", tables.NetworkTheme),
        recommendation_themes=rows("recommendation-themes.jsonl", tables.RecommendationTheme),
        network_links=rows("network-links.jsonl", tables.NetworkLink),
        city_names=rows("city-names.jsonl", tables.CityName),
        city_links=rows("city-links.jsonl", tables.CityLink),
        nuts_labels=rows("nuts-labels.jsonl", tables.NutsLabel),
        glossary=list(_terms(folder / "glossary.md", problems)),
        # The supplement adds to networks of the tables; it brings in none of its own.
        listing=[row for row in listing if row.network in known],
        notes=rows("notes.jsonl", tables.RewrittenNote, supplement),
    )
    if not problems:
        # References can be checked only when every row could be read.
        problems += mistakes(found)
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
        if len(dict(pairs)) < len(pairs):
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
