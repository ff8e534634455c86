"""The ten steps of the guide: each has one idea, and the answer of the graph that is served."""

import html
import re

import pytest
from flask.testing import FlaskClient
from pyoxigraph import (
    QueryTriples,
    RdfFormat,
    Store,
    parse,
)

from tests.web.guiding import answer, page
from tests.web.serving import text_of
from urbact_graph.web.guide.answers import SHOWN
from urbact_graph.web.guide.step import Step, read_steps
from urbact_graph.web.guide.writing import highlighted, prose

pytestmark = pytest.mark.process

BASE = "https://w3id.org/urbact-graph/"
STEPS = read_steps()
NAMES = [step.name for step in STEPS]
# What each step is the first to use.
NEW = {
    "pattern": "SELECT ?",
    "names": "skos:prefLabel",
    "languages": "LANG(",
    "optional": "OPTIONAL",
    "paths": "/skos:broader*",
    "counting": "GROUP BY",
    "years": "urb:startYear",
    "search": "CONTAINS(",
    "distance": "geof:distance(",
    "sources": "CONSTRUCT",
}
OPTIONAL = re.compile(r"OPTIONAL \{(.*?)\n  \}", re.DOTALL)
# The changes that each step proposes, and whether they lead to more rows than before, or fewer.
CHANGES = [
    ("pattern", {"urb:partnerCity": "?property", "SELECT": "SELECT ?property"}, "more"),
    ("names", {"skos:prefLabel": "urb:localName"}, "some"),
    ("languages", {'"en"': '"fr"'}, "same"),
    ("languages", {'"en"': '"de"'}, "same"),
    ("languages", {'LANG(?country) = "en"': 'LANGMATCHES(LANG(?country), "en")'}, "same"),
    ("languages", {'  FILTER(LANG(?country) = "en")\n': ""}, "more"),
    ("paths", {"/skos:broader*": ""}, "fewer"),
    (
        "counting",
        {
            "?city urb:country/skos:prefLabel ?country .": (
                "?network urb:programme/skos:prefLabel ?country ."
            )
        },
        "fewer",
    ),
    ("counting", {"ORDER": "HAVING (COUNT(?city) > 20)\nORDER"}, "fewer"),
    (
        "years",
        {
            "?year .": "?year ; urb:endYear ?last .",
            "?year >= 2019": "?year <= 2024 && ?last >= 2024",
        },
        "fewer",
    ),
    ("search", {"vratislav": "vars"}, "some"),
    ("search", {"CONTAINS": "STRSTARTS", "vratislav": "war"}, "some"),
    ("distance", {"pl/wroclaw": "pt/lisbon"}, "same"),
    ("distance", {"ORDER BY": "FILTER-ORDER BY"}, "fewer"),
    ("distance", {"?name (": "?name ?there ("}, "same"),
    (
        "sources",
        {
            "urb:partnerName ?partner ; urb:role ?role ;\n    dct:source ?page": "?property ?value",
        },
        "more",
    ),
]


def _without_language(text: str) -> str:
    return re.sub(r" [a-z]{2}$", "", text)


def step(name: str) -> Step:
    return STEPS[NAMES.index(name)]


# The steps -----------------------------------------------------------------------------------


def test_there_are_ten_steps_in_order() -> None:
    assert [step.number for step in STEPS] == list(range(1, 11))
    assert [step.name for step in STEPS] == list(NEW)


@pytest.mark.parametrize("name", NAMES)
def test_a_step_introduces_one_idea(name: str) -> None:
    place = NAMES.index(name)
    assert NEW[name] in STEPS[place].query
    assert not [one.name for one in STEPS[:place] if NEW[name] in one.query]
    assert len(STEPS[place].texts) == 2


@pytest.mark.parametrize("name", NAMES)
def test_the_demo_answers_each_step(name: str, demo_store: Store) -> None:
    assert answer(step(name).query, demo_store)


@pytest.mark.parametrize("name", NAMES)
def test_the_graph_answers_each_step(name: str, store: Store) -> None:
    assert answer(step(name).query, store)


@pytest.mark.parametrize(("name", "changes", "rows"), CHANGES)
def test_what_a_step_proposes_to_try_has_an_answer(
    name: str, changes: dict[str, str], rows: str, store: Store
) -> None:
    query = step(name).query
    before = len(answer(query, store))
    for old, new in changes.items():
        assert old in query
        query = query.replace(old, new)
    # A condition belongs inside of the pattern.
    if "FILTER-" in query:
        query = query.replace("FILTER-", "").replace("}\n", "  FILTER(?metres < 500000)\n}\n")
    after = len(answer(query, store))
    assert after > 0
    assert {"more": after > before, "fewer": after < before, "same": after == before}.get(
        rows, True
    ), (before, after)


def test_without_optional_rows_are_lost(store: Store) -> None:
    query = step("optional").query
    strict = OPTIONAL.sub(r"\1", query)
    assert "OPTIONAL" not in strict
    assert 0 < len(answer(strict, store)) < len(answer(query, store))


def test_countries_have_names_in_three_languages(store: Store) -> None:
    query = step("languages").query
    named = re.sub(r"  FILTER.*\n", "", query)
    assert len(answer(named, store)) == 3 * len(answer(query, store))


def test_a_filter_on_dates_loses_networks_that_the_years_have(store: Store) -> None:
    query = step("years").query
    dated = query.replace("?year >= 2019", '?start >= "2019-01-01"^^xsd:date')
    dated = f"PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n{dated}"
    assert set(answer(dated, store)) < set(answer(query, store))


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_the_query_and_the_answer_of_the_served_graph(
    demo_client: FlaskClient, demo_store: Store, name: str
) -> None:
    section = page(demo_client, "/guide").split(f'id="{name}"')[1].split("</section>")[0]
    (shown,) = re.findall(r'<pre class="query"[^>]*>(.*?)</pre>', section, re.DOTALL)
    assert html.unescape(re.sub(r"<[^>]*>", "", shown)) == step(name).query
    if name == "sources":
        (turtle,) = re.findall(r'<pre class="answer"[^>]*><code>(.*?)</code>', section, re.DOTALL)
        triples = parse(html.unescape(turtle).encode(), format=RdfFormat.TURTLE)
        stated = demo_store.query(step(name).query)
        assert isinstance(stated, QueryTriples)
        assert {quad.triple for quad in triples} == set(stated)
        return
    shown_rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in section.split("<tr>")[2:]]
    rows = answer(step(name).query, demo_store)[:SHOWN]
    assert len(shown_rows) == len(rows)
    for shown_row, row in zip(shown_rows, rows, strict=True):
        for cell, value in zip(shown_row, row, strict=True):
            assert _without_language(text_of(cell)) == value.removeprefix(BASE)


@pytest.mark.parametrize("name", NAMES)
def test_a_step_opens_in_the_editor_and_as_a_file(demo_client: FlaskClient, name: str) -> None:
    section = page(demo_client, "/guide").split(f'id="{name}"')[1].split("</section>")[0]
    editor, file = (
        html.unescape(one) for one in re.findall(r'href="(/sparql\?query=[^"]*)"', section)
    )
    opened = page(demo_client, editor)
    assert f">{html.escape(step(name).query, quote=False)}</textarea>" in opened.replace(
        "&#34;", '"'
    )
    assert demo_client.get(file).mimetype == ("text/turtle" if name == "sources" else "text/csv")


def test_an_answer_that_is_longer_says_how_much_is_left_out(
    demo_client: FlaskClient, demo_store: Store
) -> None:
    assert max(len(answer(one.query, demo_store)) for one in STEPS[:-1]) <= SHOWN
    assert "which the editor shows" not in page(demo_client, "/guide")


# Texts ----------------------------------------------------------------------------------------


def test_texts_are_escaped_and_lead_to_terms() -> None:
    assert prose("a < b & `urb:City/x`, [c](d?e=1&f)", "/r/") == (
        'a &lt; b &amp; <code><a href="/r/ontology.html#City">urb:City</a>/x</code>, '
        '<a href="/r/d?e=1&amp;f">c</a>'
    )


def test_a_query_is_the_same_in_colours() -> None:
    query = 'SELECT ?x { <https://b.example/a> urb:p ?x FILTER(?x > 1 && "<b>"@en != ?x) } # end'
    shown = highlighted(query, "https://b.example/", "/")
    assert html.unescape(re.sub(r"<[^>]*>", "", shown)) == query
    assert '<a href="/a.html">&lt;https://b.example/a&gt;</a>' in shown
    assert '<a href="/ontology.html#p">urb:p</a>' in shown
    assert '<span class="string">&#34;&lt;b&gt;&#34;</span>' in shown
