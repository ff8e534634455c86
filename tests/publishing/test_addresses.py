"""Addresses of graphs and endpoints, and those that cannot be meant."""

import pytest

from urbact_graph.publishing.addresses import (
    checked_address,
    checked_store,
    endpoints_of,
    graph_address,
    is_exposed,
)
from urbact_graph.publishing.refusals import StoreError


@pytest.mark.parametrize(
    ("store", "graph", "direct", "expected"),
    [
        ("http://h/s", None, False, "http://h/s?default"),
        ("http://h/s", "http://x.org/a?b=c&d#e", False, None),
        ("http://h/s?key=1", None, False, "http://h/s?key=1&default"),
        ("http://h/s?key=1", "urn:g", False, "http://h/s?key=1&graph=urn%3Ag"),
        ("http://h/s", "urn:ł", False, "http://h/s?graph=urn%3A%C5%82"),
        ("http://h/g", "http://h/g", True, "http://h/g"),
    ],
)
def test_a_graph_has_an_address(
    store: str, graph: str | None, direct: bool, expected: str | None
) -> None:
    expected = expected or "http://h/s?graph=http%3A%2F%2Fx.org%2Fa%3Fb%3Dc%26d%23e"
    assert graph_address(store, graph, direct=direct) == expected


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        ("http://h/store", ("http://h/query", "http://h/update")),
        ("http://h:1/a/store/", ("http://h:1/a/query", "http://h:1/a/update")),
        ("http://h/ds/data", ("http://h/ds/query", "http://h/ds/update")),
        ("http://h/sparql-graph-crud-auth?", ("http://h/sparql-auth", "http://h/sparql-auth")),
        (
            "http://h/repositories/r/rdf-graphs/service",
            ("http://h/repositories/r", "http://h/repositories/r/statements"),
        ),
        ("https://h/sparql/gsp/", ("https://h/sparql", "https://h/sparql")),
        ("http://h/other", (None, None)),
        ("http://h/mystore", (None, None)),
    ],
)
def test_the_endpoints_of_a_known_layout(store: str, expected: tuple[str | None, ...]) -> None:
    assert endpoints_of(store) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("store", "write an address such as"),
        ("ftp://h/s", "write an address such as"),
        ("http:///s", "write an address such as"),
        ("http://h:x/s", "write an address such as"),
        ("http://[::1/s", "write an address such as"),
        ("http://h/a b", "percent-encoded"),
        ("http://h/ł", "percent-encoded"),
        ("http://h/a\nb", "percent-encoded|write an address"),
        ("http://h/s#g", "no fragment"),
        ("http://me:hush@h/s", "holds credentials, .* URBACT_GRAPH_PUBLISH_USER"),
        ("http://hush@h/s", "holds credentials"),
        ("https://:hush@h/s", "holds credentials"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(text: str, reason: str) -> None:
    with pytest.raises(StoreError, match=reason) as caught:
        checked_address(text, "The address of the store")
    assert "hush" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "text",
    ["http://h/s?default", "http://h/s?graph=urn:g", "http://h/s?key=1&graph=", "http://h/?graph"],
)
def test_an_address_of_a_store_that_names_a_graph_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="names a graph of it; take default and graph out"):
        checked_store(text, direct=False)
    assert checked_store(text, direct=True) == text
    assert checked_store("http://h/s?graphs=1", direct=False)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org/s", False),
        ("http://localhost:1/s", False),
        ("http://127.0.0.9/s", False),
        ("http://[::1]:1/s", False),
        ("http://example.org/s", True),
        ("http://192.0.2.1/s", True),
    ],
)
def test_what_is_sent_to_another_machine_without_tls_can_be_read(
    address: str, expected: bool
) -> None:
    assert is_exposed(address) == expected
