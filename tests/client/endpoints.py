"""SPARQL endpoints and web servers that are not ours, for a graph of some triples."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import rdflib

from tests.support.waiting import DEADLINE, until

DATA = """
PREFIX : <http://x.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
:a :name "Łódź"@pl ; :people 7 ; :share 0.5 ; :is true ; :since "2023-06"^^xsd:gYearMonth ;
  :at "POINT (19.5 51.8)"^^geo:wktLiteral .
:b :name "Nîmes"@fr ; :people 9 ; :share 1.5 ; :is false ; :since "2024-01-02"^^xsd:date ;
  :at "POINT (4.4 43.8)"^^geo:wktLiteral .
"""
# Of a request: its method, its path with the query string, its headers, its body.
Asked = tuple[str, str, Message, bytes]
# Of a response: status, headers, body.
Reply = tuple[int, Mapping[str, str], bytes]


@contextlib.contextmanager
def answering(answer: Callable[[Asked], Reply]) -> Iterator[str]:
    """Run a web server while the block lasts; give its address, without a slash at the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = (self.command, self.path, self.headers, self.rfile.read(length))
            status, headers, body = answer(asked)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304 and "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status != 304:
                self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def rdflib_endpoint(asked: Asked) -> Reply:
    """Answer at /query as rdflib does: graphs in Turtle, results by the name of plain JSON."""
    method, target, _, body = asked
    address = urlsplit(target)
    if address.path != "/query":
        return 404, {"Content-Type": "text/html"}, b"<html>There is no such page.</html>"
    given = parse_qs(body.decode() if method == "POST" else address.query)
    graph = rdflib.Graph().parse(data=DATA, format="turtle")
    try:
        found = graph.query(given["query"][0])
    except Exception as error:  # noqa: BLE001 - rdflib raises what its parser raises
        return 400, {"Content-Type": "text/plain"}, f"Parse error: {error}".encode()
    if found.graph is not None:
        return 200, {"Content-Type": "text/turtle"}, found.graph.serialize(encoding="utf-8")
    content = found.serialize(format="json") or b""
    assert json.loads(content)
    return 200, {"Content-Type": "application/json; charset=utf-8"}, content


@contextlib.contextmanager
def oxigraph() -> Iterator[str | None]:
    """Run the server of Oxigraph while the block lasts; give its address, None if it is missing."""
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    program = shutil.which("oxigraph", path=os.pathsep.join(places))
    if program is None:
        yield None
        return
    # It cannot choose a port itself.
    with socket.create_server(("127.0.0.1", 0)) as free:
        place = f"127.0.0.1:{free.getsockname()[1]}"
    with subprocess.Popen(
        [program, "serve", "--bind", place], stderr=subprocess.DEVNULL
    ) as process:
        try:
            until(lambda: _is_loaded(f"http://{place}"), "the start of Oxigraph")
            yield f"http://{place}"
        finally:
            process.terminate()


def _is_loaded(address: str) -> bool:
    request = urllib.request.Request(
        f"{address}/store?default", DATA.encode(), {"Content-Type": "text/turtle"}
    )
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE):
            return True
    except urllib.error.URLError:
        return False
