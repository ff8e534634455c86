"""The X-Forwarded headers of trusted proxies: client address and public address."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# What an authority without user information, and a path, may hold (RFC 3986).
_HOST = re.compile(
    r"(?:(?P<name>[A-Za-z0-9](?:[A-Za-z0-9_-]*\.?[A-Za-z0-9_-])*)|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])"
    r"(?::[0-9]{1,5})?"
)
_MAX_HOST_LENGTH = 255
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*/?")
_PORT = re.compile(r"(?<=[\].\d]):\d+$")


class Proxies:
    """The trusted proxies, by address or network."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._networks = tuple(networks)

    def client(self, peer: str, headers: Mapping[str, str]) -> tuple[str, str]:
        """Return the IP address of the client, and the public address that it used or "".

        ``peer`` is the address and port of the connection's other end; the names of ``headers`` are
        in lower case. X-Forwarded-For, -Proto, -Host and -Prefix count only if the peer is a
        trusted proxy, and if they are well formed. The public address has no final slash.
        """
        address = peer.rpartition(":")[0].strip("[]") or peer
        if not self._networks:
            return _plain(address), ""
        parsed = _parsed(address)
        if parsed is None or not self._trusts(parsed):
            return str(parsed or address), ""
        return self._client(str(parsed), headers), _public_address(headers)

    def _client(self, peer: str, headers: Mapping[str, str]) -> str:
        """Return the last address in X-Forwarded-For that is not that of a trusted proxy."""
        client = peer
        for part in reversed(headers.get("x-forwarded-for", "").split(",")):
            # An address may be followed by a port; an IPv6 address may lack its brackets.
            found = _parsed(part.strip()) or _parsed(_PORT.sub("", part.strip()).strip("[]"))
            if found is None:
                break
            client = str(found)
            if not self._trusts(found):
                break
        return client

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._networks)


def _plain(address: str) -> str:
    """Return the address in its normal form; IPv4 if it is mapped into IPv6."""
    return str(_parsed(address) or address) if ":" in address else address


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _public_address(headers: Mapping[str, str]) -> str:
    """Return the address at which the proxy is reached; "" if it does not state one."""
    scheme = _last(headers, "proto") or "http"
    host, prefix = _last(headers, "host"), _last(headers, "prefix")
    if scheme not in ("http", "https") or not _is_authority(host):
        return ""
    return f"{scheme}://{host}{prefix.rstrip('/') if _PREFIX.fullmatch(prefix) else ''}"


def _is_authority(text: str) -> bool:
    match = _HOST.fullmatch(text) if len(text) <= _MAX_HOST_LENGTH else None
    if match is None:
        return False
    return match["ipv6"] is None or isinstance(_parsed(match["ipv6"]), IPv6Address)


def _last(headers: Mapping[str, str], name: str) -> str:
    # Each proxy on the way adds a value; the last one is that of the trusted proxy.
    return headers.get(f"x-forwarded-{name}", "").rpartition(",")[2].strip()
