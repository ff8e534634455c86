"""Data extension: the values of properties of entities, as both versions of the API give them."""

from collections.abc import Iterator
from typing import Any

from urbact_graph.web.reconciling.batches import Extension
from urbact_graph.web.reconciling.entities import Entities, type_of
from urbact_graph.web.reconciling.properties import Property, Ref, Value


def extended(asked: Extension, entities: Entities) -> dict[str, Any]:
    """Return the answer of version 0.2: ``rows`` by id, and in these the values by property.

    An unknown id has no values.
    """
    return {"meta": _meta(asked), "rows": {key: dict(row) for key, row in _rows(asked, entities)}}


def extended_in_draft(asked: Extension, entities: Entities) -> dict[str, Any]:
    """Return the answer of the draft of 1.0: ``rows`` in the order of the ids."""
    rows = [
        {"id": key, "properties": [{"id": name, "values": values} for name, values in row]}
        for key, row in _rows(asked, entities)
    ]
    return {"meta": _meta(asked), "rows": rows}


def described(one: Property) -> dict[str, str]:
    """Return a property as suggestions and proposals have it."""
    return {"id": one.id, "name": one.name, "description": one.about}


def _meta(asked: Extension) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "name": one.name,
            **({"type": type_of(one.refers)} if one.refers else {}),
        }
        for one, _ in asked.properties
    ]


def _rows(
    asked: Extension, entities: Entities
) -> Iterator[tuple[str, list[tuple[str, list[dict[str, Any]]]]]]:
    for key in asked.ids:
        entry = entities.find(key)
        row = []
        for one, limit in asked.properties:
            values = one.of(entry, entities) if entry else []
            chosen = values[:limit] if limit else values
            row.append((one.id, [_as_json(value, entities) for value in chosen]))
        yield key, row


def _as_json(value: Value, entities: Entities) -> dict[str, Any]:
    if isinstance(value, Ref):
        entry = entities.by_id.get(value.id)
        return {"id": value.id, "name": entry.thing.label if entry else value.id}
    if isinstance(value, str):
        return {"str": value}
    return {"int": value} if isinstance(value, int) else {"float": value}
