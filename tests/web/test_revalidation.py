"""Entity tags and compression: what is sent again, what is not, and in which form."""

import gzip
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.protocol import DIRECT

from tests.support.engines import write_facts

SMALL = "SELECT DISTINCT ?o { ?s ?p ?o }"
LARGE = "SELECT * { ?s ?p ?o }"
PAGES = {
    "small answer": ("/sparql?" + urlencode({"query": SMALL}), "*/*"),
    "large answer": ("/sparql?" + urlencode({"query": LARGE}), "text/csv"),
    "graph answer": ("/sparql?" + urlencode({"query": "DESCRIBE <x:s1>"}), "text/turtle"),
    "editor": ("/sparql", "text/html"),
    "description": ("/sparql", "text/turtle"),
    "limits": ("/limits", "application/json"),
    "limits page": ("/limits", "text/html"),
}
NEEDED = ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    file = write_facts(tmp_path_factory.mktemp("tags") / "facts.nt")
    with Engine(Settings.load(max_running_queries=1), file) as engine:
        yield engine


@pytest.fixture
def fresh(engine: Engine) -> Callable[[], FlaskClient]:
    """Make a client of an application that has nothing kept."""
    return lambda: create_app(Settings.load(max_running_queries=1), engine).test_client()


@pytest.fixture
def client(fresh: Callable[[], FlaskClient]) -> FlaskClient:
    return fresh()


def ask(client: FlaskClient, query: str = SMALL, method: str = "GET", **more: str) -> TestResponse:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return client.open("/sparql?" + urlencode({"query": query}), method=method, headers=headers)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_it_is_not_sent_it_again(client: FlaskClient, name: str, method: str) -> None:
    path, accept = PAGES[name]
    full = client.get(path, headers={"Accept": accept})
    assert full.status_code == 200
    assert full.headers["ETag"].startswith('W/"')
    asked = {"Accept": accept, "If-None-Match": full.headers["ETag"]}
    again = client.open(path, method=method, headers=asked)
    assert (again.status_code, again.data) == (304, b"")
    for header in NEEDED:
        assert again.headers.get(header) == full.headers.get(header), header
    for header in ("Content-Type", "Content-Length", "Content-Encoding"):
        assert header not in again.headers
    other = client.open(path, method=method, headers={**asked, "If-None-Match": 'W/"other"'})
    assert other.status_code == 200
    assert other.headers["Content-Length"] == str(len(full.data))


@pytest.mark.parametrize("path", ["/health", "/metrics", "/nowhere", "/sparql?query=NONSENSE"])
def test_what_must_not_be_kept_has_no_tag(client: FlaskClient, path: str) -> None:
    plain = client.get(path)
    assert "ETag" not in plain.headers
    assert "no-store" in plain.headers["Cache-Control"]


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize(
    ("form", "is_known"),
    [
        ('W/"{}"', True),
        ('"{}"', True),
        ('"a", W/"{}", "b"', True),
        ('"a","{}"', True),
        ('  "{}"  ', True),
        ("*", True),
        ('"{}x"', False),
        ('"x{}"', False),
        ('W/""', False),
        ('"a", "b"', False),
        ("", False),
        ('"', False),
        ('W/"{}', False),
        (",,,", False),
        ('"*"', False),
        ("W/", False),
        ("é", False),
        ("\\" * 200 + '"' * 201, False),
    ],
)
def test_tags_are_read_in_every_form(
    client: FlaskClient,
    fresh: Callable[[], FlaskClient],
    engine: Engine,
    form: str,
    *,
    is_known: bool,
    is_kept: bool,
) -> None:
    full = ask(client)
    asked = form.replace("{}", full.headers["ETag"].removeprefix("W/").strip('"'))
    before = engine.counters.answers
    other = client if is_kept else fresh()
    response = ask(other, If_None_Match=asked)
    assert response.status_code == (304 if is_known else 200)
    assert response.data == (b"" if is_known else full.data)
    # That anything is known can only be said once there is something.
    is_evaluated = not is_kept and (not is_known or form == "*")
    assert engine.counters.answers - before == is_evaluated


def test_a_tag_is_of_one_answer_only(fresh: Callable[[], FlaskClient]) -> None:
    tag = ask(fresh()).headers["ETag"]
    for query in (SMALL + " ", LARGE, "ASK {}"):
        assert ask(fresh(), query, If_None_Match=tag).status_code == 200
    assert ask(fresh(), Accept="text/csv", If_None_Match=tag).status_code == 200
    named = "/sparql?" + urlencode({"query": SMALL, "default-graph-uri": "x:g"})
    assert fresh().get(named, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("query", ["NONSENSE", "DROP ALL"])
def test_nobody_has_the_answer_to_what_is_refused(client: FlaskClient, query: str) -> None:
    assert ask(client, query, If_None_Match="*").status_code == ask(client, query).status_code


def test_a_post_is_always_answered_in_full(client: FlaskClient) -> None:
    for _ in range(2):
        tag = ask(client).headers["ETag"]
        for known in (tag, "*"):
            headers = {"If-None-Match": known}
            response = client.post("/sparql", data=SMALL, content_type=DIRECT, headers=headers)
            assert response.status_code == 200
            assert b'"one"' in response.data


def test_without_an_evaluation_it_is_said_what_it_varies_by(
    client: FlaskClient, fresh: Callable[[], FlaskClient]
) -> None:
    full = ask(client, LARGE)
    early = ask(fresh(), LARGE, If_None_Match=full.headers["ETag"])
    assert early.status_code == 304
    assert early.vary.as_set() == full.vary.as_set()


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize(
    ("encoding", "is_compressed"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("*", True),
        ("*;q=0.1", True),
        ("gzip;q=1, identity;q=1", True),
        ("identity;q=0.5, gzip", True),
        (None, False),
        ("", False),
        ("identity", False),
        ("br, zstd", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=0.5, identity;q=0.6", False),
        ("x-gunzip", False),
        ("gzip" + "," * 5_000, False),
    ],
)
def test_a_large_answer_is_compressed_for_who_prefers_that(
    client: FlaskClient, encoding: str | None, *, is_compressed: bool, is_kept: bool
) -> None:
    if is_kept:
        ask(client, LARGE)
    headers = {} if encoding is None else {"Accept_Encoding": encoding}
    for method in ("GET", "HEAD"):
        response = ask(client, LARGE, method, **headers)
        assert response.headers.get("Content-Encoding") == ("gzip" if is_compressed else None)
        assert "accept-encoding" in response.vary.as_set()
    plain, sent = ask(client, LARGE), ask(client, LARGE, **headers)
    assert len(plain.data) > 2_000
    assert (gzip.decompress(sent.data) if is_compressed else sent.data) == plain.data
    assert (len(sent.data) < len(plain.data) / 2) == is_compressed
    for method in ("GET", "HEAD"):
        assert ask(client, LARGE, method, **headers).headers["Content-Length"] == str(
            len(sent.data)
        )
    assert sent.headers["ETag"] == plain.headers["ETag"]


def test_a_small_answer_is_never_compressed(client: FlaskClient) -> None:
    response = ask(client, Accept_Encoding="gzip")
    assert "Content-Encoding" not in response.headers
    assert b'"one"' in response.data


def test_pages_are_compressed_as_answers_are(client: FlaskClient) -> None:
    plain = client.get("/sparql", headers={"Accept": "text/html"})
    sent = client.get("/sparql", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
    assert gzip.decompress(sent.data) == plain.data
    assert sent.vary.as_set() == {"accept", "accept-encoding"}
    assert (
        "Content-Encoding" not in client.get("/limits", headers={"Accept-Encoding": "br"}).headers
    )
