"""The real server byte by byte: what clients send that no library would, and how they leave."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engines import until, write_facts
from tests.support.servers import Server, serving
from tests.support.wire import Received, ask, lines_of, wire

QUERY = b"GET /sparql?query="
ASK = QUERY + b"ASK%7B%7D"
TURTLE = b"Accept: text/turtle"
HTML = b"Accept: text/html"
DIRECT = b"Content-Type: application/sparql-query"
ROUTES = ["/", "/sparql", "/sparql?query=ASK%7B%7D", "/limits", "/metrics", "/health"]
UPGRADE = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_facts(tmp_path_factory.mktemp("gateway") / "facts.nt", count=400)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, file: Path) -> Iterator[Server]:
    """Serve behind a proxy on this machine, with little patience."""
    settings = {
        "URBACT_GRAPH_TRUSTED_PROXIES": "127.0.0.1",
        "URBACT_GRAPH_REQUEST_TIMEOUT_SECONDS": "1",
        "URBACT_GRAPH_MAX_QUERY_BYTES": "1000",
    }
    folder = tmp_path_factory.mktemp("trusting")
    with serving(folder, "--dataset", str(file), settings=settings) as server:
        yield server


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory, file: Path) -> Iterator[Server]:
    """Serve at a public address with a path."""
    settings = {
        "URBACT_GRAPH_PUBLIC_URL": "http://data.example/graph/",
        "URBACT_GRAPH_TRUSTED_PROXIES": "127.0.0.1",
    }
    folder = tmp_path_factory.mktemp("public")
    with serving(folder, "--dataset", str(file), settings=settings) as server:
        # It says where it is reached, which is not where it listens.
        place = folder / "urbact-graph"
        until(lambda: any(place.glob("*.socket")))
        port = next(place.glob("*.socket")).stem.rpartition("-")[2]
        yield Server(f"http://127.0.0.1:{port}", server.process, server.log)


@pytest.mark.parametrize("path", ["/sparql", "/%73parql", "/sparq%6C", "/sparql?"])
def test_a_path_may_be_percent_encoded(server: Server, path: str) -> None:
    assert ask(server, f"GET {path}".encode(), TURTLE).status == 200


@pytest.mark.parametrize(
    "path",
    [
        b"/caf%C3%A9",
        "/café".encode(),
        b"/caf%E9",
        b"/%00",
        b"/%0D%0AX:y",
        b"/sparql/",
        b"/sparql%2F",
        b"/%",
        b"*",
        b"/%2573parql",
        b"//sparql",
        b"//sparql?query=ASK%7B%7D",
        b"///limits",
    ],
)
def test_a_strange_path_leads_nowhere(server: Server, path: bytes) -> None:
    received = ask(server, b"GET " + path)
    assert received.status == 404
    assert received.problem == "not-found"


@pytest.mark.parametrize("line", [b"GET /caf\xe9", ASK + b"%23\xe9"])
def test_an_address_that_is_not_utf_8_is_refused(server: Server, line: bytes) -> None:
    assert ask(server, line).status == 400
    assert ask(server, ASK + b"%23%E9").problem == "malformed-request"


@pytest.mark.parametrize("text", ["é", "→"])
def test_a_query_need_not_be_percent_encoded_where_it_is_utf_8(server: Server, text: str) -> None:
    assert ask(server, ASK + f"%23{text}".encode()).status == 200


@pytest.mark.parametrize("name", [b"User-Agent", b"Accept", b"Accept-Encoding", b"If-None-Match"])
@pytest.mark.parametrize("value", [b"caf\xe9", "café →".encode(), b"\x80\xff" * 100])
def test_a_header_may_hold_any_bytes(server: Server, name: bytes, value: bytes) -> None:
    assert ask(server, ASK, name + b": */*, " + value).status == 200


def test_a_header_with_an_underscore_is_no_other(server: Server) -> None:
    evil = [b"X_Forwarded_Host: evil.example", b"X_Forwarded_For: 203.0.113.77"]
    assert b"evil" not in ask(server, b"GET /sparql", *evil, TURTLE).body
    until(lambda: bool(lines_of(server)))
    assert "203.0.113.77" not in {line["client"] for line in lines_of(server)}
    assert b"good" in ask(server, b"GET /sparql", b"X-Forwarded-Host: good.example", TURTLE).body


def test_a_client_is_known_by_what_the_proxy_says(server: Server) -> None:
    ask(server, b"GET /a-client", b"X-Forwarded-For: 203.0.113.9", b"X-Forwarded-For: 192.0.2.5")
    until(lambda: any(line["path"] == "/a-client" for line in lines_of(server)))
    assert next(x["client"] for x in lines_of(server) if x["path"] == "/a-client") == "192.0.2.5"


def test_headers_that_are_repeated_are_joined(server: Server) -> None:
    accepts = [b"Accept: text/csv;q=0.1", b"Accept: application/sparql-results+xml"]
    for order in (accepts, accepts[::-1]):
        assert ask(server, ASK, *order).headers["content-type"].endswith("results+xml")


@pytest.mark.parametrize("accept", [b"*/*", b"text/turtle", b"text/html", b"text/plain"])
def test_the_host_that_a_stranger_names_is_never_repeated(server: Server, accept: bytes) -> None:
    for path in (*ROUTES, "/nowhere", "/sparql?query=NONSENSE"):
        for method in ("GET", "OPTIONS", "DELETE"):
            received = ask(server, f"{method} {path}".encode(), b"Accept: " + accept)
            assert b"stranger" not in received.body
            assert "stranger" not in str(received.headers)


@pytest.mark.parametrize("host", [b"", b"..", b"a/b", b"[::", b"user@x"])
def test_whatever_the_host_is_said_to_be_makes_no_difference(server: Server, host: bytes) -> None:
    with wire(server) as connected:
        connected.connection.sendall(b"GET /limits HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        assert connected.receive().status == 200


@pytest.mark.parametrize("accept", [TURTLE, HTML])
@pytest.mark.parametrize("path", [b"/graph/sparql", b"/sparql"])
def test_links_are_those_of_the_proxy(server: Server, accept: bytes, path: bytes) -> None:
    said = [
        b"X-Forwarded-Host: data.example",
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-Prefix: /graph",
    ]
    received = ask(server, b"GET " + path, accept, *said)
    assert received.status == 200
    assert b"https://data.example/graph/sparql" in received.body
    assert server.url.encode() not in received.body
    assert ask(server, b"GET /graph/", *said).headers["location"] == "sparql"


@pytest.mark.parametrize(
    "host",
    [b"evil.example/x", b"a b", b"[1.2]", b".."],
)
def test_a_host_that_is_none_counts_as_not_said(server: Server, host: bytes) -> None:
    received = ask(server, b"GET /sparql", b"X-Forwarded-Host: " + host, TURTLE)
    assert received.status == 200
    assert f"<{server.url}/sparql>".encode() in received.body


@pytest.mark.parametrize("path", [b"/graph/sparql", b"/sparql"])
def test_a_public_address_may_have_a_path(public: Server, path: bytes) -> None:
    said = [b"X-Forwarded-Host: evil.example", b"X-Forwarded-Prefix: /evil"]
    received = ask(public, b"GET " + path, TURTLE, *said)
    assert b"<http://data.example/graph/sparql>" in received.body
    assert b"evil" not in received.body
    assert ask(public, b"GET /graph/nowhere").status == 404
    assert ask(public, b"GET /graphs/sparql").status == 404


def posted(server: Server, body: bytes, *lines: bytes) -> Received:
    length = b"Content-Length: %d" % len(body)
    return ask(server, b"POST /sparql", DIRECT, length, *lines, body=body)


def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    received = posted(server, b"#" * 20_000)
    assert (received.status, received.problem) == (413, "query-too-large")
    assert posted(server, b"ASK {}").status == 200


@pytest.mark.parametrize("lines", [[], [b"Expect: 100-continue"]])
def test_a_body_that_will_be_too_large_is_refused_before_it_is_sent(
    server: Server, lines: list[bytes]
) -> None:
    with wire(server) as connected:
        connected.send(b"POST /sparql", DIRECT, b"Content-Length: 1000000000", *lines)
        assert connected.receive().status == 413


def test_a_body_that_is_too_large_is_refused_whatever_the_address_asks(server: Server) -> None:
    form, body = b"Content-Type: application/x-www-form-urlencoded", b"a" * 30_000
    ask(server, ASK)
    length = b"Content-Length: %d" % len(body)
    assert ask(server, ASK.replace(b"GET", b"POST"), form, length, body=body).status == 413


def test_who_asks_whether_to_send_is_told_to(server: Server) -> None:
    with wire(server) as connected:
        connected.send(b"POST /sparql", DIRECT, b"Content-Length: 6", b"Expect: 100-continue")
        assert connected.receive().status == 100
        connected.connection.sendall(b"ASK {}")
        assert connected.receive().status == 200


def test_a_body_that_never_becomes_whole_is_refused(server: Server) -> None:
    with wire(server) as connected:
        connected.send(b"POST /sparql", DIRECT, b"Content-Length: 6", body=b"ASK")
        received = connected.receive()
        assert (received.status, received.problem) == (408, "request-timeout")
        assert connected.is_ended()


def test_a_head_that_never_becomes_whole_ends_the_connection(server: Server) -> None:
    with wire(server) as connected:
        connected.connection.sendall(b"GET /sparql HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert connected.is_ended()


@pytest.mark.parametrize("path", ROUTES)
def test_head_and_options_work_everywhere(server: Server, path: str) -> None:
    # On one connection, which a body that must not be there would put out of step.
    with wire(server) as connected:
        full = connected.ask(f"GET {path}".encode())
        head = connected.ask(f"HEAD {path}".encode())
        options = connected.ask(f"OPTIONS {path}".encode())
    assert (head.status, head.body) == (full.status, b"")
    assert head.headers["content-type"] == full.headers["content-type"]
    if path not in ("/metrics", "/health"):
        assert head.headers["content-length"] == str(len(full.body))
    assert options.status == 200
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["allow"].split(", "))
    assert options.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/sparql?query=ASK%7B%7D%23upgrade", "/", "/limits", "/sparql"],
)
def test_who_would_rather_have_a_websocket_is_answered_by_http(server: Server, path: str) -> None:
    upgraded = ask(server, f"GET {path}".encode(), *UPGRADE)
    assert upgraded.status == ask(server, f"GET {path}".encode()).status


def test_no_websocket_is_ever_opened(server: Server) -> None:
    for path in ROUTES:
        assert 200 <= ask(server, f"GET {path}".encode(), *UPGRADE).status < 500
    assert ask(server, ASK).status == 200
