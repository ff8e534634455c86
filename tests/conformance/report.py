"""The report of conformance: as JSON, which the package serves, and as a document."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.cases import (
    DEVIATES,
    NOT_OFFERED,
    OUTCOMES,
    PASSED,
    Area,
    Case,
    read_areas,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
JSON_FILE = ROOT / "src" / "urbact_graph" / "web" / "conformance.json"
DOCUMENT = ROOT / "docs" / "conformance.md"
_OFFICIAL = Path(__file__).parent / "official.toml"
# What people read of a case, in this order.
_TEXTS = ("says", "deviates", "way_round", "instead", "not_offered")
_HEAD = """\
# Conformance

This page compares the answers of the endpoint with the standards, case by case. The cases are our
own, in `tests/conformance/areas/`; each is evaluated in every run of the tests. This document and
[/conformance](http://127.0.0.1:8000/conformance) are written from them by
`python -m tests.conformance`. A case **passed** if the answer is the one of the standard;
it **deviates** if it is another, which is then pinned, so that a change is noticed; what is
**not offered** is refused on purpose, with a clear error. The deviations in one table are in
[http.md](http.md#where-the-engine-differs-from-the-standard).

The functions, operators and aggregates are compared besides with two other engines, sparq and
rdflib, on values of every kind; `tests/conformance/differences.toml` says of each difference who is
right, and why.
"""


def report() -> dict[str, Any]:
    """Return the report: counts, the official tests, and the areas with their cases."""
    areas = read_areas()
    official = tomllib.loads(_OFFICIAL.read_text(encoding="utf-8"))
    return {
        "counts": _counts([case for area in areas for case in area.cases]),
        "official": official,
        "areas": [_area(area) for area in areas],
    }


def _counts(cases: Sequence[Case]) -> dict[str, int]:
    found = Counter(case.outcome for case in cases)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def _area(area: Area) -> dict[str, Any]:
    return {
        "name": area.name,
        "standard": area.standard,
        "counts": _counts(area.cases),
        "cases": [_case(case) for case in area.cases],
    }


def _case(case: Case) -> dict[str, Any]:
    row: dict[str, Any] = {"title": case.title, "outcome": case.outcome}
    if case.outcome == DEVIATES and case.data.strip():
        row["data"] = case.data.strip()
    row |= {"request": case.request} if case.request else {"query": case.query}
    texts = {name: getattr(case, name) for name in _TEXTS}
    return row | {name: text for name, text in texts.items() if text}


def as_json(found: dict[str, Any]) -> str:
    """Write the report as JSON."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def as_document(found: dict[str, Any]) -> str:
    """Write the report in Markdown."""
    parts = [_HEAD, _summary(found), *_official(found["official"])]
    parts += ["## Deviations\n", *_notes(found, DEVIATES)]
    parts += ["## Not offered\n", *_notes(found, NOT_OFFERED)]
    parts += ["## Passed\n"]
    for area in found["areas"]:
        titles = [f"- {case['title']}\n" for case in area["cases"] if case["outcome"] == PASSED]
        if titles:
            parts.append(f"### {area['name']}: {len(titles)} passed\n\n{''.join(titles)}")
    return "\n".join(parts)


def _summary(found: dict[str, Any]) -> str:
    lines = [
        "| area | standard | passed | deviates | not offered |",
        "| --- | --- | --: | --: | --: |",
    ]
    rows = [*found["areas"], {"name": "**all**", "standard": "", "counts": found["counts"]}]
    for area in rows:
        counts = " | ".join(str(area["counts"][outcome] or "") for outcome in OUTCOMES)
        lines.append(f"| {area['name']} | {area['standard']} | {counts} |")
    return "\n".join(lines) + "\n"


def _official(official: dict[str, Any]) -> Iterator[str]:
    yield f"## The official tests\n\n{official['how']}\n"
    for suite in official["suite"]:
        yield f"**{suite['name']}: {suite['passed']} of {suite['of']}.**\n"
        if failed := suite.get("failed"):
            rows = [f"| {', '.join(row['tests'])} | {row['why']} |" for row in failed]
            yield "\n".join(["| not passed | why |", "| --- | --- |", *rows]) + "\n"


def _notes(found: dict[str, Any], outcome: str) -> Iterator[str]:
    for area in found["areas"]:
        for case in area["cases"]:
            if case["outcome"] == outcome:
                yield _note(area["name"], case)


def _note(area: str, case: dict[str, Any]) -> str:
    asked = case.get("query") or _asked(case["request"])
    lines = [f"### {case['title']}\n", f"{area}.\n"]
    lines += [f"```turtle\n{case['data']}\n```\n"] if "data" in case else []
    lines += [f"```sparql\n{asked}\n```\n"]
    if case["outcome"] == DEVIATES:
        lines += [f"- The standard: {case['says']}", f"- Here: {case['deviates']}"]
        lines += [f"- A way round: {case['way_round']}"]
        if "instead" in case:
            lines += [f"\n```sparql\n{case['instead']}\n```"]
    else:
        lines += [case["not_offered"]]
    return "\n".join(lines) + "\n"


def _asked(request: dict[str, Any]) -> str:
    """Write a request in a line."""
    sent = request.get("form") or request.get("body", "")
    body = " ".join(f"{name}={value}" for name, value in sent) if isinstance(sent, list) else sent
    return f"# {request.get('method', 'GET')} {request['path']} {body}".rstrip()
