"""What proxies say of the clients behind them: whom to believe, and what is well formed."""

from ipaddress import ip_network

import pytest

from urbact_graph.web.context import Caller
from urbact_graph.server.proxies import Proxies

PROXY = "10.0.0.1:4000"
CLIENT = "192.0.2.7"


def caller(peer: str = PROXY, trusted: str = "10.0.0.0/8", **said: str) -> Caller:
    """Return who asks where a proxy says ``said``, headers without their X-Forwarded."""
    proxies = Proxies(ip_network(network) for network in trusted.split())
    return proxies.caller(peer, {f"HTTP_X_FORWARDED_{name}": text for name, text in said.items()})


def address(way: str, **given: str) -> str:
    return caller(**given, FOR=way).address


def public(**said: str) -> str | None:
    return caller(**{"HOST": "data.example", **said}).public_address


@pytest.mark.parametrize("trusted", ["", "10.0.0.1", "198.51.100.0/24 2001:db8::/32"])
def test_a_stranger_is_not_believed(trusted: str) -> None:
    said = {"FOR": "203.0.113.9", "HOST": "evil.example", "PROTO": "https", "PREFIX": "/x"}
    found = caller("192.0.2.66:999", trusted, **said)
    assert (found.address, found.public_address) == ("192.0.2.66", None)


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("192.0.2.66:80", "192.0.2.66"),
        ("192.0.2.66", "192.0.2.66"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("[::1]:80", "::1"),
        ("", ""),
    ],
)
def test_the_peer_is_taken_without_its_port(peer: str, expected: str) -> None:
    assert caller(peer, "").address == expected


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (CLIENT, CLIENT),
        (f" {CLIENT} ", CLIENT),
        (f"203.0.113.9, {CLIENT}", CLIENT),
        (f"{CLIENT}, 10.1.1.1", CLIENT),
        (f"203.0.113.9,{CLIENT},10.1.1.1 , 10.2.2.2", CLIENT),
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        (f"unknown, {CLIENT}", CLIENT),
        (f"{CLIENT}:5678", CLIENT),
        ("[2001:db8::5]:443", "2001:db8::5"),
        ("[2001:db8::5]", "2001:db8::5"),
        ("2001:db8::5", "2001:db8::5"),
        ("2001:DB8:0::5", "2001:db8::5"),
        (f"::ffff:{CLIENT}", CLIENT),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxys(way: str, expected: str) -> None:
    assert address(way) == expected


@pytest.mark.parametrize(
    "way", ["2001:db8:1:2:3:4:5:6", "2001:db8:85a3::8a2e:370:7334", "2001:db8::5:6"]
)
def test_an_ipv6_address_without_brackets_has_no_port(way: str) -> None:
    assert address(way) == way


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("", "10.0.0.1"),
        ("unknown", "10.0.0.1"),
        ("_hidden", "10.0.0.1"),
        (f"{CLIENT},", "10.0.0.1"),
        (f"{CLIENT}, garbage", "10.0.0.1"),
        (f"{CLIENT}, <script>, 10.3.3.3", "10.3.3.3"),
        ("999.1.1.1", "10.0.0.1"),
        ("192.0.2", "10.0.0.1"),
        ("0x7f.1", "10.0.0.1"),
        ("192.0.2.7\r\nX: y", "10.0.0.1"),
        ("," * 10_000, "10.0.0.1"),
    ],
)
def test_what_stands_before_garbage_is_not_believed(way: str, expected: str) -> None:
    assert address(way) == expected


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("[::ffff:10.0.0.1]:80", "10.0.0.0/8"),
        ("10.0.0.1:80", "10.0.0.1"),
        ("[2001:db8::1]:80", "2001:db8::/32"),
        ("[::1]:80", "127.0.0.1 ::1"),
    ],
)
def test_proxies_are_known_however_they_connect(peer: str, trusted: str) -> None:
    assert address(CLIENT, peer=peer, trusted=trusted) == CLIENT


def test_of_several_networks_each_is_trusted() -> None:
    way = f"{CLIENT}, 172.16.0.9, 2001:db8::9, 10.9.9.9"
    assert address(way, trusted="10.0.0.0/8 172.16.0.0/12 2001:db8::/32") == CLIENT
    assert address(way, trusted="10.0.0.0/8 2001:db8::/32") == "172.16.0.9"


def test_a_peer_has_one_address_however_it_connects() -> None:
    assert caller("[::ffff:192.0.2.66]:80").address == "192.0.2.66"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "http://data.example"),
        ({"PROTO": "https"}, "https://data.example"),
        ({"PROTO": "http, https"}, "https://data.example"),
        ({"HOST": "data.example:8443"}, "http://data.example:8443"),
        ({"HOST": "evil.example, data.example"}, "http://data.example"),
        ({"HOST": "192.0.2.1"}, "http://192.0.2.1"),
        ({"HOST": "[2001:db8::1]:80"}, "http://[2001:db8::1]:80"),
        ({"PREFIX": "/graph"}, "http://data.example/graph"),
        ({"PREFIX": "/graph/"}, "http://data.example/graph"),
        ({"PREFIX": "/a/b-c/d_e~f.g"}, "http://data.example/a/b-c/d_e~f.g"),
        ({"PREFIX": "/"}, "http://data.example"),
        ({"PREFIX": "/evil, /graph"}, "http://data.example/graph"),
    ],
)
def test_a_trusted_proxy_tells_at_which_address_it_is_reached(
    said: dict[str, str], expected: str
) -> None:
    assert public(**said) == expected


@pytest.mark.parametrize(
    "said",
    [
        {"HOST": ""},
        {"HOST": "data.example,"},
        {"HOST": "evil.example/x"},
        {"HOST": "user@evil.example"},
        {"HOST": "evil.example\r\nX: y"},
        {"HOST": "evil example"},
        {"HOST": "evil.example:port"},
        {"HOST": "evil.example:123456"},
        {"HOST": 'evil.example">'},
        {"HOST": "[::1"},
        {"HOST": "[<x>]"},
        {"HOST": "évil.example"},
        {"PROTO": "javascript"},
        {"PROTO": "javascript:"},
        {"PROTO": "https://evil.example/"},
        {"PROTO": "HTTPS"},
        {"PROTO": "ftp"},
    ],
)
def test_an_address_that_is_not_well_formed_counts_as_not_told(said: dict[str, str]) -> None:
    assert public(**said) is None


@pytest.mark.parametrize(
    "prefix",
    [
        "graph",
        "//evil.example",
        "/a//b",
        "/a b",
        "/a?b",
        "/a#b",
        "/a%2F",
        "/a\r\nX: y",
        "/<x>",
        'javascript:alert("x")',
    ],
)
def test_a_prefix_that_is_not_well_formed_is_left_out(prefix: str) -> None:
    assert public(PREFIX=prefix) == "http://data.example"


@pytest.mark.parametrize("host", ["[1.2]", "[1:2]", "[:]", "[2001:db8::1::2]"])
def test_brackets_hold_an_ipv6_address_or_nothing_is_told(host: str) -> None:
    assert public(HOST=host) is None


def test_other_headers_tell_nothing() -> None:
    proxies = Proxies([ip_network("10.0.0.0/8")])
    said = {"HTTP_FORWARDED": f"for={CLIENT}", "HTTP_X_REAL_IP": CLIENT, "HTTP_HOST": "x.example"}
    found = proxies.caller(PROXY, said)
    assert (found.address, found.public_address) == ("10.0.0.1", None)
