"""A request as the gateway reads it: its key for the cache, and its WSGI environment."""

from typing import Any

import pytest

from urbact_graph.server.request import Place, RawRequest
from urbact_graph.settings import Settings

SETTINGS = Settings(host="127.0.0.1", port=8000)
LOCAL = Place.of("http://127.0.0.1:8000")


class Headers:
    """The headers of an RSGI scope; names may repeat."""

    def __init__(self, *items: tuple[str, str]) -> None:
        self._items = items

    def items(self) -> list[tuple[str, str]]:
        return list(self._items)


class Scope:
    method = "POST"
    path = "/sparql"
    query_string = "a=b"
    http_version = "1.1"

    def __init__(self, *headers: tuple[str, str]) -> None:
        self.headers = Headers(*headers)


def request(**members: Any) -> RawRequest:
    given = {"method": "GET", "path": "/sparql", "query_string": "", "http_version": "1.1"}
    return RawRequest(**{**given, "headers": {}, **members})


def with_headers(**headers: str) -> RawRequest:
    return request(headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_the_head_is_read_from_the_scope() -> None:
    found = RawRequest.of(Scope(("accept", "text/csv")))  # type: ignore[arg-type]
    assert found == RawRequest("POST", "/sparql", "a=b", "1.1", {"accept": "text/csv"})


def test_the_values_of_a_repeated_header_are_joined() -> None:
    scope = Scope(("accept", "text/csv"), ("x-forwarded-for", "1"), ("accept", "text/html"))
    found = RawRequest.of(scope)  # type: ignore[arg-type]
    assert found.headers == {"accept": "text/csv, text/html", "x-forwarded-for": "1"}


def test_a_header_with_an_underscore_is_dropped() -> None:
    # In WSGI it would look like the one with a hyphen.
    found = RawRequest.of(Scope(("x_forwarded_for", "1")))  # type: ignore[arg-type]
    assert found.headers == {}


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("http://127.0.0.1:8000", ("http", "127.0.0.1:8000", "")),
        ("https://data.example/", ("https", "data.example", "")),
        ("https://data.example/graph/", ("https", "data.example", "/graph")),
        ("http://[::1]:80/a/b", ("http", "[::1]:80", "/a/b")),
    ],
)
def test_an_address_is_split(address: str, place: tuple[str, str, str]) -> None:
    assert Place.of(address) == place


@pytest.mark.parametrize(
    ("method", "may_share"),
    [
        *[("GET", True), ("HEAD", True), ("POST", True), ("QUERY", True)],
        *[("OPTIONS", False), ("DELETE", False)],
    ],
)
def test_responses_are_shared_by_method(method: str, may_share: bool) -> None:
    assert request(method=method).may_share is may_share


@pytest.mark.parametrize(
    ("method", "header", "is_conditional"),
    [
        ("GET", "range", True),
        ("GET", "if-match", True),
        ("GET", "if-unmodified-since", True),
        ("GET", "if-none-match", True),
        ("GET", "if-modified-since", True),
        ("QUERY", "if-none-match", True),
        ("HEAD", "if-none-match", True),
        ("POST", "if-none-match", False),
        # It has no meaning without a range.
        ("GET", "if-range", False),
        ("GET", "accept", False),
    ],
)
def test_requests_that_read_may_have_conditions(
    method: str, header: str, is_conditional: bool
) -> None:
    found = request(method=method, headers={header: "x"})
    assert found.is_conditional is is_conditional


def test_head_has_no_range() -> None:
    headers = {"range": "bytes=0-1"}
    assert request(headers=headers).conditions.range == "bytes=0-1"
    assert request(method="HEAD", headers=headers).conditions.range is None


EQUAL = [
    (request(), request(method="HEAD")),
    (request(), request(client="192.0.2.1")),
    (request(), request(http_version="1.0")),
    (request(), with_headers(if_none_match='"x"', user_agent="Mozilla/5.0")),
    (request(), with_headers(accept_encoding="br", cookie="a=b")),
    # Parts are those of the content as it is, which is the same for all of them.
    (request(), with_headers(range="bytes=0-1")),
    (request(), with_headers(range="bytes=0-1", accept_encoding="gzip", if_match='"x"')),
    (with_headers(accept_encoding="gzip, br"), with_headers(accept_encoding="deflate, gzip;q=1")),
]
DIFFERENT = [
    (request(), request(method="POST")),
    (request(), request(path="/sparqL")),
    (request(), request(query_string="query=ASK{}")),
    (request(method="POST"), request(method="POST", body=b"ASK {}")),
    (request(), with_headers(content_type="application/sparql-query")),
    (request(), with_headers(content_encoding="gzip")),
    (request(), with_headers(accept="text/csv")),
    (request(), with_headers(accept_encoding="gzip")),
    (request(), with_headers(user_agent="curl/8.5")),
    (request(), request(public_address="https://data.example")),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_requests_with_the_same_response_have_equal_keys(
    one: RawRequest, other: RawRequest
) -> None:
    assert one.key(1) == other.key(1)
    assert hash(one.key(1)) == hash(other.key(1))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_requests_with_different_responses_have_different_keys(
    one: RawRequest, other: RawRequest
) -> None:
    assert one.key(1) != other.key(1)


def test_the_key_of_another_snapshot_is_different() -> None:
    assert request().key(1) != request().key(2)


def environ(place: Place = LOCAL, **members: Any) -> dict[str, Any]:
    return request(**members).environ(SETTINGS, place)


def test_the_environment_describes_the_request() -> None:
    found = environ(
        method="POST",
        query_string="a=é",
        headers={"accept": "text/csv", "content-type": "text/plain", "x-y": "z"},
        client="192.0.2.1",
        body=b"hello",
    )
    expected = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/sparql",
        "QUERY_STRING": "a=Ã©",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "5",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT": "text/csv",
        "HTTP_X_Y": "z",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
    }
    assert {name: found[name] for name in expected} == expected
    assert found["wsgi.input"].read() == b"hello"


def test_the_host_is_that_of_the_place_and_never_the_clients() -> None:
    found = environ(Place.of("https://data.example"), headers={"host": "evil.example"})
    assert (found["HTTP_HOST"], found["wsgi.url_scheme"]) == ("data.example", "https")
    assert "evil.example" not in str(found)


@pytest.mark.parametrize("header", ["transfer-encoding", "upgrade", "content-length"])
def test_headers_about_the_transfer_are_dropped(header: str) -> None:
    assert "chunked" not in str(environ(headers={header: "chunked"}))


@pytest.mark.parametrize(("method", "has_range"), [("GET", True), ("HEAD", False)])
def test_a_head_is_a_get_of_the_whole(method: str, has_range: bool) -> None:
    found = environ(method=method, headers={"range": "bytes=0-9"})
    assert found["REQUEST_METHOD"] == "GET"
    assert ("HTTP_RANGE" in found) is has_range


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/graph/sparql", ("/graph", "/sparql")),
        ("/graph/", ("/graph", "/")),
        ("/sparql", ("/graph", "/sparql")),
        ("/graphs/sparql", ("/graph", "/graphs/sparql")),
        ("/graph/graph/x", ("/graph", "/graph/x")),
        ("/graph/é", ("/graph", "/Ã©")),
        ("/\udce9", ("/graph", "/é")),
    ],
)
def test_the_path_of_the_place_is_taken_off(path: str, found: tuple[str, str]) -> None:
    made = environ(Place.of("http://data.example/graph"), path=path)
    assert (made["SCRIPT_NAME"], made["PATH_INFO"]) == found
