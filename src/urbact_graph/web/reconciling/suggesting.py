"""Suggestions while somebody types: entities, types and properties that begin with a text."""

from collections.abc import Iterable
from typing import Any

from urbact_graph.spelling import folded
from urbact_graph.web.reconciling.entities import TYPES, USUAL, Entities, type_of
from urbact_graph.web.reconciling.extending import described
from urbact_graph.web.reconciling.properties import properties_of
from urbact_graph.web.search.index import LONGEST_QUERY, SearchIndex


def suggested_entities(
    prefix: str, kind: str, entities: Entities, index: SearchIndex
) -> list[dict[str, Any]]:
    """Return the entities that have the id ``prefix`` or a name like it, the best first.

    They are of ``kind`` if it is given. Without a prefix they are those with most connections.
    """
    kinds = (kind,) if kind else tuple(TYPES)
    if not prefix:
        usual = entities.all((kind,) if kind else USUAL)
        best = sorted(usual, key=lambda one: (-one.importance, one.thing.path))
        found = {entry.thing.path: entry for entry in best}
    else:
        entry = entities.find(prefix)
        known = [entry] if entry else []
        if len(prefix) <= LONGEST_QUERY:
            known += [match.entry for match in index.search(prefix, kind) if match.name]
        found = {one.thing.path: one for one in known if one.kind in kinds}
    return [
        {
            "id": entry.thing.path,
            "name": entry.thing.label,
            "description": entry.note,
            "notable": [type_of(entry.kind)],
        }
        for entry in found.values()
    ]


def suggested_types(prefix: str) -> list[dict[str, Any]]:
    """Return the types whose id or name begins with ``prefix``, or has a word that does."""
    found = ({**type_of(kind), "description": about} for kind, about in TYPES.items())
    return _beginning(prefix, found)


def suggested_properties(prefix: str, kind: str) -> list[dict[str, Any]]:
    """Return such properties, of entities of ``kind`` if it is given."""
    return _beginning(prefix, map(described, properties_of(kind)))


def _beginning(prefix: str, known: Iterable[dict[str, str]]) -> list[dict[str, Any]]:
    wanted = folded(prefix)
    return [
        one
        for one in known
        if f" {folded(one['name'])}".find(f" {wanted}") >= 0
        or one["id"].casefold().startswith(prefix.strip().casefold())
    ]
