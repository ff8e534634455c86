"""What pages cost the server: `python -m benchmarks.first_loads --build-folder FOLDER`.

It starts the server with the release in FOLDER, waits until nothing is prepared any more, and asks
for pages of each kind: the first time, when nothing of the page is kept, and again, when the
response cache has it. What it prints is processor time of all processes of the server, the least of
several servers, since that does not depend on what else the machine does. With `--every 1`, each
page of the sitemap is asked for once, and the slowest of each kind are printed.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import re
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from benchmarks.processes import Processes

if TYPE_CHECKING:
    from collections.abc import Iterator

# The heaviest of its kind where its pages differ much.
PAGES = (
    ("home", "/"),
    ("search", "/search?q=copenhague"),
    ("search, many results", "/search?q=small+shrinking+cities"),
    ("networks", "/networks"),
    ("networks, chosen", "/networks?theme=food&country=it"),
    ("cities", "/cities"),
    ("plans", "/plans"),
    ("recommendations", "/recommendations"),
    ("people", "/people"),
    ("themes", "/themes"),
    ("countries", "/countries"),
    ("map", "/map"),
    ("map, its data", "/map.json"),
    ("map of a list", "/map?list=plans&country=pt"),
    ("time line", "/pictures/timeline"),
    ("themes over time", "/pictures/themes"),
    ("reach by country", "/pictures/countries"),
    ("cities that worked together", "/pictures/cooperation"),
    ("a network", "/network/greenplace.html"),
    ("a city with few networks", "/city/pt/amarante.html"),
    ("a city with many networks", "/city/hu/budapest.html"),
    ("a theme", "/theme/food.html"),
    ("a topic", "/theme/participation.html"),
    ("a country", "/countries/it"),
    ("a programme", "/programme/urbact-iii.html"),
    ("a call", "/call/urbact-iv-action-planning-networks-2023.html"),
    ("a plan", "/plan/zero-carbon-cities/ro/bistrita/integrated-action-plan.html"),
    ("an announced plan", "/plan/ur-impact/ro/targu-frumos/integrated-action-plan.html"),
    ("a recommendation", "/recommendation/zero-carbon-cities/b8bb650f.html"),
    ("a person", "/person/yvan-corbat.html"),
    ("a document", "/document/fef0ac55.html"),
    ("a glossary term", "/glossary/action-planning-network-apn.html"),
    ("the glossary", "/glossary.html"),
    ("a partnership", "/partnership/zero-carbon-cities/zadar.html"),
    ("ontology", "/ontology.html"),
    ("shapes", "/shapes"),
    ("dataset", "/dataset.html"),
    ("catalogue", "/catalog"),
    ("statistics", "/void"),
    ("validation", "/validation"),
    ("deprecated", "/recommendation/urbact/b17346bd.html"),
    ("conformance", "/conformance"),
    ("limits", "/limits"),
    ("dumps", "/dumps/"),
    ("changes (LDES)", "/ldes"),
    ("tables", "/tables"),
    ("a table", "/tables/cities"),
    ("the interface", "/openapi"),
    ("stored queries", "/queries"),
    ("no such page", "/nowhere"),
)
_AGAIN = 25
_PATIENCE = 600.0
_HEADERS = {"Accept": "text/html", "Accept-Encoding": "gzip"}
# A server at rest takes less processor time than this in the pause.
_REST_PAUSE, _REST_SECONDS = 1.0, 0.02
# What a response leaves to be done, such as its line in the access log, is done after this.
_AFTER = 0.01


class Server:
    """A running server; ``first`` and ``again`` return what a page costs it."""

    def __init__(self, processes: Processes, host: str, port: int) -> None:
        self._processes = processes
        self._used: dict[int, int] = {}
        self._connection = http.client.HTTPConnection(host, port, timeout=60)
        self._rest()

    def _rest(self) -> None:
        """Wait until the server does nothing any more."""
        before = self.seconds()
        while True:
            time.sleep(_REST_PAUSE)
            now = self.seconds()
            if now - before < _REST_SECONDS:
                return
            before = now

    def seconds(self) -> float:
        """Return the processor time that all processes took, those that have ended too."""
        for pid in self._processes.ids():
            with contextlib.suppress(OSError):
                self._used[pid] = time.clock_gettime_ns(clock_of(pid))
        return sum(self._used.values()) / 1e9

    def get(self, path: str) -> bytes:
        """Return the body of the page at ``path``, compressed."""
        self._connection.request("GET", path, headers=_HEADERS)
        return self._connection.getresponse().read()

    def first(self, path: str) -> float:
        """Return the milliseconds that the page at ``path`` costs."""
        before = self.seconds()
        self.get(path)
        time.sleep(_AFTER)
        return 1000 * (self.seconds() - before)

    def again(self, path: str) -> float:
        """Return the milliseconds that the page at ``path`` costs each time that follows."""
        before = self.seconds()
        for _ in range(_AGAIN):
            self.get(path)
        time.sleep(_AFTER)
        return 1000 * (self.seconds() - before) / _AGAIN


def clock_of(pid: int) -> int:
    """Return the clock of the processor time of a process, as Linux numbers it."""
    return (~pid << 3) | 2


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serve the release in ``folder``, which is made first if there is none."""
    command = [sys.executable, "-m", "urbact_graph", "serve", "--port", "0"]
    command += ["--build-folder", str(folder.resolve())]
    with tempfile.TemporaryDirectory() as scratch:
        processes = Processes(command, Path(scratch))
        try:
            said = re.compile(r" at (http://[\d.]+:\d+)/")
            processes.wait(lambda: bool(said.search(processes.log.read_text())), _PATIENCE)
            found = said.search(processes.log.read_text())
            where = urlsplit(found[1] if found else "")
            yield Server(processes, where.hostname or "", where.port or 0)
        finally:
            processes.stop()


def measure(folder: Path, servers: int) -> list[tuple[str, str, float, float]]:
    """Return name and path of each page, and the milliseconds it costs at first and again."""
    first: dict[str, list[float]] = defaultdict(list)
    again: dict[str, list[float]] = defaultdict(list)
    for _ in range(servers):
        with serving(folder) as server:
            for _, path in PAGES:
                first[path].append(server.first(path))
                again[path].append(server.again(path))
    return [(name, path, min(first[path]), min(again[path])) for name, path in PAGES]


def measure_every(folder: Path, step: int) -> list[tuple[str, int, float, float, str]]:
    """Return kind, number of pages, median and most milliseconds, and path of the slowest."""
    kinds: dict[str, list[tuple[float, str]]] = defaultdict(list)
    with serving(folder) as server:
        listed = gzip.decompress(server.get("/sitemap.xml")).decode()
        paths = [urlsplit(one).path or "/" for one in re.findall(r"<loc>([^<]*)</loc>", listed)]
        for path in paths[::step]:
            kinds[path.split("/")[1] if path.count("/") > 1 else path].append(
                (server.first(path), path)
            )
    return [
        (kind, len(ones), median(cost for cost, _ in ones), *max(ones))
        for kind, ones in sorted(kinds.items())
    ]


@click.command()
@click.option("--build-folder", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--servers", default=3, show_default=True, help="Servers that are started in turn.")
@click.option(
    "--every", default=0, help="Ask once for every Nth page of the sitemap, and for no others."
)
def main(build_folder: Path, *, servers: int, every: int) -> None:
    """Print what pages cost the server at first and again, in milliseconds of processor time."""
    if every:
        print("| pages | number | median, ms | slowest, ms | the slowest |")
        print("| --- | ---: | ---: | ---: | --- |")
        for kind, number, middle, most, path in measure_every(build_folder, every):
            print(f"| {kind} | {number} | {middle:.0f} | {most:.0f} | `{path}` |")
        return
    print("| page | first, ms | again, ms |")
    print("| --- | ---: | ---: |")
    for name, path, first, again in measure(build_folder, servers):
        print(f"| {name}: `{path}` | {first:.0f} | {again:.2f} |")


if __name__ == "__main__":
    main()
