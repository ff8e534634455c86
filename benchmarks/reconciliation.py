"""What reconciliation is worth and how long it takes: ``python -m benchmarks.reconciliation``."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

from rich.console import Console
from tests.web.reconciling.printed import measured, printed_names

from urbact_graph.dataset.building import build
from urbact_graph.engine.embedded import EmbeddedDataset
from urbact_graph.engine.source import Source
from urbact_graph.settings import Settings
from urbact_graph.sources import build_folder, find_sources
from urbact_graph.web.reconciling.answering import answered
from urbact_graph.web.reconciling.reconciler import Reconciler
from urbact_graph.web.snapshot import Snapshot

_NAMES, _TIMES = 300, 5


def main() -> None:
    """Print precision, recall, and the time for 300 names, the best of some runs."""
    settings = Settings.load()
    sources = find_sources(settings)
    built = build(sources, build_folder(settings, sources))
    dataset = EmbeddedDataset(settings, Source(built.dataset, built.version))
    snapshot = Snapshot(settings, dataset, None, datetime.now(UTC))
    start = time.perf_counter()
    snapshot.derive(Reconciler.of)
    prepared = time.perf_counter() - start
    names = printed_names()
    every = {f"q{place}": one.query() for place, one in enumerate(names)}
    found = answered(json.dumps(every), snapshot, len(every))
    worth = measured(names, [found[key]["result"] for key in every])
    some = json.dumps(dict(list(every.items())[:_NAMES]))
    seconds = []
    for _ in range(_TIMES):
        start = time.process_time()
        answered(some, snapshot, _NAMES)
        seconds.append(time.process_time() - start)
    console = Console()
    console.print(
        f"{len(names)} names: precision of matches {worth.precision:.1%}, recall at the first rank "
        f"{worth.recall:.1%}, matched {worth.share:.1%}"
    )
    console.print(
        f"{_NAMES} names in {min(seconds):.3f} s of CPU time, once prepared in {prepared:.1f} s"
    )
    for title, lines in (("False matches", worth.false_matches), ("Missed", worth.missed)):
        if lines:
            console.print(f"\n{title}:", *lines, sep="\n  ", highlight=False)


if __name__ == "__main__":
    main()
