"""Graphs are read back as they were written, by every reader; or the format says what it lacks."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from tests.support.jsonld_processors import keeps_form, readings
from tests.support.strategies import any_triples, named_triples, triples
from tests.support.tables import for_each
from urbact_graph.errors import FormatError
from urbact_graph.rdf.formats import formats
from urbact_graph.rdf.namespaces import NAMESPACES, RDF, used_prefixes
from urbact_graph.rdf.writing import write_dataset, write_graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GRAPHS = {form.name: form.media_type for form in formats("graph")}
RDFLIB = {"ttl": "turtle", "nt": "nt", "nq": "nquads", "trig": "trig", "rdf": "xml"}
S = NamedNode("https://e.example/s")
P = NamedNode("https://e.example/p")
TYPE = NamedNode(RDF.type)


def said(text: str) -> Triple:
    return Triple(S, P, Literal(text))


def by(name: str, value: NamedNode | Literal | Triple | None = None) -> Triple:
    return Triple(S, NamedNode(name), value or S)


DIRECTED = Triple(S, P, Literal("x", language="ar", direction=BaseDirection.RTL))
QUOTED = by(RDF.reifies, said("x"))
# What is hard for some format, but can be held by all.
HELD: dict[str, list[Triple]] = {
    "carriage return": [said("a\rb\r\nc"), said("\r")],
    "white space": [said("\t a\n "), said("   "), said("")],
    "markup": [said(']]><b a="\'">&amp;&#13;</b>'), said('<type xmlns="urn:x-0:" />')],
    "line ends of other kinds": [said("a\x85b\u2028c\u2029d")],
    "astral": [said("😀\U0010ffff\ufffd\ufeff")],
    "type without a name": [Triple(S, TYPE, NamedNode("https://e.example/12"))],
    "type that is a namespace": [Triple(S, TYPE, NamedNode(NAMESPACES["skos"]))],
    "types without a name": [
        Triple(S, TYPE, NamedNode("https://e.example/12")),
        Triple(S, TYPE, NamedNode("https://e.example/(x)")),
        Triple(S, TYPE, NamedNode("https://e.example/Named")),
        Triple(BlankNode("b"), TYPE, NamedNode("urn:x:&")),
    ],
    "type that is syntax": [by(RDF.type, NamedNode(RDF[n])) for n in ("li", "about", "bagID")],
    "type in the namespace of namespaces": [
        by(RDF.type, NamedNode("http://www.w3.org/2000/xmlns/x"))
    ],
    "type that is a text": [by(RDF.type, Literal("x"))],
    "the stand-in for a type": [
        by("urn:x-0:type"),
        by(RDF.type, NamedNode("https://e.example/12")),
    ],
    "name that begins within the path": [by("https://e.example/-a.b"), by("urn:x:y")],
    "name in another script": [by("https://e.example/główne-é")],
    "reference in a namespace": [by("https://e.example/?a=1&b=c")],
    "blank nodes of numbers": [Triple(BlankNode("1"), P, BlankNode("0.a")), said("x")],
    "blank nodes that would collide": [
        Triple(BlankNode("1"), P, BlankNode("b1")),
        Triple(BlankNode("bb1"), P, S),
    ],
    "scheme that is a prefix": [Triple(NamedNode("skos:a"), NamedNode("skos:b"), S)],
    "containers": [by(RDF["_1"]), by(RDF.first), by(RDF.value)],
    "names that end in a full stop": [
        by(f"{NAMESPACES['skos']}a", NamedNode(f"{NAMESPACES['skos']}b.")),
        by(P.value, NamedNode(f"{NAMESPACES['skos']}.")),
        by(P.value, NamedNode(f"{NAMESPACES['skos']}/.")),
    ],
    "XML and JSON": [
        by(P.value, Literal("<a>", datatype=NamedNode(RDF.XMLLiteral))),
        by(P.value, Literal("{", datatype=NamedNode(RDF.JSON))),
    ],
}
# What a format cannot hold: the formats, and words of the reason.
NOT_HELD: dict[str, tuple[Triple, set[str], str]] = {
    **{
        f"U+{ord(character):04X}": (
            said(f"a{character}b"),
            {"rdf"},
            f"<https://e.example/s> holds the character U+{ord(character):04X}",
        )
        for character in "\x00\x01\x08\x0b\x0c\x0e\x1f\ufffe\uffff"
    },
    "a control character at the beginning": (said("\x0b"), {"rdf"}, "U+000B"),
    "a property that ends in a digit": (by("https://e.example/12"), {"rdf"}, "no XML name"),
    "a property that is a namespace": (by(NAMESPACES["skos"]), {"rdf"}, "no XML name"),
    "a property that ends in a bracket": (by("https://e.example/a(b)"), {"rdf"}, "/a(b)>"),
    "a property that ends in a mark": (by("https://e.example/\u0300"), {"rdf"}, "no XML name"),
    "a long property without a name": (by(f"https://e.example/{'a' * 50_000}("), {"rdf"}, "a(>"),
    "a property in the namespace of namespaces": (
        by("http://www.w3.org/2000/xmlns/x"),
        {"rdf"},
        "no XML name",
    ),
    **{
        f"rdf:{name}": (by(RDF[name]), {"rdf"}, f"#{name}> for syntax")
        for name in ("li", "about", "Description", "ID", "bagID", "aboutEach", "resource")
    },
    "a triple term": (QUOTED, {"jsonld"}, "cannot express the triple that is a value of"),
    "a triple in a triple": (by(P.value, QUOTED), {"jsonld"}, "cannot express the triple"),
    "a direction": (DIRECTED, {"jsonld"}, "drop the direction"),
    "a control character in a triple term": (
        by(P.value, said("\x0b")),
        {"rdf", "jsonld"},
        "",
    ),
    "a property in a triple term": (
        by(P.value, by("https://e.example/12")),
        {"rdf", "jsonld"},
        "",
    ),
}


def written(stated: Sequence[Triple], name: str) -> bytes:
    return write_graph(stated, GRAPHS[name], used_prefixes(stated, NAMESPACES))


def canonical(stated: Iterable[Triple]) -> set[str]:
    """Return ``stated`` with names for blank nodes that do not depend on their labels."""
    dataset = Dataset(Quad(*triple) for triple in stated)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return set(map(str, dataset))


def by_pyoxigraph(content: bytes, name: str) -> set[str]:
    form = RdfFormat.from_media_type(GRAPHS[name])
    return canonical(quad.triple for quad in parse(content, format=form))


def by_rdflib(content: bytes, name: str) -> set[str]:
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        # Literals as they are written; its readers use what it has deprecated itself.
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        warnings.simplefilter("ignore", DeprecationWarning)
        graph = rdflib.Dataset(default_union=True) if name in ("nq", "trig") else rdflib.Graph()
        graph.parse(data=content, format=RDFLIB[name])
        found = rdflib.Graph()
        for triple in graph.triples((None, None, None)):
            found.add(triple)
        lines = found.serialize(format="nt")
    return canonical(quad.triple for quad in parse(lines, format=RdfFormat.N_TRIPLES))


@for_each("name", GRAPHS)
@for_each("case", HELD)
def test_what_is_hard_to_write_is_read_back(case: str, name: str) -> None:
    stated = HELD[case]
    content = written(stated, name)
    assert by_pyoxigraph(content, name) == canonical(stated)
    if name in RDFLIB:
        assert by_rdflib(content, name) == canonical(stated)


@for_each("name", GRAPHS)
@for_each("case", NOT_HELD)
def test_what_a_format_cannot_hold_is_refused_with_the_formats_that_can(
    case: str, name: str
) -> None:
    triple, formats_without, words = NOT_HELD[case]
    stated = [said("before"), triple]
    if name not in formats_without:
        assert by_pyoxigraph(written(stated, name), name) == canonical(stated)
        return
    with pytest.raises(FormatError) as raised:
        written(stated, name)
    assert words in raised.value.reason
    assert set(raised.value.formats) == GRAPHS.keys() - formats_without
    assert str(raised.value).endswith(f"; choose one of {', '.join(raised.value.formats)}.")


@pytest.mark.parametrize("iri", ["https://e.example/\U00020000", "https://e.example/\u2070"])
def test_names_that_only_the_fifth_edition_of_xml_knows_are_held(iri: str) -> None:
    # Expat, and so rdflib, knows those of the fourth.
    stated = [by(iri)]
    assert by_pyoxigraph(written(stated, "rdf"), "rdf") == canonical(stated)


@given(st.lists(any_triples, max_size=4), st.sampled_from(list(GRAPHS)))
def test_any_graph_is_read_back_or_refused(stated: list[Triple], name: str) -> None:
    try:
        content = written(stated, name)
    except FormatError as error:
        assert name in ("rdf", "jsonld")
        for other in error.formats:
            assert by_pyoxigraph(written(stated, other), other) == canonical(stated)
        return
    assert by_pyoxigraph(content, name) == canonical(stated)


@given(st.lists(triples, max_size=3), st.sampled_from(list(RDFLIB)))
def test_rdflib_reads_any_graph_back(stated: list[Triple], name: str) -> None:
    try:
        content = written(stated, name)
    except FormatError:
        return
    assert by_rdflib(content, name) == canonical(stated)


@pytest.mark.parametrize("name", ["nq", "trig", "jsonld"])
def test_named_graphs_are_read_back_or_refused(name: str) -> None:
    graph = NamedNode("https://e.example/g")
    for stated in (*HELD.values(), [QUOTED], [DIRECTED]):
        quads = [Quad(one.subject, one.predicate, one.object, graph) for one in stated]
        if name == "jsonld" and stated in ([QUOTED], [DIRECTED]):
            with pytest.raises(FormatError):
                write_dataset(quads, GRAPHS[name])
            continue
        form = RdfFormat.from_media_type(GRAPHS[name])
        found = list(parse(write_dataset(quads, GRAPHS[name]), format=form))
        assert {quad.graph_name for quad in found} == {graph}
        assert canonical(quad.triple for quad in found) == canonical(stated)


@pytest.mark.parametrize("media_type", ["text/csv", "nonsense"])
def test_what_is_no_format_of_graphs_is_refused(media_type: str) -> None:
    with pytest.raises(ValueError, match=f"{media_type} is no format of graphs"):
        write_graph([said("x")], media_type)


# rdflib's reader of JSON-LD calls what rdflib itself advises against.
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.plugins")
@given(st.lists(named_triples.filter(keeps_form), max_size=3))
def test_each_processor_of_json_ld_reads_any_graph_back(stated: list[Triple]) -> None:
    for processor, found in readings(written(stated, "jsonld")).items():
        assert found == set(map(str, stated)), processor
