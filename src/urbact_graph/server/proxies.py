"""What proxies say of the clients behind them, believed only from those that are trusted."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from urbact_graph.web.context import Caller

# RFC 3986: what may stand in an authority without a user, and in a path.
_HOST = re.compile(
    r"(?:(?P<name>[A-Za-z0-9](?:[A-Za-z0-9_-]*\.?[A-Za-z0-9_-])*)|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])"
    r"(?::[0-9]{1,5})?"
)
_LONGEST_HOST = 255
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*/?")
_PORT = re.compile(r"(?<=[\].\d]):\d+$")


class Proxies:
    """The proxies that are trusted, by address or network."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._networks = tuple(networks)

    def caller(self, peer: str, environ: Mapping[str, str]) -> Caller:
        """Tell who asks, where ``peer`` (address and port) has connected to us.

        A trusted proxy may say for whom it asks, and at which address (X-Forwarded-For, -Proto,
        -Host, -Prefix); its word that is not well formed counts as not said.
        """
        address = peer.rpartition(":")[0].strip("[]") or peer
        parsed = _parsed(address)
        if parsed is None or not self._trusts(parsed):
            return Caller(str(parsed or address))
        return Caller(self._client(str(parsed), environ), _public_address(environ))

    def _client(self, peer: str, environ: Mapping[str, str]) -> str:
        """Return the last address on the way here that is no trusted proxy's."""
        client = peer
        for part in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            # An address may have its port behind it, or be an IPv6 one without brackets.
            found = _parsed(part.strip()) or _parsed(_PORT.sub("", part.strip()).strip("[]"))
            if found is None:
                break
            client = str(found)
            if not self._trusts(found):
                break
        return client

    def _trusts(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _public_address(environ: Mapping[str, str]) -> str | None:
    """Return the address at which the proxy is reached, if it tells."""
    scheme = _last(environ, "PROTO") or "http"
    host, prefix = _last(environ, "HOST"), _last(environ, "PREFIX")
    if scheme not in ("http", "https") or not _is_authority(host):
        return None
    return f"{scheme}://{host}{prefix.rstrip('/') if _PREFIX.fullmatch(prefix) else ''}"


def _is_authority(text: str) -> bool:
    match = _HOST.fullmatch(text) if len(text) <= _LONGEST_HOST else None
    if match is None:
        return False
    return match["ipv6"] is None or isinstance(_parsed(match["ipv6"]), IPv6Address)


def _last(environ: Mapping[str, str], name: str) -> str:
    # Each proxy on the way adds its own; the last is that of the one we trust.
    return environ.get(f"HTTP_X_FORWARDED_{name}", "").rpartition(",")[2].strip()
