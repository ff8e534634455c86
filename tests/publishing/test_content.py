"""What is published: graphs in pieces, with counts and a sample, from any RDF file."""

import gzip
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, parse, serialize

from tests.publishing.running import write_dataset
from urbact_graph.errors import DatasetError
from urbact_graph.publishing import content as content_module
from urbact_graph.publishing.content import next_piece, read_content

QUADS = '<x:a> <x:p> "1" .\n<x:b> <x:p> "2" <x:g> .\n<x:a> <x:p> "1" .\n<x:a> <x:p> "0" .\n'


@pytest.mark.parametrize("most", [1, 40, 50, 4_000, 10**9])
@pytest.mark.parametrize("offset", [0, 1])
def test_pieces_are_whole_lines_that_make_up_the_rest(
    dataset: Path, tmp_path: Path, most: int, offset: int
) -> None:
    (graph,) = read_content(dataset, tmp_path, 5).graphs
    whole = dataset.read_bytes()
    start = whole.index(b"\n") + 1 if offset else 0
    found: list[bytes] = []
    while piece := next_piece(graph, start + sum(map(len, found)), most):
        found.append(piece)
    assert b"".join(found) == whole[start:]
    for piece in found:
        assert piece.endswith(b"\n")
        assert len(piece) <= most or piece.count(b"\n") == 1
        assert list(parse(piece, format=RdfFormat.N_TRIPLES))


@pytest.mark.parametrize("extension", ["nq", "trig", "nq.gz"])
@pytest.mark.parametrize("buffer", [1, 10**6])
def test_graphs_are_counted_without_repetitions(
    tmp_path: Path, extension: str, buffer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_module, "_BUFFER", buffer)
    monkeypatch.setattr(content_module, "_COUNTED_AT_ONCE", buffer)
    file = tmp_path / f"dataset.{extension}"
    data = QUADS.encode()
    if extension == "trig":
        data = serialize(parse(data, format=RdfFormat.N_QUADS), format=RdfFormat.TRIG) or b""
    file.write_bytes(gzip.compress(data) if extension.endswith("gz") else data)
    found = read_content(file, tmp_path, 9)
    default, named = found.graphs
    assert (default.name, default.triples, named.name, named.triples) == ("", 2, "x:g", 1)
    assert found.size == default.size + named.size
    assert default.sample == {"<x:a>": {'<x:a> <x:p> "1" .', '<x:a> <x:p> "0" .'}}
    first = default.lines.read_bytes().index(b"\n") + 1
    assert default.triples_before(first) == 1
    assert default.triples_before(default.size) == 2


@pytest.mark.parametrize("name", ["nt", "ttl", "rdf", "jsonld"])
def test_every_format_is_read(tmp_path: Path, name: str) -> None:
    forms = {"nt": "N_TRIPLES", "ttl": "TURTLE", "rdf": "RDF_XML", "jsonld": "JSON_LD"}
    store = Store()
    store.update('INSERT DATA { <http://x.org/a> <http://x.org/p> "é\\n" , <http://x.org/b> }')
    data = serialize((quad.triple for quad in store), format=getattr(RdfFormat, forms[name]))
    (tmp_path / f"dataset.{name}").write_bytes(data or b"")
    (graph,) = read_content(tmp_path / f"dataset.{name}", tmp_path, 1).graphs
    found = parse(path=str(graph.lines), format=RdfFormat.N_TRIPLES)
    assert {quad.triple for quad in found} == {quad.triple for quad in store}


def test_a_sample_has_all_statements_of_things_from_everywhere(tmp_path: Path) -> None:
    (graph,) = read_content(write_dataset(tmp_path / "a.nt", 1000), tmp_path, 60).graphs
    assert len(graph.sample) == 60
    assert all(len(statements) == 4 for statements in graph.sample.values())
    places = {int(subject[-4:-1]) // 250 for subject in graph.sample}
    assert places == {0, 1, 2, 3}
    (tmp_path / "other").mkdir()
    again = read_content(tmp_path / "a.nt", tmp_path / "other", 60).graphs[0].sample
    assert again == graph.sample


def test_a_thing_with_very_many_statements_is_not_compared(tmp_path: Path) -> None:
    lines = [f'<x:a> <x:p> "{i}" .\n' for i in range(600)]
    (tmp_path / "a.nt").write_text("".join(lines) + '<x:b> <x:p> "1" .\n')
    (graph,) = read_content(tmp_path / "a.nt", tmp_path, 5).graphs
    assert list(graph.sample) == ["<x:b>"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.ttl", "[] <x:p> 1 .", "has blank nodes, as in a statement with <x:p>"),
        ("a.ttl", "<x:a> <x:p> (1) .", "has blank nodes"),
        ("a.trig", "_:g { <x:a> <x:p> 1 }", "has blank nodes"),
        ("a.ttl", "", "states nothing"),
        ("a.ttl", "<x:a> <x:p> 1", "line 1"),
        ("a.nt", "<html>", "it is an HTML page"),
        ("a.txt", "", "is no RDF file by its name"),
        ("missing.nt", None, "cannot be read"),
    ],
)
def test_what_cannot_be_published_is_refused(
    tmp_path: Path, name: str, text: str | None, reason: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(DatasetError, match=reason):
        read_content(tmp_path / name, tmp_path, 5)
