"""Fair shares: how much of the engine's time a client may take in a minute."""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from urbact_graph.problems import RATE_LIMITED, ProblemError

_MINUTE = 60.0
# Clients that are remembered; the one longest unheard of is forgotten first.
_MOST_CLIENTS = 10_000
# Who has an IPv6 address has, as a rule, all those that begin with the same 64 bits.
_IPV6_NETWORK = 64


@dataclass
class _Account:
    left: float
    since: float


class Quotas:
    """``seconds`` a minute for each client: spent by the engine's work, and growing back evenly."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def admit(self, client: str) -> None:
        """Refuse ``client``, as network() names it, while nothing is left of its share.

        Raises:
            ProblemError: its share is used up.
        """
        with self._lock:
            left = self._account(client).left
        if left > 0:
            return
        wait = math.floor(-left / self._seconds * _MINUTE) + 1
        raise ProblemError(
            RATE_LIMITED,
            f"Your address has taken its {self._seconds:g} s of engine time a minute "
            f"(client_quota_seconds); try again in {wait} s.",
            extensions={"limit": "client_quota_seconds", "value": self._seconds},
            headers={"Retry-After": str(wait)},
        )

    def charge(self, client: str, seconds: float) -> None:
        """Take ``seconds`` of the engine's work from the share of ``client``."""
        with self._lock:
            self._account(client).left -= seconds

    def _account(self, client: str) -> _Account:
        name, now = client, self._clock()
        account = self._accounts.pop(name, None) or _Account(self._seconds, now)
        grown = (now - account.since) * self._seconds / _MINUTE
        account.left, account.since = min(self._seconds, account.left + grown), now
        self._accounts[name] = account
        if len(self._accounts) > _MOST_CLIENTS:
            self._accounts.popitem(last=False)
        return account


def network(client: str) -> str:
    """Return what stands for the client at an IP address: it, or the network it has to itself."""
    try:
        address = ipaddress.ip_address(client)
        address = getattr(address, "ipv4_mapped", None) or address
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
    return str(address)
