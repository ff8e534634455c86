"""A real nginx in front of one server or several, below a path, on a socket in a folder."""

import contextlib
import http.client
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers import Reply
from tests.support.waiting import DEADLINE, until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream urbact_graph {{
{servers}
    keepalive 16;
  }}
  server {{
    listen unix:{folder}/nginx.sock;
    location {prefix}/ {{
      proxy_pass http://urbact_graph{target};
      {next};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For 127.0.0.1;
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Forwarded-Host {host};
      proxy_set_header X-Forwarded-Prefix "{prefix}";
    }}
  }}
}}
"""
# A server that fails is left out for a while, and another is asked: no request changes anything.
SERVER = "server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;"
NEXT = "proxy_next_upstream error timeout non_idempotent"


@dataclass(frozen=True)
class Proxy:
    """An nginx with the address https://``host````prefix``, on a socket."""

    socket: Path
    host: str
    prefix: str

    @property
    def address(self) -> str:
        """The address that clients use."""
        return f"https://{self.host}{self.prefix}"

    def fetch(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Reply:
        """Return the response at ``path``, which begins with the prefix."""
        connection = _Connection(self.host, self.socket)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            with connection.getresponse() as response:
                return Reply(response.status, response.headers, response.read())


class _Connection(http.client.HTTPConnection):
    def __init__(self, host: str, file: Path) -> None:
        super().__init__(host, timeout=DEADLINE)
        self._file = file

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(str(self._file))


def _accepts(file: Path) -> bool:
    """Return whether the socket takes connections: nginx binds it before it listens."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(file)) == 0


@contextlib.contextmanager
def proxied(
    folder: Path, *ports: int, prefix: str, host: str = "data.example", stripped: bool
) -> Iterator[Proxy]:
    """Run nginx in front of the servers on ``ports`` while the block lasts.

    ``stripped`` means that it takes the prefix off the paths that it passes on.
    """
    assert NGINX, "nginx is missing; on Debian, apt install nginx-light"
    target = "/" if stripped else ""
    text = _CONFIGURATION.format(
        folder=folder,
        prefix=prefix,
        servers="\n".join(f"    {SERVER.format(port=port)}" for port in ports),
        next=NEXT,
        host=host,
        target=target,
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(text)
    file = folder / "nginx.sock"
    log = folder / "nginx.out"
    with log.open("w") as output:
        process = subprocess.Popen(
            [NGINX, "-p", str(folder), "-c", str(configuration)], stdout=output, stderr=output
        )
    try:
        until(lambda: _accepts(file) or process.poll() is not None, "the start of nginx")
        assert process.poll() is None, log.read_text()
        yield Proxy(file, host, prefix)
    finally:
        process.terminate()
        process.wait(timeout=DEADLINE)
        file.unlink(missing_ok=True)
