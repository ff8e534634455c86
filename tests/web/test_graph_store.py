"""Reading graphs by the SPARQL 1.1 Graph Store HTTP Protocol."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Quad, RdfFormat, parse

from tests.web.serving import problem, serving_file
from urbact_graph.rdf.formats import Format, formats
from urbact_graph.release.release import Release

# Served from a file, so that an engine with processes answers.
pytestmark = pytest.mark.process
NAMED = "https://own.example/graph?a=b&c#d"
GRAPH = f"/graph-store?graph={quote(NAMED, safe='')}"
DEFAULT = "/graph-store?default"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Serve a dataset with one named graph; answers have 2,000 bytes at most."""
    file = tmp_path_factory.mktemp("graphs") / "small.nq"
    lines = ['<x:a> <x:p> "d" .', f'<x:a> <x:p> "n" <{NAMED}> .']
    lines += [f'<x:a> <x:p> "{"long" * 100} {number}" <x:long> .' for number in range(10)]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with serving_file(file, dataset=file, max_result_bytes=2_000) as app:
        yield app.test_client()


def objects(content: bytes, form: Format) -> list[str]:
    quads = parse(content, format=RdfFormat.from_media_type(form.media_type))
    return sorted(quad.object.value for quad in quads)


@pytest.mark.parametrize("form", formats("graph"), ids=lambda form: form.name)
@pytest.mark.parametrize(("path", "value"), [(DEFAULT, "d"), (GRAPH, "n")])
def test_a_graph_comes_in_every_format(
    client: FlaskClient, path: str, value: str, form: Format
) -> None:
    for response in (
        client.get(path, headers={"Accept": form.media_type}),
        client.get(f"{path}&format={form.name}"),
    ):
        assert (response.status_code, response.content_type) == (200, form.content_type)
        assert objects(response.data, form) == [value]
        assert "Accept" in response.vary


@pytest.mark.parametrize("path", [DEFAULT, GRAPH])
def test_head_conditions_and_parts_work_as_for_answers(client: FlaskClient, path: str) -> None:
    full = client.get(path)
    assert full.mimetype == "text/turtle"
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(full.data))
    tag = full.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    date = full.headers["Last-Modified"]
    assert client.get(path, headers={"If-Modified-Since": date}).status_code == 304
    part = client.get(path, headers={"Range": "bytes=1-3", "If-Range": tag})
    assert (part.status_code, part.data) == (206, full.data[1:4])
    assert client.get(path, headers={"If-Match": '"other"'}).status_code == 412


@pytest.mark.parametrize("path", ["/graph-store?graph=x:nowhere", "/graph-store?graph=urn:a"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_graph_that_there_is_not_is_not_found(
    client: FlaskClient, path: str, method: str
) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 404
    if method == "GET":
        assert problem(response) == "not-found"
        assert "There is no graph <" in response.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/graph-store", "names no graph"),
        ("/graph-store?a=b", "names no graph"),
        ("/graph-store?default&graph=x:a", "names two graphs"),
        ("/graph-store?graph=x:a&graph=x:b", "2 'graph'"),
        ("/graph-store?default&default", "2 'default'"),
        ("/graph-store?default=x:a", "has no value"),
        ("/graph-store?graph=", "absolute"),
        ("/graph-store?graph=a", "absolute"),
        ("/graph-store?graph=x:a%20b", "absolute"),
        ("/graph-store?graph=x:%3E%7D", "absolute"),
        ("/graph-store?graph=http://%5B", "not valid"),
        ("/graph-store?default&format=pdf", "json, xml"),
        ("/graph-store?default&format=ttl&format=nt", "2 'format'"),
        ("/graph-store?graph=%E9", "UTF-8"),
    ],
)
def test_a_request_that_names_no_graph_is_malformed(
    client: FlaskClient, path: str, words: str
) -> None:
    response = client.get(path)
    assert (response.status_code, problem(response)) == (400, "malformed-request")
    assert words in response.get_json()["detail"]


def test_a_graph_is_no_table(client: FlaskClient) -> None:
    for response in (
        client.get(DEFAULT, headers={"Accept": "text/csv"}),
        client.get(f"{DEFAULT}&format=csv", headers={"Accept": "text/csv"}),
    ):
        assert (response.status_code, problem(response)) == (406, "not-acceptable")
        assert "text/turtle" in response.get_json()["detail"]


def test_a_graph_that_is_too_large_is_a_problem(client: FlaskClient) -> None:
    response = client.get("/graph-store?graph=x:long")
    assert (response.status_code, problem(response)) == (503, "result-too-large")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "QUERY"])
@pytest.mark.parametrize("path", ["/graph-store", DEFAULT, GRAPH])
def test_nothing_can_be_written(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(path, method=method, data="<x:a> <x:b> 1 .")
    assert (response.status_code, problem(response)) == (405, "method-not-allowed")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert f"does not allow the method {method}" in response.get_json()["detail"]
    assert client.get("/graph-store?graph=x:a").status_code == 404


@pytest.mark.parametrize("form", formats("graph"), ids=lambda form: form.name)
def test_the_default_graph_of_a_release_is_sent_from_its_dump(
    demo_client: FlaskClient, demo_release: Release, form: Format
) -> None:
    response = demo_client.get(DEFAULT, headers={"Accept": form.media_type})
    assert (response.status_code, response.content_type) == (200, form.content_type)
    expected = {quad.triple for quad in parse(path=demo_release.graph, format=RdfFormat.N_TRIPLES)}
    found: set[Quad] = set(parse(response.data, format=RdfFormat.from_media_type(form.media_type)))
    assert {quad.triple for quad in found} == expected
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["ETag"].endswith(f'-{form.name}"')
    part = demo_client.get(DEFAULT, headers={"Accept": form.media_type, "Range": "bytes=0-99"})
    assert (part.status_code, part.data) == (206, response.data[:100])
