"""What previews show: a title, what it is, and some facts."""

from dataclasses import dataclass

from urbact_graph.web.reconciling.entities import TYPES, Entities
from urbact_graph.web.reconciling.properties import PROPERTIES, Property, Ref, Value
from urbact_graph.web.search.entries import KINDS, Entry

# The properties that a preview of each kind shows, and how many values of one.
_SHOWN = {
    "city": ("names", "population", "wikidata", "programme", "networks"),
    "network": ("title", "start", "end", "lead", "themes"),
    "theme": ("definition", "topic", "networks"),
    "person": ("names", "programme", "networks"),
    "call": ("kind", "programme", "opens", "closes", "networks"),
    "country": ("countryCode", "cities", "networks"),
    "programme": ("start", "end", "networks"),
    "plan": ("title", "kind", "city", "network", "year"),
    "term": ("definition",),
    "document": ("title",),
}
_MOST_VALUES, _LONGEST = 5, 200


@dataclass(frozen=True)
class Card:
    """A preview: what is shown, what it is, and its facts: what each is called and its value."""

    title: str
    kind: str
    facts: tuple[tuple[str, str], ...]


def card_of_entity(entry: Entry, entities: Entities) -> Card:
    """Return the preview of an entity."""
    facts = []
    for name in _SHOWN[entry.kind]:
        values = PROPERTIES[name].of(entry, entities)
        texts = [_shown(value, entities) for value in values]
        texts = [text for text in dict.fromkeys(texts) if text != entry.thing.label]
        if texts:
            more = len(texts) - _MOST_VALUES
            shown = ", ".join(texts[:_MOST_VALUES])
            facts.append((PROPERTIES[name].name, f"{shown} and {more} more" if more > 0 else shown))
    note = f"{KINDS[entry.kind]}, {entry.note}" if entry.note else KINDS[entry.kind]
    return Card(entry.thing.label, note, tuple(facts))


def card_of_property(one: Property) -> Card:
    """Return the preview of a property."""
    kinds = ", ".join(KINDS[kind].lower() for kind in one.values)
    return Card(one.name, f"Property {one.id}", (("What", one.about), ("Of", kinds)))


def card_of_type(kind: str, entities: Entities) -> Card:
    """Return the preview of a type."""
    number = sum(1 for _ in entities.all((kind,)))
    return Card(KINDS[kind], f"Type {kind}", (("What", TYPES[kind]), ("Entities", f"{number:,}")))


def _shown(value: Value, entities: Entities) -> str:
    if isinstance(value, Ref):
        entry = entities.by_id.get(value.id)
        return entry.thing.label if entry else value.id
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
    return f"{value:,}"
