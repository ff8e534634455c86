"""What the Service Description says of the service is true of the engine."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, QuerySolutions, Store

from tests.support.attacking import canary
from tests.support.tables import for_each
from tests.web.serving import serving_file, triples_at
from urbact_graph.rdf.namespaces import RDF, SD
from urbact_graph.web.documents.service_description import (
    EXTENSION_FUNCTIONS,
    GEOSPARQL_FUNCTIONS,
)

DOCUMENT = (Path(__file__).parents[2] / "docs" / "http.md").read_text("utf-8")
_, _, _REST = DOCUMENT.partition("\n## Functions\n")
SECTION = _REST.partition("\n## ")[0]
UNITS = "http://www.opengis.net/def/uom/OGC/1.0/"
PROLOGUE = f"""PREFIX geo: <http://www.opengis.net/ont/geosparql#> PREFIX uom: <{UNITS}>
PREFIX geof: <http://www.opengis.net/def/function/geosparql/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> """
POINT, OTHER = (f'"POINT({x} 1)"^^geo:wktLiteral' for x in (1, 2))
SQUARE = '"POLYGON((0 0, 2 0, 2 2, 0 2, 0 0))"^^geo:wktLiteral'
RELATIONS = ("sf", "eh", "rcc8")
ONE = {
    "centroid": SQUARE,
    "convexHull": SQUARE,
    "envelope": SQUARE,
    "area": f"{SQUARE}, uom:square_metre",
    "length": f"{SQUARE}, uom:metre",
    "perimeter": f"{SQUARE}, uom:metre",
    "distance": f"{POINT}, {OTHER}, uom:metre",
    "relate": f'{SQUARE}, {SQUARE}, "T*F**FFF*"',
}
CASTS = {
    **dict.fromkeys(("integer", "decimal", "double", "float", "boolean", "string"), "1"),
    "dateTime": "2020-01-02T03:04:05Z",
    "date": "2020-01-02",
    "time": "03:04:05",
    "gYear": "2020",
    "gYearMonth": "2020-01",
    "gMonth": "--01",
    "gMonthDay": "--01-02",
    "gDay": "---02",
    "duration": "P1D",
    "dayTimeDuration": "PT1H",
    "yearMonthDuration": "P1Y",
}
# Those of SPARQL 1.1 (section 17.4) with a call of each.
STANDARD = {
    "BOUND": "BOUND(?x)",
    "IF": "IF(true, 1, 2)",
    "COALESCE": "COALESCE(?x, 1)",
    "EXISTS": "EXISTS { ?s ?p ?o }",
    "NOT EXISTS": "NOT EXISTS { ?s ?p ?o }",
    "sameTerm": "sameTerm(1, 1)",
    "IN": "1 IN (1, 2)",
    "NOT IN": "1 NOT IN (1, 2)",
    "isIRI": "isIRI(<http://e/a>)",
    "isURI": "isURI(<http://e/a>)",
    "isBLANK": "isBLANK(1)",
    "isLITERAL": "isLITERAL(1)",
    "isNUMERIC": "isNUMERIC(1)",
    "STR": "STR(1)",
    "LANG": 'LANG("a"@en)',
    "DATATYPE": "DATATYPE(1)",
    "IRI": 'IRI("http://e/a")',
    "URI": 'URI("http://e/a")',
    "BNODE": "BNODE()",
    "STRDT": 'STRDT("1", xsd:integer)',
    "STRLANG": 'STRLANG("a", "en")',
    "UUID": "UUID()",
    "STRUUID": "STRUUID()",
    "STRLEN": 'STRLEN("abc")',
    "SUBSTR": 'SUBSTR("abc", 2)',
    "UCASE": 'UCASE("a")',
    "LCASE": 'LCASE("A")',
    "STRSTARTS": 'STRSTARTS("abc", "a")',
    "STRENDS": 'STRENDS("abc", "c")',
    "CONTAINS": 'CONTAINS("abc", "b")',
    "STRBEFORE": 'STRBEFORE("abc", "b")',
    "STRAFTER": 'STRAFTER("abc", "b")',
    "ENCODE_FOR_URI": 'ENCODE_FOR_URI("a b")',
    "CONCAT": 'CONCAT("a", "b")',
    "LANGMATCHES": 'LANGMATCHES("en-GB", "en")',
    "REGEX": 'REGEX("abc", "B", "i")',
    "REPLACE": 'REPLACE("abc", "b", "x")',
    "ABS": "ABS(-1)",
    "ROUND": "ROUND(1.5)",
    "CEIL": "CEIL(1.5)",
    "FLOOR": "FLOOR(1.5)",
    "RAND": "RAND()",
    "NOW": "NOW()",
    **{
        name: f'{name}("2020-01-02T03:04:05Z"^^xsd:dateTime)'
        for name in ("YEAR", "MONTH", "DAY", "HOURS", "MINUTES", "SECONDS", "TIMEZONE", "TZ")
    },
    **{name: f'{name}("a")' for name in ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")},
}
TRIPLE = "TRIPLE(<http://e/s>, <http://e/p>, 1)"
NEWER = {
    "TRIPLE": TRIPLE,
    "SUBJECT": f"SUBJECT({TRIPLE})",
    "PREDICATE": f"PREDICATE({TRIPLE})",
    "OBJECT": f"OBJECT({TRIPLE})",
    "isTRIPLE": f"isTRIPLE({TRIPLE})",
    "LANGDIR": 'LANGDIR("a"@en--ltr)',
    "hasLANG": 'hasLANG("a"@en)',
    "hasLANGDIR": 'hasLANGDIR("a"@en--ltr)',
    "STRLANGDIR": 'STRLANGDIR("a", "en", "ltr")',
    "ADJUST": 'ADJUST("2020-01-01T00:00:00Z"^^xsd:dateTime, "PT1H"^^xsd:dayTimeDuration)',
}


def value(call: str) -> object:
    results = Store().query(f"{PROLOGUE} SELECT ({call} AS ?value) {{}}")
    assert isinstance(results, QuerySolutions)
    return next(results)["value"]


def arguments(name: str) -> str:
    if name.startswith(RELATIONS):
        return f"{POINT}, {SQUARE}"
    return ONE.get(name, POINT)


@for_each("name", GEOSPARQL_FUNCTIONS)
def test_each_function_of_geosparql_answers(name: str) -> None:
    assert value(f"geof:{name}({arguments(name)})") is not None
    assert f"`{name}`" in SECTION


@pytest.mark.parametrize("name", CASTS)
def test_each_cast_answers(name: str) -> None:
    assert value(f'xsd:{name}("{CASTS[name]}")') is not None
    assert f"`xsd:{name}`" in SECTION


@pytest.mark.parametrize("name", NEWER)
def test_each_function_of_sparql_1_2_answers(name: str) -> None:
    assert value(NEWER[name]) is not None
    assert f"`{name}`" in SECTION


@for_each("name", STANDARD)
def test_each_function_of_sparql_1_1_answers(name: str) -> None:
    assert value(STANDARD[name]) is not None
    assert f"`{name}`" in SECTION


def test_nothing_else_is_listed() -> None:
    known = {*GEOSPARQL_FUNCTIONS, *NEWER, *STANDARD, *(f"xsd:{name}" for name in CASTS)}
    listed = set(re.findall(r"`((?:xsd:)?[A-Za-z0-9_ ]+)`", SECTION))
    assert listed == known


def test_distances_are_in_the_unit() -> None:
    metres = value(f"geof:distance({POINT}, {OTHER}, uom:metre) > 110000")
    assert str(getattr(metres, "value", "")) == "true"


def test_the_description_names_functions_formats_and_entailment(demo_client: FlaskClient) -> None:
    triples = triples_at(demo_client, "/sparql")
    by = {
        name: {t.object for t in triples if t.predicate.value == SD[name]}
        for name in (
            "extensionFunction",
            "defaultEntailmentRegime",
            "resultFormat",
            "defaultDataset",
        )
    }
    assert by["extensionFunction"] == {NamedNode(iri) for iri in EXTENSION_FUNCTIONS}
    assert by["defaultEntailmentRegime"] == {NamedNode("http://www.w3.org/ns/entailment/Simple")}
    assert len(by["resultFormat"]) > 5
    assert by["defaultDataset"]
    functions = {t.subject for t in triples if t.object == NamedNode(SD.Function)}
    assert functions == by["extensionFunction"]
    assert all(t.predicate.value != RDF.first for t in triples)


# What each feature of the vocabulary (section 3.4) would make true, as a query that shows it.
PROBES: dict[str, Callable[[FlaskClient, str], bool]] = {
    # FROM would have the server fetch what it names.
    "DereferencesURIs": lambda client, address: is_true(client, f"ASK FROM <{address}> {{}}"),
    "UnionDefaultGraph": lambda client, _: is_true(client, "ASK { <x:named> ?p ?o }"),
    "RequiresDataset": lambda client, _: not is_true(client, "ASK {}"),
    "EmptyGraphs": lambda client, _: is_true(client, "ASK { GRAPH ?g {} FILTER(?g = <x:empty>) }"),
    "BasicFederatedQuery": lambda client, address: is_true(
        client, f"ASK {{ SERVICE <{address}> {{}} }}"
    ),
}


def is_true(client: FlaskClient, query: str) -> bool:
    response = client.get("/sparql", query_string={"query": query})
    return response.status_code == 200 and response.get_json()["boolean"] is True


@pytest.fixture(scope="module")
def with_graphs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    file = tmp_path_factory.mktemp("features") / "graphs.trig"
    file.write_text("<x:s> <x:p> 1 . <x:g> { <x:named> <x:p> 2 } <x:empty> {}", encoding="utf-8")
    with serving_file(file, dataset=file) as app:
        yield app.test_client()


@pytest.mark.process
@pytest.mark.parametrize("feature", PROBES)
def test_a_feature_is_stated_exactly_if_it_is_true(with_graphs: FlaskClient, feature: str) -> None:
    # The probe itself must be able to succeed: the graph and the named graph are there.
    assert is_true(with_graphs, "ASK { <x:s> ?p ?o GRAPH <x:g> { <x:named> ?q ?r } }")
    with canary() as elsewhere:
        holds = PROBES[feature](with_graphs, elsewhere.address) or elsewhere.calls() > 0
    stated = {
        triple.object
        for triple in triples_at(with_graphs, "/sparql")
        if triple.predicate.value == SD.feature
    }
    assert (NamedNode(SD[feature]) in stated) == holds


def test_the_document_says_which_features_are_stated() -> None:
    assert "No `sd:feature` is stated" in DOCUMENT
    assert all(f"`sd:{feature}`" in DOCUMENT for feature in PROBES)
