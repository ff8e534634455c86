"""Data of others: blank nodes belong to the documents that lead to them, named graphs count too."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

from tests.web.serving import BASE, BROWSER, serving_file, triples_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from pyoxigraph import Triple

pytestmark = pytest.mark.process

HEAD = f"""
@base <{BASE}> . @prefix e: <http://e.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
# What the document of <a> holds, and the graph has nothing else of it.
ABOUT_A = f"""{HEAD}
<a> rdfs:label "A" ; e:seat [ e:address [ e:street "Main" ; e:town <town> ] ; e:code 7 ] ;
    e:order ( 1 [ e:kind "second" ] 3 ) ; e:more e:outside .
<a#part> e:of <a> ; e:size [ e:value 4 ] .
<a> e:part <a#part> .
e:outside e:note [ e:text "outside" ] .
[ e:about <a> ; e:body [ e:text "annotation" ] ] .
<list> e:members ( <z> <a> <y> ) .
<far> e:way [ e:step [ e:to <a> ] ] .
"""
# Labels of what is linked are added; those of others are not.
LABELS = f"""{HEAD}
<town> rdfs:label "Town" . <far> rdfs:label "Far" . <z> rdfs:label "Zed" .
<list> rdfs:label "A list" . <y> rdfs:label "Why" .
"""
OTHERS = f"""{HEAD}
<b> e:seat [ e:code 8 ; e:near [ e:town <town> ] ] . <town> e:in [ e:name "Land" ] .
<unlinked> rdfs:label "Unlinked" . [ e:about <b> ] e:said "nothing of this" .
"""


def canonical(triples: Iterable[Triple]) -> set[str]:
    dataset = Dataset(Quad(*triple) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad.triple) for quad in dataset}


def of_turtle(*texts: str) -> list[Triple]:
    return [quad.triple for text in texts for quad in parse(text, format=RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    file = tmp_path_factory.mktemp("blank") / "facts.ttl"
    file.write_text(ABOUT_A + LABELS + OTHERS)
    with serving_file(file, base_iri=BASE) as app:
        yield app.test_client()


@pytest.mark.parametrize("suffix", ["nt", "ttl", "rdf", "jsonld"])
def test_a_document_holds_the_statements_of_its_blank_nodes(
    client: FlaskClient, suffix: str
) -> None:
    form = RdfFormat.from_extension(suffix)
    found = [quad.triple for quad in parse(client.get(f"/a.{suffix}").data, format=form)]
    assert canonical(found) == canonical(of_turtle(ABOUT_A, LABELS))


def test_a_page_shows_them_and_links_to_each(client: FlaskClient) -> None:
    page = client.get("/a.html", headers=BROWSER).text
    for text in ("Main", "second", "annotation", "unnamed 1", "Town"):
        assert text in page
    anchors = set(re.findall(r'<h2 id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page)) - {"content"}
    assert links
    assert links <= anchors


def test_all_documents_of_data_without_blank_nodes_have_none(tmp_path: Path) -> None:
    file = tmp_path / "facts.ttl"
    file.write_text(f'{HEAD} <a> e:b <b> . <b> rdfs:label "B" .')
    with serving_file(file, base_iri=BASE) as app:
        found = triples_at(app.test_client(), "/a.nt")
    assert not [node for triple in found for node in triple if isinstance(node, BlankNode)]
    assert len(found) == 2


IN_GRAPHS = f"""{HEAD}
<both> e:size 1 .
<g1> {{ <both> e:size 1, 2 ; rdfs:label "Both" . <first> rdfs:label "First" ; e:next <both> . }}
<g2> {{ <second> e:seat [ e:town <first> ] . <first> e:seen true . }}
_:g {{ <third> e:size 3 . }}
"""


@pytest.mark.parametrize("name", ["facts.trig", "facts.nq", "facts.nq.gz", "facts.jsonld"])
def test_what_stands_in_named_graphs_has_documents(tmp_path: Path, name: str) -> None:
    quads = list(parse(IN_GRAPHS, format=RdfFormat.TRIG))
    form = RdfFormat.from_extension(name.removesuffix(".gz").rpartition(".")[2])
    content = Dataset(quads)
    written = _serialized(content, form)
    (tmp_path / name).write_bytes(gzip.compress(written) if name.endswith(".gz") else written)
    with serving_file(tmp_path / name, base_iri=BASE) as app:
        client = app.test_client()
        for path, count in (("both", 5), ("first", 6), ("second", 3), ("third", 1)):
            assert client.get(f"/{path}", headers=BROWSER).status_code == 303
            assert len(triples_at(client, f"/{path}.nt")) == count, path
        # The endpoint has the default graph that the file has.
        ask = client.get("/sparql", query_string={"query": f"ASK {{ <{BASE}third> ?p ?o }}"})
        assert ask.get_json()["boolean"] is False


def _serialized(dataset: Dataset, form: RdfFormat | None) -> bytes:
    from pyoxigraph import serialize  # noqa: PLC0415

    assert form is not None
    return serialize(dataset, format=form) or b""


@pytest.mark.parametrize("name", ["wroclaw.ttl", "wroclaw.jsonld", "wroclaw.nt", "wroclaw.rdf"])
def test_a_document_of_ours_can_be_served_again(
    demo_client: FlaskClient, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(demo_client.get(f"/city/pl/{name}").data)
    expected = triples_at(demo_client, "/city/pl/wroclaw.nt")
    with serving_file(tmp_path / name) as app:
        found = triples_at(app.test_client(), "/city/pl/wroclaw.nt")
    assert set(found) == set(expected)


@pytest.mark.parametrize("name", ["shapes.ttl", "validation.rdf", "void.jsonld", "catalog.ttl"])
def test_what_else_we_give_out_can_be_served_again(
    demo_client: FlaskClient, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(demo_client.get(f"/{name}").data)
    form = RdfFormat.from_extension(path.suffix[1:])
    count = len({quad.triple for quad in parse(path=str(path), format=form)})
    with serving_file(path) as app:
        query = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}
        rows = app.test_client().get("/sparql", query_string=query).get_json()
    assert rows["results"]["bindings"][0]["n"]["value"] == str(count)
