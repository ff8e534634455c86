"""Two graphs compared: facts added and removed by entity, whatever blank nodes are called."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, Triple, parse, serialize

from urbact_graph.errors import DatasetError
from urbact_graph.history.diff import Comparison, Facts, Kind, compare, read_facts
from urbact_graph.rdf.blank_nodes import with_names

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://w3id.org/urbact-graph/"
HEAD = f"""@base <{BASE}> . @prefix : <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def triples(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(HEAD + text, format=RdfFormat.TURTLE)]


def facts(text: str) -> Facts:
    return lambda: triples(text)


def compared(before: str, after: str) -> Comparison:
    return compare(facts(before), facts(after), BASE)


def summary(found: Comparison) -> dict[str, tuple[str, str, int, int]]:
    """Return label, kind and the numbers of facts by entity."""
    return {
        change.entity.removeprefix(BASE): (
            change.label,
            change.kind.value,
            len(change.added),
            len(change.removed),
        )
        for change in found.changes
    }


def test_facts_are_grouped_by_entity() -> None:
    found = compared(
        '<a> rdfs:label "A" ; :size 1 . <b> rdfs:label "B" . <c> :size 3 . <d> :size 4 .',
        '<a> rdfs:label "A" ; :size 2, 3 . <c> :size 3 . <d> :size 4 . <e> rdfs:label "E" .',
    )
    assert summary(found) == {
        "a": ("A", "changed", 2, 1),
        "b": ("B", "gone", 0, 1),
        "e": ("E", "new", 1, 0),
    }
    assert (found.added, found.removed, found.facts) == (3, 2, 6)
    assert [found.count(kind) for kind in Kind] == [1, 1, 1]


def test_equal_graphs_have_no_difference() -> None:
    found = compared("<a> :size 1, 2 . <b> :size 3 .", "<b> :size 3 . <a> :size 2 ; :size 1, 2 .")
    assert found == Comparison((), 3)


def test_what_has_a_fragment_belongs_to_its_entity_below_the_base_alone() -> None:
    found = compared(
        "", "<a> :size 1 . <a#part> :size 2 . :x :size 1 . <http://e.org/#x> :size 1 ."
    )
    assert list(summary(found)) == ["a", "http://e.org/#x", "https://example.org/x"]
    assert summary(found)["a"] == ("", "new", 2, 0)


def test_an_entity_of_which_a_part_stays_is_changed() -> None:
    found = compared("<a> :size 1 . <a#part> :size 2 .", "<a#part> :size 2 .")
    assert summary(found) == {"a": ("", "changed", 0, 1)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ('<a> skos:prefLabel "P"@en ; rdfs:label "Ä"@de, "L", "E"@en .', "E"),
        ('<a> skos:prefLabel "P"@en ; rdfs:label "Ä"@de, "L" .', "L"),
        ('<a> skos:prefLabel "P"@en ; <http://purl.org/dc/terms/title> "T" .', "P"),
        ('<a> rdfs:label "Z", "B" . <a#part> rdfs:label "A" .', "B"),
        ("<a> rdfs:label <b> ; :size 1 .", ""),
    ],
)
def test_the_best_label_heads_an_entity(text: str, label: str) -> None:
    assert [change.label for change in compared("", text).changes] == [label]


def test_a_label_that_is_gone_heads_what_it_named() -> None:
    found = compared('<a> rdfs:label "Old" ; :size 1 .', "<a> :size 1 .")
    assert summary(found) == {"a": ("Old", "changed", 0, 1)}
    found = compared('<a> rdfs:label "Old" .', '<a> rdfs:label "New" .')
    assert summary(found) == {"a": ("New", "changed", 1, 1)}


def test_what_people_look_for_comes_first() -> None:
    paths = ("similarity/network/a/b", "quality/total/x/plans", "dataset", "catalog", "ontology")
    stated = "".join(f"<{path}> :size 1 ." for path in (*paths, "zone/z", "plan/p"))
    found = compared("", stated + "<http://e.org/x> :size 1 .")
    assert list(summary(found)) == [
        *("plan/p", "zone/z", "http://e.org/x", "ontology"),
        *("quality/total/x/plans", "similarity/network/a/b", "catalog", "dataset"),
    ]


def by_class(before: str, after: str) -> dict[str, tuple[int, int, int]]:
    """Return how many things each class gained, kept changed and lost."""
    counts = compared(f"{CLASSES} {before}", f"{CLASSES} {after}").classes()
    return {
        one.name.rpartition("#")[2].rpartition("/")[2]: (one.added, one.changed, one.removed)
        for one in counts
    }


CLASSES = """@prefix urb: <ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
urb:LocalPlan rdfs:subClassOf urb:Plan . urb:Plan rdfs:subClassOf :Work, urb:Plan ."""
PLAN = "<plan/a> a urb:LocalPlan, urb:Plan, :Work"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", f"{PLAN} .", {"Plan": (1, 0, 0)}),
        (f"{PLAN} .", "", {"Plan": (0, 0, 1)}),
        (f"{PLAN} .", f"{PLAN} ; :size 1 .", {"Plan": (0, 1, 0)}),
        (f"{PLAN} .", "<plan/a> a urb:Idea .", {"Idea": (1, 0, 0), "Plan": (0, 0, 1)}),
        (
            f"{PLAN} .",
            "<plan/a> owl:deprecated true .",
            {"Plan": (0, 0, 1), "deprecated": (1, 0, 0)},
        ),
        # What has a class in another vocabulary alone has that; a part has none of its own.
        ("", ":x a :Work . <a> :size 1 . <a#part> a :Work .", {"": (1, 0, 0), "Work": (1, 0, 0)}),
        ("<a> a urb:Idea, urb:Other .", "", {"Idea": (0, 0, 1), "Other": (0, 0, 1)}),
    ],
)
def test_changes_are_counted_by_class(
    before: str, after: str, expected: dict[str, tuple[int, int, int]]
) -> None:
    assert by_class(before, after) == expected


# Blank nodes ---------------------------------------------------------------------------------

ADDRESSES = '<a> :at [ :street "S" ; :in [ :name "T" ] ] . <b> :at [ :street "U" ] .'


def test_names_of_blank_nodes_do_not_matter() -> None:
    other = (
        '_:q :name "T" . _:p :in _:q ; :street "S" . <b> :at _:b . _:b :street "U" . <a> :at _:p .'
    )
    assert not compared(ADDRESSES, other).changes


def test_a_change_of_one_blank_node_leaves_the_others_alone() -> None:
    found = compared(ADDRESSES, ADDRESSES.replace('"U"', '"V"'))
    # The link to it and what is said of it, before and after.
    assert (found.added, found.removed) == (2, 2)
    assert {change.kind for change in found.changes} == set(Kind)
    assert "in> " not in "".join(str(t) for c in found.changes for t in (*c.added, *c.removed))


def test_blank_nodes_of_which_the_same_is_said_are_counted() -> None:
    one, two = "<a> :at [ :x 1 ] .", "<a> :at [ :x 1 ], [ :x 1 ] ."
    assert not compared(two, two).changes
    assert compared(one, two).added == 2


def test_a_graph_with_blank_nodes_is_compared_with_one_without() -> None:
    found = compared("<a> :size 1 .", "<a> :size 1 . <b> :at [ :x 1 ] .")
    assert (found.added, found.removed) == (2, 0)


def test_a_ring_of_blank_nodes_is_named_as_one() -> None:
    ring = "_:{0} :next _:{1} . _:{1} :next _:{2} . _:{2} :next _:{0} ."
    assert not compared(ring.format("a", "b", "c"), ring.format("z", "x", "y")).changes
    assert len({node for t in with_names(triples(ring.format("a", "b", "c"))) for node in t}) == 4


def test_a_triple_as_a_term_may_hold_a_blank_node() -> None:
    text = "<a> :says <<( {0} :size 1 )>> . {0} :size 1 ."
    assert not compared(text.format("_:x"), text.format("_:y")).changes
    assert compared(text.format("_:x"), text.format("_:y") + "_:y :size 2 .").changes


# Files ---------------------------------------------------------------------------------------

FORMATS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "nq": RdfFormat.N_QUADS}
FORMATS |= {"trig": RdfFormat.TRIG, "rdf": RdfFormat.RDF_XML, "jsonld": RdfFormat.JSON_LD}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("extension", FORMATS)
def test_files_of_every_format_are_read(tmp_path: Path, extension: str, compressed: bool) -> None:
    stated = triples('<a> rdfs:label "A"@en ; :size 1, 2 .')
    content = serialize(stated, format=FORMATS[extension]) or b""
    path = tmp_path / (f"file.{extension}.gz" if compressed else f"file.{extension}")
    path.write_bytes(gzip.compress(content, mtime=0) if compressed else content)
    found = read_facts(path)
    assert set(found()) == set(stated)
    # They can be read again.
    assert not compare(found, facts('<a> rdfs:label "A"@en ; :size 1, 2 .'), BASE).changes


def test_the_graphs_of_a_file_count_as_one(tmp_path: Path) -> None:
    path = tmp_path / "file.trig"
    path.write_text(HEAD + "<a> :size 1 . <g> { <a> :size 1 . <b> :size 2 . }")
    assert not compare(read_facts(path), facts("<a> :size 1 . <b> :size 2 ."), BASE).changes


@pytest.mark.parametrize("name", ["file.ttl", "file.nt", "file.trig", "file.nq", "file.nt.gz"])
def test_a_byte_order_mark_is_skipped(tmp_path: Path, name: str) -> None:
    content = b"\xef\xbb\xbf<a:b> <a:c> <a:d> .\n"
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    assert [str(triple) for triple in read_facts(path)()] == ["<a:b> <a:c> <a:d>"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("wrong.ttl", b"<a:b> <a:c>\n\n;", r"wrong\.ttl, line 3: .*\. Correct the file there\."),
        ("wrong.jsonld", b"{", r"wrong\.jsonld.*: .*\. Correct the file there\."),
        ("wrong.nt.gz", b"no gzip", r"wrong\.nt\.gz cannot be read \(.*\); name another file\."),
        (
            "cut.nt.gz",
            gzip.compress(b"<a:b> <a:c> <a:d> .\n" * 99, mtime=0)[:-9],
            r"cut\.nt\.gz cannot be read",
        ),
        ("empty.ttl", b"# Nothing.\n", r"empty\.ttl states nothing; name a file with facts\."),
        ("empty.nt.gz", gzip.compress(b"", mtime=0), r"empty\.nt\.gz states nothing"),
        ("empty.rdf", b"", r"empty\.rdf, line 1: it is not well-formed XML"),
        ("page.nt", b"<!DOCTYPE html>", r"page\.nt: it is an HTML page, not N-Triples; download"),
        ("turtle.nt", b"@prefix : <a:> .\n:a :b :c .", r"turtle\.nt: it is Turtle, not N-Trip"),
        (
            "wrong.rdf",
            b"<RDF xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n<x:y/></RDF>",
            r"wrong\.rdf, line 2: Unknown prefix x:\. Correct the file there\.",
        ),
        (
            "remote.jsonld",
            b'{"@context": "https://schema.org/", "name": "A"}',
            r"remote\.jsonld, line 1: the context <https://schema\.org/> is not fetched; put it",
        ),
        ("gone.nt", None, r"gone\.nt cannot be read \(No such file or directory\); name another"),
        ("notes.md", b"", r"notes\.md is no RDF file by its name; it should end in \.ttl"),
        ("notes.md.gz", b"", r"notes\.md\.gz is no RDF file by its name"),
    ],
)
def test_a_file_that_cannot_be_read_is_summary(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=words):
        list(read_facts(path)())
