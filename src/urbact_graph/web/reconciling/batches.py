"""The batches that clients send, by the Reconciliation Service API 0.2 and by the draft of 1.0."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from urbact_graph.problems import MALFORMED_REQUEST, QUERY_TOO_LARGE, ProblemError
from urbact_graph.web.reconciling.entities import TYPES, Entities
from urbact_graph.web.reconciling.properties import PROPERTIES, Property
from urbact_graph.web.reconciling.queries import (
    LARGEST_LIMIT,
    USUAL_LIMIT,
    Asked,
    Condition,
    Query,
)

# How much of a wrong text an error repeats.
_SHOWN = 40
_STRICT = ("any", "should", "all")
_MATCH_TYPES = ("name", "id", "property")
_QUANTIFIERS = ("any", "all", "none")
# As many properties of an entity, or conditions of a query, as there are properties.
_MOST_PARTS = len(PROPERTIES)


@dataclass(frozen=True)
class Extension:
    """What a client wants to know: for ``ids`` the values of properties, so many of each at most.

    0 means all of them.
    """

    ids: tuple[str, ...]
    properties: tuple[tuple[Property, int], ...]


class Reader:
    """Reads batches of at most ``most`` queries, or entities, about ``entities``."""

    def __init__(self, entities: Entities, most: int) -> None:
        self._entities = entities
        self._most = most

    def queries(self, text: str) -> dict[str, Query]:
        """Read a batch of version 0.2 (section 4.1), by the keys of its queries.

        Raises:
            ProblemError: it is no batch, or larger than it may be.
        """
        given = _object(parsed(text, "'queries'"), "'queries'")
        self._check_size(given, "queries")
        return {key: self._query(f"query {key[:_SHOWN]!r}", one) for key, one in given.items()}

    def draft_queries(self, given: Any) -> list[Query]:
        """Read a batch of the draft of 1.0 (section 4.1).

        Raises:
            ProblemError: as ``queries``.
        """
        listed = _list(_object(given, "the body").get("queries"), "'queries'")
        self._check_size(listed, "queries")
        return [self._draft(f"query {place}", one) for place, one in enumerate(listed)]

    def extension(self, given: Any) -> Extension:
        """Read a data extension query, which both versions have alike (0.2, section 7.3).

        Raises:
            ProblemError: as ``queries``.
        """
        read = _object(given, "'extend'")
        ids = _list(read.get("ids"), "'ids'")
        self._check_size(ids, "entities")
        wanted = _list(read.get("properties"), "'properties'")
        if len(wanted) > _MOST_PARTS:
            raise _wrong(f"'properties' may have {_MOST_PARTS} of them; these are {len(wanted)}")
        return Extension(
            tuple(_text(one, "an id") for one in ids),
            tuple(_wanted(_object(one, "a property")) for one in wanted),
        )

    def _check_size(self, given: Sequence[Any] | dict[str, Any], what: str) -> None:
        if len(given) > self._most:
            raise ProblemError(
                QUERY_TOO_LARGE,
                f"A batch may have {self._most} {what} (max_reconciliation_batch), and this has "
                f"{len(given)}; send several.",
                extensions={"limit": "max_reconciliation_batch"},
            )

    def _query(self, where: str, given: Any) -> Query:
        one = _object(given, where)
        _only(one, ("query", "type", "limit", "properties", "type_strict"), where)
        if "query" not in one and not one.get("properties"):
            raise _wrong(f"{where} has neither 'query' nor 'properties'")
        name = _text(one.get("query", ""), f"'query' of {where}").strip()
        kinds = tuple(kind_named(kind, where) for kind in _several(one.get("type")) if kind)
        strict = one.get("type_strict", "any")
        if strict not in _STRICT:
            raise _wrong(f"'type_strict' of {where} is one of {', '.join(_STRICT)}")
        conditions = tuple(self._conditions(one.get("properties") or [], where))
        is_empty = not name and not conditions
        # An entity has one type, so that none has all of several.
        has_none = is_empty or (strict == "all" and len(set(kinds)) > 1)
        limit = 0 if has_none else _limit(one.get("limit"), f"'limit' of {where}")
        return Query((name,) if name else (), (), kinds, conditions, limit)

    def _conditions(self, given: Any, where: str) -> Iterator[Condition]:
        listed = _list(given, f"'properties' of {where}")
        if len(listed) > _MOST_PARTS:
            raise _wrong(f"{where} may have {_MOST_PARTS} properties; it has {len(listed)}")
        for one in listed:
            read = _object(one, f"a property of {where}")
            if "pid" not in read or "v" not in read:
                raise _wrong(f"a property of {where} lacks 'pid' or 'v'")
            asked = property_named(read["pid"])
            if values := self._values(asked, read["v"], where):
                yield Condition(asked, values)

    def _draft(self, where: str, given: Any) -> Query:
        one = _object(given, where)
        _only(one, ("type", "limit", "lang", "dir", "conditions"), where)
        listed = _list(one.get("conditions"), f"'conditions' of {where}")
        if not 0 < len(listed) <= _MOST_PARTS:
            raise _wrong(f"{where} must have from 1 to {_MOST_PARTS} conditions")
        names: list[str] = []
        ids: list[str] = []
        conditions: list[Condition] = []
        for part in listed:
            read = _object(part, f"a condition of {where}")
            kind, value = read.get("matchType"), read.get("propertyValue")
            if kind not in _MATCH_TYPES:
                raise _wrong(f"'matchType' of {where} is one of {', '.join(_MATCH_TYPES)}")
            if kind == "property":
                conditions += self._draft_condition(read, where)
            else:
                texts = [_named(one, where) for one in _several(value)]
                (names if kind == "name" else ids).extend(filter(None, texts))
        kinds = (kind_named(one["type"], where),) if one.get("type") else ()
        limit = _limit(one.get("limit"), f"'limit' of {where}")
        has_none = not names and not ids and not conditions
        found = tuple(names), tuple(ids), kinds, tuple(conditions)
        return Query(*found, limit=0 if has_none else limit)

    def _draft_condition(self, read: dict[str, Any], where: str) -> Iterator[Condition]:
        if "propertyValue" not in read:
            raise _wrong(f"a condition of {where} lacks 'propertyValue'")
        if read.get("matchQualifier"):
            raise _wrong(f"{where} has a 'matchQualifier', and no property takes one")
        quantifier, required = read.get("matchQuantifier", "any"), read.get("required", False)
        if quantifier not in _QUANTIFIERS:
            raise _wrong(f"'matchQuantifier' of {where} is one of {', '.join(_QUANTIFIERS)}")
        if not isinstance(required, bool):
            raise _wrong(f"'required' of {where} must be true or false")
        asked = property_named(read.get("propertyId"))
        if values := self._values(asked, read["propertyValue"], where):
            yield Condition(asked, values, quantifier, required)

    def _values(self, asked: Property, given: Any, where: str) -> tuple[Asked, ...]:
        """Return the values that say something, entities by their id or else by their name."""
        found: list[Asked] = []
        for one in _several(given):
            value = self._entity(asked, one, where) if isinstance(one, dict) else one
            if not isinstance(value, Asked):
                raise _wrong(
                    f"a value of '{asked.id}' in {where} must be a text, a number, true, false or "
                    "an entity"
                )
            if not isinstance(value, str) or value.strip():
                found.append(value)
        return tuple(found)

    def _entity(self, asked: Property, given: dict[str, Any], where: str) -> str:
        """Return what names an entity that the client knows, perhaps from another service."""
        if not isinstance(given.get("id"), str):
            raise _wrong(f"an entity as value of '{asked.id}' in {where} lacks its 'id'")
        identifier, name = given["id"], given.get("name")
        is_known = asked.identifies or self._entities.find(identifier) is not None
        return identifier if is_known or not isinstance(name, str) else name


def parsed(text: str, what: str) -> Any:
    """Return what ``text`` is in JSON; ``what`` names it in an error.

    Raises:
        ProblemError: it is no JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f" ({error})" if isinstance(error, json.JSONDecodeError) else ""
        raise _wrong(f"{what} is no JSON{place}") from None


def property_named(given: Any) -> Property:
    """Return the property of that id.

    Raises:
        ProblemError: there is none.
    """
    if not isinstance(given, str) or given not in PROPERTIES:
        raise _wrong(
            f"there is no property {str(given)[:_SHOWN]!r}; the properties are "
            f"{', '.join(PROPERTIES)}"
        )
    return PROPERTIES[given]


def kind_named(given: object, where: str = "") -> str:
    """Return the kind of the type of that id; ``where`` is what asks for it.

    Raises:
        ProblemError: there is no such type.
    """
    if not isinstance(given, str) or given not in TYPES:
        beginning = f"{where} asks for the type" if where else "there is no type"
        unknown = ", which is unknown" if where else ""
        raise _wrong(
            f"{beginning} {str(given)[:_SHOWN]!r}{unknown}; the types are {', '.join(TYPES)}"
        )
    return given


def _wanted(given: dict[str, Any]) -> tuple[Property, int]:
    """Read a property of an extension with its setting ``limit``, which forms send as a text."""
    settings = _object(given.get("settings") or {}, "'settings'")
    asked = property_named(given.get("id"))
    text = str(settings.get("limit") or 0)
    if not (text.isascii() and text.isdigit()):
        raise _wrong(f"the setting 'limit' of '{asked.id}' must be a whole number from 0 on")
    return asked, int(text[:9])


def _limit(given: Any, what: str) -> int:
    if given is None:
        return USUAL_LIMIT
    is_whole = (
        isinstance(given, int | float) and not isinstance(given, bool) and given == given // 1
    )
    if not is_whole or given < 1:
        raise _wrong(f"{what} must be a whole number from 1 on")
    return min(int(given), LARGEST_LIMIT)


def _named(given: Any, where: str) -> str:
    """Return a name or an id, which may be that of an entity."""
    value = given.get("id") if isinstance(given, dict) else given
    return _text(value, f"a 'propertyValue' of {where}").strip()


def _several(given: Any) -> list[Any]:
    """Return the members of an array, or what stands for an array of one."""
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


def _text(given: Any, what: str) -> str:
    if not isinstance(given, str):
        raise _wrong(f"{what} must be a text")
    return given


def _list(given: Any, what: str) -> list[Any]:
    if not isinstance(given, list):
        raise _wrong(f"{what} must be an array")
    return given


def _object(given: Any, what: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _wrong(f"{what} must be an object")
    return given


def _only(given: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in given:
        if name not in known:
            raise _wrong(f"{where} has a member {name[:_SHOWN]!r}; it may have {', '.join(known)}")


def _wrong(sentence: str) -> ProblemError:
    return ProblemError(MALFORMED_REQUEST, f"{sentence[0].upper()}{sentence[1:]}.")
