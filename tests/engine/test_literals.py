"""The forms of literals that the engine gives back, as docs/http.md says; a newer one may differ.

A row that fails is a difference that is gone, or a new one: correct "Where the engine differs from
the standard" with it.
"""

import pytest
from hypothesis import given
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

from tests.support.strategies import plain_literals, tagged_literals
from urbact_graph.rdf.builder import Statements
from urbact_graph.rdf.namespaces import NAMESPACES, RDF, XSD

# By datatype: what is loaded, and what is given back where that is another form.
CHANGED = {
    "boolean": {"1": "true", "0": "false"},
    "integer": {"0042": "42", "+1": "1", "-0": "0"},
    "decimal": {"1.50": "1.5", "1.0": "1", "1.": "1", "+.5": "0.5", "-0.0": "0"},
    "double": {
        "1.0": "1",
        "1E0": "1",
        "1.50e1": "15",
        "1e-7": "0.0000001",
        "+INF": "INF",
        "1e400": "INF",
        "-0.0": "-0",
        "123456789012345678": "123456789012345680",
    },
    "float": {"1.0": "1", "16777217": "16777216", "1e39": "INF"},
    "dateTime": {
        "2020-01-01T00:00:00.000Z": "2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00.50": "2020-01-01T00:00:00.5",
        "2020-01-01T00:00:00+00:00": "2020-01-01T00:00:00Z",
        "2020-01-01T24:00:00": "2020-01-02T00:00:00",
    },
    "date": {"2020-01-01+00:00": "2020-01-01Z"},
    "time": {"24:00:00": "00:00:00", "10:00:00.0": "10:00:00"},
    "gYear": {"2020+00:00": "2020Z"},
    "duration": {"P12M": "P1Y", "PT60S": "PT1M", "P0D": "PT0S", "PT1.50S": "PT1.5S"},
    "dayTimeDuration": {"PT24H": "P1D"},
    "yearMonthDuration": {"P12M": "P1Y"},
}
# Those that become another datatype, with a value of theirs.
DERIVED = {
    **dict.fromkeys(("long", "int", "short", "byte"), ("7", "integer")),
    **dict.fromkeys(("nonNegativeInteger", "positiveInteger"), ("7", "integer")),
    **dict.fromkeys(("nonPositiveInteger", "negativeInteger"), ("-7", "integer")),
    **dict.fromkeys(("unsignedLong", "unsignedInt"), ("7", "integer")),
    **dict.fromkeys(("unsignedShort", "unsignedByte"), ("7", "integer")),
    "dateTimeStamp": ("2020-01-01T00:00:00Z", "dateTime"),
}
# What comes back as it was loaded: forms that are canonical already, and those that are none.
KEPT = {
    "integer": [
        "42",
        "-1",
        "0",
        "9223372036854775807",
        "123456789012345678901234567890",
        " 1",
        "x",
    ],
    "decimal": ["1.5", "-0.25", "5", "1234567890.12345678901234567890", "1e3"],
    "double": ["1", "0.1", "INF", "-INF", "NaN", "x"],
    "boolean": ["true", "false", "TRUE", " true "],
    "date": ["2023-06-01", "2023-06-01Z", "2020-02-30", "-0044-03-15"],
    "dateTime": ["2023-06-01T10:00:00Z", "2023-06-01T10:00:00.123+02:00", "2020-02-30T00:00:00"],
    "gYear": ["2023", "-0044", "2023Z"],
    "gYearMonth": ["2023-06", "2023-13"],
    "time": ["10:00:00"],
    "duration": ["P1Y2M3DT4H5M6S", "PT0S"],
    "string": ["", " a ", "é", "e\u0301", "0042"],
    "anyURI": ["HTTP://A.example/ b"],
    "hexBinary": ["0fB7"],
    "base64Binary": ["TQ =="],
    "token": ["a  b"],
}
TAGS = {"en-GB": "en-gb", "EN": "en", "zh-Hans": "zh-hans", "de-CH-1996": "de-ch-1996"}

Row = tuple[str, str, str, str]
ROWS: list[Row] = [
    *((name, old, name, new) for name, forms in CHANGED.items() for old, new in forms.items()),
    *((name, value, other, value) for name, (value, other) in DERIVED.items()),
    *((name, form, name, form) for name, forms in KEPT.items() for form in forms),
]


def served(literal: str) -> Literal:
    """Return what a query finds where a literal, in N-Triples, has been loaded."""
    store = Store()
    store.load(f"<x:s> <x:p> {literal} .", format=RdfFormat.N_TRIPLES)
    found = store.query("SELECT ?o { ?s ?p ?o }")
    assert isinstance(found, QuerySolutions)
    value = next(found)["o"]
    assert isinstance(value, Literal)
    return value


@pytest.mark.parametrize(("datatype", "form", "new_datatype", "new_form"), ROWS)
def test_a_form_comes_back_as_the_documentation_says(
    datatype: str, form: str, new_datatype: str, new_form: str
) -> None:
    loaded = Literal(form, datatype=NamedNode(XSD[datatype]))
    expected = Literal(new_form, datatype=NamedNode(XSD[new_datatype]))
    assert served(str(loaded)) == expected
    # What a query states is changed in the same way, so that the two are the same term.
    store = Store()
    store.load(f"<x:s> <x:p> {loaded} .", format=RdfFormat.N_TRIPLES)
    assert store.query(f"ASK {{ <x:s> <x:p> {loaded} }}")


@pytest.mark.parametrize(
    "expression",
    [
        "9223372036854775807 + 1",
        "123456789012345678901234567890 + 1",
        "123456789012345678901234567890 > 1",
        "1.1234567890123456789 + 1",
        "ABS(-123456789012345678901234567890)",
    ],
)
def test_numbers_beyond_the_range_of_the_engine_give_no_value(expression: str) -> None:
    found = Store().query(f"SELECT ({expression} AS ?x) {{}}")
    assert isinstance(found, QuerySolutions)
    assert next(found)["x"] is None


@pytest.mark.parametrize(("tag", "expected"), TAGS.items())
def test_language_tags_come_back_in_lower_case(tag: str, expected: str) -> None:
    assert served(f'"x"@{tag}').language == expected
    store = Store()
    store.load(f'<x:s> <x:p> "x"@{tag} .', format=RdfFormat.N_TRIPLES)
    way_round = f'ASK {{ ?s ?p ?o FILTER(LANGMATCHES(LANG(?o), "{tag}")) }}'
    assert store.query(way_round)


@pytest.mark.parametrize("datatype", ["https://e.example/own", RDF.JSON, RDF.XMLLiteral])
@pytest.mark.parametrize("form", ["0042", " POINT(1.0 2.00) ", "<A/>", '{"a": 1.0}'])
def test_literals_of_other_datatypes_come_back_as_they_are(datatype: str, form: str) -> None:
    literal = Literal(form, datatype=NamedNode(datatype))
    assert served(str(literal)) == literal


def test_geometries_come_back_as_they_are() -> None:
    wkt = NamedNode(NAMESPACES["geo"] + "wktLiteral")
    literal = Literal("POINT(17.0300 51.10)", datatype=wkt)
    assert served(str(literal)) == literal


@given(plain_literals | tagged_literals)
def test_texts_come_back_as_they_are(literal: Literal) -> None:
    assert served(str(literal)) == literal


@pytest.mark.parametrize("number", [0, 7, -3, 10**17, 51.10, -0.5, 50.0, -0.0, 1e16, 1e-7])
def test_numbers_of_the_import_come_back_as_they_are(number: float) -> None:
    city = Statements("https://e.example/").about("https://e.example/city/x")
    (triple,) = city.number("urb:population", number).triples
    assert served(str(triple.object)) == triple.object
