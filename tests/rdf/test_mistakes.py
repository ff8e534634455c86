"""Mistakes in queries: the place that is named, and what to do about them."""

# Characters that look like others are what these tests are about.
# ruff: noqa: RUF001

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Store

from tests.support.tables import for_each
from urbact_graph.rdf.characters import iri_fault
from urbact_graph.rdf.sparql import Mistake, mistake


def mistake_in(query: str) -> Mistake:
    with pytest.raises(SyntaxError) as caught:
        Store().query(query)
    return mistake(query, caught.value)


# An IRI with a mistake stands in the place of «»; the mistake is at the column of the IRI's text.
PLACES = (
    "SELECT * { <«»> ?p ?o }",
    "SELECT * { ?s ?p <«»> }",
    "SELECT * { ?s ?p ?o FILTER(?o = <«»>) }",
    "SELECT * { ?s <http://e/p>/<«»> ?o }",
    "PREFIX e: <«»> SELECT * { ?s ?p ?o }",
    "BASE <«»> SELECT * { ?s ?p ?o }",
    "SELECT * { GRAPH <«»> { ?s ?p ?o } }",
    "SELECT * FROM <«»> { ?s ?p ?o }",
    "SELECT * { ?s ?p 1 FILTER(1 < 2) }\n# <a b>\nVALUES ?s { <«»> }",
    "CONSTRUCT { <http://e/s> <http://e/p> <«»> } WHERE {}",
    "DESCRIBE <«»>",
    "SELECT * { ?s ?p '5'^^<«»> }",
)


@for_each("place", PLACES)
@for_each(
    ("iri", "index", "words"),
    [
        ("http://e/a b", 10, "cannot have U+0020 (SPACE); write it as %20"),
        ("http://e/%zz", 9, "two hexadecimal digits follow each %; write %25"),
        ("http://e/100%", 12, "two hexadecimal digits"),
        ("http://e/{id}", 9, "cannot have '{', U+007B (LEFT CURLY BRACKET); write it as %7B"),
        ("http://e/a|b", 10, "'|', U+007C (VERTICAL LINE); write it as %7C"),
        ("http://e/a^b", 10, "'^', U+005E (CIRCUMFLEX ACCENT); write it as %5E"),
        ("http://e/`b`", 9, "'`', U+0060 (GRAVE ACCENT); write it as %60"),
        ("http://e/a\\b", 10, "U+005C (REVERSE SOLIDUS); write it as %5C"),
        ("http://e/a\tb", 10, "cannot have U+0009; write it as %09"),
        ("http://e/Łódź miasto", 13, "U+0020 (SPACE)"),
        ("urn:x y", 5, "U+0020 (SPACE)"),
        ("http://e/[x", 9, "cannot have '[', U+005B (LEFT SQUARE BRACKET) in this place"),
        ("http://e:80a/", 11, "cannot have 'a', U+0061 (LATIN SMALL LETTER A) in this place"),
    ],
)
def test_the_character_that_an_iri_must_not_have_is_named(
    place: str, iri: str, index: int, words: str
) -> None:
    found = mistake_in(place.replace("«»", iri))
    last = place.rpartition("\n")[2]
    assert (found.line, found.column) == (place.count("\n") + 1, last.index("«»") + index + 1)
    assert found.sentence.startswith(f"Syntax error at line {found.line}, column {found.column}: ")
    assert words in found.sentence


@pytest.mark.parametrize(
    ("query", "column", "words"),
    [
        ("SELECT * { <http://e/a ?p ?o }", 12, "the IRI that begins here is not closed"),
        ("ASK { <http://e/a\nb> ?p ?o }", 7, "the IRI that begins here is not closed"),
        ("ASK { <a> ?p ?o }", 7, "The IRI is not absolute; write it in full, or declare a BASE"),
        ("ASK { ?s ?p ?o FILTER(?o <3 && ?p > ) }", 37, "near ')'"),
        ("PREFIX a: <b:> ASK { ?s ?p ?o FILTER(?o <a:b & ?p > 3) }", 46, "near '&'"),
        ("PREFIX e: <http://e/> ASK { e:a%zz ?p ?o }", 32, r"write \% for the sign itself"),
        ("PREFIX e: <http://e/> ASK { f:a ?p ?o }", 29, "The prefix is not declared"),
        ("ASK { ?s ?p 'a }", 13, "The string is not closed"),
        ("ASK { ?s ?p 'a\u00a0b' ?x }", 19, "near '?x'"),
        ("ASK { ?s ?p ?o # \u201cno\u201d\n. . }", 3, "near '.'"),
        ("", 1, "at the end of the query"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", 34, "SELECT * cannot be grouped; name the variables"),
        ("SELECT ?o { ?s ?p ?o } GROUP BY ?s", 35, "neither grouped nor aggregated; add it"),
        (
            "SELECT (YEAR(?o) AS ?y) { ?s ?p ?o } GROUP BY YEAR(?o)",
            55,
            "group by the expression, as in GROUP BY (YEAR(?date) AS ?year)",
        ),
        (
            "SELECT (YEAR(?o) AS ?y) { ?s ?p ?o } GROUP BY ?y",
            49,
            "name it there: GROUP BY (YEAR(?date) AS ?year)",
        ),
    ],
)
def test_other_mistakes_are_named_as_they_are(query: str, column: int, words: str) -> None:
    found = mistake_in(query)
    assert found.column == column
    assert words in found.sentence


HIDDEN = {
    "\u00a0": "U+00A0 (NO-BREAK SPACE) is not SPARQL; write an ordinary space",
    "\u202f": "U+202F (NARROW NO-BREAK SPACE)",
    "\u2003": "U+2003 (EM SPACE)",
    "\u3000": "U+3000 (IDEOGRAPHIC SPACE)",
    "\u2028": "U+2028 (LINE SEPARATOR)",
    "\u200b": "U+200B (ZERO WIDTH SPACE) is not SPARQL; delete it",
    "\u2060": "U+2060 (WORD JOINER)",
    "\ufeff": "U+FEFF (ZERO WIDTH NO-BREAK SPACE)",
    "\u00ad": "U+00AD (SOFT HYPHEN) is not SPARQL; delete it",
    "\u200e": "U+200E (LEFT-TO-RIGHT MARK)",
    "\u202e": "U+202E (RIGHT-TO-LEFT OVERRIDE)",
    "\u2069": "U+2069 (POP DIRECTIONAL ISOLATE)",
    "\u0000": "U+0000 is not SPARQL; delete it",
}


@for_each("character", HIDDEN)
@for_each(
    "place",
    [
        "«»SELECT * { ?s ?p ?o }",
        "SEL«»ECT * { ?s ?p ?o }",
        "SELECT«»* { ?s ?p ?o }",
        "SELECT * «»{ ?s ?p ?o }",
        "SELECT * { ?s«» ?p ?o }",
        "SELECT * { ?s ?p ?o «»}",
        "SELECT * { ?s ?p 'text' «»}",
        "SELECT * { ?s ?p 5«» }",
        "SELECT * { ?s ?p <http://e/o> . «» }",
        "SELECT * { ?s ?p ?o } ORDER «»BY ?s",
        "SELECT * { ?s ?p ?o }«»",
        "PREFIX e: «»<http://e/> SELECT * { ?s e:p ?o }",
        "PREFIX e: <http://e/> SELECT * { ?s e:p«» ?o }",
    ],
)
def test_an_invisible_character_is_named(place: str, character: str) -> None:
    if character == "\ufeff" and place.partition("«»")[0].endswith(("?s", "e:p")):
        # The grammar has it among the letters of names (SPARQL 1.1, rule 164).
        Store().query(place.replace("«»", character))
        return
    found = mistake_in(place.replace("«»", character))
    assert (found.line, found.column) == (1, place.index("«»") + 1)
    assert HIDDEN[character] in found.sentence


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("ASK { ?s ?p «“»food” }", 'U+201C (LEFT DOUBLE QUOTATION MARK) is not SPARQL; write "'),
        ("ASK { ?s ?p «‘»food’ }", "U+2018 (LEFT SINGLE QUOTATION MARK) is not SPARQL; write '"),
        ('ASK { ?s ?p "food«”» }', "U+201D (RIGHT DOUBLE QUOTATION MARK)"),
        ("ASK { ?s ?p ?o FILTER(?o = 3 «–» 1) }", "U+2013 (EN DASH) is not SPARQL; write -"),
        ("ASK { ?s ?p «−»1 }", "U+2212 (MINUS SIGN) is not SPARQL; write -"),
        ("ASK { ?s ?p ?o FILTER(?o «≤» 3) }", "write <="),
        (
            "SELECT * «｛» ?s ?p ?o }",
            "U+FF5B (FULLWIDTH LEFT CURLY BRACKET) is not SPARQL; write {",
        ),
        ("SELECT ?s«｛» ?s ?p ?o }", "FULLWIDTH LEFT CURLY BRACKET"),
        ("SELECT «？»s { ?s ?p ?o }", "FULLWIDTH QUESTION MARK"),
        ("SELECT * { ?s ?p ?o } ORDER BY DESC(?o«）»", "FULLWIDTH RIGHT PARENTHESIS"),
        ("SELECT * { ?s ?p ?o «。» }", "U+3002 (IDEOGRAPHIC FULL STOP)"),
        ("«Ｓ»ＥＬＥＣＴ * { ?s ?p ?o }", "FULLWIDTH LATIN CAPITAL LETTER S"),
        ("S«\u0415»LECT * { ?s ?p ?o }", "the letter U+0415 (CYRILLIC CAPITAL LETTER IE) is not"),
        ("SELECT * { ?s ?p ?o «\u037e» }", "U+037E (GREEK QUESTION MARK) is not SPARQL; write ;"),
        ("ASK { ?s ?p «…» }", "U+2026 (HORIZONTAL ELLIPSIS)"),
    ],
)
def test_a_character_that_looks_like_another_is_named(query: str, words: str) -> None:
    column = query.index("«") + 1
    found = mistake_in(query.replace("«", "").replace("»", ""))
    assert found.column == column
    assert words in found.sentence


_PIECES = st.sampled_from(
    [
        *[
            "SELECT",
            "*",
            "{",
            "}",
            "?s",
            "?p",
            "<http://e/a>",
            "<",
            ">",
            "'x'",
            '"',
            "e:a",
            "5",
            ".",
            "%",
            "\\",
            "#",
            "“",
            "\u200d",
            "｛",
            "Łódź",
            "a",
        ],
        "<http://e/a b>",
        " ",
        "\n",
        "\u00a0",
    ]
)


@given(st.lists(_PIECES, max_size=20).map("".join))
def test_every_mistake_has_a_place_in_the_query(query: str) -> None:
    try:
        Store().query(query)
    except SyntaxError as error:
        found = mistake(query, error)
        lines = query.split("\n")
        assert 1 <= found.line <= len(lines)
        assert 1 <= found.column <= len(lines[found.line - 1]) + 1
        assert found.sentence.startswith(f"Syntax error at line {found.line}, column ")


@given(st.text(max_size=12))
def test_an_iri_has_a_fault_unless_the_parser_takes_it(rest: str) -> None:
    iri = f"http://e/{rest}"
    try:
        NamedNode(iri)
    except ValueError:
        fault = iri_fault(iri)
        assert fault is not None
        assert fault.start < len(iri)
