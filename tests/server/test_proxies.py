"""The X-Forwarded headers: which proxies are trusted, and which values are well formed."""

from ipaddress import ip_network

import pytest

from urbact_graph.server.proxies import Proxies

PROXY = "10.0.0.1:4000"
CLIENT = "192.0.2.7"


def found(peer: str = PROXY, trusted: str = "10.0.0.0/8", **sent: str) -> tuple[str, str]:
    """Return client and public address where ``sent`` are headers without their X-Forwarded."""
    proxies = Proxies(ip_network(network) for network in trusted.split())
    return proxies.client(peer, {f"x-forwarded-{name.lower()}": sent[name] for name in sent})


def address(route: str, **given: str) -> str:
    return found(**given, FOR=route)[0]


def public(**sent: str) -> str:
    return found(**{"HOST": "data.example", **sent})[1]


@pytest.mark.parametrize("trusted", ["", "10.0.0.1", "198.51.100.0/24 2001:db8::/32"])
def test_the_headers_of_an_untrusted_peer_are_ignored(trusted: str) -> None:
    sent = {"FOR": "203.0.113.9", "HOST": "evil.example", "PROTO": "https", "PREFIX": "/x"}
    assert found("192.0.2.66:999", trusted, **sent) == ("192.0.2.66", "")


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
    assert found(peer, "")[0] == expected


@pytest.mark.parametrize(
    ("route", "expected"),
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
def test_the_client_is_the_last_address_that_is_not_a_trusted_proxy(
    route: str, expected: str
) -> None:
    assert address(route) == expected


@pytest.mark.parametrize(
    "route", ["2001:db8:1:2:3:4:5:6", "2001:db8:85a3::8a2e:370:7334", "2001:db8::5:6"]
)
def test_an_ipv6_address_without_brackets_has_no_port(route: str) -> None:
    assert address(route) == route


@pytest.mark.parametrize(
    ("route", "expected"),
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
def test_addresses_before_a_malformed_one_are_ignored(route: str, expected: str) -> None:
    assert address(route) == expected


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("[::ffff:10.0.0.1]:80", "10.0.0.0/8"),
        ("10.0.0.1:80", "10.0.0.1"),
        ("[2001:db8::1]:80", "2001:db8::/32"),
        ("[::1]:80", "127.0.0.1 ::1"),
    ],
)
def test_a_proxy_is_recognised_over_ipv4_and_ipv6(peer: str, trusted: str) -> None:
    assert address(CLIENT, peer=peer, trusted=trusted) == CLIENT


def test_each_of_several_networks_is_trusted() -> None:
    route = f"{CLIENT}, 172.16.0.9, 2001:db8::9, 10.9.9.9"
    assert address(route, trusted="10.0.0.0/8 172.16.0.0/12 2001:db8::/32") == CLIENT
    assert address(route, trusted="10.0.0.0/8 2001:db8::/32") == "172.16.0.9"


def test_a_peer_has_the_same_address_over_ipv4_and_ipv6() -> None:
    assert found("[::ffff:192.0.2.66]:80")[0] == "192.0.2.66"


@pytest.mark.parametrize(
    ("sent", "expected"),
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
def test_a_trusted_proxy_states_its_public_address(sent: dict[str, str], expected: str) -> None:
    assert public(**sent) == expected


@pytest.mark.parametrize(
    "sent",
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
def test_a_malformed_public_address_is_ignored(sent: dict[str, str]) -> None:
    assert public(**sent) == ""


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
def test_a_malformed_prefix_is_left_out(prefix: str) -> None:
    assert public(PREFIX=prefix) == "http://data.example"


@pytest.mark.parametrize("host", ["[1.2]", "[1:2]", "[:]", "[2001:db8::1::2]"])
def test_a_host_in_brackets_must_be_an_ipv6_address(host: str) -> None:
    assert public(HOST=host) == ""


def test_other_headers_are_ignored() -> None:
    proxies = Proxies([ip_network("10.0.0.0/8")])
    sent = {"forwarded": f"for={CLIENT}", "x-real-ip": CLIENT, "host": "x.example"}
    assert proxies.client(PROXY, sent) == ("10.0.0.1", "")
