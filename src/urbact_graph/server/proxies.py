"""What proxies say of the clients behind them; only trusted ones are believed."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# RFC 3986: what may stand in an authority without a user, and in a path.
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
        """Return the client's IP address, and the public address that it used or the empty text.

        ``peer`` is the address and port that connected to us, ``headers`` are by lower-case names.
        Only a trusted proxy may say for whom it asks, and at which address it is reached
        (X-Forwarded-For, -Proto, -Host, -Prefix); values that are not well formed are ignored. The
        public address has no final slash.
        """
        address = peer.rpartition(":")[0].strip("[]") or peer
        if not self._networks:
            return _plain(address), ""
        parsed = _parsed(address)
        if parsed is None or not self._trusts(parsed):
            return str(parsed or address), ""
        return self._client(str(parsed), headers), _public_address(headers)

    def _client(self, peer: str, headers: Mapping[str, str]) -> str:
        """Return the last address on the way here that is no trusted proxy's."""
        client = peer
        for part in reversed(headers.get("x-forwarded-for", "").split(",")):
            # An address may have its port behind it, or be an IPv6 one without brackets.
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
    """Return an address as it is, or the IPv4 one that is mapped into IPv6."""
    return str(_parsed(address) or address) if ":" in address else address


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _public_address(headers: Mapping[str, str]) -> str:
    """Return the address at which the proxy is reached, or the empty text if it does not say."""
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
    # Each proxy on the way adds its own value; the last is that of the one we trust.
    return headers.get(f"x-forwarded-{name}", "").rpartition(",")[2].strip()
