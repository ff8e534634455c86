"""What property tests are made of: terms and triples of every kind, many of them hard to write."""

from hypothesis import strategies as st
from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, Triple

from urbact_graph.rdf.namespaces import NAMESPACES, RDF, XSD
from urbact_graph.rdf.terms import is_iri

Drawn = NamedNode | BlankNode | Literal | Triple

# Characters that some format has its own way to write, or cannot hold.
HARD = (
    "\x00\x01\t\n\x0b\x0c\r\x1c\x1f \"'\\`,;:<>&{}[]|^%#$?=+@_-.~09azA\x7f\x85\xa0"
    "é\u0300\u200b\u2028\u2029\u2070\ufdd0\ufeff\ufffd\ufffe\uffff😀\U0010ffff"
)
# Any text, half of them of hard characters.
texts = st.text(HARD, max_size=8) | st.text(max_size=8)

_IRI_PARTS = (
    *(
        "a",
        "Z",
        "0",
        "-",
        ".",
        "_",
        "~",
        ":",
        "/",
        "/../",
        "/./",
        "//",
        "#",
        "?",
        "@",
        "!",
        "$",
        "&",
        "'",
        "(",
        ")",
    ),
    *("*", "+", ",", ";", "=", "%20", "%C3%A9", "é", "\u0300", "ł"),
)
_LANGUAGES = ("en", "en-gb", "zh-hans", "de-1996", "x-own", "sl-rozaj-biske-1994")
_DATATYPES = (
    *(XSD[name] for name in ("integer", "decimal", "double", "float", "boolean", "string", "int")),
    *(XSD[name] for name in ("date", "dateTime", "gYear", "gYearMonth", "duration", "anyURI")),
    *(RDF.HTML, RDF.XMLLiteral, RDF.JSON, NAMESPACES["geo"] + "wktLiteral", "https://e.example/d"),
)
_LEXICAL_FORMS = (
    *("0", "1", "-1", "+1", "042", "1.0", "1.50", ".5", "5.", "-0", "-0.0", "1e0", "1E0", "1.5E+3"),
    *("INF", "NaN", "true", "false", "", " 1", "2023", "2023-06", "2023-06-01", "<b>", '{"a": 1}'),
)


def iris_below(start: str) -> st.SearchStrategy[NamedNode]:
    """Return IRIs that begin with ``start``."""
    parts = st.lists(st.sampled_from(_IRI_PARTS), max_size=6).map("".join)
    return parts.map(start.__add__).filter(is_iri).map(NamedNode)


# Below a namespace with a prefix, one without, and one whose scheme is that prefix.
iris = st.one_of(
    iris_below("https://e.example/"),
    iris_below(NAMESPACES["skos"]),
    iris_below("skos:"),
    iris_below("urn:x:"),
    st.sampled_from([NamedNode(RDF[name]) for name in ("type", "li", "_1", "Seq", "about", "ID")]),
)
# Names that Turtle takes, also those that are no XML names.
blank_nodes = st.sampled_from([BlankNode(name) for name in ("b", "bb1", "1", "b1", "0a.b-c")])
plain_literals = texts.map(Literal)
tagged_literals = st.builds(
    lambda text, tag: Literal(text, language=tag), texts, st.sampled_from(_LANGUAGES)
)
typed_literals = st.builds(
    lambda text, datatype: Literal(text, datatype=datatype),
    st.sampled_from(_LEXICAL_FORMS) | texts,
    st.sampled_from(_DATATYPES).map(NamedNode) | iris,
)
directed_literals = st.builds(
    lambda text, direction: Literal(text, language="ar", direction=direction),
    texts,
    st.sampled_from([BaseDirection.LTR, BaseDirection.RTL]),
)
literals = plain_literals | tagged_literals | typed_literals
_subjects = iris | blank_nodes
# The triples of RDF 1.1, without blank nodes and with them.
named_triples = st.builds(Triple, iris, iris, iris | literals)
triples = st.builds(Triple, _subjects, iris, _subjects | literals)


def _of_1_2(values: st.SearchStrategy[Triple]) -> st.SearchStrategy[Triple]:
    return st.builds(Triple, _subjects, iris, values | directed_literals)


# Those of RDF 1.2 too: triple terms, one in another, and directions.
any_triples = st.recursive(triples, _of_1_2, max_leaves=3)
terms: st.SearchStrategy[Drawn] = st.one_of(
    iris, blank_nodes, literals, directed_literals, any_triples
)
