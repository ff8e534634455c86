"""A release of a scaled graph, made as the graph's own is, with what each step of it takes."""

from __future__ import annotations

import hashlib
import subprocess
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from benchmarks.scaling import lines, write_scaled
from urbact_graph.dataset.building import Build
from urbact_graph.release import making
from urbact_graph.validation.validating import validate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from urbact_graph.settings import Validator
    from urbact_graph.sources import GraphSources

# The steps of making a release that grow with the graph, by the functions that do them.
_STEPS = {
    "write_dumps": "dumps and tables",
    "extend_stream": "stream of changes",
    "cooperation": "layout of cities",
}
_REPORT = "<https://example.org/validation> a <http://www.w3.org/ns/shacl#ValidationReport> .\n"


def write_sorted(dataset: Path, target: Path, factor: int, seed: int) -> int:
    """Write ``factor`` times the graph ``dataset``, sorted as a build; return its triples."""
    unsorted = target.with_suffix(".unsorted")
    write_scaled(dataset, unsorted, factor, seed)
    command = ["sort", "--unique", "--output", str(target), str(unsorted)]
    subprocess.run(command, check=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    unsorted.unlink()
    return lines(target)


def make(
    dataset: Path, triples: int, version: str, sources: GraphSources, folder: Path
) -> dict[str, Any]:
    """Make the release of ``dataset`` in ``folder``; return its folder and seconds by step.

    ``version`` is the one that the graph names.
    """
    seconds: dict[str, float] = {}

    def timed(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return step(*arguments, **options)
            finally:
                taken = time.perf_counter() - started
                seconds[_STEPS[name]] = seconds.get(_STEPS[name], 0.0) + taken

        return run

    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "validation.ttl"
    report.write_text(_REPORT, encoding="utf-8")
    digest = hashlib.sha256(dataset.read_bytes()).hexdigest()
    build = Build(dataset, "", digest, stated=triples, derived=0, version=version)
    with ExitStack() as stack:
        for name in _STEPS:
            stack.enter_context(patch.object(making, name, timed(name, getattr(making, name))))
        release = making.make_release(build, sources, folder, report)
    size = sum(file.bytes for file in release.files)
    return {"folder": release.folder, "seconds": seconds, "dumps": size}


def results(dataset: Path, sources: GraphSources, validator: Validator) -> int:
    """Return the number of results that ``validator`` reports."""
    return len(validate(dataset, sources, validator).results)
