"""What a client asks: names, types and conditions, and what it is answered: candidates."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from urbact_graph.web.atlas.things import Name
from urbact_graph.web.reconciling.entities import Entities, type_of
from urbact_graph.web.reconciling.properties import Property
from urbact_graph.web.search.entries import Entry

# How many candidates are given unless a query says it, and at most.
USUAL_LIMIT, LARGEST_LIMIT = 5, 100

# A value that a client sends: a text, a number, or an entity by its id.
Asked = str | int | float | bool


@dataclass(frozen=True)
class Condition:
    """What a candidate should have: of ``values`` any, all or none, as ``quantifier`` says.

    What does not have it is no candidate where ``is_required``.
    """

    property: Property
    values: tuple[Asked, ...]
    quantifier: str = "any"
    is_required: bool = False


@dataclass(frozen=True)
class Query:
    """What is looked for: any of ``names`` or ``ids``, of ``kinds``, with ``conditions``.

    Without names and ids the conditions alone choose.
    """

    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    limit: int = USUAL_LIMIT


@dataclass(frozen=True)
class Candidate:
    """An entity that may be meant: how well it fits, of 100, and whether that is sure.

    ``name`` is the one that fits, ``reason`` says why it does where it is not plain. ``namesakes``
    counts the other entities that fit as well. ``agrees`` tells for each property that was asked
    whether the entity has it; where that is not known the property is left out.
    """

    entry: Entry
    score: float
    likeness: float
    is_match: bool = False
    name: Name | None = None
    reason: str = ""
    namesakes: int = 0
    agrees: Mapping[str, bool] = field(default_factory=dict)

    def features(self) -> list[dict[str, object]]:
        """Return what the score is made of, with names."""
        return [
            {"id": "name", "name": "Likeness of the names", "value": round(self.likeness, 1)},
            {"id": "namesakes", "name": "Others that fit as well", "value": self.namesakes},
            *(
                {"id": f"property:{name}", "name": f"Agrees in {name}", "value": value}
                for name, value in self.agrees.items()
            ),
        ]

    def as_json(self, entities: Entities) -> dict[str, object]:
        """Return the candidate with the members of the specification and three more.

        These are ``iri``, the name that is ``matched``, and the ``reason``.
        """
        entry = self.entry
        return {
            "id": entry.thing.path,
            "name": entry.thing.label,
            "description": entry.note,
            "type": [type_of(entry.kind)],
            "score": round(self.score, 1),
            "match": self.is_match,
            "features": self.features(),
            "iri": entities.iri(entry),
            "matched": self.name.text if self.name else "",
            "reason": self.reason,
        }
