"""Names of things: what users type for a city, a country, a theme, and so on."""

import re
import string
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from tests.queries.cases import BASE, QUERIES
from tests.support.tables import for_each
from urbact_graph.errors import QueryError
from urbact_graph.names import KINDS, Names, UnknownNameError

COUNTRY = "http://publications.europa.eu/resource/authority/country/"
# Beside the demo: names in other languages and scripts, and several things of one name.
MORE = f"""
@base <{BASE}> .
@prefix urb: <{BASE}ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<city/pl/breslau> owl:deprecated true ; rdfs:label "Breslau"@en ;
    dct:isReplacedBy <city/pl/wroclaw> .
<city/es/cordobas> owl:deprecated true ; rdfs:label "Both Cordobas"@en ;
    dct:isReplacedBy <city/es/cordoba>, <city/ar/cordoba> .
<city/eu/atlantis> owl:deprecated true ; rdfs:label "Atlantis"@en .
<city/de/kopenhagen-region> owl:deprecated true ; dct:isReplacedBy <theme/food> .
<city/es/former> owl:deprecated true ; dct:isReplacedBy <theme/food>, <city/es/cordoba> .
<city/pl/wroclaw> skos:altLabel "Breslau"@de, "Вроцлав"@uk .
<city/gr/athens> a urb:City ; skos:prefLabel "Athens"@en ; skos:altLabel "Αθήνα"@el .
<city/es/cordoba> a urb:City ; skos:prefLabel "Córdoba"@en ; urb:country <{COUNTRY}ESP> .
<city/ar/cordoba> a urb:City ; skos:prefLabel "Córdoba"@en .
<city/de/frankfurt-am-main> a urb:City ; skos:prefLabel "Frankfurt (Main)"@en .
<city/de/kopenhagen> a urb:City ; urb:country <{COUNTRY}GRC>, <{COUNTRY}GBR> .
<{COUNTRY}GRC> skos:prefLabel "Greece"@en, "Griechenland"@de ; skos:notation "GR" .
<{COUNTRY}GBR> skos:prefLabel "United Kingdom"@en ; skos:notation "GB" .
"""


@pytest.fixture(scope="module")
def names(demo_store: Store) -> Names:
    """Return the names of the demo and of a few things more."""
    store = Store()
    store.extend(demo_store)
    store.load(MORE.encode(), format=RdfFormat.TURTLE)

    def select(query: str) -> Iterator[Mapping[str, Any]]:
        results = store.query(query)
        assert isinstance(results, QuerySolutions)
        variables = [variable.value for variable in results.variables]
        for row in results:
            yield {name: row[name] for name in variables if row[name] is not None}

    return Names(select, BASE)


WROCLAW = f"{BASE}city/pl/wroclaw"


@for_each(
    ("kind", "text", "iri"),
    [
        *(
            ("city", text, WROCLAW)
            for text in (
                *("Wroclaw", "Wrocław", "WROCŁAW", "wrocław", " Wroclaw "),
                *("pl/wroclaw", "PL/Wroclaw", "city/pl/wroclaw", "/city/pl/wroclaw"),
                *("Wrocław, PL", "Wroclaw (PL)", "Breslau", "breslau", "Вроцлав"),
                *(WROCLAW, f"<{WROCLAW}>"),
                # What other graphs call it.
                *("http://www.wikidata.org/entity/Q1799", "https://sws.geonames.org/3081368/"),
                # A deprecated IRI, which it replaces.
                *("city/pl/breslau", "/city/pl/breslau", f"{BASE}city/pl/breslau"),
            )
        ),
        ("city", "Αθήνα", f"{BASE}city/gr/athens"),
        ("city", "Municipality of Wrocław", WROCLAW),
        ("city", "WROCLAW City Council", WROCLAW),
        ("programme", "URBACT 4", f"{BASE}programme/urbact-iv"),
        *(("country", text, f"{COUNTRY}POL") for text in ("Polonia", "Польша", "Polska")),
        ("country", "Royaume-Uni", f"{COUNTRY}GBR"),
        ("country", "Great Britain", f"{COUNTRY}GBR"),
        ("city", "city/es/former", f"{BASE}city/es/cordoba"),
        # Anything may be asked of a deprecated IRI itself.
        ("iri", f"{BASE}city/eu/atlantis", f"{BASE}city/eu/atlantis"),
        ("city", "Cordoba, ES", f"{BASE}city/es/cordoba"),
        ("city", "es/cordoba", f"{BASE}city/es/cordoba"),
        ("city", "Frankfurt Main", f"{BASE}city/de/frankfurt-am-main"),
        ("city", "frankfurt am main", f"{BASE}city/de/frankfurt-am-main"),
        ("country", "PL", f"{COUNTRY}POL"),
        ("country", "pl", f"{COUNTRY}POL"),
        ("country", "POL", f"{COUNTRY}POL"),
        ("country", "Poland", f"{COUNTRY}POL"),
        ("country", "Polen", f"{COUNTRY}POL"),
        ("country", "Pologne", f"{COUNTRY}POL"),
        ("country", f"<{COUNTRY}POL>", f"{COUNTRY}POL"),
        ("country", "EL", f"{COUNTRY}GRC"),
        ("country", "GR", f"{COUNTRY}GRC"),
        ("country", "uk", f"{COUNTRY}GBR"),
        ("network", "GreenPlace", f"{BASE}network/greenplace"),
        ("network", "green place", f"{BASE}network/greenplace"),
        ("network", "network/greenplace", f"{BASE}network/greenplace"),
        ("programme", "URBACT IV", f"{BASE}programme/urbact-iv"),
        ("programme", "urbact-iv", f"{BASE}programme/urbact-iv"),
        ("theme", "Biodiversity and green space", f"{BASE}theme/biodiversity"),
        ("theme", "biodiversity", f"{BASE}theme/biodiversity"),
        ("class", "urb:Plan", f"{BASE}ontology#Plan"),
        ("class", "Plan", f"{BASE}ontology#Plan"),
        ("class", "ontology#Plan", f"{BASE}ontology#Plan"),
        ("planKind", "urb:IntegratedActionPlan", f"{BASE}ontology#IntegratedActionPlan"),
        ("planKind", "IntegratedActionPlan", f"{BASE}ontology#IntegratedActionPlan"),
        ("planKind", "integrated action plan", f"{BASE}ontology#IntegratedActionPlan"),
        ("networkKind", "Transfer network", f"{BASE}ontology#TransferNetwork"),
        ("addressee", "Cities", f"{BASE}ontology#CitiesAddressee"),
        ("addressee", "Städte", f"{BASE}ontology#CitiesAddressee"),
        ("iri", "urb:Plan", f"{BASE}ontology#Plan"),
        ("iri", "Wrocław", WROCLAW),
        ("iri", f"{BASE}ontology#leadCity", f"{BASE}ontology#leadCity"),
    ],
)
def test_a_thing_is_named_by_its_name_code_or_iri(
    names: Names, kind: str, text: str, iri: str
) -> None:
    assert names.resolve(text, kind) == NamedNode(iri)


@for_each(
    ("kind", "text", "words"),
    [
        ("city", "Wroclav", "the graph has no city 'Wroclav'; did you mean city/pl/wroclaw"),
        ("city", "city/pl/wroclav", "did you mean city/pl/wroclaw (Wroclaw)"),
        ("city", f"{BASE}city/pl/wroclav", "wroclav is not in the graph; did you mean city/pl/wr"),
        ("city", "http://127.0.0.1:8000/city/pl/wroclaw.html", "did you mean city/pl/wroclaw"),
        ("city", "network/greenplace", "network/greenplace is no city"),
        ("city", f"<{BASE}network/greenplace>", "is no city"),
        ("city", "<a b>", "is no valid IRI"),
        ("city", "!?", "the graph has no city '!?'"),
        ("city", "city/eu/atlantis", "city/eu/atlantis is deprecated, and nothing replaces it"),
        ("city", f"{BASE}city/eu/atlantis", "atlantis is deprecated, and nothing replaces it"),
        (
            "city",
            "city/es/cordobas",
            "was replaced by city/ar/cordoba (Córdoba) and city/es/cordoba (Córdoba); write one of",
        ),
        ("city", "city/de/kopenhagen-region", "what replaces it is no city: theme/food"),
        ("network", "city/pl/breslau", "what replaces it is no network: city/pl/wroclaw"),
        ("city", 'x" } #', "the graph has no city"),
        ("country", "Polandd", "did you mean POL (Poland)?"),
        ("country", "US", "the graph has no country 'US'"),
        ("theme", "biodivercity", "did you mean theme/biodiversity (Biodiversity and green space)"),
        ("programme", "URBACT 5", "did you mean programme/urbact-i"),
        ("network", "grenplace", "did you mean network/greenplace (GreenPlace)"),
        ("class", "owl:Class", "owl:Class is no class"),
        ("planKind", "zzz", "it has urb:"),
        ("planKind", "urb:TransferNetwork", "urb:TransferNetwork is no kind of plan"),
        ("iri", "https://example.org/none", "https://example.org/none is not in the graph"),
    ],
)
def test_what_names_nothing_gets_a_suggestion(
    names: Names, kind: str, text: str, words: str
) -> None:
    with pytest.raises(UnknownNameError, match=re.escape(words)):
        names.resolve(text, kind)


@pytest.mark.parametrize("text", ["x" * 5_000, f"urn:{'x' * 5_000}", f"city/{'x' * 5_000}"])
def test_of_a_long_text_an_error_repeats_the_beginning(names: Names, text: str) -> None:
    with pytest.raises(UnknownNameError) as raised:
        names.resolve(text, "city")
    assert f"{text[:100]}" in str(raised.value)
    assert len(str(raised.value)) < 1_000


def test_what_names_several_things_gets_a_way_to_name_each(names: Names) -> None:
    with pytest.raises(UnknownNameError) as error:
        names.resolve("Cordoba", "city")
    assert "'Cordoba' names 2 cities; " in str(error.value)
    forms = re.findall(r"city/\w+/cordoba", str(error.value))
    assert sorted(forms) == ["city/ar/cordoba", "city/es/cordoba"]
    for form in forms:
        assert names.resolve(form, "city") == NamedNode(f"{BASE}{form}")


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_that_is_suggested_names_its_thing(names: Names, kind: str) -> None:
    index = names._index(kind)
    assert index.things
    for thing in list(index.things.values())[:100]:
        assert names.resolve(thing.form, kind) == NamedNode(thing.iri)
        assert names.resolve(f"<{thing.iri}>", kind) == NamedNode(thing.iri)


def test_every_parameter_for_a_thing_has_a_kind() -> None:
    found = {p.kind for query in QUERIES.values() for p in query.parameters if p.datatype == "iri"}
    assert found <= set(KINDS) - {"iri"}


def test_the_parameters_of_stored_queries_are_named(names: Names) -> None:
    query = QUERIES["networks-of-city"]
    assert query.bind({"city": "Wrocław"}, BASE, names) == {"city": NamedNode(WROCLAW)}
    with pytest.raises(QueryError) as error:
        query.bind({"city": "Wroclav"}, BASE, names)
    assert str(error.value) == (
        "The parameter city of networks-of-city: the graph has no city 'Wroclav'; did you mean "
        "city/pl/wroclaw (Wroclaw)?"
    )
    with pytest.raises(QueryError, match=r"lastYear of networks takes a year, which '50' is not"):
        QUERIES["networks"].bind({"lastYear": "50"}, BASE, names)


_TEXTS = st.one_of(
    st.text(max_size=20),
    st.text("<>/:#%{}\"' " + string.ascii_letters, max_size=20),
    st.sampled_from(["urn:", "urb:", "http://", "<urb:>", "city/", "//", "?", "a:b"]),
)


@given(text=_TEXTS, kind=st.sampled_from(sorted(set(KINDS) - {"iri"})))
def test_any_text_names_one_thing_of_the_kind_or_is_refused(
    names: Names, text: str, kind: str
) -> None:
    try:
        found = names.resolve(text, kind).value
    except UnknownNameError as error:
        found = ""
        sentence = str(error).replace(text, "")
    assert found in names._index(kind).things if found else "\n" not in sentence


@given(name=st.data())
def test_no_spelling_of_a_name_names_another_thing(names: Names, name: st.DataObject) -> None:
    thing = name.draw(st.sampled_from(list(names._index("city").things.values())))
    typed = name.draw(st.sampled_from([*thing.names, thing.form, "/".join(thing.path[1:])]))
    changes: list[Callable[[str], str]] = [str.upper, str.lower, str.title, str.strip]
    change = name.draw(st.sampled_from(changes))
    try:
        found = names.resolve(change(typed), "city").value
    except UnknownNameError as error:
        # Several things may have the name.
        found = thing.iri if thing.form in str(error) else ""
    assert found == thing.iri
