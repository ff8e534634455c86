"""Refuse every connection off this machine, so that no test can come to need one.

Python imports a module of this name when it starts. The tests put its folder on ``PYTHONPATH``,
so that it also holds for the Python processes that they start.
"""

import ipaddress
import sys


def _is_local(host: object) -> bool:
    if host in {None, "", b"", "localhost", b"localhost"}:
        return True
    text = host.decode("latin-1") if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        # The address of a socket in the file system is a path.
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    # Not an OSError, which the code under test may handle.
    assert _is_local(host), f"a test connects to {host!r}"


sys.addaudithook(_refuse)
