"""Sentences for the operator: what the engine is, what it holds, and what it cannot do."""

from collections.abc import Iterator

from urbact_graph.engine.protocol import ReplicaStatus
from urbact_graph.engine.remote.engine import RemoteEngine


def notes_on(engine: RemoteEngine, version: str) -> tuple[str, ...]:
    """Return what is to be known of ``engine`` at the start.

    ``version`` is that of the release that it ought to hold; empty if there is none.
    """
    return tuple(_notes(engine, version))


def _notes(engine: RemoteEngine, version: str) -> Iterator[str]:
    statuses = engine.status().replicas
    for replica, status in zip(engine.replicas.members, statuses, strict=True):
        if status.state == "down":
            yield f"Note: the engine at {replica.url} does not answer: {status.reason}."
            continue
        yield f"Engine at {replica.url}: {status.kind}, version {status.version} of the data."
        yield from _lacks(status)
        if status.version != engine.version:
            yield (
                f"Note: the engine at {replica.url} is not asked until it holds version "
                f"{engine.version}, as the others do."
            )
    if version and engine.version != version:
        yield (
            f"Note: the engine holds version {engine.version}, this instance was built with "
            f"{version}. Load the graph of this version into the engine."
        )


def _lacks(status: ReplicaStatus) -> Iterator[str]:
    missing = [one for one in status.capabilities if not one.is_there]
    formats = [one.name.removeprefix("format ") for one in missing if one.name.startswith("format")]
    if formats:
        yield f"  It does not write {', '.join(formats)}; answers are converted here."
    for one in missing:
        if not one.name.startswith("format"):
            yield f"  It lacks {one.name}: {one.note}."
