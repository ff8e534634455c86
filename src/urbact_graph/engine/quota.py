"""Quotas: how much time a client's queries may run in a minute."""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from urbact_graph.problems import RATE_LIMITED, ProblemError

_MINUTE = 60.0
# Of more clients, the quotas of those longest inactive are forgotten.
_MAX_CLIENTS = 10_000
# As a rule one client has all IPv6 addresses that begin with the same 64 bits.
_IPV6_PREFIX_BITS = 64


@dataclass
class Quota:
    """The seconds that a client had left at the time ``since``; negative if it used too many."""

    left: float
    since: float


class Quotas:
    """``seconds`` a minute for each client: used by its queries, refilled evenly; thread-safe.

    ``clock`` returns seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._quotas: OrderedDict[str, Quota] = OrderedDict()

    def admit(self, client: str) -> None:
        """Refuse a query of ``client``, as ``network`` names it, while its quota is used up.

        Raises:
            ProblemError: it is used up.
        """
        with self._lock:
            left = self._quota(client).left
        if left > 0:
            return
        wait = math.floor(-left / self._seconds * _MINUTE) + 1
        raise ProblemError(
            RATE_LIMITED,
            f"The queries from your address have used their {self._seconds:g} s of engine time a "
            f"minute (client_quota_seconds); try again in {wait} s.",
            extensions={"limit": "client_quota_seconds", "value": self._seconds},
            headers={"Retry-After": str(wait)},
        )

    def charge(self, client: str, seconds: float) -> None:
        """Take ``seconds`` for which a query ran from the quota of ``client``."""
        with self._lock:
            self._quota(client).left -= seconds

    def _quota(self, client: str) -> Quota:
        now = self._clock()
        quota = self._quotas.pop(client, None) or Quota(self._seconds, now)
        refill = (now - quota.since) * self._seconds / _MINUTE
        quota.left, quota.since = min(self._seconds, quota.left + refill), now
        self._quotas[client] = quota
        if len(self._quotas) > _MAX_CLIENTS:
            self._quotas.popitem(last=False)
        return quota


def network(client: str) -> str:
    """Return the key of the client at an IP address: the address, or the IPv6 network it is in."""
    try:
        address = ipaddress.ip_address(client)
        address = getattr(address, "ipv4_mapped", None) or address
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _IPV6_PREFIX_BITS), strict=False))
    return str(address)
