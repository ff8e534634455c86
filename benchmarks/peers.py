"""The servers that are compared: each is given a file of N-Triples, answers, and is stopped."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from benchmarks.load import ask
from benchmarks.processes import Processes, StartError, free_port, listens
from benchmarks.scaling import lines
from benchmarks.workload import Question, Target, request
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.settings import ENVIRONMENT_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_HOST = "127.0.0.1"
_GRAPH = "urn:benchmark"
_PROBE = Question("probe", "ASK { }\n", (), RESULTS_JSON, ())
# Buffers of 8 kB: 340,000 of them are what Virtuoso's documentation advises for 4 GB of memory.
_VIRTUOSO = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temporary.db
TransactionFile = temporary.trx
[Parameters]
ServerPort = {host}:{sql_port}
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = 340000
MaxDirtyBuffers = 250000
DirsAllowed = .
ThreadsPerQuery = {cores}
AsyncQueueMaxThreads = {threads}
[HTTPServer]
ServerPort = {host}:{port}
ServerThreads = 20
[SPARQL]
ResultSetMaxRows = 10000000
"""


class Peer(ABC):
    """A server; ``name`` is for options, ``title`` for readers."""

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, folder: Path, dataset: Path, *, patience: float = 120) -> None:
        self.folder = folder
        self.dataset = dataset
        self.patience = patience
        self.load_seconds = 0.0
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    @abstractmethod
    def missing(cls) -> str | None:
        """Say in one sentence what is not installed, if the server cannot be started."""

    @classmethod
    @abstractmethod
    def version(cls) -> str:
        """Return the version that is installed."""

    @abstractmethod
    def start(self) -> None:
        """Load the dataset and start; ``load_seconds`` is then the time to the first answer."""

    def __enter__(self) -> Peer:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def memory(self) -> int:
        """Return the bytes in memory of all its processes."""
        return self.processes.memory()

    def stop(self) -> None:
        """End all its processes."""
        if hasattr(self, "processes"):
            self.processes.stop()

    def _run(
        self, command: list[str], target: Target, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start ``command`` and wait until it answers a query at ``target``."""
        self.target = target
        self.processes = Processes(command, self.folder, environment=environment)
        self.load_seconds += self.processes.wait(self.answers, self.patience)

    def answers(self) -> bool:
        """Tell whether a query is answered."""
        message = request(_PROBE, self.target).encode()
        try:
            return ask(self.target.address, message, timeout=self.patience).status == 200  # noqa: PLR2004
        except OSError:
            return False


class UrbactGraph(Peer):
    """The server of this project, with its defaults."""

    name = "urbact-graph"
    title = "urbact-graph"
    seconds: float | None = None

    @classmethod
    @override
    def missing(cls) -> str | None:
        return None

    @classmethod
    @override
    def version(cls) -> str:
        return importlib.metadata.version("urbact-graph")

    @override
    def start(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(ENVIRONMENT_PREFIX)}
        if self.seconds is not None:
            kept[f"{ENVIRONMENT_PREFIX}QUERY_TIMEOUT_SECONDS"] = str(self.seconds)
        command = [sys.executable, "-m", "urbact_graph", "serve", "--port", "0"]
        command += ["--dataset", str(self.dataset.resolve())]
        self.processes = Processes(command, self.folder, environment=kept)
        self.processes.wait(self._says_where, self.patience)
        self.load_seconds = self.processes.wait(self.answers, self.patience)

    def _says_where(self) -> bool:
        found = re.search(r" at http://([\d.]+):(\d+)/", self.processes.log.read_text())
        if found:
            self.target = Target(found[1], int(found[2]), "/sparql")
        return bool(found)


class OxigraphInMemory(Peer):
    """Oxigraph's own server without a location; it starts empty and is loaded over HTTP."""

    name = "oxigraph-memory"
    title = "Oxigraph in memory"

    @classmethod
    @override
    def missing(cls) -> str | None:
        if oxigraph_program() is None:
            return "Oxigraph's server is not installed; pip install '.[benchmark]' installs it."
        return None

    @classmethod
    @override
    def version(cls) -> str:
        return importlib.metadata.version("oxigraph")

    @override
    def start(self) -> None:
        port = free_port()
        command = [oxigraph_program() or "", "serve", "--bind", f"{_HOST}:{port}"]
        self._run(command, Target(_HOST, port, "/query"))
        head = (
            f"POST /store?default HTTP/1.1\r\nHost: {_HOST}:{port}\r\n"
            "Content-Type: application/n-triples\r\n"
            f"Content-Length: {self.dataset.stat().st_size}\r\n\r\n"
        )
        status = ask(
            self.target.address, head.encode(), timeout=self.patience, file=self.dataset
        ).status
        if status not in (200, 201, 204):
            raise StartError(f"the dataset was refused with status {status}")
        self.load_seconds = self.processes.wait(self.answers, self.patience)


class OxigraphOnDisk(OxigraphInMemory):
    """Oxigraph's own server on a folder that its command line loaded."""

    name = "oxigraph-disk"
    title = "Oxigraph on disk"

    @override
    def start(self) -> None:
        port = free_port()
        location = self.folder / "store"
        shutil.rmtree(location, ignore_errors=True)
        place = ["--location", str(location.resolve())]
        command = [oxigraph_program() or "", "load", *place, "--file", str(self.dataset.resolve())]
        loading = Processes(command, self.folder)
        self.load_seconds = loading.finish(self.patience)
        command = [oxigraph_program() or "", "serve", *place, "--bind", f"{_HOST}:{port}"]
        self._run(command, Target(_HOST, port, "/query"))


class Virtuoso(Peer):
    """Virtuoso 7, loaded through SQL; a new database for each run."""

    name = "virtuoso"
    title = "Virtuoso"

    @classmethod
    @override
    def missing(cls) -> str | None:
        if shutil.which("virtuoso-t") is None or shutil.which("isql-vt") is None:
            return "Virtuoso is not installed; Debian has it in virtuoso-opensource-7-bin."
        return None

    @classmethod
    @override
    def version(cls) -> str:
        said = subprocess.run(["virtuoso-t", "-?"], capture_output=True, text=True, check=False)
        found = re.search(r"Version ([\d.]+)", said.stderr + said.stdout)
        return found[1] if found else "unknown"

    @override
    def start(self) -> None:
        port, self.sql_port = free_port(), free_port()
        cores = len(os.sched_getaffinity(0))
        for left in self.folder.glob("*.*"):
            left.unlink()
        settings = _VIRTUOSO.format(
            host=_HOST, port=port, sql_port=self.sql_port, cores=cores, threads=2 * cores
        )
        (self.folder / "virtuoso.ini").write_text(settings)
        (self.folder / "dataset.nt").symlink_to(self.dataset.resolve())
        # 7.2.5 never answers a query sent as application/sparql-query, so it gets forms.
        self.target = Target(_HOST, port, "/sparql", {"default-graph-uri": _GRAPH})
        command = ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"]
        self.processes = Processes(command, self.folder)
        self.processes.wait(lambda: listens(self.sql_port) and listens(port), self.patience)
        # 0: nothing but what the standard allows. TTLP_MT, with several threads,
        # stores some triples twice.
        self._sql(f"DB.DBA.TTLP(file_open('dataset.nt'), '', '{_GRAPH}', 0)")
        self._sql("checkpoint")
        self.load_seconds = self.processes.wait(self.answers, self.patience)
        self._check()

    def _check(self) -> None:
        """Compare the number of triples with that of the lines of the file.

        Raises:
            StartError: they differ.
        """
        counting = f"SPARQL SELECT (COUNT(*) AS ?n) FROM <{_GRAPH}> WHERE {{ ?s ?p ?o }}"  # noqa: S608 - ours
        found = re.findall(r"^\s*(\d+)\s*$", self._sql(counting), re.MULTILINE)
        triples = lines(self.dataset)
        if found[:1] != [str(triples)]:
            raise StartError(f"Virtuoso has {' '.join(found) or 'none'} of {triples} triples")

    def _sql(self, statement: str) -> str:
        done = subprocess.run(
            ["isql-vt", f"{_HOST}:{self.sql_port}", "dba", "dba", f"exec={statement};"],
            capture_output=True,
            text=True,
            timeout=self.patience,
            check=False,
        )
        if done.returncode or "Error" in done.stderr:
            raise StartError(f"Virtuoso refused a statement: {done.stderr.strip()[-300:]}")
        return done.stdout


class RdflibEndpoint(Peer):
    """rdflib-endpoint as its own command serves a file."""

    name = "rdflib-endpoint"
    title = "rdflib-endpoint"

    @classmethod
    @override
    def missing(cls) -> str | None:
        if _script("rdflib-endpoint") is None:
            return "rdflib-endpoint is not installed; pip install '.[benchmark]' installs it."
        return None

    @classmethod
    @override
    def version(cls) -> str:
        return importlib.metadata.version("rdflib-endpoint")

    @override
    def start(self) -> None:
        port = free_port()
        command = [_script("rdflib-endpoint") or "", "serve", str(self.dataset.resolve())]
        command += ["--host", _HOST, "--port", str(port)]
        self._run(command, Target(_HOST, port, "/"))


PEERS: tuple[type[Peer], ...] = (
    UrbactGraph,
    OxigraphInMemory,
    OxigraphOnDisk,
    Virtuoso,
    RdflibEndpoint,
)


def oxigraph_program() -> str | None:
    """Find the program of Oxigraph's server, if it is installed."""
    return _script("oxigraph")


def _script(name: str) -> str | None:
    """Find a program of this Python environment, or else one of the machine."""
    return shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
