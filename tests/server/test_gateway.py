"""The gateway over the wire: addresses, headers and methods as hardly any client sends them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.server.gateways import asynchronous, clients
from tests.support.engines import write_facts
from tests.support.servers import Server, new_agent, serving, until, variables
from tests.support.wire import ask, wire

ASK = b"GET /sparql?query=ASK%7B%7D"
FORM = b"Content-Type: application/x-www-form-urlencoded"
TURTLE = b"Accept: text/turtle"
HTML = b"Accept: text/html"
ROUTES = ["/", "/sparql", "/sparql?query=ASK%7B%7D", "/limits", "/metrics", "/health"]
UPGRADE = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


@pytest.fixture
def server(session_server: Server) -> Server:
    """Give the shared server, without the checks after each test: nothing here occupies it."""
    return session_server


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve at a public address with a path."""
    settings = variables(public_url="http://data.example/graph/", trusted_proxies="127.0.0.1")
    folder = tmp_path_factory.mktemp("public")
    file = write_facts(folder / "facts.nt")
    with serving(folder, "--dataset", str(file), settings=settings) as server:
        assert server.url == "http://data.example/graph"
        # The control socket has the port in its name.
        place = server.runtime / "urbact-graph"
        until(lambda: any(place.glob("*.socket")))
        port = next(place.glob("*.socket")).stem.rpartition("-")[2]
        yield replace(server, url=f"http://127.0.0.1:{port}")


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
        b"/%",
        b"*",
        b"/%2573parql",
        b"//sparql",
        b"//sparql?query=ASK%7B%7D",
        b"///limits",
        b"/limits//",
        b"/nowhere/",
    ],
)
def test_an_unknown_path_is_not_found(server: Server, path: bytes) -> None:
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


def test_a_header_with_an_underscore_is_ignored(server: Server) -> None:
    evil = [b"X_Forwarded_Host: evil.example", b"X_Forwarded_For: 203.0.113.77"]
    agent = new_agent()
    received = ask(server, b"GET /sparql", *evil, TURTLE, b"User-Agent: " + agent.encode())
    assert b"evil" not in received.body
    (line,) = server.logged(agent)
    assert line["client"] == "127.0.0.1"
    assert b"good" in ask(server, b"GET /sparql", b"X-Forwarded-Host: good.example", TURTLE).body


def test_a_client_is_known_by_what_the_proxy_says(server: Server) -> None:
    agent, said = new_agent(), [b"X-Forwarded-For: 203.0.113.9", b"X-Forwarded-For: 192.0.2.5"]
    ask(server, b"GET /a-client", *said, b"User-Agent: " + agent.encode())
    (line,) = server.logged(agent)
    assert line["client"] == "192.0.2.5"


def test_headers_that_are_repeated_are_joined(server: Server) -> None:
    accepts = [b"Accept: text/csv;q=0.1", b"Accept: application/sparql-results+xml"]
    for order in (accepts, accepts[::-1]):
        assert ask(server, ASK, *order).headers["content-type"].endswith("results+xml")


@pytest.mark.parametrize("accept", [b"*/*", b"text/turtle", b"text/html", b"text/plain"])
def test_the_host_header_of_a_client_is_never_repeated(server: Server, accept: bytes) -> None:
    for path in (*ROUTES, "/nowhere", "/sparql?query=NONSENSE"):
        for method in ("GET", "OPTIONS", "DELETE"):
            received = ask(server, f"{method} {path}".encode(), b"Accept: " + accept)
            assert b"stranger" not in received.body
            assert "stranger" not in str(received.headers)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([b"Host: a.example"], 200),
        ([b"Host: a.example:80"], 200),
        ([b"Host: my_host"], 200),
        ([b"Host: [::1]:8000"], 200),
        ([b"Host: caf%C3%A9.example"], 200),
        # It may be empty, where the address has no authority.
        ([b"Host:"], 200),
        ([b"Host: .."], 200),
        ([], 400),
        ([b"Host: a", b"Host: a"], 400),
        ([b"Host: a", b"Host: b"], 400),
        ([b"Host: a/b"], 400),
        ([b"Host: [::"], 400),
        ([b"Host: user@x"], 400),
        ([b"Host: a b"], 400),
        ([b"Host: a:b"], 400),
        ([b"Host: caf\xe9"], 400),
    ],
)
@pytest.mark.parametrize("method", [b"GET", b"POST", b"OPTIONS"])
def test_a_request_has_one_valid_host(
    server: Server, method: bytes, lines: list[bytes], status: int
) -> None:
    head = [method + b" /sparql?query=ASK%7B%7D HTTP/1.1", FORM, b"Content-Length: 0", *lines]
    with wire(server) as connected:
        connected.connection.sendall(b"\r\n".join([*head, b"", b""]))
        received = connected.receive()
        assert received.status == status
        if status == 400:
            assert received.problem == "malformed-request"
            assert b"Host header" in received.body


def test_before_http_1_1_a_request_needs_no_host(server: Server) -> None:
    with wire(server) as connected:
        connected.connection.sendall(ASK + b" HTTP/1.0\r\n\r\n")
        assert connected._file.readline().split()[1] == b"200"


@pytest.mark.parametrize("path", [b"/sparql/", b"/sparql%2F", b"/limits/"])
def test_a_slash_at_the_end_is_redirected(server: Server, path: bytes) -> None:
    received = ask(server, b"GET " + path + b"?a=%20b")
    assert received.status == 308
    name = "limits" if path == b"/limits/" else "sparql"
    assert received.headers["location"] == f"../{name}?a=%20b"


@pytest.mark.parametrize("accept", [TURTLE, HTML])
@pytest.mark.parametrize("path", [b"/graph/sparql", b"/sparql"])
def test_links_have_the_address_of_the_proxy(server: Server, accept: bytes, path: bytes) -> None:
    sent = [
        b"X-Forwarded-Host: data.example",
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-Prefix: /graph",
    ]
    received = ask(server, b"GET " + path, accept, *sent)
    assert received.status == 200
    assert b"https://data.example/graph/sparql" in received.body
    assert server.url.encode() not in received.body
    assert ask(server, b"GET /graph/", TURTLE, *sent).headers["location"] == "/graph/sparql"


@pytest.mark.parametrize(
    "host",
    [b"evil.example/x", b"a b", b"[1.2]", b".."],
)
def test_a_malformed_forwarded_host_is_ignored(server: Server, host: bytes) -> None:
    received = ask(server, b"GET /sparql", b"X-Forwarded-Host: " + host, TURTLE)
    assert received.status == 200
    assert f"<{server.url}/sparql>".encode() in received.body


@pytest.mark.parametrize("path", [b"/graph/sparql", b"/sparql"])
def test_a_public_address_may_have_a_path(public: Server, path: bytes) -> None:
    sent = [b"X-Forwarded-Host: evil.example", b"X-Forwarded-Prefix: /evil"]
    received = ask(public, b"GET " + path, TURTLE, *sent)
    assert b"<http://data.example/graph/sparql>" in received.body
    assert b"evil" not in received.body
    assert ask(public, b"GET /graph/nowhere").status == 404
    assert ask(public, b"GET /graphs/sparql").status == 404


@pytest.mark.parametrize("path", ROUTES)
def test_head_and_options_work_everywhere(server: Server, path: str) -> None:
    # On one connection: a body that must not be there would be taken for the next response.
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
def test_a_request_for_a_websocket_is_answered_by_http(server: Server, path: str) -> None:
    upgraded = ask(server, f"GET {path}".encode(), *UPGRADE)
    assert upgraded.status == ask(server, f"GET {path}".encode()).status


def test_no_websocket_is_ever_opened(server: Server) -> None:
    for path in ROUTES:
        assert 200 <= ask(server, f"GET {path}".encode(), *UPGRADE).status < 500
    assert ask(server, ASK).status == 200


def test_a_path_is_logged_as_it_was_meant(server: Server) -> None:
    agent = new_agent()
    for path in ("/café", "/caf%C3%A9", "/caf%E9"):
        ask(server, f"GET {path}".encode(), b"User-Agent: " + agent.encode())
    logged = [line["path"] for line in server.logged(agent, 3)]
    assert logged == ["/café", "/café", "/caf\ufffd"]


@asynchronous
async def test_an_unexpected_error_is_a_500_and_harms_no_other_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with clients() as running:

        def fail(*_: object) -> list[bytes]:
            raise RuntimeError("a fault of the application")

        answer = running.app.wsgi_app
        running.app.wsgi_app = fail  # type: ignore[method-assign, assignment]
        sent = [running.send("/limits") for _ in range(2)]
        assert [(await client.response()).status for client in sent] == [500, 500]
        assert "unexpected error" in sent[0].body.decode()
        running.app.wsgi_app = answer  # type: ignore[method-assign]
        assert (await running.send("/limits").response()).status == 200
        assert [line["status"] for line in running.logged()] == [500, 500, 200]
    assert "a fault of the application" in capsys.readouterr().err


@asynchronous
async def test_a_head_is_answered_like_a_get_of_the_whole() -> None:
    async with clients() as running:
        full = await running.send("/limits").response()
        for header in ("range", "if_range"):
            head = await running.send("/limits", "HEAD", **{header: "bytes=0-9"}).response()
            assert (head.status, head.body) == (200, b"")
            assert head.headers["content-length"] == full.headers["content-length"]
