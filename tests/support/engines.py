"""What tests of the engine share: requests to it, small datasets, and conditions to wait for."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from urbact_graph.engine.messages import Request

JSON = "application/sparql-results+json"
TURTLE = "text/turtle"
# On a dataset of some hundred statements it runs for years.
ENDLESS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n0 ?o . ?p ?q ?r }"
)


def request(query: str, **members: object) -> Request:
    """Make a request that accepts JSON and Turtle."""
    members = {"results_format": JSON, "graph_format": TURTLE, "max_result_bytes": 10**7, **members}
    return Request(query, **members)  # type: ignore[arg-type]


def write_facts(file: Path, value: str = "one", count: int = 200) -> Path:
    """Write ``count`` statements, all of which say ``value``."""
    file.write_text("".join(f'<x:s{i}> <x:p> "{value}" .\n' for i in range(count)))
    return file


def until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the condition never came to hold"
        time.sleep(0.005)


def is_gone(pid: int) -> bool:
    """Tell whether the process ``pid`` has ended."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


@contextmanager
def together(*actions: Callable[[], object]) -> Iterator[list[threading.Thread]]:
    """Do ``actions`` in a thread each; they have all ended when the block has."""
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for thread in threads:
            thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads), "a thread never ended"
