"""Rows of any kind: each is imported as it is, or its mistakes are reported in sentences."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from tests.facts.changing import BASE, FIXTURE, NO_SUPPLEMENT
from tests.support.strategies import texts
from urbact_graph.errors import FactsError
from urbact_graph.facts.importing import import_facts
from urbact_graph.rdf.namespaces import DCT, SKOS
from urbact_graph.rdf.xml import inexpressible

ROWS = {
    path.name: path.read_text(encoding="utf-8").splitlines() for path in FIXTURE.glob("*.jsonl")
}

numbers = st.integers() | st.integers(10**400, 10**401) | st.floats()
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
# What is nearly right is read further than what is wrong at once.
plausible = st.sampled_from(
    ["a", "a/b", "xx/a", "-", "—", "http://e.org/", "https://e.org/a b", "2023", "2023-06-31", "PT"]
)
# How a JSON text may be spoilt.
spoils = st.sampled_from(["", ",", "}", "\\", '"\\ud800"', "\x00", "[" * 5_000, "\u2028", "NaN"])


@st.composite
def changed_rows(draw: st.DrawFn) -> tuple[str, int, str]:
    """Return a table, the number of a row, and the row with cells, keys or letters changed."""
    name = draw(st.sampled_from(sorted(ROWS)))
    number = draw(st.integers(0, len(ROWS[name]) - 1))
    row: dict[str, Any] = json.loads(ROWS[name][number])
    keys = st.sampled_from(sorted(row)) | texts
    row |= draw(st.dictionaries(keys, plausible | values, max_size=3))
    line = json.dumps(row, ensure_ascii=draw(st.booleans()))
    place = draw(st.integers(0, len(line)))
    return name, number, line[:place] + draw(st.just("") | spoils) + line[place:]


def imported(name: str, number: int, line: str, folder: Path) -> Path:
    """Import the tables with one row exchanged, and return the folder of the data."""
    shutil.copytree(FIXTURE, folder / "facts")
    lines = [*ROWS[name][:number], line, *ROWS[name][number + 1 :]]
    (folder / "facts" / name).write_text("\n".join(lines), encoding="utf-8", newline="\n")
    import_facts(folder / "facts", folder / "data", BASE, NO_SUPPLEMENT)
    return folder / "data"


def loaded(data: Path) -> Store:
    store = Store()
    for path in data.rglob("*.ttl"):
        store.load(path=str(path), format=RdfFormat.TURTLE)
    return store


@given(changed_rows())
def test_any_row_is_imported_or_reported(changed: tuple[str, int, str]) -> None:
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            assert len(loaded(imported(*changed, Path(folder))))
        except FactsError as error:
            problems = error.problems or [""]
    for problem in problems:
        # A sentence on one line that every terminal can be sent.
        assert problem
        assert problem.isprintable()


good_texts = texts.filter(lambda text: text.strip() and not inexpressible(text))


@given(name=good_texts, title=good_texts | st.none(), themes=st.lists(good_texts, unique=True))
def test_a_good_row_says_in_turtle_what_it_says(
    name: str, title: str | None, themes: list[str]
) -> None:
    row = json.loads(ROWS["networks.jsonl"][0])
    row |= {"name": name, "title": title, "themes": themes}
    with tempfile.TemporaryDirectory() as folder:
        store = loaded(imported("networks.jsonl", 0, json.dumps(row), Path(folder)))
    network = NamedNode(f"{BASE}network/{row['id']}")

    def stated(property_: str) -> set[object]:
        found = store.quads_for_pattern(network, NamedNode(property_), None)
        return {quad.object for quad in found}

    assert stated(SKOS.prefLabel) == {Literal(name, language="en")}
    assert stated(DCT.title) == ({Literal(title)} if title else set())
    assert stated(f"{BASE}ontology#themeText") == {Literal(theme) for theme in themes}
